# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""`smbguard check` on a configuration that a test writes.

What: CLEAN is the [global] of a configuration without findings; write() makes a
file, expect() compares what is found in it, fake() puts a program before the
machine's.
"""

import datetime
import json
import os
import re
import subprocess

import broken_confs
from harness import ROOT, STAGE

SMBGUARD = os.path.join(ROOT, 'build/stage/bin/smbguard')
CLEAN = [
    '[global]',
    broken_confs.PRELOAD,
    'vfs objects = smbguard',
    'smbguard:audit file = @DIR@/log/smbguard.jsonl',
    'smbguard:encryption = required',
    broken_confs.KERBEROS,
    'state directory = @DIR@/state',
    'lock directory = @DIR@/state',
    'cache directory = @DIR@/state',
    'private dir = @DIR@/state',
]
SHARE = ['[team]', 'path = @DIR@']


def fill(t, text):
    def day(match):
        today = datetime.datetime.now(datetime.timezone.utc).date()
        return str(today + datetime.timedelta(int(match[1])))
    text = text.replace('@STAGE@', STAGE).replace('@DIR@', t.directory)
    return re.sub(r'@DAYS\+(\d+)@', day, text)


def write(t, lines, name='smb.conf'):
    for folder in ('log', 'state'):
        os.makedirs(os.path.join(t.directory, folder), exist_ok=True)
    path = os.path.join(t.directory, name)
    with open(path, 'w', encoding='utf-8', errors='surrogateescape') as f:
        f.write(fill(t, '\n'.join(lines)) + '\n')
    return path


def run(*arguments, **more):
    done = subprocess.run([SMBGUARD, 'check', *arguments], check=False,
                          capture_output=True, stdin=subprocess.DEVNULL,
                          **more)
    return (done.returncode, done.stdout.decode(errors='replace'),
            done.stderr.decode(errors='replace'))


def check(t, path, **more):
    """(status, what --format=json says)."""
    status, output, error = run('--format=json', path, **more)
    t.equal('', error, 'standard error')
    return status, json.loads(output)


def line_of(finding):
    """The line that a finding points to; '' for none."""
    if not finding['line']:
        return ''
    with open(finding['file'], encoding='utf-8',
              errors='surrogateescape') as f:
        return f.read().splitlines()[finding['line'] - 1]


def found(result):
    return [(f['severity'], f['id'], f['section'], line_of(f))
            for f in result['findings']]


def expect(t, path, expected):
    """These findings, and no other; the exit status that follows."""
    status, result = check(t, path)
    got = found(result)
    wanted = [(severity, kind, section, next(
        (line for s, k, w, line in got if (s, k, w) == (severity, kind, section)
         and (part or '') in line), 'a line with %r' % part))
        for severity, kind, section, part in expected]
    t.equal(sorted(wanted, key=str), sorted(got, key=str), 'findings')
    wrong = any(severity != 'note' for severity, *_ in expected)
    t.equal((int(wrong), wrong), (status, result['wrong']), 'exit status')
    return result


def clean(t):
    path = write(t, CLEAN + SHARE)
    expect(t, path, [])
    return path


def fake(t, name, text):
    path = os.path.join(t.directory, 'bin', name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='ascii') as f:
        f.write('#!/bin/sh\n' + text + '\n')
    os.chmod(path, 0o755)
    return dict(os.environ, PATH='%s:%s' % (os.path.dirname(path),
                                            os.environ['PATH']))
