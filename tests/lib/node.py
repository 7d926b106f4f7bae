# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine of a private network, made of namespaces.

What: inside `with Node(directory, "dc", "10.99.0.1") as node` there is a host of
that name with that address on eth0, Samba's folders of its own, empty, and
smbguard among its VFS modules.  run() runs a program there, start() leaves one
running.  switch() joins several to one network.

How: a process holds the network, mount, host name and IPC namespaces; others
enter them.  The files below /etc that name hosts and accounts are mounted over.
The network is a bridge inside the first node's namespace, so the machine never
sees an interface of it; with the last process of a node all of it is gone.

How it fails: NodeError with what the program said.
"""

import contextlib
import os
import shutil
import subprocess
import time

import machine
import processes
from server import PATIENCE, modules_dir, vfs_modules

DOMAIN, REALM = 'TEST', 'TEST.EXAMPLE'
DNS_DOMAIN = REALM.lower()

# The directory, then pairs to mount, then the host's name.
HOLD = '''
while [ $# -gt 1 ]; do
	mount --bind "$1" "$2" || exit 70
	shift 2
done
hostname "$1" && ip link set lo up && echo ready && exec sleep infinity
'''
NSSWITCH = '''
passwd: files winbind
group: files winbind
shadow: files
hosts: files dns
services: files
protocols: files
'''
RESOLV = 'nameserver {dns}\nsearch ' + DNS_DOMAIN + '\n'
KRB5 = '''
[libdefaults]
	default_realm = {realm}
	dns_lookup_realm = false
	dns_lookup_kdc = false
	rdns = false
	dns_canonicalize_hostname = false
[realms]
	{realm} = {{
		kdc = {dns}
	}}
[domain_realm]
	.{domain} = {realm}
'''
PRIVILEGED = 'winbindd_privileged'  # winbindd goes by its mode and group


class NodeError(Exception):
    pass


def switch(nodes):
    """Join the nodes; the first one has the bridge."""
    first = nodes[0]
    first.sh('ip link add eth0 type bridge && ip link set eth0 up')
    for node in nodes[1:]:
        first.sh('ip link add to_%s type veth peer name eth0 netns %d && '
                 'ip link set to_%s master eth0 up' % (
                     node.name, node.pid, node.name))
    for node in nodes:
        node.sh('ip address add %s/24 dev eth0 && ip link set eth0 up' %
                node.address)


class Node(contextlib.AbstractContextManager):
    """hosts: {name: address} of all nodes.  dns: the address of who serves."""

    def __init__(self, directory, name, hosts, dns, stage):
        self.directory = os.path.join(directory, name)
        self.name, self.address = name, hosts[name]
        self.host = '%s.%s' % (name, DNS_DOMAIN)
        self.log_dir = os.path.join(self.directory, 'log')
        self.conf = machine.built_with('CONFIGFILE')
        self.etc = None  # where it is outside
        self.pid = None
        self._mounts = []
        self._stage = stage
        self._make_files(hosts, dns)
        self.environment = dict(
            os.environ, KRB5_CONFIG=os.path.join(self.directory, 'krb5.conf'),
            KRB5CCNAME='FILE:' + os.path.join(self.directory, 'no tickets'))

    def _make_files(self, hosts, dns):
        os.makedirs(self.log_dir)
        names = ['127.0.0.1 localhost'] + ['%s %s.%s %s' % (
            address, name, DNS_DOMAIN, name) for name, address in hosts.items()]
        for name, text in (('hosts', '\n'.join(names) + '\n'),
                           ('nsswitch.conf', NSSWITCH),
                           ('resolv.conf', RESOLV.format(dns=dns))):
            self._mount(self._write(name, text), '/etc/' + name)
        self._write('krb5.conf', KRB5.format(
            realm=REALM, domain=DNS_DOMAIN, dns=dns))
        for number, folder in enumerate(machine.folders()):
            self._mount(self._make_folder(str(number), folder), folder)
        self._mount(self.log_dir, machine.built_with('LOGFILEBASE'))
        vfs = os.path.join(self.directory, 'vfs')
        vfs_modules(vfs, self._stage)
        self._mount(vfs, os.path.join(modules_dir(), 'vfs'))

    def _mount(self, ours, theirs):
        # A symbolic link cannot be mounted over.
        self._mounts += [ours, os.path.realpath(theirs)]

    def _write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, 'w', encoding='ascii') as f:
            f.write(text)
        return path

    def _make_folder(self, name, original):
        path = os.path.join(self.directory, name)
        os.mkdir(path)
        if original == os.path.realpath(os.path.dirname(self.conf)):
            self.etc = path
        state, private = [os.path.realpath(machine.built_with(x))
                          for x in ('STATEDIR', 'PRIVATE_DIR')]
        if private.startswith(original + '/'):
            os.makedirs(path + private[len(original):], 0o700)
        if state == original:
            privileged = os.path.join(path, PRIVILEGED)
            os.mkdir(privileged, 0o750)
            shutil.chown(privileged, group='winbindd_priv')
        return path

    def __enter__(self):
        command = ['unshare', '--net', '--mount', '--uts', '--ipc',
                   '--propagation', 'private', 'sh', '-c', HOLD, 'sh',
                   *self._mounts, self.name]
        self._holder = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            start_new_session=True)
        self.pid = self._holder.pid
        with self._holder.stdout as said:
            if said.readline() != b'ready\n':
                self._holder.wait()
                raise NodeError('%s: no private network or mounts' % self.name)
        self.namespace = processes.Namespace(self.pid)
        return self

    def __exit__(self, *exception):
        processes.end(self.namespace.pids)
        self.namespace.close()
        self._holder.wait()

    def enter(self, *command):
        """What to run, so that the command is run in this node."""
        return ['nsenter', '--target=%d' % self.pid, '--net', '--mount',
                '--uts', '--ipc', *command]

    def ask(self, *command, text='', env=None, timeout=60):
        """Run a program.  Returns its exit status and all it printed."""
        done = subprocess.run(
            self.enter(*command), input=text, text=True, errors='replace',
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            timeout=timeout, cwd=self.directory,
            env=dict(self.environment, **(env or {})))
        return done.returncode, done.stdout

    def run(self, *command, **more):
        """What a program prints that ends well."""
        status, said = self.ask(*command, **more)
        if status:
            raise NodeError('%s: %s\nexit %d: %s' % (
                self.name, ' '.join(command), status, said))
        return said

    def sh(self, script):
        return self.run('sh', '-c', script)

    def start(self, *command):
        """Leave a daemon running in the foreground; it ends with the node."""
        name = os.path.basename(command[0])
        with open(os.path.join(self.log_dir, name + '.out'), 'ab') as log:
            return subprocess.Popen(
                self.enter(*command), stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True, env=self.environment)

    def wait(self, what, ready):
        """Until ready() is true."""
        deadline = time.monotonic() + 2 * PATIENCE
        while not ready():
            if time.monotonic() > deadline:
                raise NodeError('%s: not ready: %s\n%s' % (
                    self.name, what, self.logs()))
            time.sleep(0.05)

    def answers(self, *command):
        return self.ask(*command)[0] == 0

    def logs(self, lines=15):
        texts = []
        for name in sorted(os.listdir(self.log_dir)):
            path = os.path.join(self.log_dir, name)
            if os.path.isfile(path):
                with open(path, encoding='utf-8', errors='replace') as f:
                    texts += [name + ':'] + f.read().splitlines()[-lines:]
        return '\n'.join(texts)
