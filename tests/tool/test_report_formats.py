# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard report: each format, with names that try to break out of it.

What: the names of tool_report.HOSTILE in each format, read by a parser of that
format; and the page in a headless Chromium.
"""

import base64
import csv
import hashlib
import html.parser
import io
import os
import re

from browser import Browser
from tool_report import (HOSTILE, NAMES, STRONG, allowed, as_json, event,
                         hostile_log, lines, report)


def test_hostile_names_as_text(t):
    _, text, _ = report(['-'], hostile_log(), 1)
    shown = text.decode('utf-8')
    control = [c for c in shown if c != '\n' and
               (ord(c) < 32 or 127 <= ord(c) < 160 or c == '\u202e')]
    t.equal([], control, 'control characters')
    table = shown.split('\nRefusals\n')[1].split('\n\n')[0]
    t.equal(len(NAMES) + 1, len(table.splitlines()), 'lines')
    for part in ('a\\x1b[31mb', '\\x9b2J', 'two\\x0alines', '\\u{202e}gnp'):
        t.contains(part, shown)


def test_columns_are_aligned(t):
    _, text, _ = report(['-'], lines([event(0), event(
        1, account='much-longer-than-the-title', share='x')]), 1)
    table = text.decode().split('\nRefusals\n')[1].splitlines()[:3]
    for title, part in (('USED', 'SMB2_10'), ('LACKED', 'encryption'),
                        ('FIRST', '2026')):
        t.equal([table[0].index(title)] * 2,
                [line.index(part) for line in table[1:]], title)


def test_csv_is_safe_and_whole(t):
    _, data, _ = report(['--format=csv', '-'], hostile_log(), 1)
    text = data.decode('utf-8')
    table = list(csv.reader(io.StringIO(text, newline=''), strict=True))
    t.equal(len(NAMES) + 1, len(table))
    t.equal({len(table[0])}, set(map(len, table)))
    t.equal(text.count('\n'), text.count('\r\n'))
    for line in table[1:]:
        for cell in line:
            t.true(cell[:1] not in ('=', '+', '-', '@', '\t', '\r'),
                   'no formula: %r' % cell)
    accounts = {line[table[0].index('account')] for line in table[1:]}
    for name in ("'=HYPERLINK(\"http://x\",\"y\")", "'+1", 'a,b', 'quote"d'):
        t.true(name in accounts, '%r in %r' % (name, accounts))


def test_json_keeps_names(t):
    names = {r['account'] for r in as_json(['-'], hostile_log(), 1)['rows']}
    t.equal(NAMES, names)


SAMPLE = re.compile(r'([a-zA-Z_:][\w:]*)(?:\{((?:\w+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})?'
                    r' (\d+)')


def test_openmetrics_is_valid(t):
    """As the grammar has it: families together, no series twice, an end."""
    _, data, _ = report(['--format=openmetrics', '-'], hostile_log(), 1)
    text = data.decode('utf-8')
    t.true(text.endswith('\n# EOF\n'), 'an end')
    family, series, ended = None, set(), set()
    for line in text.split('\n')[:-2]:
        if line.startswith('# TYPE '):
            ended.add(family)
            family, kind = line.split(' ')[2:]
            t.equal('gauge', kind)
            t.true(family not in ended, 'one family once')
        elif not line.startswith('# HELP %s ' % family):
            m = SAMPLE.fullmatch(line)
            t.true(m and m[1] == family, 'a sample: %r' % line)
            t.true((m[1], m[2]) not in series, 'once: %r' % line)
            series.add((m[1], m[2]))
    refusals = [s for s in series if s[0] == 'smbguard_refusals']
    t.equal(len(NAMES), len(refusals))


class Page(html.parser.HTMLParser):
    """What a page has: tags with their attributes, and its texts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.cells, self.script, self.inside = [], [], '', []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside.append(tag)
        if tag == 'td':
            self.cells.append('')

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data):
        if 'script' in self.inside:
            self.script += data
        elif 'td' in self.inside:
            self.cells[-1] += data


