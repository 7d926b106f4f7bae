# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""impacket's SMB client with a ticket, and a second logon in its session.

What: connect() logs on with tickets of kdc.Realm, signed from then on;
log_on_into() authenticates the same session again, with a password.

How: kinit's cache gets the service's ticket by kvno, and impacket takes both
from there.  The keys of a session are those of its first logon, MS-SMB2
3.3.5.5.3; impacket would take new ones, so they are put back.
"""

import contextlib
import os
import subprocess
from unittest import mock

from impacket import smb3structs, smbconnection

import impacket_client
import kdc
import sandbox

KEYS = ('SessionKey', 'SigningKey', 'SigningActivated', 'SigningRequired',
        'EncryptionKey', 'DecryptionKey', 'SessionFlags')


@contextlib.contextmanager
def connect(port, tickets, user):
    """A client at SMB 2.1 that signs.  tickets: a cache, see Realm.tickets()."""
    host = kdc.SERVICE.partition('/')[2]
    with mock.patch.dict(os.environ, {'KRB5CCNAME': tickets}):
        subprocess.run(['kvno', '-q', kdc.SERVICE], check=True,
                       stdout=subprocess.DEVNULL)
        connection = smbconnection.SMBConnection(
            host, impacket_client.HOST, sess_port=port,
            preferredDialect=smb3structs.SMB2_DIALECT_21)
        connection.getSMBServer()._Connection['RequireSigning'] = True
        connection.kerberosLogin(user, '', kdc.NAME, useCache=True)
    client = impacket_client.Client(connection)
    connection.getSMBServer()._Session['SigningActivated'] = True
    with client:
        yield client


def log_on_into(client, user):
    """Authenticate its session again, as another user."""
    low = client.connection.getSMBServer()
    keys = {name: low._Session[name] for name in KEYS}
    try:
        low.login(user, sandbox.USERS[user])
    finally:
        low._Session.update(keys)
