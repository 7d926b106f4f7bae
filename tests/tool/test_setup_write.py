# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""How smbguard writes smb.conf: whole or not at all.

What: killed at any moment, by a signal at random times and within each system
call that could matter, the file is the old one or the new one; owner, mode, ACL
and label stay; links are followed; other writers are noticed; what cannot be
written is left alone.
"""

import fcntl
import os
import random
import shutil
import signal
import stat
import struct
import subprocess
import time

from check_tool import SMBGUARD
from harness import Failure, STAGE
from setup_tool import (MODULE, answer, copies, listing, must, put, read, run)

OLD = b'[global]\n\tworkgroup = X\n\tvfs objects = recycle\n'\
    b'[team]\n\tpath = /srv\n'
COMMAND = [SMBGUARD, 'enable', '--module', MODULE, '--yes', '--smb-conf']
# Each of these takes a step of the writing.
CALLS = ('openat', 'fchown', 'fchmod', 'fsync', 'unlinkat', 'renameat', 'write',
         'close', 'flock')


def folder(t, name='etc'):
    path = os.path.join(t.directory, name)
    os.makedirs(path, exist_ok=True)
    conf = os.path.join(path, 'smb.conf')
    put(conf, OLD)
    return path, conf


def the_new(t):
    path, conf = folder(t, 'new')
    must(t, ['enable'], conf)
    t.equal(1, len(copies(path)))
    return read(conf)


def whole(t, path, conf, new):
    """The old file or the new one, and so is each copy.  Is it the new one?"""
    now = read(conf)
    if now not in (OLD, new):
        raise Failure('smb.conf is neither: %r' % now)
    for name in listing(path):
        t.true(name in ('smb.conf', '.smb.conf.smbguard-new') or
               name.startswith('smb.conf.smbguard-'), 'nothing else: ' + name)
    return now == new


def test_killed_at_any_moment(t):
    new = the_new(t)
    start = time.monotonic()
    for _ in range(5):
        path, conf = folder(t)
        subprocess.run(COMMAND + [conf], check=True, capture_output=True,
                       stdin=subprocess.DEVNULL)
    length = (time.monotonic() - start) / 5
    done = {True: 0, False: 0}
    random.seed(7)
    for _ in range(150):
        path, conf = folder(t)
        with subprocess.Popen(COMMAND + [conf], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            time.sleep(random.uniform(0, length * 1.3))
            process.send_signal(signal.SIGKILL)
        done[whole(t, path, conf, new)] += 1
    t.true(done[True] and done[False], 'old ones and new ones: %r' % done)
    must(t, ['enable'], conf)
    t.equal(new, read(conf), 'what was left behind is in nobody\'s way')
    t.true('.smb.conf.smbguard-new' not in listing(path), listing(path))


def test_killed_within_a_call(t):
    """strace kills it as it enters the call, each time that it does."""
    new = the_new(t)
    news = killed = 0
    for call in t.each(list(CALLS), 9, 'calls'):
        for number in range(1, 60):
            path, conf = folder(t)
            for name in copies(path):
                os.unlink(os.path.join(path, name))
            done = subprocess.run(
                ['strace', '-f', '-o', '/dev/null', '-e', 'trace=' + call, '-P',
                 conf, '-P', path, '-P', path + '/.smb.conf.smbguard-new', '-e',
                 'inject=%s:signal=SIGKILL:when=%d' % (call, number)] +
                COMMAND + [conf], check=False, stdin=subprocess.DEVNULL,
                capture_output=True)
            if done.returncode == 0:
                break
            killed += 1
            news += whole(t, path, conf, new)
    t.true(killed >= 10, 'it was killed, %d times' % killed)
    t.true(0 < news < killed, 'before and behind the rename: %d' % news)


def test_calls_that_fail(t):
    """What fails, fails before the rename, and leaves nothing; or it is done."""
    new = the_new(t)
    failed = 0
    for call in t.each(['openat', 'fchown', 'fchmod', 'fsync', 'renameat', 'fstat',
                        'newfstatat', 'flock', 'flistxattr'], 9, 'calls'):
        for number in range(1, 40):
            path, conf = folder(t)
            for name in copies(path):
                os.unlink(os.path.join(path, name))
            done = subprocess.run(
                ['strace', '-f', '-o', path + '.trace', '-e', 'trace=' + call,
                 '-P', conf, '-P', path, '-P', path + '/.smb.conf.smbguard-new',
                 '-e', 'inject=%s:error=EIO:when=%d' % (call, number)] +
                COMMAND + [conf], check=False, stdin=subprocess.DEVNULL,
                capture_output=True)
            if b'INJECTED' not in read(path + '.trace'):
                break
            if done.returncode == 0:
                t.equal(new, read(conf), call)
                continue
            failed += 1
            t.equal((2, OLD, ['smb.conf']), (done.returncode, read(conf),
                                             listing(path)), call)
            t.true(done.stderr, 'it says why')
    t.true(failed >= 5, '%d times' % failed)


def acl(*entries):
    """As the kernel takes it: (tag, permissions, id), see acl(5)."""
    return struct.pack('<I', 2) + b''.join(
        struct.pack('<HHi', *entry) for entry in entries)


def test_owner_mode_and_acl_stay(t):
    path, conf = folder(t)
    os.chmod(conf, 0o640)
    os.chown(conf, 1, 2)
    os.setxattr(conf, 'system.posix_acl_access', acl(
        (1, 6, -1), (2, 6, 7), (4, 4, -1), (8, 4, 8), (16, 6, -1),
        (32, 0, -1)))
    os.setxattr(conf, 'user.mine', b'kept')
    label = 'security.smbguard_test'
    os.setxattr(conf, label, b'label')

    def rights(name):
        st = os.stat(name)
        return (st.st_uid, st.st_gid, stat.S_IMODE(st.st_mode),
                os.getxattr(name, 'user.mine'), os.getxattr(name, label),
                os.getxattr(name, 'system.posix_acl_access'))
    before = rights(conf)
    must(t, ['enable'], conf)
    t.equal(before, rights(conf), 'the new one')
    t.equal(before, rights(os.path.join(path, copies(path)[0])), 'the copy')
    t.true(read(conf) != OLD, 'it was written')
    t.equal(OLD, read(os.path.join(path, copies(path)[0])))


def test_links_stay(t):
    path, conf = folder(t)
    other = os.path.join(t.directory, 'other')
    os.mkdir(other)
    link = os.path.join(other, 'smb.conf')
    os.symlink('../etc/smb.conf', link)
    must(t, ['enable'], link)
    t.equal('../etc/smb.conf', os.readlink(link))
    t.equal((the_new(t), ['smb.conf']), (read(conf), listing(other)))
    t.equal(1, len(copies(path)), 'the copy is beside the file')
    must(t, ['disable'], link)
    t.equal((OLD, '../etc/smb.conf'), (read(conf), os.readlink(link)))


def test_another_smbguard(t):
    path, conf = folder(t)
    lock = os.open(path, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    status, _, error = run(['enable'], conf, '--yes')
    t.equal((2, OLD), (status, read(conf)))
    t.contains('another smbguard (process %d) is about' % os.getpid(), error)
    t.equal(0, run(['enable'], conf, '--dry-run')[0], 'to look is no harm')
    os.close(lock)
    must(t, ['enable'], conf)


def test_a_lock_of_somebody_who_may_not_write(t):
    """Whoever may read the directory can lock it, for ever."""
    path, conf = folder(t)
    for folded in t.each([t.directory, path], 2, 'folders'):
        os.chmod(folded, 0o755)
    locked, ready = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setuid(65534)
        fcntl.flock(os.open(path, os.O_RDONLY), fcntl.LOCK_EX)
        os.write(ready, b'x')
        signal.pause()
    t.equal(b'x', os.read(locked, 1))
    must(t, ['enable'], conf)
    must(t, ['disable'], conf)
    t.equal(OLD, read(conf))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(locked)
    os.close(ready)


def test_an_editor_in_between(t):
    path, conf = folder(t)
    theirs = OLD + b'# theirs\n'
    status, said = answer(['enable'], conf, 'y\n', lambda: put(conf, theirs))
    t.equal((2, theirs, ['smb.conf']), (status, read(conf), listing(path)))
    t.contains('somebody has changed it in the meantime', said)
    os.unlink(conf)
    put(conf, OLD)
    status, said = answer(['enable'], conf, 'y\n', lambda: os.unlink(conf))
    t.equal((2, []), (status, listing(path)), said)


def test_two_in_one_second(t):
    path, conf = folder(t)
    for _ in range(4):
        must(t, ['enable'], conf)
        must(t, ['disable'], conf)
    t.equal((OLD, 8), (read(conf), len(copies(path))))


def in_mounts(t, script):
    done = subprocess.run(['unshare', '--mount', '--propagation', 'private',
                           'sh', '-c', script], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    return done.returncode, done.stdout, done.stderr


def test_what_cannot_be_written(t):
    path, conf = folder(t)
    command = ' '.join(COMMAND + [conf]) + '; echo $?; cat %s; ls -A %s' % (
        conf, path)
    after = '2\n' + OLD.decode() + 'smb.conf\n'
    _, output, error = in_mounts(
        t, 'mount --bind {0} {0} && mount -o remount,ro,bind {0}; {1}'.format(
            path, command))
    t.true(output.endswith(after), output)
    t.contains('Read-only file system', error)
    _, output, error = in_mounts(
        t, 'mount --bind {0} {0}; {1}'.format(conf, command))
    t.true(output.endswith(after), output)
    t.contains('mount point', error)
    # 8 KiB: room for the file and not for two more of it
    _, output, error = in_mounts(
        t, 'mount -t tmpfs -o size=8k none {0}; printf %s "$OLD" >{1};'
        'head -c 4000 /dev/zero | tr "\\0" "#" >>{1}; cp {1} {2}/full; {3};'
        'cmp {1} {2}/full && echo same'.format(
            path, conf, t.directory,
            ' '.join(COMMAND + [conf]) + '; echo $?; ls -A ' + path).replace(
                '"$OLD"', '"[global]\n"'))
    t.true(output.endswith('2\nsmb.conf\nsame\n'), output)
    t.contains('No space left', error)
    t.equal((OLD, ['smb.conf']), (read(conf), listing(path)))


def test_who_may_not(t):
    path, conf = folder(t)
    for place in t.each([t.directory, os.path.dirname(t.directory)], 2):
        os.chmod(place, 0o755)
    # The tree may lie where nobody else may look.
    program = shutil.copy(SMBGUARD, t.directory)
    module = os.path.join(
        shutil.copytree(STAGE, os.path.join(t.directory, 'modules')),
        'smbguard.so')
    done = subprocess.run(
        ['setpriv', '--reuid=1', '--regid=1', '--clear-groups', program, 'enable',
         '--module', module, '--yes', '--smb-conf', conf], capture_output=True,
        text=True, check=False, stdin=subprocess.DEVNULL, cwd='/')
    t.equal((2, OLD, ['smb.conf']), (done.returncode, read(conf),
                                     listing(path)))
    t.contains('ermission denied', done.stderr)
