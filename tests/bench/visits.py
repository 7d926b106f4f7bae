# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client does at a server that is measured.

What: negotiate() is a TCP connect, one message and its answer, by a plain
socket; logon() adds session setup, tree connect and their ends, by impacket;
smbclient() is a whole `smbclient -c quit` of SMB 3.1.1.

How it fails: AssertionError if the server did not let the client in.
"""

import wire


def negotiate(smbd):
    with smbd.raw() as connection:
        answer = connection.ask(wire.smb3_negotiate())
        assert wire.smb2_negotiated(answer) == 0x0311, answer


def logon(smbd):
    with smbd.impacket(dialect='SMB3_00') as client:
        client.connection.disconnectTree(client.tree('open'))
        client.connection.logoff()


def smbclient(smbd):
    answer = smbd.smbclient('open', command='quit')
    assert answer.got == 'ok', answer.output
