# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private smbd on loopback.

What: Smbd writes a configuration, starts the distro's smbd on it, and stops it
with all that it started.  It keeps everything below one directory, and has the
modules of a stage directory, or none ("stock").

How: smbd looks for `vfs objects` in MODULESDIR/vfs only.  So each smbd runs in
a mount namespace of its own, where that directory is a copy of the system's
with our module added.  The namespace also tells its processes from all others.
Whether smbd listens is read from /proc/net: a connection to find out would be
recorded as an event.

How it fails: ServerError with the end of smbd's log.
"""

import os
import random
import re
import shutil
import socket
import subprocess
import time

import eventlog
import processes
import sandbox
import smbconf
from clients import Clients
from machine import SMBD, ServerError, built_with

PATIENCE = 20.0
# Below the ports that the kernel hands out to clients.
PORTS = range(10000, 32000)
CRASHES = ('PANIC', 'INTERNAL ERROR', 'segfault', 'Segmentation fault')
LISTEN, TIME_WAIT = '0A', '06'

# How another smbd than the machine's own is run, and nothing else.
PRIVATE = {
    'netbios name': 'GUARDED',
    'server role': 'standalone server',
    'interfaces': 'lo',
    'bind interfaces only': 'yes',
    'disable netbios': 'yes',
    'disable spoolss': 'yes',
    'load printers': 'no',
    'printing': 'bsd',
    'printcap name': '/dev/null',
    'usershare max shares': '0',
    # Without DFS, clients have no reason to look into IPC$ first.
    'host msdfs': 'no',
    'log level': '1',
    'max log size': '0',
    'debug pid': 'yes',
    # Tests change a client's dialect all the time; those of the history say so.
    'smbguard:history': 'no',
}
DIRECTORIES = {
    'private dir': 'private',
    'lock directory': 'lock',
    'state directory': 'state',
    'cache directory': 'cache',
    'pid directory': 'pid',
    'ncalrpc dir': 'ncalrpc',
}

# Our directories over the modules' and over the one where Samba's helpers log
# whatever smb.conf says.
BIND_AND_RUN = '''
mount --bind "$1" "$2" && mount --bind "$3" "$4" || exit 70
shift 4
exec "$@"
'''


def modules_dir():
    return built_with('MODULESDIR')


def sockets_of(port, pid='self'):
    """[(state, inode)] of the TCP sockets whose local port is this one.

    pid: of a process in the network to look at.
    """
    found = []
    for name in ('tcp', 'tcp6'):
        try:
            with open('/proc/%s/net/%s' % (pid, name), encoding='ascii') as f:
                rows = [line.split() for line in f.readlines()[1:]]
        except FileNotFoundError:
            continue
        found += [(row[3], row[9]) for row in rows
                  if int(row[1].rpartition(':')[2], 16) == port]
    return found


def vfs_modules(where, stage):
    """A directory of the system's VFS modules, and ours from the stage."""
    shutil.copytree(os.path.join(modules_dir(), 'vfs'), where)
    # A link, from where it finds the module.
    ours = stage and os.path.join(stage, 'vfs/smbguard.so')
    if ours and os.path.exists(ours):
        os.symlink(os.path.realpath(ours), os.path.join(where, 'smbguard.so'))


def unread(port, client_port):
    """How many bytes of this client a server has not read yet."""
    with open('/proc/net/tcp', encoding='ascii') as f:
        rows = [line.split() for line in f.readlines()[1:]]
    ports = [port, client_port]
    return sum(int(row[4].rpartition(':')[2], 16) for row in rows
               if [int(end.rpartition(':')[2], 16)
                   for end in row[1:3]] == ports)


def free_port():
    """A port that nobody listens on, and no other test will choose."""
    taken = os.path.join(sandbox.run_dir(), 'ports')
    os.makedirs(taken, exist_ok=True)
    while True:
        port = random.choice(PORTS)
        try:
            with open(os.path.join(taken, str(port)), 'x', encoding='ascii'):
                pass
        except FileExistsError:
            continue
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(('', port))
            except OSError:
                continue
        return port


