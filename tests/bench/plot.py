# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of a bench as a picture: plain SVG, a panel a question.

What: svg(results) is the text of the picture.  A part that was not measured
leaves its panel empty.

How: a Panel maps values to places, and draws axes, grid and labels; what is
drawn into it goes by values.  Both axes of what grows are logarithmic: where
cost follows the number, the line goes up by as much as it goes to the right.

How it fails: KeyError on results that are not those of run.py.
"""

import math
from xml.sax.saxutils import escape

import candidates
import columns
from growth import EXCEPTIONS, SHARES

WIDTH, HEIGHT = 960, 1000
COLOURS = {candidates.STOCK: '#777777', candidates.AGAIN: '#bbbbbb',
           candidates.GUARD: '#0072b2', candidates.OTHERS: '#d55e00'}
LABEL = 'full_audit, auth_json_audit'
FONT = 'font-family="DejaVu Sans, Arial, sans-serif"'


def text(x, y, what, size=12, anchor='start', more=''):
    return ('<text x="%.1f" y="%.1f" font-size="%d" text-anchor="%s" %s>'
            '%s</text>' % (x, y, size, anchor, more, escape(what)))


def line(x1, y1, x2, y2, colour='#dddddd', width=1, more=''):
    return ('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" '
            'stroke-width="%s" %s/>' % (x1, y1, x2, y2, colour, width, more))


def rect(x, y, width, height, colour):
    return ('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" '
            'fill="%s"/>' % (x, y, width, height, colour))


def circle(x, y, colour, hollow=False):
    return ('<circle cx="%.1f" cy="%.1f" r="4" stroke="%s" stroke-width="2" '
            'fill="%s"/>' % (x, y, colour, '#ffffff' if hollow else colour))


def round_up(value):
    """The next 1, 2, 2.5 or 5 with zeros."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 2.5, 5, 10)
                if step * power >= value * (1 - 1e-9))


def short(value):
    return '{:,g}'.format(round(value, 3))


class Panel:
    """A place of the picture with a title and two axes."""

    def __init__(self, x, y, title, unit, width=360, height=200):
        self.left, self.bottom = x + 70, y + 40 + height
        self.width, self.height = width, height
        self.parts = [text(x, y + 12, title, 14, more='font-weight="bold"'),
                      text(self.left, y + 32, unit, 11, more='fill="#555555"')]

    def scale(self, low, high, log=False):
        change = math.log10 if log else float
        self._low, self._range = change(low), change(high) - change(low)
        self._change = change

    def y(self, value):
        part = (self._change(value) - self._low) / self._range
        return self.bottom - part * self.height

    def grid(self, values):
        right = self.left + self.width
        for value in values:
            y = self.y(value)
            self.parts += [line(self.left, y, right, y),
                           text(self.left - 6, y + 4, short(value), 11, 'end')]
        self.parts.append(line(self.left, self.bottom, right, self.bottom,
                               '#333333'))

    def under(self, x, what):
        self.parts.append(text(x, self.bottom + 16, what, 11, 'middle'))


def linear(panel, low, high, steps=5):
    step = round_up((high - low) / steps)
    top = low + step * math.ceil((high - low) / step - 1e-9)
    panel.scale(low, top)
    panel.grid([low + step * i for i in range(round((top - low) / step) + 1)])


def bars(panel, groups):
    """groups: {name: {server: value}}"""
    linear(panel, 0, max([value for servers in groups.values()
                          for value in servers.values()], default=1))
    room = panel.width / max(len(groups), 1)
    for number, (name, servers) in enumerate(groups.items()):
        middle = panel.left + (number + .5) * room
        width = min(room * .8 / len(servers), 50)
        for i, (server, value) in enumerate(servers.items()):
            x = middle + (i - len(servers) / 2) * width
            y = panel.y(value)
            panel.parts += [rect(x + 1, y, width - 2, panel.bottom - y,
                                 COLOURS[server]),
                            text(x + width / 2, y - 4, short(value), 10,
                                 'middle')]
        panel.under(middle, name)
    return panel.parts


def ratios(panel, rows):
    """A point with its interval a server and visit; 1 is stock."""
    rows = [row for row in rows if row['server'] != candidates.STOCK]
    # The intervals of few rounds may leave the picture.
    linear(panel, min([.9] + [row['low'] for row in rows]) // .1 / 10,
           max([1.2] + [row['high'] for row in rows]))
    right = panel.left + panel.width
    panel.parts.append(line(panel.left, panel.y(1), right, panel.y(1),
                            COLOURS[candidates.STOCK], 2))
    visits = list(dict.fromkeys(row['visit'] for row in rows))
    servers = list(dict.fromkeys(row['server'] for row in rows))
    room = panel.width / max(len(visits), 1)
    for row in rows:
        middle = panel.left + (visits.index(row['visit']) + .5) * room
        x = middle + (servers.index(row['server']) -
                      (len(servers) - 1) / 2) * 30
        colour = COLOURS[row['server']]
        panel.parts += [line(x, panel.y(row['low']), x, panel.y(row['high']),
                             colour, 2),
                        circle(x, panel.y(row['ratio']), colour)]
    for number, name in enumerate(visits):
        panel.under(panel.left + (number + .5) * room, name)
    return panel.parts


