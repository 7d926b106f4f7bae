# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard report --files: who read, changed and deleted which files.

What: opens and closes that belong together and such that do not, what was not
encrypted, what failed, filters, names of all kinds, records of all sizes; and
that other reports are the same with and without events of files.
"""

import csv
import io
import os
import re
import subprocess

from tool_files import (PLAIN, REFUSED, access, as_written, closed, deleted,
                        every_kind, file_event, opened, renamed)
from tool_report import (HOSTILE, NAMES, STRONG, TOOL, allowed, as_json, event,
                         lines, report)

CONF = '[global]\n%s[files]\n  path = /tmp\n'


def found(events, *arguments, status=0):
    return as_json(['--files', *arguments, '-'], as_written(events), status)


def did(events, *arguments):
    """[(did or tried, account, path, count, bytes read, bytes written)]"""
    answer = found(events, *arguments)
    return [(r.get('did') or r['tried'], r.get('account'), r.get('path'),
             r['count'], r['bytesRead'], r['bytesWritten'])
            for r in answer['failed'] + answer['rows']]


def test_a_real_server(t):
    """Who did what, as it was; the same words from watch."""
    smbd = t.smbd(shares={'open': {'smbguard:file events': 'all',
                                   'smbguard:encryption': None}})
    local = os.path.join(t.directory, 'local')
    with open(local, 'w', encoding='ascii') as f:
        f.write('hello world')
    for protocol, command in t.each((
            ('SMB3_11', 'put %s new.txt; mkdir sub' % local),
            ('SMB2_10', 'get new.txt %s.back; get none %s.none' % (local, local)),
            ('SMB3_11', 'rename new.txt old.txt; del old.txt')), 3, 'visits'):
        smbd.smbclient('open', protocol, command=command)
    smbd.settle()
    answer = as_json(['--files', smbd.audit], status=0)
    rows = {(r['did'], r['path']): r for r in answer['rows']}
    t.equal({('created', 'new.txt'): (0, 11), ('read', 'new.txt'): (11, 0),
             ('renamed', 'new.txt'): (0, 0), ('deleted', 'old.txt'): (0, 0),
             ('created', 'sub'): (0, 0)},
            {name: (r['bytesRead'], r['bytesWritten'])
             for name, r in rows.items() if name[0] != 'opened'})
    t.equal('SMB2_10', rows['read', 'new.txt']['dialect'])
    t.equal(True, rows['read', 'new.txt']['protection'] != 'encrypted')
    t.equal([('open', 'none', 'NT_STATUS_OBJECT_NAME_NOT_FOUND')],
            [(r['tried'], r['path'], r['status']) for r in answer['failed']])
    t.equal(['alice'], [r['account'] for r in answer['accounts']])
    told = subprocess.run([TOOL, 'watch', '--files', smbd.audit], check=True,
                          capture_output=True).stdout.decode()
    for part in ('  rename new.txt to old.txt\n', '  delete old.txt\n',
                 '  close, wrote 11 bytes: new.txt\n',
                 '  open none: NT_STATUS_OBJECT_NAME_NOT_FOUND\n'):
        t.contains(part, told)


def text_of(events, *arguments, status=0):
    return report(['--files', *arguments, '-'], as_written(events),
                  status)[1].decode()


def test_an_open_and_its_close_are_one(t):
    for made, word, numbers in t.each((
            (access('a', read=5), 'read', (5, 0)),
            (access('a', written=7), 'changed', (0, 7)),
            (access('a', written=7, created=True), 'created', (0, 7)),
            (access('a', created=True), 'created', (0, 0)),
            (access('a', overwritten=True)[:1], 'changed', (0, 0)),
            ([opened('a', overwritten=True), closed('a')], 'changed', (0, 0)),
            (access('a'), 'opened', (0, 0)),
            ([closed('a', read=5, written=7)], 'changed', (5, 7)),
            ([closed('a', read=5)], 'read', (5, 0)),
            ([opened('a')], 'opened', (0, 0)),
            ([opened('a', created=True)], 'created', (0, 0))), 11, 'accesses'):
        t.equal([(word, 'alice', 'a', 1, *numbers)], did(made))


def test_what_does_not_belong_together(t):
    """Another connection, another file: the open and the close stay two."""
    for other in t.each((
            {'connectionId': '0x%016x' % 2}, {'fileId': '0x%016x' % 2}), 2, ''):
        t.equal([('read', 'alice', 'a', 1, 5, 0), ('opened', 'alice', 'a', 1, 0, 0)],
                did([opened('a'), {**closed('a', read=5), **other}]))


def test_a_handle_that_is_used_again(t):
    """Its second open is not the first one's."""
    events = access('a', read=1) + access('b', number=2, written=2)
    t.equal([('changed', 'alice', 'b', 1, 0, 2), ('read', 'alice', 'a', 1, 1, 0)],
            did(events))
    # An open whose close was lost is told all the same.
    t.equal([('read', 'alice', 'b', 1, 2, 0), ('opened', 'alice', 'a', 1, 0, 0)],
            did([opened('a'), *access('b', number=2, read=2)]))


