# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of one node or of two: CTDB from Debian's package.

What: inside `with Cluster(directory, nodes) as cluster` each of cluster.nodes
is a ctdbd; a node's options() make an smbd a part of the cluster there.  The
smbds' accounts are to be made by add_accounts(), since they lie in the cluster
as well.

How: all files of a node are below one directory.  Each ctdbd has a network and
a mount namespace of its own; two are joined by a pair of interfaces, which
goes with the namespaces.  smbd stays outside, and reaches its node by a socket
of the file system.

How it fails: ClusterError with what the program said.
"""

import contextlib
import os
import subprocess
import time

import processes
import sandbox
from server import PATIENCE

CONF = '''
[cluster]
	node address = {1}
[database]
	volatile database directory = {0}/volatile
	persistent database directory = {0}/persistent
	state database directory = {0}/state
'''
# Seconds, where it would take a minute
TUNABLES = '''
ElectionTimeout=1
RerecoveryTimeout=1
KeepaliveInterval=1
KeepaliveLimit=3
'''
HELPERS = '/usr/libexec/ctdb'  # from 4.25 on, test mode does not know it
NETWORK = '10.99.0.%d'
# It says that it has its namespaces, and waits until they are joined.
START = '''
echo there && read go && ip link set lo up || exit 70
exec ctdbd -i >"$CTDB_BASE/log" 2>&1
'''
JOIN = 'ip link add ctdb0 type veth peer name ctdb0 netns "$1"'
ADDRESS = 'ip addr add "$1/24" dev ctdb0 && ip link set ctdb0 up'
PLUG = 'ip link set ctdb0 "$1"'


class ClusterError(Exception):
    pass


class Node:
    """prepare(), then join() what belongs together, then start()."""

    def __init__(self, directory, address, addresses):
        self.directory = directory
        self.address = address
        self._process = self._namespace = self._network = None
        self._environment = dict(os.environ, CTDB_TEST_MODE='yes',
                                 CTDB_BASE=directory,
                                 CTDB_TEST_HELPER_BINDIR=HELPERS)
        for name in ('run', 'events/legacy', 'events/notification',
                     'volatile', 'persistent', 'state'):
            os.makedirs(os.path.join(directory, name))
        self._write('nodes', ''.join(a + '\n' for a in addresses))
        self._write('ctdb.conf', CONF.format(directory, address))
        self._write('notify.sh', '')
        self._write('ctdb.tunables', TUNABLES)

    def _write(self, name, text):
        with open(os.path.join(self.directory, name), 'w',
                  encoding='ascii') as f:
            f.write(text)

    def prepare(self):
        """Its namespaces, without a ctdbd yet."""
        command = ['unshare', '--mount', 'sh', '-c', START]
        if self._network is None:
            command.insert(1, '--net')
        else:
            command = self._in_network(command)
        self._process = subprocess.Popen(
            command, env=self._environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, start_new_session=True,
            pass_fds=[] if self._network is None else [self._network])
        if not self._process.stdout.readline():
            raise ClusterError('no namespaces')
        self._namespace = processes.Namespace(self._process.pid)
        if self._network is None:
            # Held open, so that the wire outlives a node that is killed.
            self._network = os.open('/proc/%d/ns/net' % self._process.pid,
                                    os.O_RDONLY)

    def _in_network(self, command):
        return ['nsenter', '--net=/proc/self/fd/%d' % self._network, *command]

    def inside(self, script, *arguments):
        """Run a script in the node's network."""
        done = subprocess.run(
            self._in_network(['sh', '-c', script, 'sh', *arguments]),
            check=False, text=True, pass_fds=[self._network],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise ClusterError(done.stdout)

    def join(self, other):
        """One wire between the two."""
        self.inside(JOIN, str(other._process.pid))
        for node in (self, other):
            node.inside(ADDRESS, node.address)

    def start(self):
        self._process.stdin.write(b'go\n')
        self._process.stdin.flush()

    def kill(self):
        """Without a word: ctdbd and all that it started."""
        processes.end(self._namespace.pids, patience=0)
        self._ended()

    def plug(self, state):
        """Its end of the wire, "up" or "down"."""
        self.inside(PLUG, state)

    def _ended(self):
        self._namespace.close()
        self._process.communicate()
        self._process = self._namespace = None

    def stop(self):
        if self._namespace is not None:
            processes.end(self._namespace.pids)
            self._ended()
        elif self._process is not None:
            self._process.kill()
            self._process.communicate()
        if self._network is not None:
            os.close(self._network)
            self._network = None

    def log(self):
        with open(os.path.join(self.directory, 'log'), encoding='utf-8',
                  errors='replace') as f:
            return f.read()

    def ctdb(self, *command, text=''):
        """What ctdb(1) prints."""
        done = subprocess.run(('ctdb',) + command, input=text, text=True,
                              env=self._environment, check=False,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        return done.stdout

    def options(self):
        return {'clustering': 'yes',
                'ctdbd socket': self.directory + '/run/ctdbd.socket'}

    def store(self, database, records):
        """In one transaction: {key: bytes}."""
        said = self.ctdb('ptrans', database, text=''.join(
            '"0x%s" "0x%s"\n' % (key.hex(), value.hex())
            for key, value in records.items()))
        if said.strip():
            raise ClusterError(said)

    def keys(self, database):
        """Those that have a value, as ctdb(1) writes them."""
        found, key = set(), ''
        for line in self.ctdb('catdb', database).splitlines():
            if line.startswith('key('):
                key = line.partition('"')[2].removesuffix('\\00"')
            elif line.startswith('data(') and not line.startswith('data(0)'):
                found.add(key)
        return found


class Cluster(contextlib.AbstractContextManager):
    def __init__(self, directory, nodes=1):
        addresses = ['127.0.0.1']
        if nodes > 1:
            addresses = [NETWORK % (n + 1) for n in range(nodes)]
        self.nodes = [
            Node(os.path.join(directory, 'ctdb%d' % number), address,
                 addresses) for number, address in enumerate(addresses)]

    def __enter__(self):
        try:
            for node in self.nodes:
                node.prepare()
            for other in self.nodes[1:]:
                self.nodes[0].join(other)
            for node in self.nodes:
                node.start()
            self.wait(self.nodes)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception):
        for node in self.nodes:
            node.stop()

    def wait(self, alive):
        """Until these are at work together, and no others."""
        deadline = time.monotonic() + PATIENCE
        for node in alive:
            while not _at_work(node.ctdb('status'), len(alive)):
                if time.monotonic() > deadline:
                    raise ClusterError('no recovery:\n%s\n%s' % (
                        node.ctdb('status'), node.log()))
                time.sleep(0.1)

    def add_accounts(self, smbd):
        for user, password in sandbox.USERS.items():
            subprocess.run(['smbpasswd', '-c', smbd.conf, '-a', '-s', user],
                           input='%s\n%s\n' % (password, password), text=True,
                           check=True, capture_output=True)


def _at_work(status, count):
    lines = status.splitlines()
    return {'Recovery mode:NORMAL (0)', 'Size:%d' % count} <= set(lines)
