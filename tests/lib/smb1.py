# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""SMB1 by hand: logons without extended security, several users of one
connection, commands chained in one message, and RAP.

What: Smb1 negotiates NT LM 0.12, or what is older; message() sends a chain of
commands and returns the answers to each; log_on(), tree(), read() are those that
tests need, and log_on_extended() is a logon by SPNEGO.

How: MS-CIFS 2.2.3.4 (AndX messages), 2.2.4; MS-RAP.  Strings are ASCII, passwords
are NTLMv1.  Nothing is signed, though a client may say that it would
(announces_signing).

How it fails: an answer is a status by name; a server that hangs up is
ConnectionError.
"""

import struct

from impacket import ntlm, spnego

import sandbox
import wire
from ntlm_client import Logons, spnego_first, status_name

SESSION_SETUP, TREE_CONNECT, CREATE, READ = 0x73, 0x75, 0xA2, 0x2E
TRANS, ECHO, CLOSE = 0x25, 0x2B, 0x04
NO_CHAIN = (TRANS, ECHO, CLOSE)  # nothing comes behind them
NONE = 0xFF
FLAGS2_EXTENDED, FLAGS2_STATUS, FLAGS2_SIGNING = 0x0800, 0x4000, 0x0004
SUCCESS = 'NT_STATUS_SUCCESS'


def session_setup(user, lm=b'', nt=b'', domain=''):
    """The words behind the AndX block, and the bytes."""
    words = struct.pack('<HHHIHHII', 16644, 2, 1, 0, len(lm), len(nt), 0, 0x50)
    text = b''.join(word.encode('ascii') + b'\0'
                    for word in (user, domain, 'Unix', 'Test'))
    return SESSION_SETUP, words, lm + nt + text


def extended_setup(token):
    """The same with extended security."""
    words = struct.pack('<HHHIHII', 16644, 2, 1, 0, len(token), 0, 0x80000050)
    return SESSION_SETUP, words, token + b'Unix\0Test\0'


def plain_setup(user, password, domain=''):
    """With an unencrypted password, the NUL behind it included."""
    return session_setup(user, password.encode('ascii') + b'\0',
                         domain=domain)


def old_setup(user, password=b''):
    """That of dialects before NT LM 0.12; the password as bytes."""
    words = struct.pack('<HHHIHI', 16644, 2, 1, 0, len(password), 0)
    return SESSION_SETUP, words, password + user.encode('ascii') + b'\0'


def rap_shares(name='\\PIPE\\LANMAN'):
    """NetShareEnum, MS-RAP 2.5.5.2; message() puts its offset in."""
    asks = struct.pack('<H', 0) + b'WrLeh\0B13BWz\0' + struct.pack(
        '<HH', 1, 8192)
    words = struct.pack('<HHHHBBHIHHHHHBB', len(asks), 0, 8, 8192, 0, 0, 0, 0,
                        0, len(asks), 0, 0, 0, 0, 0)
    return TRANS, words, name.encode('ascii') + b'\0' + asks


def echo():
    return ECHO, struct.pack('<H', 1), b'x'


def tree_connect(share):
    path = ('\\\\127.0.0.1\\' + share).encode('ascii')
    return (TREE_CONNECT, struct.pack('<HH', 0, 1),
            b'\0' + path + b'\0?????\0')


def create(name):
    words = struct.pack('<BHIIIQIIIIIB', 0, len(name), 0, 0, 0x20089, 0, 0, 7,
                        1, 0, 2, 0)
    return CREATE, words, name.encode('ascii') + b'\0'


def read(fid=0, count=64):
    return READ, struct.pack('<HIHHIH', fid, 0, count, count, 0, 0), b''


def close(fid):
    return CLOSE, struct.pack('<HI', fid, 0), b''


class Smb1(wire.Connection):
    def __init__(self, port, source=None, extended=False,
                 announces_signing=False, dialect='NT LM 0.12'):
        super().__init__(port, source)
        self.uid = self.tid = 0
        self.flags2 = FLAGS2_STATUS | (FLAGS2_SIGNING if announces_signing
                                       else 0)
        message = bytearray(wire.smb1_negotiate(dialect))
        flags2 = self.flags2 | (FLAGS2_EXTENDED if extended else 0)
        struct.pack_into('<H', message, 10, flags2)
        answer = self.ask(bytes(message))
        if len(answer) < 32 or answer[32] not in (13, 17):
            raise ConnectionError('no ' + dialect)
        self.challenge = answer[-1:] if extended else self._challenge(answer)

    @staticmethod
    def _challenge(answer):
        start = 33 + answer[32] * 2 + 2
        return answer[start:start + 8]

    def _header(self, command, uid, tid):
        return struct.pack(
            '<4sBIBHH8sHHHHH', b'\xffSMB', command, 0, 0x18,
            self.flags2, 0, bytes(8), 0, self.tid if tid is None else tid,
            1, self.uid if uid is None else uid, 1)

    def message(self, *commands, uid=None, tid=None):
        """[(status, uid, tid, words, bytes)] for each command answered."""
        return self._answers(self.ask(self.packed(*commands, uid=uid,
                                                  tid=tid)))

    def packed(self, *commands, uid=None, tid=None):
        """A message of these, without its length."""
        header = self._header(commands[0][0], uid, tid)
        body = b''
        for number, (command, words, data) in enumerate(commands):
            last = number + 1 == len(commands)
            if command in NO_CHAIN:
                body += self._unchained(32 + len(body), command, words, data)
                break
            following = NONE if last else commands[number + 1][0]
            size = 1 + 4 + len(words) + 2 + len(data)
            pad = 0 if last else -(32 + len(body) + size) % 4
            offset = 0 if last else 32 + len(body) + size + pad
            body += struct.pack('<BBBH', (4 + len(words)) // 2, following, 0,
                                offset) + words
            body += struct.pack('<H', len(data)) + data + bytes(pad)
        return header + body

    @staticmethod
    def _unchained(at, command, words, data):
        if command == TRANS:
            name = data.index(b'\0') + 1
            words = bytearray(words)
            struct.pack_into('<H', words, 20, at + 1 + len(words) + 2 + name)
        return (bytes((len(words) // 2,)) + words +
                struct.pack('<H', len(data)) + data)

    def answers(self):
        """What message() returns, of one that was sent by hand."""
        return self._answers(self.receive())

    @staticmethod
    def _answers(answer):
        if not answer:
            raise ConnectionError('the server hung up')
        status = struct.unpack_from('<I', answer, 5)[0]
        tid, _, uid = struct.unpack_from('<HHH', answer, 24)
        found, at, command = [], 32, answer[4]
        while command != NONE and at < len(answer):
            count = answer[at]
            words = answer[at + 1:at + 1 + 2 * count]
            length = struct.unpack_from('<H', answer, at + 1 + 2 * count)[0]
            start = at + 3 + 2 * count
            found.append((uid, tid, words, answer[start:start + length]))
            chained = command not in NO_CHAIN and len(words) >= 4
            command, _, at = (struct.unpack_from('<BBH', words)
                              if chained else (NONE, 0, 0))
        return status_name(status), found

    def logon(self, user, password=None):
        """The command of a logon of this connection's; '' is anonymous."""
        if not user:
            return session_setup('')
        if password is None:
            password = sandbox.USERS[user]
        key = ntlm.compute_nthash(password)
        response = ntlm.get_ntlmv1_response(key, self.challenge)
        return session_setup(user, response, response)

    def log_on(self, user, password=None):
        """'NT_STATUS_SUCCESS', and the uid is used from now on."""
        status, answers = self.message(self.logon(user, password), uid=0)
        if status == SUCCESS:
            self.uid = answers[0][0]
        return status

    def log_on_extended(self, user, *then):
        """Log on by SPNEGO, with these commands in the message that ends it.
        Returns what message() does of that one."""
        self.flags2 |= FLAGS2_EXTENDED
        first = ntlm.getNTLMSSPType1('', '', False, use_ntlmv2=True)
        _, answers = self.message(
            extended_setup(spnego_first(first.getData())), uid=0)
        self.uid, _, words, data = answers[0]
        length = struct.unpack_from('<H', words, 6)[0]
        challenge = spnego.SPNEGO_NegTokenResp(data[:length])['ResponseToken']
        token, _ = Logons.token_and_key(first, challenge, user)
        return self.message(extended_setup(token), *then)

    def tree(self, share, uid=None):
        status, answers = self.message(tree_connect(share), uid=uid)
        if status == SUCCESS:
            self.tid = answers[0][1]
        return status

    def read_file(self, name='hello.txt', uid=None, tid=None):
        """What is in a file, or how it was refused."""
        status, answers = self.message(create(name), read(), uid=uid, tid=tid)
        return contents(answers) if status == SUCCESS else status

    def read_and_close(self, name='hello.txt', uid=None):
        """What is in a file, of which no handle is left."""
        _, answers = self.message(create(name), read(), uid=uid)
        fid, = struct.unpack_from('<H', answers[0][2], 5)
        self.message(close(fid), uid=uid)
        return contents(answers)

    def list_shares(self, tid=None):
        """The names that RAP's NetShareEnum tells; tid: of IPC$."""
        answer = self.ask(self.packed(rap_shares(), tid=tid))
        status = status_name(struct.unpack_from('<I', answer, 5)[0])
        if status != SUCCESS:
            return status
        parameters, at = struct.unpack_from('<H4xH', answer, 41)
        count = struct.unpack_from('<H', answer, parameters + 4)[0]
        return [answer[start:start + 13].rstrip(b'\0').decode('ascii')
                for start in range(at, at + 20 * count, 20)]


def contents(answers):
    """What the last of these, a READ, has read."""
    words, data = answers[-1][2:]
    count = struct.unpack_from('<H', words, 10)[0]
    return data[-count:] if count else b''
