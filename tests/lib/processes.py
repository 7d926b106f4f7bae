# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find and end the processes that a test started, and only those.

What: the descendants of a process, and the processes inside a mount namespace.

How: a test's process makes itself the "subreaper" of what it starts, so that
orphans (samba-dcerpcd leaves its parent on purpose) stay its descendants; and
each smbd has a mount namespace of its own, which all it starts inherits.
Nothing is ever looked up by name.

How it fails: RuntimeError when a process outlives SIGKILL for ten seconds.
"""

import ctypes
import os
import signal
import time

PR_SET_CHILD_SUBREAPER = 36


def become_subreaper():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), 'prctl(PR_SET_CHILD_SUBREAPER)')


def _stat(pid):
    """(state, parent), None if it is gone."""
    try:
        with open('/proc/%d/stat' % pid, encoding='utf-8',
                  errors='replace') as f:
            # The name is in parentheses and may hold anything.
            fields = f.read().rpartition(')')[2].split()
    except OSError:
        return None
    return fields[0], int(fields[1])


def parent(pid):
    """The process that it is a child of, None if it is gone."""
    found = _stat(pid)
    return found and found[1]


def is_zombie(pid):
    """Has it ended, and nobody has asked how?"""
    found = _stat(pid)
    return bool(found) and found[0] in 'ZX'


def all_pids():
    return [int(name) for name in os.listdir('/proc') if name.isdigit()]


def descendants(root, but=()):
    """The living descendants of root, without the zombies.

    but: some of them, which are left out with what is below them.
    """
    children = {}
    zombies = set()
    for pid in all_pids():
        found = _stat(pid)
        if found is None:
            continue
        children.setdefault(found[1], []).append(pid)
        if found[0] in 'ZX':
            zombies.add(pid)
    result, todo = [], [root]
    while todo:
        below = [pid for pid in children.get(todo.pop(), [])
                 if pid not in but]
        todo.extend(below)
        result.extend(below)
    return [pid for pid in result if pid not in zombies]


def mount_namespace(pid):
    """The id of its mount namespace, None if it is gone or a zombie."""
    try:
        return os.readlink('/proc/%d/ns/mnt' % pid)
    except OSError:
        return None


class Namespace:
    """The mount namespace of a process.

    It is held open, since the kernel gives its number to another one as soon
    as it is gone: processes found by a stale number would be somebody else's.
    """

    def __init__(self, pid):
        try:
            self._fd = os.open('/proc/%d/ns/mnt' % pid, os.O_RDONLY)
        except OSError:
            self._fd, self.name = -1, None
            return
        self.name = os.readlink('/proc/self/fd/%d' % self._fd)

    def pids(self):
        return [pid for pid in all_pids()
                if self.name and mount_namespace(pid) == self.name]

    def close(self):
        if self._fd != -1:
            os.close(self._fd)
            self._fd, self.name = -1, None


def command_line(pid):
    try:
        with open('/proc/%d/cmdline' % pid, 'rb') as f:
            return f.read().replace(b'\0', b' ').decode(errors='replace')
    except OSError:
        return ''


def open_files(pid):
    """What its file descriptors are: paths, "socket:[INODE]"."""
    folder = '/proc/%d/fd' % pid
    found = set()
    try:
        for name in os.listdir(folder):
            found.add(os.readlink(os.path.join(folder, name)))
    except OSError:
        pass  # gone, or a descriptor closed meanwhile: ask again
    return found


def memory(pid):
    """What a process has of memory, in KiB."""
    with open('/proc/%d/status' % pid, encoding='utf-8') as f:
        return next(int(line.split()[1]) for line in f
                    if line.startswith('VmRSS:'))


def send(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def end(find, patience=3.0):
    """End all that find() lists: SIGTERM first, SIGKILL after patience."""
    start = time.monotonic()
    asked = set()
    while True:
        pids = find()
        if not pids:
            return
        waited = time.monotonic() - start
        if waited > patience + 10:
            raise RuntimeError('these outlive SIGKILL: %s' % [
                (pid, command_line(pid)) for pid in pids])
        if waited >= patience:
            send(pids, signal.SIGKILL)
        else:
            send(set(pids) - asked, signal.SIGTERM)
            asked.update(pids)
        time.sleep(0.01)
