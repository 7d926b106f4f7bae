# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clients that tests drive: smbclient, curl, nmap, smbstatus, impacket.

What: Clients is a mixin for Smbd; each method runs one client against it and
returns an Answer.

How: every client has its protocol pinned, and reads no configuration of the
machine.  The method says which account; without one, it is alice.  With
tickets (see kdc.Realm) smbclient uses Kerberos and nothing else.

How it fails: a refusal is an Answer like any other.  A client that hangs is
ended after a minute (subprocess.TimeoutExpired).
"""

import contextlib
import dataclasses
import functools
import json
import os
import re
import subprocess
import threading

import machine
import sandbox
import wire

TIMEOUT = 60
HOST = '127.0.0.1'
ANONYMOUS = ''
PROTOCOLS = ('client min protocol', 'client max protocol',
             'client ipc min protocol', 'client ipc max protocol')


@dataclasses.dataclass
class Answer:
    """What a client got."""
    status: int  # its exit status
    output: str
    error: str = ''  # NT_STATUS_...; '' where nothing went wrong
    step: str = ''  # where it went wrong: 'tree connect', 'session setup'

    @property
    def got(self):
        return self.error or ('ok' if self.status == 0 else
                              'exit %d' % self.status)


def _execute(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=TIMEOUT,
                          stdin=subprocess.DEVNULL, check=False, **more)
    return done.returncode, done.stdout.decode('utf-8', 'replace')


def smbclient_answer(status, output):
    """smbclient says "tree connect failed: NT_STATUS_ACCESS_DENIED"."""
    error = re.search(r'NT_STATUS_\w+', output) if status else None
    step = re.search(r'^(.*?) failed', output, re.MULTILINE)
    step = step.group(1) if status and step else ''
    # From 4.21 on: to server "127.0.0.1" (for a protocol between NT1 and NT1)
    step = re.sub(r'^Protocol negotiation to server .*', 'protocol negotiation',
                  step)
    return Answer(status, output, error.group(0) if error else '', step)


def ticket_options(tickets):
    """To have smbclient use these tickets and ask for no password."""
    if machine.version() < (4, 22):
        # Its option for a place of tickets finds no mechanism.
        return ['--use-kerberos=required', '--no-pass']
    # --no-pass outranks tickets, and is understood with this option.
    return ['--use-kerberos=required', '--use-krb5-ccache=FILE:' + tickets]


@functools.lru_cache(None)
def _curl_has_smb():
    protocols = re.search('^Protocols:(.*)', _execute(['curl', '--version'])[1],
                          re.MULTILINE)
    return 'smb' in protocols[1].split()


class Clients:
    """Needs self.port, self.conf and self.directory."""

    def smbclient_command(self, share, protocol='SMB3_11', user='alice',
                          password=None, options=(), host=HOST,
                          tickets=None):
        conf = os.path.join(self.directory, 'client.conf')
        if not os.path.exists(conf):
            state = os.path.join(self.directory, 'client')
            os.makedirs(state, exist_ok=True)
            # Several clients may be started at once.
            new = '%s.%d' % (conf, threading.get_ident())
            with open(new, 'w', encoding='utf-8') as f:
                f.write('[global]\n' + ''.join(
                    '\t%s = %s\n' % (name, state) for name in
                    ('private dir', 'lock directory', 'state directory',
                     'cache directory')))
            os.rename(new, conf)
        command = ['smbclient', '--configfile=' + conf,
                   '--port=%d' % self.port]
        command += ['--option=%s=%s' % (name, protocol) for name in PROTOCOLS]
        command += ['--option=' + option for option in options]
        if tickets:
            command = ['env', 'KRB5CCNAME=FILE:' + tickets] + command
            command += ticket_options(tickets)
            # Kerberos goes by the server's name; there is none to look up.
            command += ['--ip-address=' + host]
            host = self.config.get('global', 'netbios name').lower()
        elif user == ANONYMOUS:
            command += ['--no-pass', '--user=%']
        else:
            if password is None:
                password = sandbox.USERS.get(user, 'no such account')
            command += ['--user=%s%%%s' % (user, password)]
        if share is None:
            return command + ['--list=' + host]
        return command + ['//%s/%s' % (host, share)]

    def smbclient(self, share, protocol='SMB3_11', command='ls', **more):
        """Run commands on a share; with share None, list the shares."""
        line = self.smbclient_command(share, protocol, **more)
        if share is not None:
            line += ['--command=' + command]
        return smbclient_answer(*_execute(line))

    @contextlib.contextmanager
    def connected(self, share, protocol='SMB3_11', **more):
        """An smbclient that stays connected while the block runs."""
        # smbclient keeps its output to itself until it ends, but a shell that
        # it runs does not.
        line = self.smbclient_command(share, protocol, **more)
        with subprocess.Popen(line, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as child:
            child.stdin.write(b'!echo connected\n')
            child.stdin.flush()
            first = child.stdout.readline()
            if first != b'connected\n':
                raise RuntimeError('smbclient: %r' % (
                    first + child.stdout.read()))
            try:
                yield child
            finally:
                child.stdin.close()
                child.stdout.read()
                child.wait(TIMEOUT)

    def rpc_options(self, protocol='SMB3_11'):
        """For rpcclient, which takes an account and a command besides."""
        line = self.smbclient_command('IPC$', protocol)
        return [word for word in line if word.startswith(
            ('--configfile', '--port', '--option'))]

    def curl(self, path, user='alice', source=None, password=None):
        """Fetch smb://HOST/path; curl speaks SMB1 only.

        Where Debian's curl has none any more, its messages are made by hand.
        """
        if password is None:
            password = sandbox.USERS[user]
        if not _curl_has_smb():
            return self._fetch(path, user, source, password)
        command = ['curl', '--silent', '--show-error', '--max-time', '30',
                   '--user', '%s:%s' % (user, password)]
        if source:
            command += ['--interface', source]
        command += ['smb://%s:%d/%s' % (HOST, self.port, path)]
        return Answer(*_execute(command))

    def _fetch(self, path, user, source, password):
        import smb1  # takes impacket
        share, _, name = path.partition('/')
        try:
            with smb1.Smb1(self.port, source) as client:
                got = client.log_on(user, password)
                if got == smb1.SUCCESS:
                    got = client.tree(share)
                if got == smb1.SUCCESS:
                    got = client.read_file(name)
        except OSError as e:
            got = str(e)
        if isinstance(got, bytes):
            return Answer(0, got.decode())
        return Answer(1, got)

    def nmap(self, *scripts):
        """Run nmap's scripts; its raw packets go to loopback only."""
        return Answer(*_execute([
            'nmap', '-Pn', '-n', '-p', str(self.port), '--script',
            ','.join(scripts), '--script-args', 'smbport=%d' % self.port,
            HOST]))

    def smbstatus(self):
        """What smbd itself says of its connections."""
        status, output = _execute(['smbstatus', '--configfile=' + self.conf,
                                   '--json'])
        if status != 0:
            raise RuntimeError('smbstatus: ' + output)
        return json.loads(output[output.index('{'):])

    def impacket(self, user='alice', dialect='SMB3_00', source=None,
                 smb2=False):
        """A logged-on impacket client, see impacket_client."""
        import impacket_client  # slow to import, and few need it
        return impacket_client.connect(self.port, user, dialect, source, smb2)

    def raw(self, source=None):
        """A plain TCP connection, see wire."""
        return wire.Connection(self.port, source)
