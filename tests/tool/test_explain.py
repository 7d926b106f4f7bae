# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard explain: every event, option, outcome and number has its words.

What: the names are those of the code's tables, so that one that is added there
and not explained fails here.
"""

import glob
import json
import os
import re
import subprocess

import eventlog
import harness
import tables
from tool_report import TOOL, allowed, event, lines

CONTRACT = ('negotiate', 'session', 'auth_failed', 'share_connect',
            'share_disconnect', 'negotiate_tampered', 'integrity_suspected',
            'downgrade', 'policy_error', 'audit_lost')


def source(pattern):
    texts = []
    for path in sorted(glob.glob(os.path.join(harness.ROOT, pattern))):
        with open(path, encoding='utf-8') as f:
            texts.append(f.read())
    return '\n'.join(texts)


def explain(*arguments, data=b''):
    done = subprocess.run([TOOL, 'explain', *arguments], input=data,
                          capture_output=True, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check_explained(t, name, kind):
    status, text, errors = explain(name)
    t.equal((0, ''), (status, errors), name)
    t.true(any(line.startswith(kind) for line in text.splitlines()), text)
    t.contains('What to do:', text)


def test_every_event(t):
    names = set(tables.events())
    t.equal(set(), set(CONTRACT) - names)
    for name in sorted(names):
        check_explained(t, name, name + ', an event')


def test_every_option(t):
    names = list(tables.options())
    t.true(len(names) > 10 and 'min protocol' in names, 'names: %s' % names)
    for name in names:
        check_explained(t, name, 'smbguard:%s, an option' % name)
        check_explained(t, 'smbguard:' + name, 'smbguard:%s,' % name)


def test_a_name_of_two_things(t):
    for kind in ('downgrade, an event', 'smbguard:downgrade, an option'):
        check_explained(t, 'downgrade', kind)


def test_every_outcome(t):
    t.equal(sorted(eventlog.OUTCOMES), sorted(tables.tables()['outcomes']))
    for name in eventlog.OUTCOMES:
        check_explained(t, name, name + ', an outcome')


def test_every_number(t):
    numbers = set().union(*tables.events().values())
    t.equal(10, len(numbers))
    for number in numbers:
        check_explained(t, str(number), '%d, a number' % number)


def test_options_of_an_exception(t):
    for name in ('hosts', 'users', 'groups', 'shares', 'allow', 'until',
                 'reason'):
        check_explained(t, 'smbguard:scanner ' + name, 'smbguard:exceptions,')


def test_the_list_has_them_all(t):
    status, text, _ = explain()
    t.equal(0, status)
    for name in CONTRACT + eventlog.OUTCOMES + ('min protocol', '1046'):
        t.contains('  %s\n' % name, text)


def test_a_line(t):
    one = event(reason='Refused: a\x1b[31m reason.')
    for arguments, data in (([json.dumps(one)], b''), (['-'], lines([one]))):
        status, text, errors = explain(*arguments, data=data)
        t.equal((0, ''), (status, errors))
        for part in ('Refused: a\\x1b[31m reason.', 'share_connect, an event',
                     'denied, an outcome', 'smbguard:encryption, an option'):
            t.contains(part, text)
    text = explain(json.dumps(allowed()))[1]
    t.true('an option' not in text, 'no option decided')


def test_a_real_event(t):
    smbd = t.smbd()
    smbd.smbclient('secret', 'SMB2_10')
    smbd.settle()
    with open(smbd.audit, 'rb') as f:
        status, text, errors = explain('-', data=f.read())
    t.equal((0, ''), (status, errors))
    t.contains('smbguard:encryption, an option', text)


def test_what_is_not_known(t):
    for arguments in (['nothing'], ['9999'], ['{"torn'], ['a\x1b[31m'],
                      [json.dumps(event(event='other'))], ['--nothing'],
                      ['smbguard:'], [''], ['share_connect', 'nothing']):
        status, _, errors = explain(*arguments)
        t.equal(2, status, arguments)
        t.true(errors.startswith('smbguard: '), arguments)
        t.true('\x1b' not in errors, 'nothing that steers a terminal')
    t.equal(0, explain('share_connect', 'encryption')[0])
    t.contains('Exit code', explain('--help')[1])
