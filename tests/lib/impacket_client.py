# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""impacket's SMB client, with the handles that tests need.

What: connect() negotiates and logs on; the Client connects to shares and reads
from them, encrypted or, inside plain(), not.

How: impacket decides for each request whether to encrypt, by flags that it
keeps for the session and for the tree.  plain() turns both off.  Its 3.1.1 is
left out: it neither encrypts nor signs as it must.

How it fails: impacket's exceptions; status() turns those into NT_STATUS names.
"""

import contextlib
import socket
from unittest import mock

from impacket import nmb, nt_errors, smb3, smb3structs, smbconnection

import sandbox

HOST = '127.0.0.1'
DIALECTS = {'NT1': 'NT LM 0.12',
            'SMB2_02': smb3structs.SMB2_DIALECT_002,
            'SMB2_10': smb3structs.SMB2_DIALECT_21,
            'SMB3_00': smb3structs.SMB2_DIALECT_30}
ENCRYPT = smb3structs.SMB2_SESSION_FLAG_ENCRYPT_DATA


def status(function, *arguments):
    """'ok', or the NT_STATUS name of the refusal."""
    try:
        function(*arguments)
    except (smb3.SessionError, smbconnection.SessionError) as e:
        # Its two layers name the same thing differently.
        low = isinstance(e, smb3.SessionError)
        number = e.get_error_code() if low else e.getErrorCode()
        name = nt_errors.ERROR_MESSAGES.get(number, ('0x%08x' % number,))[0]
        return 'NT_' + name
    return 'ok'


class Client(contextlib.AbstractContextManager):
    def __init__(self, connection):
        self.connection = connection

    def __exit__(self, *exception):
        self.connection.close()

    def log_on_again(self, user):
        """Another session on the same connection."""
        low = self.connection.getSMBServer()
        low._Session.update(SessionID=0, SessionFlags=0, SessionKey='',
                            SigningActivated=False, TreeConnectTable={})
        low._Connection['SupportsEncryption'] = True
        self.connection.login(user, sandbox.USERS.get(user, ''))

    def tree(self, share):
        """Connect to a share, also if there is a tree of it already."""
        session = getattr(self.connection.getSMBServer(), '_Session', {})
        session.get('TreeConnectTable', {}).pop(share, None)
        return self.connection.connectTree(share)

    def read(self, tree, path='hello.txt'):
        """Open a file and read it."""
        handle = self.connection.openFile(
            tree, path, desiredAccess=smb3structs.FILE_READ_DATA)
        try:
            return self.connection.readFile(tree, handle)
        finally:
            self.connection.closeFile(tree, handle)

    def is_told_to_encrypt(self, tree):
        """Did the server's answer have SHAREFLAG_ENCRYPT_DATA?"""
        session = self.connection.getSMBServer()._Session
        return session['TreeConnectTable'][tree]['EncryptData']

    @contextlib.contextmanager
    def plain(self, tree):
        """Inside, requests on this tree are not encrypted."""
        session = self.connection.getSMBServer()._Session
        table = session['TreeConnectTable'][tree]
        saved = session['SessionFlags'], table['EncryptData']
        session['SessionFlags'] &= ~ENCRYPT
        table['EncryptData'] = False
        try:
            yield
        finally:
            session['SessionFlags'], table['EncryptData'] = saved


class _NoBit(int):
    """0, and a bit that no answer has set."""

    def __rand__(self, other):
        return -1


def unable():
    """Clients of 3.0 that cannot encrypt, while the block runs."""
    return mock.patch.object(smb3, 'SMB2_GLOBAL_CAP_ENCRYPTION', _NoBit(0))


def _connect_from(source):
    """impacket's own connect, from a chosen address."""
    def setup(self, peer, timeout=None):
        return socket.create_connection(peer, timeout,
                                        (source, 0) if source else None)
    return mock.patch.object(nmb.NetBIOSTCPSession, '_setup_connection', setup)


def connect(port, user='alice', dialect='SMB3_00', source=None, smb2=False):
    """Log on; user '' is the anonymous logon.

    smb2: ask in SMB2 at once, as a client of several channels must.
    """
    with _connect_from(source):
        existing = smb3.SMB3(
            HOST, HOST, sess_port=port,
            preferredDialect=DIALECTS[dialect]) if smb2 else None
        connection = smbconnection.SMBConnection(
            HOST, HOST, sess_port=port, preferredDialect=DIALECTS[dialect],
            existingConnection=existing)
    try:
        connection.login(user, sandbox.USERS.get(user, ''))
    except Exception:
        connection.close()  # or smbd would wait for more
        raise
    return Client(connection)
