# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mount namespace with accounts and a Samba state of its own, for a test run.

What: run() executes a Python script again in a private mount namespace where
/etc/passwd and /etc/group have alice, bob and the group staff2 besides what the
machine has, /etc/hosts the machine itself, and Samba's folders are copies; and
afterwards looks for anything that was left behind or changed.

How: smbd wants real accounts, its tools write into the machine's own databases
(see machine.py), and neither must be touched.  So copies are bind-mounted over
the originals, inside the namespace only; with its last process the namespace is
gone, and the machine never saw it.

How it fails: SystemExit with a sentence if this is not root or the kernel
refuses a namespace.  Leftovers are returned, not raised.
"""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import machine
import processes

RUN_DIR = 'SMBGUARD_TEST_DIR'
REPORT = 'report'
USERS = {'alice': 'Wonderland-1', 'bob': 'Builder-2'}
GROUP = 'staff2'
FIRST_ID = 59001
# The distro's own, which has the distro's impacket.
PYTHON = '/usr/bin/python3'

# The originals must be files: a bind mount cannot replace a symbolic link.
MOUNT_AND_RUN = '''
mount --bind "$1/etc/passwd" "$(readlink -f /etc/passwd)" &&
mount --bind "$1/etc/group" "$(readlink -f /etc/group)" || exit 70
if [ -e /etc/hosts ]; then
	mount --bind "$1/etc/hosts" "$(readlink -f /etc/hosts)" || exit 70
fi
shift
while [ "$1" != -- ]; do
	mount --bind "$1" "$2" || exit 70
	shift 2
done
shift
exec "$@"
'''


def run_dir():
    """The directory of this run; None outside the namespace."""
    return os.environ.get(RUN_DIR)


def write_report(text):
    _write(os.path.join(run_dir(), REPORT), text)


def run(arguments, keep=False):
    """Run [script, argument...] inside.  Returns (status, report, leftovers).

    keep: if it ends well, what it leaves running and its files are to stay.
    report: what the script wrote into REPORT of its directory, or None.
    """
    if os.geteuid() != 0:
        sys.exit('smbguard: this starts an smbd, which takes root.')
    processes.become_subreaper()
    # A short path, since unix sockets below it have 108 bytes at most.
    path = tempfile.mkdtemp(prefix='smbguard-')
    busy = machine.is_running()
    made = machine.make_missing()
    before = _machine(path, busy)
    status, left = 1, []
    try:
        _write_accounts(path)
        status = _run_inside(path, arguments)
        report = _read(os.path.join(path, REPORT))
    finally:
        if status or not keep:
            left += _end_leftovers()
            left += _remove(path)
    busy = busy or machine.is_running()
    after = _machine(path, busy)
    left += ['changed: ' + line for line in sorted(before ^ after) if not (
        busy and line.startswith(tuple(machine.folders())))]
    if status or not keep:
        machine.remove(made)
    return status, report, left


def _remove(path):
    try:
        shutil.rmtree(path)
    except OSError as e:
        return ['could not be removed: %s' % e]
    return []


def _run_inside(path, arguments):
    env = dict(os.environ, **{RUN_DIR: path})
    mounts = [word for pair in machine.shadow(os.path.join(path, 'samba'))
              for word in pair]
    command = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c',
               MOUNT_AND_RUN, 'sh', path, *mounts, '--', PYTHON] + arguments
    with subprocess.Popen(command, env=env) as child:
        # Ctrl-C goes to both of us, SIGTERM does not.  It cleans up, we wait.
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM,
                      lambda *_: child.send_signal(signal.SIGTERM))
        status = child.wait()
    if status == 70:
        sys.exit('smbguard: no private mounts here (see above). In a '
                 'container, allow CAP_SYS_ADMIN.')
    return status


def _end_leftovers():
    def find():
        return processes.descendants(os.getpid())
    left = ['process %d: %s' % (pid, processes.command_line(pid))
            for pid in find()]
    processes.end(find, 0)
    return left


def _machine(path, busy):
    """What a run could change for the machine: accounts, its Samba, mounts.

    busy: its Samba is running, and changes its files itself.
    """
    lines = set() if busy else machine.fingerprint()
    for name in ('/proc/self/mountinfo', '/etc/passwd', '/etc/group'):
        lines.update('%s: %s' % (name, line)
                     for line in _read(name).splitlines()
                     if name.startswith('/etc') or path in line)
    return lines


def _write_accounts(path):
    os.chmod(path, 0o755)
    ids = {}
    number = FIRST_ID
    for name in list(USERS) + [GROUP]:
        while _taken(number):
            number += 1
        ids[name] = number
        number += 1

    os.makedirs(os.path.join(path, 'etc'), exist_ok=True)
    passwd = _without_ours('/etc/passwd')
    group = _without_ours('/etc/group')
    for user in USERS:
        home = os.path.join(path, 'homes', user)
        os.makedirs(home, exist_ok=True)
        os.chown(home, ids[user], ids[user])
        passwd += '%s:x:%d:%d::%s:/bin/false\n' % (user, ids[user], ids[user],
                                                   home)
        group += '%s:x:%d:\n' % (user, ids[user])
    group += '%s:x:%d:bob\n' % (GROUP, ids[GROUP])
    _write(os.path.join(path, 'etc/passwd'), passwd)
    _write(os.path.join(path, 'etc/group'), group)
    # Samba looks its own name up, and without an answer waits for DNS.
    _write(os.path.join(path, 'etc/hosts'), '%s\n127.0.0.1 %s\n' % (
        (_read('/etc/hosts') or '').rstrip('\n'), socket.gethostname()))


def _taken(number):
    try:
        pwd.getpwuid(number)
        return True
    except KeyError:
        pass
    try:
        grp.getgrgid(number)
        return True
    except KeyError:
        return False


def _without_ours(path):
    ours = tuple(name + ':' for name in list(USERS) + [GROUP])
    return ''.join(line + '\n' for line in _read(path).splitlines()
                   if not line.startswith(ours))


def _read(path):
    """The text of a file, None if there is none."""
    try:
        with open(path, encoding='utf-8', errors='surrogateescape') as f:
            return f.read()
    except FileNotFoundError:
        return None


def _write(path, text):
    with open(path, 'w', encoding='utf-8', errors='surrogateescape') as f:
        f.write(text)