def test_html_is_one_safe_page(t):
    _, data, _ = report(['--format=html', '--if', 'min protocol=SMB3_11',
                         '--share', '<b>', '--share', HOSTILE[0], '-'],
                        hostile_log().replace(b'"denied"', b'"would_deny"'), 1)
    text = data.decode('utf-8')
    page = Page(text)
    t.equal(1, [tag for tag, _ in page.tags].count('script'))
    t.true(not {'img', 'link', 'iframe', 'b', 'base', 'object', 'a'} &
           {tag for tag, _ in page.tags}, 'nothing that loads')
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            t.true(name not in ('src', 'href', 'srcset', 'action', 'style') and
                   not name.startswith('on'), '%s %s=%s' % (tag, name, value))
    t.true('http:' not in text.replace('http-equiv', '') and
           'url(' not in text and '@import' not in text, 'no address')
    t.contains(HOSTILE[0], page.cells)
    policy, = [a['content'] for tag, a in page.tags
               if 'http-equiv' in a]
    digest = base64.b64encode(hashlib.sha256(page.script.encode()).digest())
    t.contains("script-src 'sha256-%s'" % digest.decode(), policy)
    t.contains("default-src 'none'", policy)


def test_html_of_every_name(t):
    _, data, _ = report(['--format=html', '-'], hostile_log(), 1)
    cells = Page(data.decode('utf-8')).cells
    for name in HOSTILE[:6] + ("it's", 'a,b', 'quote"d', '&amp;'):
        t.contains(name, cells)


def page_of(t, data, change=lambda text: text):
    _, page, _ = report(['--format=html', '-'], data, 1)
    path = os.path.join(t.directory, 'page.html')
    with open(path, 'w', encoding='utf-8') as f:
        f.write(change(page.decode()))
    return path


def test_html_sorts_in_a_browser(t):
    """A click on a title, by the mouse; a second one turns it round."""
    path = page_of(t, lines([event(n, account=a) for n, a in enumerate(
        ['nine'] * 9 + ['ten'] * 10 + ['two'] * 2)]))
    with Browser(t.directory) as browser:
        browser.open(path)
        for column, expected in ((None, '10 9 2'), (0, '2 9 10'),
                                 (0, '10 9 2'), (4, '9 10 2'),
                                 (4, '2 10 9')):
            if column is not None:
                browser.click('th button', column)
            t.equal(expected, ' '.join(
                browser.texts('#refusals td:first-child')), column)
        t.equal(['descending'], browser.value(
            'Array.from(document.querySelectorAll("th[aria-sort]"), '
            'e => e.getAttribute("aria-sort"))'))


SIXTH = '2001:db8:1234:5678:9abc:def0:1234:%x'
SCREENS = (('screen', 1280, 'light'), ('screen', 1280, 'dark'),
           ('screen', 400, 'light'), ('screen', 400, 'dark'),
           ('print', 1032, 'dark'))
# What is too wide for the window or its table, or a word broken in two
WIDE = """Array.from(document.querySelectorAll('body, .table')).filter(
    e => e.scrollWidth > e.clientWidth).map(e => e.className || e.tagName)"""
INK = """(function () {
    function light(colour) {
        return colour.match(/[0-9]+/g).slice(0, 3).reduce(
            (sum, part) => sum + Number(part), 0);
    }
    var body = getComputedStyle(document.body);
    return [light(body.color), light(body.backgroundColor)];
})()"""


def test_html_fits_each_screen(t):
    """At 1280 and 400 px and on paper, with addresses of IPv6, light or dark."""
    path = page_of(t, lines([event(
        n % 60, account='user%d' % n, domain='EXAMPLE', clientName='PC-%d' % n,
        clientAddress=SIXTH % (n + 0xab00)) for n in range(30)] + [event(
            1, event='downgrade', outcome='detected', policy=None, downgrade={
                'what': 'dialect', 'was': 'SMB3_11', 'now': 'SMB2_10',
                'side': 'client'})]))
    with Browser(t.directory) as browser:
        for media, width, scheme in SCREENS:
            browser.show(media, width, scheme)
            browser.open(path)
            t.equal([], browser.value(WIDE), (media, width))
            ink, paper = browser.value(INK)
            t.equal(scheme == 'dark' and media == 'screen', ink > paper,
                    (media, scheme))
            t.equal([width > 800], browser.value(
                "[getComputedStyle(document.querySelector('thead'))"
                ".display !== 'none']"), width)
        t.equal(['none'], browser.value(
            "[getComputedStyle(document.querySelector('.filter')).display]"))
        # Each cell of a narrow screen has its title beside it.
        browser.show('screen', 400, 'light')
        browser.open(path)
        t.equal('"Client"', browser.value(
            "getComputedStyle(document.querySelectorAll('#refusals td')[3], "
            "'::before').content"))