def prepare_accounts(path):
    """Make the password database that each Smbd of this run starts with."""
    private = os.path.join(path, 'private')
    os.makedirs(private, 0o700, exist_ok=True)
    config = smbconf.Config()
    config.update('global', PRIVATE)
    for option in DIRECTORIES:
        config.set('global', option, private)
    conf = os.path.join(private, 'smb.conf')
    config.write(conf)
    for user, password in sandbox.USERS.items():
        subprocess.run(['smbpasswd', '-c', conf, '-a', '-s', user],
                       input='%s\n%s\n' % (password, password), text=True,
                       check=True, capture_output=True)


class Smbd(Clients):
    """One smbd.  See harness.Test.smbd() for what the arguments mean."""

    def __init__(self, directory, config, stage):
        self.directory = directory
        self.config = config
        self.stage = stage
        self.port = None
        self.process = None
        self.namespace = None
        self.program = [SMBD, '--foreground', '--no-process-group']
        self.arguments = []  # more of smbd's own
        self.conf = os.path.join(directory, 'smb.conf')
        self.log_dir = os.path.join(directory, 'log')
        self.log = os.path.join(self.log_dir, 'smbd.log')
        self.audit = config.get('global', 'smbguard:audit file')
        self._prepare()

    def _prepare(self):
        config = self.config
        for option, name in DIRECTORIES.items():
            path = os.path.join(self.directory, name)
            os.makedirs(path, 0o700 if name == 'private' else 0o755)
            config.set('global', option, path)
        os.mkdir(self.log_dir)
        base = os.path.join(sandbox.run_dir(), 'private')
        for name in os.listdir(base):
            if name.endswith('.tdb'):
                shutil.copy2(os.path.join(base, name),
                             os.path.join(self.directory, 'private', name))
        config.set('global', 'log file', self.log)
        for section in config.sections:
            path = config.get(section, 'path')
            if path:
                self._make_share(path)
        if self.audit:
            os.makedirs(os.path.dirname(self.audit), exist_ok=True)
        self._make_vfs_dir()

    def _make_share(self, path):
        if '%' in path or os.path.isdir(path):
            return
        os.makedirs(path)
        os.chmod(path, 0o777)
        with open(os.path.join(path, 'hello.txt'), 'w', encoding='ascii') as f:
            f.write('hello\n')

    def _make_vfs_dir(self):
        self.vfs_dir = os.path.join(self.directory, 'vfs')
        vfs_modules(self.vfs_dir, self.stage)

    def start(self):
        for _ in range(3):
            self.port = free_port()
            self.config.set('global', 'smb ports', self.port)
            self.config.write(self.conf)
            self._spawn()
            if self._wait_for_port():
                return self
            in_use = 'Address already in use' in self.log_text()
            self.stop()
            if not in_use:
                break
        raise ServerError('smbd did not start:\n' + self.log_tail())

    def restart(self):
        """With the smb.conf that is there, whoever has written it."""
        self.stop()
        self._spawn()
        if not self._wait_for_port():
            raise ServerError('smbd did not start:\n' + self.log_tail())

    def _spawn(self):
        command = ['unshare', '--mount', '--propagation', 'private', 'sh',
                   '-c', BIND_AND_RUN, 'sh', self.vfs_dir,
                   os.path.join(modules_dir(), 'vfs'), self.log_dir,
                   built_with('LOGFILEBASE'), *self.program,
                   '--configfile=' + self.conf, *self.arguments]
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)

    def _wait_for_port(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            self._find_namespace()
            if self._listens():
                return True
            time.sleep(0.005)
        return False

    def _listens(self):
        """Do we?  On that port, another program may be listening."""
        ours = processes.open_files(self.process.pid)
        return any(state == LISTEN and 'socket:[%s]' % inode in ours
                   for state, inode in sockets_of(self.port))

    def _find_namespace(self):
        if self.namespace is None:
            found = processes.Namespace(self.process.pid)
            # Before unshare(1) got to its work it is still our own.
            ours = processes.mount_namespace(os.getpid())
            if found.name not in (None, ours):
                self.namespace = found
            else:
                found.close()

    @property
    def pid(self):
        return self.process.pid

    def inside(self, *command):
        """Run a command in smbd's mount namespace."""
        subprocess.run(['nsenter', '--mount=/proc/%d/ns/mnt' % self.pid,
                        *command], check=True)

    def seen_inside(self, path):
        """How we reach what smbd sees at this path."""
        return '/proc/%d/root%s' % (self.pid, path)

    def reload(self):
        """Write self.config again, and have everybody read it."""
        self.config.write(self.conf)
        for pid in [self.pid] + self.connections():
            self.control(pid, 'reload-config')

    def control(self, pid, *messages):
        """Send messages to a process, and wait until it has dealt with all.

        What came before, a signal say, is dealt with as well: it answers in
        order.
        """
        command = ['smbcontrol', '--configfile=' + self.conf, str(pid)]
        for message in messages + ('ping',):
            done = subprocess.run(command + [message],
                                  stdout=subprocess.DEVNULL, check=False)
            if done.returncode != 0 and self._serves(pid):
                raise RuntimeError('smbcontrol %d %s failed' % (pid, message))

    def stop(self):
        """End smbd with its children and helpers.  Twice does no harm."""
        if self.process is None:
            return
        self._find_namespace()
        if self.namespace:
            processes.end(self.namespace.pids)
            self.namespace.close()
            self.namespace = None
        else:
            self.process.kill()
        self.process.wait()
        self.process = None

    def kill(self):
        """Without a word: all of it at once."""
        processes.end(self.namespace.pids, patience=0)
        self.stop()

    def settle(self):
        """Wait until no connection is left: then all events are written."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            busy = [state for state, _ in sockets_of(self.port)
                    if state not in (LISTEN, TIME_WAIT)]
            if not busy and not self.connections():
                return
            time.sleep(0.01)
        raise ServerError('connections did not end: %s' % self.connections())

    def wait_until_read(self, client):
        """Until smbd has taken all that this wire.Connection sent."""
        deadline = time.monotonic() + PATIENCE
        while unread(self.port, client.client_port):
            if time.monotonic() > deadline:
                raise ServerError('smbd does not read')
            time.sleep(0.002)

    def wait_for_connections(self, count):
        """Until so many processes serve; a passed connection has two at
        first."""
        deadline = time.monotonic() + PATIENCE
        while len(self.connections()) != count:
            if time.monotonic() > deadline:
                raise ServerError('processes: %s' % self.connections())
            time.sleep(0.01)

    def connections(self):
        """The processes of connections: children that serve a socket."""
        return [pid for pid in processes.descendants(self.pid)
                if self._serves(pid)]

    def _serves(self, pid):
        # notifyd and cleanupd name themselves; a connection's process keeps
        # smbd's own name, from 4.18 on with the client's address behind it.
        try:
            with open('/proc/%d/comm' % pid, encoding='utf-8') as f:
                return re.fullmatch(r'smbd(\[.*)?', f.read().strip()) is not None
        except OSError:
            return False

    def events(self, **fields):
        """All events so far, once every connection has ended."""
        self.settle()
        return eventlog.select(eventlog.read_events(self.audit), **fields)

    def story(self, ipc=False):
        return eventlog.story(self.events(), ipc)

    def wait_for_events(self, count, **fields):
        """The events of these fields, once there are count of them."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                found = eventlog.select(eventlog.read_events(self.audit),
                                        **fields)
            except eventlog.BadEvents:
                # A line may be under way; at the deadline it may not.
                if time.monotonic() > deadline:
                    raise
                found = []
            if len(found) >= count:
                return found
            if time.monotonic() > deadline:
                raise ServerError('%d of %d events of %s came' % (
                    len(found), count, fields))
            time.sleep(0.01)

    def log_text(self):
        with open(self.log, encoding='utf-8', errors='replace') as f:
            return f.read()

    def log_tail(self, lines=30):
        return '\n'.join(self.log_text().splitlines()[-lines:])

    def crash(self):
        """The line of smbd's log that tells of a crash, if there is one."""
        return next((line for line in self.log_text().splitlines()
                     if any(word in line for word in CRASHES)), None)
