# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard enable and disable in the registry: all of it, or nothing.

What: a list that stands in the registry is changed there; where smbd reads the
registry alone, everything is; killed at any moment, it has all changes or none.

How: each registry is the test's own: by "state directory" in smb.conf, and where
that does not count (config backend = registry) by covering the machine's
directories in a namespace of its own.
"""

import os
import random
import signal
import subprocess
import sys
import time

from check_tool import SMBGUARD
from server import built_with
from setup_tool import MODULE, copies, must, put, read, run

DIRECTORIES = ('state directory', 'lock directory', 'cache directory',
               'private dir')
KILLS, MOST_KILLS = 25, 200


def conf(t, *lines):
    state = os.path.join(t.directory, 'state')
    os.makedirs(state, exist_ok=True)
    path = os.path.join(t.directory, 'smb.conf')
    put(path, '[global]\n' + ''.join(
        '\t%s = %s\n' % (name, state) for name in DIRECTORIES) + ''.join(
            '\t%s\n' % line for line in lines))
    return path


def net(t, path, *arguments):
    status, output = t.run('net', 'conf', '-s', path, *arguments)
    t.equal(0, status, output)
    return output


def stored(t, path):
    """{section: {option: value}}"""
    sections, options = {}, {}
    for line in filter(None, map(str.strip, net(t, path, 'list').splitlines())):
        if line.startswith('['):
            options = sections.setdefault(line[1:-1], {})
        else:
            name, _, value = line.partition(' = ')
            options[name] = value
    return sections


def test_lists_in_an_included_registry(t):
    path = conf(t, 'include = registry')
    net(t, path, 'setparm', 'global', 'vfs objects', 'recycle, acl_xattr')
    net(t, path, 'setparm', 'team', 'path', '/srv')
    net(t, path, 'setparm', 'team', 'vfs objects', 'recycle')
    before, file = stored(t, path), read(path)
    status, output, _ = run(['enable'], path)
    t.equal((2, before, file), (status, stored(t, path), read(path)))
    t.contains('-\tvfs objects = recycle, acl_xattr\n'
               '+\tvfs objects = smbguard recycle, acl_xattr\n', output)
    output = must(t, ['enable'], path, '--shares')
    after = stored(t, path)
    t.equal(('smbguard recycle, acl_xattr', 'smbguard recycle'),
            (after['global']['vfs objects'], after['team']['vfs objects']))
    t.contains(b'preload modules = ' + MODULE.encode(), read(path))
    t.equal(2, len(copies(t.directory)), 'of the file and of the registry')
    t.contains('for `net conf import`', output)
    t.contains('enabled already', run(['enable'], path)[1])
    must(t, ['disable'], path)
    t.equal((before, file), (stored(t, path), read(path)))
    kept = next(os.path.join(t.directory, name)
                for name in copies(t.directory) if 'registry' in name)
    t.equal(0o600, os.stat(kept).st_mode & 0o777)
    net(t, path, 'import', kept)
    t.equal(before, stored(t, path), 'the copy can be imported')


def test_killed_in_the_registry(t):
    path = conf(t, 'include = registry')
    shares = ['s%d' % i for i in range(8)]
    for share in shares:
        net(t, path, 'addshare', share, t.directory)
        net(t, path, 'setparm', share, 'vfs objects', 'recycle')
    old = stored(t, path)
    must(t, ['enable'], path, '--shares')
    new = stored(t, path)
    t.equal(8, sum(s.get('vfs objects') == 'smbguard recycle'
                   for s in new.values()))
    seen = {True: 0, False: 0}
    random.seed(11)
    length = 0
    command = [SMBGUARD, 'enable', '--yes', '--shares', '--module', MODULE,
               '--smb-conf', path]
    now = new
    # How long it takes changes with what else the machine does.
    for number in range(MOST_KILLS):
        if number >= KILLS and all(seen.values()):
            break
        if now == new:
            start = time.monotonic()
            must(t, ['disable'], path)
            length = time.monotonic() - start
        elif number:
            length *= 1.1
        with subprocess.Popen(command, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            time.sleep(random.uniform(0.1, 1.3) * length)
            process.send_signal(signal.SIGKILL)
        now = stored(t, path)
        t.true(now in (old, new), 'all or nothing: %r' % now)
        seen[now == new] += 1
    t.true(seen[True] and seen[False], 'both: %r' % seen)


INSIDE = '''
set -e
mount --bind "$1" "$2" && mount --bind "$1" "$3"
shift 3
exec "$@"
'''


def test_where_the_registry_is_all(t):
    state = os.path.join(t.directory, 'covered')
    os.mkdir(state)
    done = subprocess.run(
        ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', INSIDE,
         'sh', state, built_with('STATEDIR'), built_with('LOCKDIR'),
         sys.executable, '-B', __file__, t.directory], capture_output=True,
        text=True, check=False, stdin=subprocess.DEVNULL,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)))
    t.equal((0, 'done\n'), (done.returncode, done.stdout), done.stderr)


def backend(t):
    path = os.path.join(t.directory, 'smb.conf')
    text = b'[global]\nconfig backend = registry\n'
    put(path, text)
    net(t, path, 'setparm', 'global', 'workgroup', 'X')
    net(t, path, 'setparm', 'team', 'path', '/srv')
    before = stored(t, path)
    must(t, ['enable'], path)
    after = stored(t, path)
    t.equal({'workgroup': 'X', 'preload modules': MODULE,
             'vfs objects': 'smbguard', 'smbguard:mode': 'audit'},
            after['global'])
    t.equal(before['team'], after['team'])
    must(t, ['disable'], path)
    t.equal((before, text), (stored(t, path), read(path)))
    # The mode stays with options of an administrator's.
    must(t, ['enable'], path)
    net(t, path, 'setparm', 'team', 'smbguard:encryption', 'required')
    must(t, ['disable'], path)
    t.equal('audit', stored(t, path)['global']['smbguard:mode'])
    must(t, ['disable'], path, '--purge')
    t.equal(before, stored(t, path))
    t.equal(text, read(path), 'the file is not touched')
    print('done')


if __name__ == '__main__':
    import harness
    backend(harness.Test('inside', sys.argv[1]))
