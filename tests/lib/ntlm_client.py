# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""SMB2 session setups by hand: any claim, any number on one connection.

What: Logons negotiates a dialect; attempt() is one session setup, told by the
NT_STATUS that ends it.

How: impacket makes the NTLMSSP messages; ours are the SMB2 ones, which carry
them inside SPNEGO or bare.  Nothing is signed; a session that comes about can
be used for what needs no signature.

How it fails: RuntimeError when the server hangs up.
"""

import struct

from impacket import crypto, ntlm, nt_errors, spnego

import sandbox
import wire

SUCCESS, PENDING, MORE_PROCESSING = 0, 0x103, 0xC0000016
SESSION_SETUP, TREE_CONNECT, CREATE, READ, ECHO = 1, 3, 5, 8, 13
SIGNED = 8  # a flag of a header
BINDING = 1  # and one of a session setup
WORKSTATION = 'SCANNER-7'


def status_name(number):
    return 'NT_' + nt_errors.ERROR_MESSAGES.get(number,
                                                ('0x%08x' % number,))[0]


def spnego_first(token):
    init = spnego.SPNEGO_NegTokenInit()
    init['MechTypes'] = [spnego.TypesMech[
        'NTLMSSP - Microsoft NTLM Security Support Provider']]
    init['MechToken'] = token
    return init.getData()


def _der(tag, inside):
    return struct.pack('>BBH', tag, 0x82, len(inside)) + inside


def spnego_next(token, mech_list_mic=None):
    elements = _der(0xA2, _der(0x04, token))
    if mech_list_mic is not None:
        elements += _der(0xA3, _der(0x04, mech_list_mic))
    return _der(0xA1, _der(0x30, elements))


def signing_key(session_key):
    """Of SMB 3.0."""
    return crypto.KDF_CounterMode(session_key, b'SMB2AESCMAC\0',
                                  b'SmbSign\0', 128)


class Logons(wire.Connection):
    contexts = (wire.preauth_context(),
                wire.encryption_context(wire.AES128_GCM))  # at 3.1.1
    capabilities = wire.CAP_ENCRYPTION

    def __init__(self, port, dialect='SMB3_11', source=None, guid=wire.GUID,
                 first=None, after=None):
        """first: a message to ask before the negotiate.  after: a connection to
        go on with, which spoke SMB1 so far."""
        if after is None:
            super().__init__(port, source)
        else:
            self.socket = after.socket
        self.first_answer = self.ask(first) if first else b''
        self.ask(wire.smb2_negotiate(
            dialect, capabilities=self.capabilities, guid=guid,
            contexts=self.contexts if dialect == 'SMB3_11' else ()))
        self.message_id = 0
        self.key = None  # see bind_to()

    def bind_to(self, client):
        """Be a second channel of impacket's session from now on: of SMB 3.0,
        with its GUID.  Returns the session's number."""
        session = client.connection.getSMBServer()._Session
        self.key = signing_key(session['SessionKey'])
        return session['SessionID']

    def message(self, command, body, session=0, tree=0):
        """The bytes of the next request."""
        self.message_id += 1
        header = struct.pack('<4sHHIHHIIQIIQ16s', b'\xfeSMB', 64, 0, 0,
                             command, 31, SIGNED if self.key else 0, 0,
                             self.message_id, 0xFEFF, tree, session,
                             bytes(16))
        if self.key:
            whole = header + body
            header = header[:48] + crypto.AES_CMAC(self.key, whole, len(whole))
        return wire.netbios(header + body)

    def request(self, command, body, session=0, tree=0):
        self.send(self.message(command, body, session, tree))

    def whole_answer(self):
        """The next answer that is one."""
        while True:
            message = self.receive()
            if not message:
                raise RuntimeError('the server hung up')
            if struct.unpack_from('<I', message, 8)[0] != PENDING:
                return message

    def answer(self):
        """The same, as (command, status, session, body)."""
        message = self.whole_answer()
        status, command = struct.unpack_from('<IH', message, 8)
        session = struct.unpack_from('<Q', message, 40)[0]
        return command, status, session, message[64:]

    def send_token(self, token, session=0, flags=None,
                   security_mode=wire.SIGNING_ENABLED):
        if flags is None:
            flags = BINDING if self.key else 0
        fixed = struct.pack('<HBBIIHHQ', 25, flags, security_mode, 0, 0,
                            64 + 24, len(token), 0)
        self.request(SESSION_SETUP, fixed + token, session)

    def send_echo(self):
        self.request(ECHO, struct.pack('<HH', 4, 0))

    def first_half(self, user, domain='', workstation=WORKSTATION,
                   ntlmv2=True, bare=False, session=0, mic=False, **more):
        """(our first message, the challenge, the number of the session)

        more: for send_token().
        """
        first = ntlm.getNTLMSSPType1(workstation, domain, mic,
                                     use_ntlmv2=ntlmv2)
        token = first.getData()
        self.send_token(token if bare else spnego_first(token), session,
                        **more)
        _, status, session, body = self.answer()
        if status != MORE_PROCESSING:
            raise RuntimeError('no challenge: ' + status_name(status))
        start, length = struct.unpack_from('<HH', body, 4)
        challenge = body[start - 64:start - 64 + length]
        if not bare:
            challenge = spnego.SPNEGO_NegTokenResp(challenge)['ResponseToken']
        return first, challenge, session

    def second_half(self, *arguments, **more):
        """The token that ends it."""
        return self.token_and_key(*arguments, **more)[0]

    @staticmethod
    def token_and_key(first, challenge, user, password=None, domain='',
                      ntlmv2=True, bare=False, mech_list_mic=None):
        """The same, and the key of the session."""
        if password is None:
            password = sandbox.USERS[user]
        last, key = ntlm.getNTLMSSPType3(first, challenge, user, password,
                                       domain, use_ntlmv2=ntlmv2)
        token = last.getData()
        return (token if bare else spnego_next(token, mech_list_mic)), key

    def start(self, user, password=None, domain='', workstation=WORKSTATION,
              ntlmv2=True, bare=False, session=0, mech_list_mic=None):
        """All but the last answer, which is still to come.

        session: authenticate this one again, instead of a new one.
        mech_list_mic: SPNEGO's, which smbd looks at behind the password.
        """
        first, challenge, session = self.first_half(
            user, domain, workstation, ntlmv2, bare, session,
            mech_list_mic is not None)
        self.send_token(self.second_half(
            first, challenge, user, password, domain, ntlmv2, bare,
            mech_list_mic), session)

    def log_on(self, user, **more):
        """The number of a session."""
        self.start(user, **more)
        _, status, session, _ = self.answer()
        if status != SUCCESS:
            raise RuntimeError('no session: ' + status_name(status))
        return session

    def tree_connect(self, share, session):
        path = ('\\\\127.0.0.1\\' + share).encode('utf-16-le')
        fixed = struct.pack('<HHHH', 9, 0, 64 + 8, len(path))
        self.request(TREE_CONNECT, fixed + path, session)
        return status_name(self.answer()[1])

    def tree(self, share, session):
        """The number of a tree."""
        path = ('\\\\127.0.0.1\\' + share).encode('utf-16-le')
        fixed = struct.pack('<HHHH', 9, 0, 64 + 8, len(path))
        self.request(TREE_CONNECT, fixed + path, session)
        message = self.whole_answer()
        status = struct.unpack_from('<I', message, 8)[0]
        if status != SUCCESS:
            raise RuntimeError('no tree: ' + status_name(status))
        return struct.unpack_from('<I', message, 36)[0]

    def _create(self, name, access, tree, session):
        text = name.encode('utf-16-le')
        self.request(CREATE, struct.pack(
            '<HBBIQQIIIIIHHII', 57, 0, 0, 2, 0, 0, access, 0, 7, 1, 0x40,
            64 + 56, len(text), 0, 0) + text, session, tree)

    def open_pipe(self, name, tree, session):
        self._create(name, 0x12019f, tree, session)
        return status_name(self.answer()[1])

    def read_file(self, tree, session, name='hello.txt'):
        """What is in a file, or how it was refused."""
        self._create(name, 0x20089, tree, session)
        _, status, _, body = self.answer()
        if status != SUCCESS:
            return status_name(status)
        self.request(READ, struct.pack(
            '<HBBIQ16sIIIHHB', 49, 0, 0, 64, 0, body[64:80], 0, 0, 0, 0, 0, 0),
                     session, tree)
        _, status, _, body = self.answer()
        if status != SUCCESS:
            return status_name(status)
        count = struct.unpack_from('<I', body, 4)[0]
        return body[16:16 + count]

    def attempt(self, user, password=None, **more):
        """'NT_STATUS_SUCCESS', or how it was refused."""
        self.start(user, password, **more)
        return status_name(self.answer()[1])