def test_many_that_are_open_at_once(t):
    events = [opened('f%d' % n, n) for n in range(2000)]
    events += [closed('f%d' % n, n, 1, read=n + 1) for n in range(2000)]
    answer = found(events)
    # Some may have lost their place: then the open is one by itself.
    t.equal((2000, sum(range(1, 2001))), (answer['all']['read'],
                                          answer['all']['bytesRead']))
    t.true(answer['all']['opened'] < 100, answer['all'])


def test_every_kind(t):
    answer = found(every_kind())
    t.equal({'count': 16, 'deleted': 1, 'renamed': 1, 'created': 3,
             'changed': 3, 'rights': 1, 'attributes': 1, 'read': 1,
             'opened': 3, 'failed': 2},
            {name: answer['all'][name] for name in (
                'count', 'deleted', 'renamed', 'created', 'changed', 'rights',
                'attributes', 'read', 'opened', 'failed')})
    t.equal({'open': REFUSED, 'delete': 'NT_STATUS_DIRECTORY_NOT_EMPTY'},
            {row['tried']: row['status'] for row in answer['failed']})
    renames = [r for r in answer['rows'] if r['did'] == 'renamed']
    t.equal([('a/b.txt', 'a/c.txt')],
            [(r['path'], r['newPath']) for r in renames])


def test_what_smbguard_refused(t):
    answer = found([file_event('file_delete', 'a', status=REFUSED,
                               outcome='denied')])
    t.equal([('delete', REFUSED, 1)], [
        (r['tried'], r['status'], r['count']) for r in answer['failed']])
    t.equal((0, 1), (answer['all']['deleted'], answer['all']['failed']))


def test_the_unencrypted_come_first(t):
    events = [deleted('safe', 1), *access('plain', 1, 2, read=3, **PLAIN),
              *access('weak', 2, 4, read=4, **{**PLAIN, 'signed': False}),
              *access('unknown', 3, 6, read=5, **{
                  **PLAIN, 'encrypted': None, 'signed': None})]
    answer = found(events)
    t.equal(['not known', 'not protected', 'signed only'],
            sorted(r['protection'] for r in answer['unencrypted']))
    t.equal(['unknown', 'weak', 'plain', 'safe'],
            [r['path'] for r in answer['rows']])
    t.equal((4, 3), (answer['all']['count'], answer['all']['unencrypted']))
    text = text_of(events)
    t.contains('not encrypted: 3', text)
    titles = re.findall(r'^\n([A-Z][a-z ]+)\n[A-Z]', text, re.M)
    t.equal(['Unencrypted accesses', 'By account', 'By time', 'By file',
             'Who did what'], titles)
    # An open that was not encrypted is told though its close was.
    both = access('a', read=1)
    both[0].update(PLAIN)
    t.equal(['signed only'], [r['protection'] for r in found(both)['rows']])
    t.true('Unencrypted' not in text_of([deleted('a')]).split('By account')[0],
           'nothing to tell')