def test_html_filters_long_tables(t):
    path = page_of(t, lines([event(n % 60, account='user%d' % n)
                             for n in range(30)]))
    with Browser(t.directory) as browser:
        browser.open(path)
        t.equal(1, browser.value(
            "document.querySelectorAll('.filter').length"), 'the long one')
        for typed, expected in (('user7', 1), ('USER2 denied', 0),
                                ('user2 refused', 11), ('', 30)):
            browser.value("document.querySelector('.filter input').select()")
            browser.click('.filter input')
            browser.value("document.querySelector('.filter input').value = ''")
            browser.type(typed or ' ')
            t.equal(expected, browser.value(
                "Array.from(document.querySelectorAll('#refusals tbody tr'))"
                ".filter(r => r.offsetHeight > 0).length"), typed)
            t.equal(['%d of 30' % expected], browser.texts('.filter output'))


FOREIGN = ('<img src="http://127.0.0.1:9/x"><script>document.title = "ours"'
           '</script></body>')


def test_html_loads_nothing(t):
    path = page_of(t, hostile_log())
    with Browser(t.directory) as browser:
        browser.open(path)
        browser.click('th button', 4)
        t.equal(['file://' + path], browser.requests())
        t.equal([], browser.complaints())
        # And by its policy it could not: what is put into it stays dead.
        path = page_of(t, hostile_log(),
                       lambda text: text.replace('</body>', FOREIGN))
        browser.open(path)
        t.equal('smbguard report', browser.value('document.title'))
        t.equal(2, len(browser.complaints()), browser.complaints())
        path = page_of(t, hostile_log(), lambda text: re.sub(
            '<meta http-equiv[^>]*>', '', text.replace('</body>', FOREIGN)))
        browser.open(path)
        t.equal('ours', browser.value('document.title'), 'without it')
        t.contains('http://127.0.0.1:9/x', browser.requests())


def test_charts_count_connections(t):
    negotiate = {'event': 'negotiate', 'account': None, 'share': None}
    data = lines([allowed(0, **negotiate), allowed(1, **{**negotiate,
                                                         **STRONG}),
                  allowed(2, **STRONG), event(3)])
    found = as_json(['-'], data, 1)
    t.equal({'SMB2_10': 1, 'SMB3_11': 1}, found['dialects'])
    t.equal({'none': 1, 'AES-128-GCM': 1}, found['ciphers'])
    found = as_json(['--share=secret', '-'], data, 1)
    t.equal({'SMB2_10': 1, 'SMB3_11': 1}, found['dialects'], 'share_connect')
    _, page, _ = report(['--format=html', '-'], data, 1)
    for part in (b'Connections by dialect', b'1 refused, 0 would be'):
        t.contains(part, page)


def test_refusals_of_years_are_drawn(t):
    """Steps widen both ways; no refusal gets lost in the chart."""
    stamps = ['%d-%02d-15T12:00:00Z' % (year, month)
              for year in (2026, 1971, 2080) for month in (6, 1, 12)]
    data = lines([event(timestamp=stamp) for stamp in stamps] +
                 [event(timestamp='9999-12-31T23:59:59Z')])
    _, page, _ = report(['--format=html', '-'], data, 1)
    told = re.findall(rb'(\d+) refused, (\d+) would be</title>', page)
    t.equal(10, sum(int(n) for n, _ in told))
    for stamps, each in ((('12:00', '13:59'), b'each 1 minute<'),
                         (('00:00', '02:01'), b'each 5 minutes<'),
                         (('23:59', '00:00'), b'each 15 minutes<')):
        _, page, _ = report(['--format=html', '-'], lines(
            [event(timestamp='2026-11-22T%s:00Z' % at) for at in stamps]), 1)
        t.contains(each, page)
    _, page, _ = report(['--format=html', '-'], lines(
        [event(timestamp='2026-%s-22T12:00:00Z' % month)
         for month in ('01', '11', '04')]), 1)
    t.contains(b'each 7 days<', page)
