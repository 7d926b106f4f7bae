# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A domain of Samba's own: a controller, a member that serves files, a client.

What: inside `with Domain(directory) as domain` all three are at work.  member()
and controller() have smbguard look on, with options, until the test ends; ntlm(),
krb5() and machine() are clients that visit the one or the other.

How: each host is a Node.  The controller and both winbindds run from beginning
to end.  The member's smbd is started anew for each configuration; that of the
controller reads its smb.conf again, since each connection loads the module by
itself.  The accounts are made by domain_accounts.py before the domain starts.

How it fails: NodeError with what the program said.
"""

import contextlib
import functools
import os
import socket
import struct
import subprocess
import sys
import time

import domain_accounts
import harness
import machine
import processes
import smbconf
from clients import smbclient_answer, ticket_options
from node import DNS_DOMAIN, DOMAIN, REALM, Node, switch
from server import LISTEN, PATIENCE, TIME_WAIT, ServerError, Smbd

HOSTS = {'dc': '10.99.0.1', 'member': '10.99.0.2', 'client': '10.99.0.3'}
PORT = 445
PASSWORD = domain_accounts.PASSWORD
READY = (53, 88, 389, PORT)  # DNS, Kerberos, LDAP, SMB

COMMON = {
    'workgroup': DOMAIN, 'realm': REALM, 'interfaces': 'lo eth0',
    'bind interfaces only': 'yes', 'disable netbios': 'yes',
    'log level': '1', 'max log size': '0', 'debug pid': 'yes',
}
MEMBER = {
    'security': 'ads', 'kerberos method': 'secrets and keytab',
    'load printers': 'no', 'printing': 'bsd', 'printcap name': '/dev/null',
    'idmap config * : backend': 'tdb', 'idmap config * : range': '3000-7999',
    'idmap config %s : backend' % DOMAIN: 'rid',
    'idmap config %s : range' % DOMAIN: '10000-999999',
    'template shell': '/bin/sh', 'map acl inherit': 'yes',
}
CONTROLLER = {
    'server role': 'active directory domain controller',
    'idmap_ldb:use rfc2307': 'yes',
}
USER = DOMAIN + '\\%s'
ANNA = USER % 'anna'


def guard(where, options=None):
    """What smbguard takes in [global]."""
    return {'preload modules': os.path.join(harness.STAGE, harness.MODULE),
            'smbguard:audit file': os.path.join(where, 'smbguard.jsonl'),
            'smbguard:history': 'no', **(options or {})}


class Server(Smbd):
    """smbd in a node, as far as a test asks it."""

    def __init__(self, node, directory, config):
        self.node = node
        self.directory = directory
        self.config = config
        self.port = PORT
        self.process = self.namespace = None
        self.conf = node.conf
        self.log_dir = os.path.join(directory, 'log')
        self.log = os.path.join(self.log_dir, 'smbd.log')
        self.audit = config.get('global', 'smbguard:audit file')
        os.makedirs(self.log_dir)
        with open(self.log, 'ab'):
            pass
        config.set('global', 'log file', self.log)
        config.set('global', 'netbios name', node.name.upper())

    def write(self):
        self.config.write(os.path.join(self.node.etc, 'smb.conf'))

    def reload(self):
        """Write self.config again, and have smbd and its children read it."""
        self.write()
        for pid in [self.pid] + self.connections():
            self.node.ask('smbcontrol', str(pid), 'reload-config')
            self.node.ask('smbcontrol', str(pid), 'ping')

    def _sockets(self):
        """[(state, inode, peer's address)]"""
        with open('/proc/%d/net/tcp' % self.node.pid, encoding='ascii') as f:
            rows = [line.split() for line in f.readlines()[1:]]
        return [(row[3], row[9], _address(row[2])) for row in rows
                if int(row[1].rpartition(':')[2], 16) == PORT]

    def settle(self):
        """Wait until no client is connected: then all events are written."""
        deadline = time.monotonic() + PATIENCE
        while self.connections() or self._clients():
            if time.monotonic() > deadline:
                raise ServerError('connections did not end: %s' %
                                  self.connections())
            time.sleep(0.01)

    def _clients(self):
        return [inode for state, inode, peer in self._sockets()
                if peer == HOSTS['client'] and state != TIME_WAIT]

    def connections(self):
        """Without those of the other servers, which stay."""
        others = {'socket:[%s]' % inode
                  for state, inode, peer in self._sockets()
                  if state != LISTEN and peer != HOSTS['client']}
        return [pid for pid in super().connections()
                if not others & processes.open_files(pid)]

    def listens(self):
        return any(state == LISTEN for state, _, _ in self._sockets())


class Member(Server):
    def start(self):
        self.write()
        command = self.node.enter(
            'unshare', '--mount', '--propagation', 'private',
            machine.SMBD, '--foreground', '--no-process-group')
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, env=self.node.environment)
        self.node.wait('smbd', self._started)
        return self

    def _started(self):
        if self.process.poll() is not None:
            raise ServerError('smbd ended:\n' + self.log_tail())
        self._find_namespace()
        return self.namespace is not None and self.listens()

    def _find_namespace(self):
        """Of its own: nsenter(1) and unshare(1) pass through others."""
        super()._find_namespace()
        if self.namespace and self.namespace.name == self.node.namespace.name:
            self.namespace.close()
            self.namespace = None


class Controller(Server):
    def __init__(self, node, directory, config, smbd_pid):
        super().__init__(node, directory, config)
        self._smbd_pid = smbd_pid

    @property
    def pid(self):
        return self._smbd_pid

    def start(self):
        self.reload()
        return self

    def stop(self):
        self.settle()


def _address(text):
    """Of /proc/net/tcp: "0100007F:01BD" """
    number = int(text.partition(':')[0], 16)
    return socket.inet_ntoa(struct.pack('=I', number))


def _config(*options):
    config = smbconf.Config()
    for more in options:
        config.update('global', more)
    return config


class Domain(contextlib.AbstractContextManager):
    def __init__(self, directory):
        self.directory = directory
        self.seconds = {}
        self.dc, self.file_server, self.client = [
            Node(directory, name, HOSTS, HOSTS['dc'], harness.STAGE)
            for name in HOSTS]
        self._stack = contextlib.ExitStack()
        self._count = 0

    @contextlib.contextmanager
    def _step(self, name):
        begin = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - begin

    def __enter__(self):
        nodes = [self.dc, self.file_server, self.client]
        with contextlib.ExitStack() as stack:
            for node in nodes:
                stack.enter_context(node)
            switch(nodes)
            with self._step('provision'):
                self._provision()
            with self._step('start of the controller'):
                self._start_controller()
            with self._step('joins'):
                self._join(self.file_server)
                self._join(self.client)
            with self._step('winbindd'):
                self.start_winbindd()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception):
        self._stack.close()

    def _provision(self):
        self.dc.run(
            'samba-tool', 'domain', 'provision', '--realm=' + REALM,
            '--domain=' + DOMAIN, '--server-role=dc', '--use-rfc2307',
            '--dns-backend=SAMBA_INTERNAL', '--adminpass=' + PASSWORD,
            '--host-name=' + self.dc.name, '--host-ip=' + self.dc.address,
            '--option=interfaces=lo eth0',
            '--option=bind interfaces only=yes', timeout=300)
        self.dc.run(sys.executable, domain_accounts.__file__)

    def _start_controller(self):
        config = self._controller_config({}, {})
        config.write(os.path.join(self.dc.etc, 'smb.conf'))
        self._samba = self.dc.start('/usr/sbin/samba', '--foreground',
                                    '--no-process-group')
        self.dc.wait('the controller', self._controller_is_ready)
        pid_dir = machine.built_with('PIDDIR')
        self._smbd_pid = int(self.dc.run('cat', pid_dir + '/smbd.pid'))

    def _controller_is_ready(self):
        if self._samba.poll() is not None:
            raise ServerError('samba ended:\n' + self.dc.logs())
        with open('/proc/%d/net/tcp' % self.dc.pid, encoding='ascii') as f:
            rows = [line.split() for line in f.readlines()[1:]]
        ports = {int(row[1].rpartition(':')[2], 16) for row in rows
                 if row[3] == LISTEN}
        return ports.issuperset(READY) and self.dc.answers(
            'wbinfo', '--ping-dc')

    def _join(self, node):
        _config(COMMON, MEMBER, {'netbios name': node.name.upper()}).write(
            os.path.join(node.etc, 'smb.conf'))
        self.join(node)

    def join(self, node):
        """Join, or join again."""
        return node.run('net', 'ads', 'join', '--no-dns-updates', '-U',
                        'administrator%' + PASSWORD)

    def start_winbindd(self):
        self.winbindd = self.file_server.start(
            '/usr/sbin/winbindd', '--foreground', '--no-process-group')
        self.file_server.wait('winbindd', lambda: self.file_server.answers(
            'wbinfo', '--ping-dc'))

    def stop_winbindd(self):
        pid = self.winbindd.pid
        processes.end(lambda: [pid] * (self.winbindd.poll() is None) +
                      processes.descendants(pid))

    def restart_winbindd(self):
        """To have it read the member's smb.conf, and forget what it knew."""
        self.stop_winbindd()
        self.file_server.run('net', 'cache', 'flush')
        self.start_winbindd()

    def _place(self, t):
        self._count += 1
        return os.path.join(t.directory, 'domain%d' % self._count)

    def member(self, t, options=None, shares=None):
        """smbd of the member, as it is while the test runs.

        options: of [global].  shares: {name: options}; "open" is always there.
        """
        where = self._place(t)
        config = _config(COMMON, MEMBER, {'vfs objects': 'smbguard acl_xattr'},
                         guard(where, options))
        for name, more in {'open': {}, **(shares or {})}.items():
            path = os.path.join(self.directory, 'srv', name)
            config.update(name, {'path': path, 'read only': 'no', **more})
            if not os.path.isdir(path):
                os.makedirs(path)
                os.chmod(path, 0o777)
                with open(path + '/hello.txt', 'w', encoding='ascii') as f:
                    f.write('hello\n')
        server = Member(self.file_server, where, config)
        t.servers.append(server)
        return server.start()

    def _controller_config(self, options, shares):
        config = _config(COMMON, CONTROLLER, {'netbios name': 'DC'}, options)
        sysvol = os.path.join(machine.built_with('STATEDIR'), 'sysvol')
        for name, path in (('sysvol', sysvol),
                           ('netlogon', '%s/%s/scripts' % (
                               sysvol, DNS_DOMAIN))):
            config.update(name, {'path': path, 'read only': 'no',
                                 **shares.get(name, {})})
        return config

    def controller(self, t, options=None, shares=None):
        """smbd of the controller, guarded while the test runs."""
        where = self._place(t)
        options = {'vfs objects': 'smbguard dfs_samba4 acl_xattr',
                   **guard(where, options)}
        config = self._controller_config(options, shares or {})
        server = Controller(self.dc, where, config, self._smbd_pid)
        t.servers.append(server)
        return server.start()

    @functools.lru_cache(None)
    def sid(self, user):
        return self.dc.run('wbinfo', '--name-to-sid=' + user).split()[0]

    # Clients.  Each is an Answer.

    def _smbclient(self, server, share, command, words, env=None):
        line = ['smbclient', '//%s/%s' % (server.node.host, share),
                '--command=' + command, *words]
        return smbclient_answer(*self.client.ask(*line, env=env))

    def ntlm(self, server, share, user, password=None, command='ls',
             options=()):
        return self._smbclient(
            server, share, command,
            ['--use-kerberos=off', *options,
             '--user=%s%%%s' % (user, password or PASSWORD)])

    def tickets(self, user, password=PASSWORD):
        """Where the tickets of a user are."""
        path = os.path.join(self.client.directory, user + '.tickets')
        if not os.path.exists(path):
            self.client.run('kinit', '-c', path, user, text=password + '\n')
        return path

    def krb5(self, server, share, user, command='ls', options=()):
        tickets = self.tickets(user)
        return self._smbclient(server, share, command,
                               [*ticket_options(tickets), *options],
                               {'KRB5CCNAME': 'FILE:' + tickets})

    def machine(self, server, share, command='ls', kerberos='required'):
        """As the client's own account."""
        return self._smbclient(server, share, command,
                               ['--machine-pass',
                                '--use-kerberos=' + kerberos])


def access(event):
    """(account, domain, mechanism) of an event."""
    return tuple(event.get(name) for name in (
        'account', 'domain', 'authMechanism'))