def test_by_account_path_and_time(t):
    events = [*access('a', 1, 0, read=5), deleted('a', 2, account='bob'),
              deleted('b', 2, account='bob', timestamp='2026-11-23T01:02:03.000000Z')]
    answer = found(events)
    t.equal({'alice': (1, 0, 5), 'bob': (0, 2, 0)}, {
        r['account']: (r['read'], r['deleted'], r['bytesRead'])
        for r in answer['accounts']})
    t.equal({'a': (1, 1), 'b': (0, 1)}, {
        r['path']: (r['read'], r['deleted']) for r in answer['paths']})
    t.equal([('2026-11-22T12:00Z', 1, 1), ('2026-11-23T01:00Z', 0, 1)],
            [(r['from'], r['read'], r['deleted']) for r in answer['times']])
    # Of more than two days, days
    text = text_of([deleted('a', timestamp='2026-11-%02dT%02d:00:00.000000Z' % (
        day, hour)) for day in (1, 2, 3) for hour in range(24)])
    t.equal(3, len(re.findall(r'^2026-11-0\d +0', text, re.M)))


EVENTS = [*access('Accounts/2026/a.xlsx', 1, 0, read=5),
          *access('b.TXT', 2, 2, read=5, account='Bob', domain='OTHER'),
          *access('c.txt:stream', 3, 4, read=5, share='More',
                  clientAddress='198.51.100.9'),
          renamed('old.tmp', 'Accounts/new.xlsx', 8)]


def test_filters(t):
    for arguments, paths in t.each((
            (('--account', 'alice'), 'Aco'), (('--account', 'BOB'), 'b'),
            (('--account', 'other\\bob'), 'b'), (('--account', 'D\\bob'), ''),
            (('--account', 'bob', '--account', 'd\\ALICE'), 'Abco'),
            (('--path', '*.xlsx'), 'Ao'), (('--path', '*.txt'), 'bc'),
            (('--path', 'stream'), ''), (('--path', '*stream'), 'c'),
            (('--path', 'accounts/*'), 'Ao'), (('--path', 'Accounts'), ''),
            (('--path', '?.txt'), 'bc'), (('--path', '*/2026/*'), 'A'),
            (('--path', 'b.txt', '--path', 'old.*'), 'bo'),
            (('--share', 'more'), 'c'), (('--client', '198.51.100.0/24'), 'c'),
            (('--since', '2026-11-22T12:00:02Z'), 'bco'),
            (('--until', '2026-11-22T12:00:02Z'), 'A'),
            (('--account', 'alice', '--path', '*.tmp'), 'o')), 19, 'filters'):
        answer = found(EVENTS, *arguments, status=0 if paths else 2)
        t.equal(sorted(paths), sorted(r['path'][0] for r in answer['rows']),
                ' '.join(arguments))


def test_no_event_is_no_answer(t):
    events = [allowed(), event(1)]
    path = os.path.join(t.directory, 'smb.conf')
    for option, told in t.each((
            ('', 'Set "smbguard:file events = all"'),
            ('  smbguard:file events = none\n', 'Set "smbguard:file events'),
            ('  smbguard:file events = open\n', 'smb.conf asks for them')), 3,
                               'files'):
        with open(path, 'w', encoding='utf-8') as f:
            f.write(CONF % option)
        _, text, errors = report(['--files', '--smb-conf', path, '-'],
                                 as_written(events), 2)
        for part in (text, errors):
            t.contains(told, ' '.join(part.decode().split()))
    _, _, errors = report(['--files', '--account', 'nobody', '-'],
                          as_written(EVENTS), 2)
    t.contains(b'of what is asked for; of others there are', errors)
    _, _, errors = report(['--files', '-'], b'', 2)
    t.contains(b'what was read is empty', errors)
    answer = found(events, status=2)
    t.contains('There is no event of a file', answer['nothing'])


def test_options_that_do_not_go_together(t):
    for arguments, told in t.each((
            (['--account', 'x'], b'go with --files'),
            (['--path', 'x'], b'go with --files'),
            (['--files', '--if', 'ntlm=deny'], b'give one of them'),
            (['--files', '-f', 'openmetrics'], b'text, json, csv and html')),
                                  4, 'lines'):
        _, text, errors = report([*arguments, '-'], as_written(EVENTS), 2)
        t.equal(b'', text)
        t.contains(told, errors)


def test_both_readers_tell_the_same(t):
    events = EVENTS + every_kind()
    slow = as_json(['--files', '-'], lines(events), 0)
    fast = found(events)
    slow.pop('made'), fast.pop('made')
    t.equal(slow, fast)


