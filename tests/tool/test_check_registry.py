# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard check: a configuration in the registry, read as smbd reads it."""

import json
import os
import subprocess

import broken_confs
from server import built_with
from check_tool import (CLEAN, SHARE, SMBGUARD, check, clean, expect, fill,
                             found, write)


def registry(t, path, settings):
    for section, name, value in settings:
        status, output = t.run('net', 'conf', '-s', path, 'setparm', section,
                               name, value)
        t.equal(0, status, output)


def test_registry(t):
    clean(t)
    path = write(t, CLEAN + ['include = registry'] + SHARE)
    registry(t, path, [('global', 'smbguard:mode', 'audit'),
                       ('stored', 'path', t.directory)])
    result = expect(t, path, [])
    t.equal('audit', result['global']['mode'])
    t.equal(['team', 'stored', 'IPC$'], [s['share'] for s in result['shares']])
    registry(t, path, [('stored', 'smbguard:encrypton', 'required')])
    result = expect(t, path, [('error', 'unknown-option', 'stored', '')])
    t.equal(('registry', None), (result['findings'][0]['file'],
                                 result['findings'][0]['line']))


def test_registry_shares(t):
    path = write(t, CLEAN + ['registry shares = yes'] + SHARE)
    registry(t, path, [('stored', 'path', t.directory),
                       ('stored', 'vfs objects', 'recycle'),
                       ('global', 'smbguard:mode', 'audit')])
    result = expect(t, path, [('note', 'share-fallback', 'stored', '')])
    t.equal('enforce', result['global']['mode'])
    t.equal([], check(t, write(t, CLEAN + SHARE))[1]['findings'])


def test_config_backend_registry(t):
    """Then the file does not count, nor its directories: smbd drops it.

    So all of it happens where the machine's own directory of Samba's state is
    covered by the test's.
    """
    path = write(t, CLEAN + ['config backend = registry'] + SHARE)
    state = os.path.join(t.directory, 'state')
    values = [('global', 'vfs objects', 'smbguard'),
              ('global', 'preload modules', fill(
                  t, broken_confs.PRELOAD.partition(' = ')[2])),
              ('global', 'smbguard:audit file', fill(
                  t, '@DIR@/log/a.jsonl')),
              ('global', 'smbguard:guest', 'deny'),
              ('stored', 'path', t.directory)]
    script = os.path.join(t.directory, 'covered')
    with open(script, 'w', encoding='utf-8') as f:
        f.write('set -e\nmount --bind %s %s\nmount --bind %s %s\n' % (
            state, built_with('STATEDIR'), state, built_with('LOCKDIR')))
        f.writelines("net conf -s %s setparm %s '%s' '%s' >&2\n" % (
            (path,) + value) for value in values)
        f.write('exec %s check --format=json %s\n' % (SMBGUARD, path))
    done = subprocess.run(['unshare', '--mount', '--propagation', 'private',
                           'sh', script], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    t.equal((0, ''), (done.returncode, done.stderr))
    result = json.loads(done.stdout)
    t.equal([], found(result))
    t.equal(['stored', 'IPC$'], [s['share'] for s in result['shares']])
    t.equal(('deny', 'optional'), (result['global']['guest'],
                                   result['global']['encryption']))
    t.true('registry.tdb' in os.listdir(state), 'a registry in the test only')


def test_check_makes_nothing(t):
    path = write(t, CLEAN + ['include = registry'] + SHARE)
    before = sorted(os.listdir(os.path.join(t.directory, 'state')))
    check(t, path)
    t.equal(before, sorted(os.listdir(os.path.join(t.directory, 'state'))))