def value_of(row):
    if not row['started']:
        return 'no start'
    return '%s%s' % ('>' if row['more_than'] else '', short(round(
        row['seconds'] * 1000, 0 if row['seconds'] > .1 else 1)))


def curves(panel, what, by_count):
    """A line a server; a hollow end where a visit was given up."""
    values = [row['seconds'] * 1000 for servers in by_count.values()
              for row in servers.values()] or [1]
    # Below the lowest point there must be room for its label.
    low = 10.0 ** math.floor(math.log10(max(min(values) / 3, .1)))
    high = 10.0 ** math.ceil(math.log10(max(values)) + 1e-9)
    panel.scale(low, max(high, low * 10), log=True)
    panel.grid([low * 10 ** i for i in range(round(math.log10(high / low))
                                             + 1)])
    widest = max(math.log10(max(by_count, default=10)), 1)

    def x(count):
        return panel.left + 20 + math.log10(count) / widest * (
            panel.width - 50)
    for server in COLOURS:
        points = [(x(count), servers[server])
                  for count, servers in by_count.items() if server in servers]
        places = [(px, panel.y(max(row['seconds'] * 1000, low)), row)
                  for px, row in points]
        panel.parts.append(
            '<polyline fill="none" stroke="%s" stroke-width="2" points="%s"/>'
            % (COLOURS[server], ' '.join('%.1f,%.1f' % place[:2]
                                         for place in places)))
        panel.parts += [circle(px, py, COLOURS[server], row['more_than'])
                        for px, py, row in places]
        # smbguard's above its line, those of stock below.
        shift = -9 if server == candidates.GUARD else 17
        panel.parts += [text(px, py + shift, value_of(row), 10, 'middle',
                             'fill="%s"' % COLOURS[server])
                        for px, py, row in places]
    for count in by_count:
        panel.under(x(count), '{:,}'.format(count))
    panel.parts.append(text(panel.left + panel.width / 2, panel.bottom + 34,
                            what, 11, 'middle', 'fill="#555555"'))
    return panel.parts


def legend(y):
    parts, x = [], 20
    for server, colour in COLOURS.items():
        label = LABEL if server == candidates.OTHERS else server
        parts += [rect(x, y - 10, 12, 12, colour), text(x + 18, y, label)]
        x += 50 + 8 * len(label)
    return parts


def grouped(rows, key, value, scale=1.0):
    found = {}
    for row in rows:
        found.setdefault(row.get(key, ''), {})[row['server']] = round(
            row[value] / scale, 2)
    return found


def svg(results):
    grow = results.get('growth', [])
    counted = results.get('instructions', [])
    many = [row for row in counted if EXCEPTIONS in row['case']]
    parts = legend(25)
    parts += ratios(Panel(20, 50, 'Time of a visit, beside a stock smbd',
                          'times stock, with the 95 % interval'),
                    results.get('connection', []))
    parts += bars(Panel(500, 50, 'Instructions of a connection', 'millions'),
                  grouped([row for row in counted if row not in many], 'case',
                          'instructions', 1e6))
    parts += curves(Panel(20, 370, 'A visit with many exceptions in smb.conf',
                          'processor time of the server, ms'),
                    EXCEPTIONS, columns.growth_of(EXCEPTIONS, grow))
    parts += curves(Panel(500, 370, 'A visit with many shares in smb.conf',
                          'processor time of the server, ms'),
                    SHARES, columns.growth_of(SHARES, grow))
    parts += bars(Panel(20, 690, 'Private memory of an idle connection',
                        'KiB'),
                  grouped(results.get('memory', []), 'case', 'private_kib'))
    parts += bars(Panel(500, 690, 'Instructions with many exceptions',
                        'millions'),
                  grouped(many, 'case', 'instructions', 1e6))
    return ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
            'viewBox="0 0 %d %d" %s fill="#111111">\n'
            '<title>What smbguard costs</title>\n%s\n%s\n</svg>\n' % (
                WIDTH, HEIGHT, WIDTH, HEIGHT, FONT,
                rect(0, 0, WIDTH, HEIGHT, '#ffffff'), '\n'.join(parts)))