def test_other_reports_do_not_count_files(t):
    """Refusals, shares, what if: as without them."""
    visits = [allowed(1, share='files', **STRONG), event(2, share='files'),
              allowed(3, share='files')]
    refused = [file_event('file_open', 'a', 3, status=REFUSED,
                          outcome='denied', policy={
                              'option': 'smbguard:audit failure',
                              'scope': 'global', 'required': 'deny',
                              'actual': 'file', 'exception': 'x'})]
    for arguments in ([], ['--if', 'encryption=required', '--share', 'files'],
                      ['--if', 'min protocol=SMB3_11']):
        bare = as_json([*arguments, '-'], as_written(visits), 1)
        more = as_json([*arguments, '-'],
                       as_written(visits + EVENTS[:2] + refused), 1)
        for name in ('rows', 'shares', 'refused', 'dialects', 'ciphers',
                     'clientsSeen', 'clientsReady', 'exceptions', 'notices'):
            t.equal(bare[name], more[name], name)
        t.equal((0, 2), (bare['events']['file_open'],
                         more['events']['file_open']))
    text = report(['-'], as_written(visits + refused), 1)[1]
    t.contains(b'1 events of files: see smbguard report --files', text)
    t.true(b'report --files' not in report(['-'], as_written(visits), 1)[1],
           'nothing to tell of')
    _, _, errors = report(['-'], as_written(EVENTS), 2)
    t.contains(b'Nobody connected in the period', errors)


def hostile():
    names = [name for name in HOSTILE if name]
    return [renamed(name, name, n, account=name, share=name, domain=name,
                    clientAddress=name, status=status, **PLAIN)
            for n, name in enumerate(names)
            for status in ('NT_STATUS_OK', REFUSED)]


def test_hostile_names_in_text(t):
    _, data, _ = report(['--files', '-'], lines(hostile()), 0)
    text = data.decode('utf-8')
    t.true(not re.search('[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]', text),
           'nothing that steers a terminal')
    t.contains('a\\x1b[31mb', text)
    t.contains('two\\x0alines', text)


def test_hostile_names_in_the_page(t):
    _, data, _ = report(['--files', '--format=html', '--account', HOSTILE[0],
                         '--account', HOSTILE[1], '--path', HOSTILE[0],
                         '--path', HOSTILE[1], '-'], lines(hostile()), 0)
    text = data.decode('utf-8')
    t.true('<script>alert' not in text and '<img' not in text, 'escaped')
    t.contains('&lt;script&gt;alert(1)&lt;/script&gt;', text)
    t.equal(1, text.count('<script>'))
    t.equal(['unencrypted', 'failed', 'accounts', 'times', 'paths', 'deeds'],
            re.findall(r'<section id="(\w+)">', text))


def test_hostile_names_in_csv_and_json(t):
    _, data, _ = report(['--files', '--format=csv', '-'], lines(hostile()), 0)
    rows = list(csv.DictReader(io.StringIO(data.decode('utf-8'), newline='')))
    t.each(rows, 2 * len(NAMES), 'rows')
    t.equal({'rename'}, {row['action'] for row in rows})
    t.true(all(not value.startswith(('=', '+', '-', '@'))
               for row in rows for value in row.values()), 'no formula')
    answer = as_json(['--files', '-'], lines(hostile()), 0)
    t.equal(NAMES, {row['path'] for row in answer['rows']})


def test_long_paths_are_kept_and_cut(t):
    long = 'folder/' * 100
    answer = found([deleted(long + 'a'), deleted(long + 'b'),
                    deleted('x' * 5000)])
    t.equal([701, 701, 1027], sorted(len(r['path']) for r in answer['paths']))


def test_more_files_than_are_kept(t):
    """The sums are of all, and it is said."""
    line = as_written([deleted('@@')])
    data = b''.join(line.replace(b'@@', b'f%d' % n) for n in range(100100))
    answer = as_json(['--files', '-'], data, 0)
    t.equal((True, 100000, 100000, 100100), (
        answer['cut'], len(answer['paths']), len(answer['rows']),
        answer['all']['deleted']))
    _, text, _ = report(['--files', '-'], data, 0)
    t.contains(b'more than 100000', text)
    t.contains(b'and 99960 more', text)
    t.true(len(text) < 30000, 'a screen or two')
