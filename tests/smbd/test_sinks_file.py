# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit file fails: a full disk, a path that root cannot write.

What: nobody is refused, nothing is half written, and what is lost is counted
exactly, also over several processes, and told as soon as the file works again.
"""

import contextlib
import os
import shutil

import eventlog
from harness import check_lost, visit

STEADY = {'smbguard:history': 'no'}
VISIT = len(visit('open'))
# The records of five or six visits.
DISK = 'size=20k'
MOUNT_STATE = '''
mount -t tmpfs -o size=8m tmpfs "$1" && cp -a "$2/." "$1" &&
mount --bind "$1" "$2" && mount --bind "$1/audit" "$3"
'''


def lost_then_told(t, smbd, break_it, mend):
    """Two connections lose all that they have to tell, a third tells it."""
    before = len(smbd.events())
    break_it()
    for _ in range(2):
        t.equal('ok', smbd.smbclient('open').got)
        smbd.settle()
    mend()
    t.equal('ok', smbd.smbclient('open').got)
    told = smbd.events()[before:]
    t.equal(['audit_lost failed'] + visit('open'), eventlog.story(told))
    check_lost(t, told[0], 2 * VISIT)


def test_paths_that_root_cannot_write(t):
    """Each in turn; every time it works again, the loss is told."""
    smbd = t.smbd(options=STEADY)
    path, folder = smbd.audit, os.path.dirname(smbd.audit)
    aside = folder + '.aside'

    def instead(make):
        def break_it():
            if os.path.exists(path):
                os.rename(path, aside)
            make()
        return break_it

    def back():
        if os.path.isdir(path):
            os.rmdir(path)
        else:
            os.unlink(path)
        if os.path.exists(aside):
            os.rename(aside, path)

    def folder_is_a_file():
        os.rename(folder, aside)
        with open(folder, 'x', encoding='ascii'):
            pass

    def folder_is_back():
        os.unlink(folder)
        os.rename(aside, folder)

    t.equal('ok', smbd.smbclient('open').got)
    for break_it, mend in (
            (lambda: os.rename(folder, aside),
             lambda: os.rename(aside, folder)),
            (folder_is_a_file, folder_is_back),
            (instead(lambda: os.mkdir(path)), back),
            (instead(lambda: os.symlink('/dev/null', path)), back),
            (instead(lambda: os.symlink(aside, path)), back),
            (instead(lambda: os.mkfifo(path)), back),
            (lambda: smbd.inside(
                'sh', '-c', 'mount --bind "$1" "$1" && '
                'mount -o remount,bind,ro "$1"', 'sh', folder),
             lambda: smbd.inside('umount', folder))):
        lost_then_told(t, smbd, break_it, mend)


def test_directory_that_is_removed_for_good(t):
    """smbguard makes no directory; once there is one, it goes on."""
    smbd = t.smbd(options=STEADY)
    folder = os.path.dirname(smbd.audit)
    with smbd.connected('open'):
        shutil.rmtree(folder)
    smbd.settle()
    t.true(not os.path.exists(folder), 'no directory')
    os.mkdir(folder)
    t.equal('ok', smbd.smbclient('open').got)
    t.equal(['audit_lost failed'] + visit('open'), smbd.story())
    check_lost(t, smbd.events()[0], 1)


def fill_up(t, smbd):
    """Visits until records are lost, two more, and one with room again."""
    visits = 0
    while 'audit sink failed' not in smbd.log_text():
        t.equal('ok', smbd.smbclient('open').got)
        visits += 1
        t.true(visits < 20, 'the disk is full')
    for _ in range(2):
        t.equal('ok', smbd.smbclient('open').got)
    # Some may be small enough to fit behind one that was not.
    written = smbd.events()
    os.truncate(smbd.audit, 0)
    t.equal('ok', smbd.smbclient('open').got)
    t.equal(['audit_lost failed'] + visit('open'), smbd.story())
    written += smbd.events()
    lost = eventlog.select(written, event='audit_lost')
    t.equal((visits + 3) * VISIT,
            len(written) - len(lost) + sum(e['lost'] for e in lost))


def test_full_disk(t):
    """Whole records, as many as fit, and an exact count of the others."""
    smbd = t.smbd(options=STEADY)
    folder = os.path.dirname(smbd.audit)
    smbd.inside('mount', '-t', 'tmpfs', '-o', DISK, 'tmpfs', folder)
    smbd.audit = smbd.seen_inside(smbd.audit)
    fill_up(t, smbd)


def test_full_disk_with_the_state_on_it(t):
    """The count is kept in Samba's state directory: where all is /var."""
    smbd = t.smbd(options=STEADY)
    state = os.path.join(smbd.directory, 'state')
    folder = os.path.dirname(smbd.audit)
    disk = os.path.join(smbd.directory, 'disk')
    os.mkdir(disk)
    os.mkdir(os.path.join(state, 'audit'))
    smbd.inside('sh', '-c', MOUNT_STATE, 'sh', disk, state, folder)
    smbd.audit = smbd.seen_inside(smbd.audit)
    t.equal('ok', smbd.smbclient('open').got)
    smbd.settle()
    with open(smbd.seen_inside(disk) + '/filler', 'wb', 0) as f:
        with contextlib.suppress(OSError):
            while f.write(bytes(4096)):
                pass
    os.truncate(smbd.audit, 0)
    fill_up(t, smbd)


def test_processes_that_lose_at_the_same_time(t):
    smbd = t.smbd(options=STEADY)
    folder = os.path.dirname(smbd.audit)
    os.rename(folder, folder + '.aside')
    with contextlib.ExitStack() as stack:
        for share in ('open', 'open', 'secret'):
            stack.enter_context(smbd.connected(share))
        t.equal('ok', smbd.smbclient('open').got)
        os.rename(folder + '.aside', folder)
    # Nine of the three that stayed, whose last events came through.
    told = smbd.events()
    lost = eventlog.select(told, event='audit_lost')
    t.equal(3 * 3 + VISIT, sum(event['lost'] for event in lost))
    t.equal('audit_lost', told[0]['event'])
    t.equal(['share_disconnect'] * 3,
            [e['event'] for e in told if e not in lost])
