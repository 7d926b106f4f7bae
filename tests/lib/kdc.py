# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private Kerberos realm on loopback: MIT's KDC from Debian's packages.

What: inside `with Realm(directory) as realm` a KDC knows the test accounts and
the name of a private smbd; options() lets an smbd accept its tickets, and
tickets() gets some.

How: all files are below one directory, the KDC's port is its own, and who runs
it, smbd, kinit and smbclient find both by KRB5_CONFIG.  That is set for the
process of the test, so the realm comes before the server.  smbd is a
standalone one, which takes tickets without a PAC only.

How it fails: KdcError with what the program said.
"""

import contextlib
import os
import subprocess
import time
from unittest import mock

import sandbox
from server import LISTEN, PATIENCE, PRIVATE, free_port, sockets_of

NAME = 'GUARD.TEST'
SERVICE = 'cifs/' + PRIVATE['netbios name'].lower()

KRB5_CONF = '''
[libdefaults]
	default_realm = {realm}
	dns_lookup_kdc = false
	dns_lookup_realm = false
	dns_canonicalize_hostname = false
	rdns = false
[realms]
	{realm} = {{
		kdc = 127.0.0.1:{port}
	}}
'''

KDC_CONF = '''
[kdcdefaults]
	kdc_listen = 127.0.0.1:{port}
	kdc_tcp_listen = 127.0.0.1:{port}
[realms]
	{realm} = {{
		database_name = {directory}/principal
		key_stash_file = {directory}/stash
		supported_enctypes = aes256-cts:normal
		disable_pac = true
	}}
[logging]
	kdc = FILE:{directory}/kdc.log
'''


class KdcError(Exception):
    pass


class Realm(contextlib.AbstractContextManager):
    def __init__(self, directory):
        self.directory = os.path.join(directory, 'realm')
        self.keytab = os.path.join(self.directory, 'keytab')
        self.port = free_port()
        self.kdc = None
        os.mkdir(self.directory)
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(mock.patch.dict(os.environ, {
                'KRB5_CONFIG': self._write('krb5.conf', KRB5_CONF),
                'KRB5_KDC_PROFILE': self._write('kdc.conf', KDC_CONF)}))
            self._make_database()
            self._start()
            stack.callback(self._stop)
            self._wait_for_port()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception):
        self._stack.close()

    def _write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, 'w', encoding='ascii') as f:
            f.write(text.format(realm=NAME, port=self.port,
                                directory=self.directory))
        return path

    def _make_database(self):
        _run('kdb5_util', 'create', '-s', '-r', NAME, '-P', 'master')
        for user, password in sandbox.USERS.items():
            self.add(user, password)
        self.admin('addprinc', '-randkey', SERVICE)
        self.admin('ktadd', '-k', self.keytab, SERVICE)

    def _start(self):
        self.kdc = subprocess.Popen(['krb5kdc', '-n', '-r', NAME],
                                    stdin=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL)

    def _stop(self):
        self.kdc.kill()
        self.kdc.wait()

    def _wait_for_port(self):
        deadline = time.monotonic() + PATIENCE
        while not any(state == LISTEN for state, _ in sockets_of(self.port)):
            if self.kdc.poll() is not None or time.monotonic() > deadline:
                raise KdcError('the KDC does not listen on %d' % self.port)
            time.sleep(0.01)

    def admin(self, *query):
        """Run a command of kadmin's on the database."""
        _run('kadmin.local', '-r', NAME, *query)

    def add(self, user, password):
        self.admin('addprinc', '-pw', password, user)

    def options(self, **more):
        """What [global] needs to accept tickets, and more of it."""
        return {'realm': NAME, 'kerberos method': 'dedicated keytab',
                'dedicated keytab file': self.keytab, **more}

    def tickets(self, user, password=None):
        """Log on at the KDC.  Returns where the tickets are."""
        path = os.path.join(self.directory, user + '.tickets')
        _run('kinit', '-c', path, user,
             text=(password or sandbox.USERS[user]) + '\n')
        return path


def _run(*command, text=''):
    done = subprocess.run(command, input=text, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise KdcError('%s: %s' % (' '.join(command), done.stdout))
