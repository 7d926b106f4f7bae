# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of one node: CTDB from Debian's package.

What: inside `with Cluster(directory) as cluster` a ctdbd runs; options() makes
an smbd a part of its cluster.  The smbd's accounts are to be made by
add_accounts(), since they lie in the cluster as well.

How: all files are below one directory.  ctdbd talks to other nodes, which do
not exist, on a port of its own, so it gets a network of its own; smbd reaches
it by a socket of the file system.

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
	node address = 127.0.0.1
[database]
	volatile database directory = {0}/volatile
	persistent database directory = {0}/persistent
	state database directory = {0}/state
'''
HELPERS = '/usr/libexec/ctdb'  # from 4.25 on, test mode does not know it
START = 'ip link set lo up && exec ctdbd -i'


class ClusterError(Exception):
    pass


class Cluster(contextlib.AbstractContextManager):
    def __init__(self, directory):
        self.directory = os.path.join(directory, 'ctdb')
        self._environment = dict(os.environ, CTDB_TEST_MODE='yes',
                                 CTDB_BASE=self.directory,
                                 CTDB_TEST_HELPER_BINDIR=HELPERS)

    def __enter__(self):
        for name in ('run', 'events/legacy', 'events/notification',
                     'volatile', 'persistent', 'state'):
            os.makedirs(os.path.join(self.directory, name))
        self._write('nodes', '127.0.0.1\n')
        self._write('ctdb.conf', CONF.format(self.directory))
        self._write('notify.sh', '')
        with open(os.path.join(self.directory, 'log'), 'wb') as log:
            self._process = subprocess.Popen(
                ['unshare', '--net', '--mount', 'sh', '-c', START],
                env=self._environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True)
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception):
        namespace = processes.Namespace(self._process.pid)
        if namespace.name not in (None,
                                  processes.mount_namespace(os.getpid())):
            processes.end(namespace.pids)
        namespace.close()
        self._process.kill()
        self._process.wait()

    def _write(self, name, text):
        with open(os.path.join(self.directory, name), 'w',
                  encoding='ascii') as f:
            f.write(text)

    def _wait(self):
        """Until the node is at work."""
        deadline = time.monotonic() + PATIENCE
        while '\nRecovery mode:NORMAL' not in self.ctdb('status'):
            if time.monotonic() > deadline:
                with open(os.path.join(self.directory, 'log'),
                          encoding='utf-8', errors='replace') as f:
                    raise ClusterError('ctdbd did not start:\n' + f.read())
            time.sleep(0.1)

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

    def add_accounts(self, smbd):
        for user, password in sandbox.USERS.items():
            subprocess.run(['smbpasswd', '-c', smbd.conf, '-a', '-s', user],
                           input='%s\n%s\n' % (password, password), text=True,
                           check=True, capture_output=True)

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
