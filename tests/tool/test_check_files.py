# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard check: events of files that do not come, or come all the same.

What: patterns, names and words of "file events" and its companions, in
[global] and in shares, each beside one that is right.
"""

import grp
import pwd

from check_tool import CLEAN, SHARE, check, expect, run, write

EVENTS = 'smbguard:file events = '
IGNORE = 'smbguard:file events ignore = '
USERS = 'smbguard:file events ignore users = '
GROUPS = 'smbguard:file events ignore groups = '
ALL = [EVENTS + 'all']


def expect_in_share(t, lines, *expected):
    """Findings in [team]: (severity, id, part of the line)"""
    path = write(t, CLEAN + SHARE + lines)
    return expect(t, path, [(severity, kind, 'team', part)
                            for severity, kind, part in expected])


def expect_in_global(t, lines, *expected):
    path = write(t, CLEAN + lines + SHARE)
    return expect(t, path, [(severity, kind, 'global', part)
                            for severity, kind, part in expected])


def test_right_ones(t):
    user, group = pwd.getpwuid(0).pw_name, grp.getgrgid(0).gr_name
    lines = [EVENTS + 'changes denied', IGNORE + '/~$*/*.tmp/', USERS + user,
             GROUPS + group]
    expect_in_share(t, lines)
    expect_in_global(t, lines)
    expect_in_share(t, [EVENTS + 'none'])
    expect_in_global(t, [EVENTS + 'none'])


def test_a_pattern_for_everything(t):
    for pattern in t.each(('/*/', '/~$*/*/', '/**/', '/?*/', '/*?/'), 5, ''):
        expect_in_share(t, ALL + [IGNORE + pattern],
                        ('warning', 'file-events-nothing', pattern))
        expect_in_global(t, ALL + [IGNORE + pattern],
                         ('warning', 'file-events-nothing', pattern))
    for pattern in t.each(('/*.*/', '/?/', '/??*/', '/*a/'), 4, ''):
        expect_in_share(t, ALL + [IGNORE + pattern])


def test_patterns_without_slashes(t):
    for value, right in t.each((('*.tmp', '/*.tmp/'),
                                ('*.tmp, ~$*', '/*.tmp/~$*/'),
                                ('*.tmp/~$*', '/*.tmp/~$*/'),
                                ('"/*.tmp/"', '/*.tmp/')), 4, 'values'):
        result = expect_in_share(t, ALL + [IGNORE + value],
                                 ('error', 'bad-value', value))
        finding, = result['findings']
        t.contains('Write "%s"' % right, finding['remedy'])


def test_words(t):
    for value, right in t.each((('opn, close', 'open, close'),
                                ('opens', 'open'), ('change', 'changes'),
                                ('"all"', 'all'), ('rename;', None),
                                ('all ; every', 'all')), 6, 'values'):
        expected = [('error', 'bad-value', value)] if right else []
        result = expect_in_share(t, [EVENTS + value], *expected)
        for finding in result['findings']:
            t.contains('Write "%s"' % right, finding['remedy'])
    result = expect_in_share(t, [EVENTS + '"all"'],
                             ('error', 'bad-value', 'all'))
    t.contains('quotes are part of a value', result['findings'][0]['remedy'])
    result = expect_in_share(t, ['smbguard:file event = all'],
                             ('error', 'unknown-option', 'event'))
    t.contains('smbguard:file events', result['findings'][0]['remedy'])


def test_what_leaves_out_nothing(t):
    for line in t.each((IGNORE + '/*.tmp/', USERS + 'root', GROUPS + 'root'),
                       3, 'options'):
        for none in ([], [EVENTS + 'none']):
            expect_in_share(t, none + [line],
                            ('warning', 'file-events-unused', line))
            expect_in_global(t, none + [line],
                             ('warning', 'file-events-unused', line))
        # One share asks, and [global] leaves out for it.
        expect(t, write(t, CLEAN + [line] + SHARE + ALL), [])
        expect(t, write(t, CLEAN + ALL + SHARE + [line]), [])


def test_none_that_is_not(t):
    expect_in_share(t, [EVENTS + 'none, open'],
                    ('warning', 'file-events-none', 'none'))
    expect_in_global(t, [EVENTS + 'open none'],
                     ('warning', 'file-events-none', 'none'))
    path = write(t, CLEAN + [EVENTS + 'delete'] + SHARE + [EVENTS + 'none'])
    result = expect(t, path, [('warning', 'file-events-none', 'team', 'none')])
    t.contains('[global] asks for some', result['findings'][0]['what'])
    t.equal('delete', result['shares'][0]['file events'])


def test_names_that_nobody_has(t):
    for option, what in t.each(((USERS, 'account'), (GROUPS, 'group')), 2, ''):
        for value, told in t.each((
                ('root, nobody-here', 'no %s of that name' % what),
                ('S-1-5-32-544', 'is a SID'),
                ('"root"', 'quotes are part of the name')), 3, 'values'):
            kind = 'nobody' if 'nobody' in value else 'name'
            for place in (expect_in_share, expect_in_global):
                result = place(t, ALL + [option + value],
                               ('warning', 'file-events-' + kind, value))
                t.contains(told, result['findings'][0]['what'])
    result = expect_in_share(t, ALL + [USERS + '@root'],
                             ('warning', 'file-events-name', '@root'))
    t.contains('Write root into "smbguard:file events ignore groups"',
               result['findings'][0]['remedy'])


def test_where_there_are_no_files(t):
    printer = ['[printer]', 'path = @DIR@', 'printable = yes']
    ipc = ['[IPC$]']
    for lines, name in t.each(((printer, 'printer'), (ipc, 'IPC$')), 2, ''):
        _, before = check(t, write(t, CLEAN + SHARE + lines))
        _, result = check(t, write(t, CLEAN + SHARE + lines + ALL))
        known = [f['what'] for f in before['findings']]
        finding, = [f for f in result['findings'] if f['what'] not in known]
        t.equal(('file-events-blind', name),
                (finding['id'], finding['section']))
        # What [global] asks for is for the others.
        _, result = check(t, write(t, CLEAN + ALL + SHARE + lines))
        t.equal(known, [f['what'] for f in result['findings']])


def test_what_counts(t):
    path = write(t, CLEAN + [EVENTS + 'delete', IGNORE + '/*.tmp/',
                             USERS + 'root'] + SHARE +
                 [EVENTS + 'open', IGNORE + '/~$*/', USERS + 'root', GROUPS +
                  'root'])
    _, result = check(t, path)
    t.equal(('open, delete', '/*.tmp//~$*/', 'root, root', 'root'),
            tuple(result['shares'][0]['file events' + name] for name in (
                '', ' ignore', ' ignore users', ' ignore groups')))
    t.equal('delete', result['global']['file events'])
    _, text, _ = run(path)
    t.contains('Events of files, of [global] and the share', text)
    _, text, _ = run(write(t, CLEAN + SHARE))
    t.true('Events of files' not in text, 'none are asked for')
