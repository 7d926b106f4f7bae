# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""First messages of SMB, byte by byte, and a socket to send them.

What: smb1_negotiate() and smb2_negotiate() build what a client sends first,
netbios() puts the length in front; Connection sends it, whole or in pieces.

How: MS-CIFS 2.2.4.52, MS-SMB2 2.2.3.  Every field can be set, for tests of
messages that no honest client sends.

How it fails: a closed or silent connection is an empty answer.
"""

import contextlib
import socket
import struct

HOST = '127.0.0.1'
TIMEOUT = 10.0

DIALECTS = {'SMB2_02': 0x0202, 'SMB2_10': 0x0210, 'SMB3_00': 0x0300,
            'SMB3_02': 0x0302, 'SMB3_11': 0x0311}
GUID = bytes(range(16))
SIGNING_ENABLED = 1
CAP_ENCRYPTION = 0x40
CONTEXT_PREAUTH, CONTEXT_ENCRYPTION, CONTEXT_SIGNING = 1, 2, 8
CONTEXT_NETNAME = 5
AES128_CCM, AES128_GCM, AES256_CCM, AES256_GCM = 1, 2, 3, 4

SESSION_REQUEST, SESSION_RESPONSE = 0x81, 0x82


def netbios(message, kind=0):
    return struct.pack('>I', kind << 24 | len(message)) + message


def session_request():
    """What a client of port 139 sends first: RFC 1002 4.3.2."""
    def encoded(name):
        text = name.ljust(16).encode('ascii')
        halves = b''.join(bytes((65 + (c >> 4), 65 + (c & 15))) for c in text)
        return b'\x20' + halves + b'\0'
    return netbios(encoded('*SMBSERVER') + encoded('CLIENT'), SESSION_REQUEST)


def smb1_negotiate(*dialects):
    """SMB_COM_NEGOTIATE with these dialect strings."""
    strings = b''.join(b'\x02' + d.encode('ascii') + b'\0' for d in dialects)
    header = struct.pack('<4sBIBHH8sHHHHH', b'\xffSMB', 0x72, 0, 0x18, 0xC853,
                         0, bytes(8), 0, 0xFFFF, 0xFEFF, 0, 0)
    return header + struct.pack('<BH', 0, len(strings)) + strings


def context(kind, data):
    return struct.pack('<HHI', kind, len(data), 0) + data


def encryption_context(*ciphers):
    return context(CONTEXT_ENCRYPTION, struct.pack(
        '<%dH' % (1 + len(ciphers)), len(ciphers), *ciphers))


def preauth_context(salt=bytes(32)):
    return context(CONTEXT_PREAUTH,
                   struct.pack('<HHH', 1, len(salt), 1) + salt)


def netname_context(name):
    return context(CONTEXT_NETNAME, name.encode('utf-16-le'))


def smb2_header(command, message_id=0):
    return struct.pack('<4sHHIHHIIQIIQ16s', b'\xfeSMB', 64, 0, 0, command, 31,
                       0, 0, message_id, 0xFEFF, 0, 0, bytes(16))


def smb2_negotiate(*dialects, contexts=(), capabilities=CAP_ENCRYPTION,
                   security_mode=SIGNING_ENABLED, message_id=0, guid=GUID):
    """SMB2 NEGOTIATE; contexts only go with SMB3_11.

    dialects: names or numbers.
    """
    numbers = [DIALECTS.get(name, name) for name in dialects]
    body = struct.pack('<HHHHI16s', 36, len(numbers), security_mode, 0,
                       capabilities, guid)
    tail = struct.pack('<%dH' % len(numbers), *numbers)
    if not contexts:
        return smb2_header(0, message_id) + body + bytes(8) + tail
    start = 64 + 36 + len(tail)
    padding = -start % 8
    tail += bytes(padding)
    tail += b''.join(c + bytes(-len(c) % 8) for c in contexts[:-1])
    tail += contexts[-1]
    return (smb2_header(0, message_id) + body +
            struct.pack('<IHH', start + padding, len(contexts), 0) + tail)


def smb3_negotiate(ciphers=(AES128_GCM, AES128_CCM)):
    """What a client of today sends: all dialects, and its ciphers."""
    return smb2_negotiate(*DIALECTS, contexts=(
        preauth_context(), encryption_context(*ciphers)))


class Connection(contextlib.AbstractContextManager):
    def __init__(self, port, source=None):
        self.socket = socket.create_connection(
            (HOST, port), TIMEOUT, (source, 0) if source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __exit__(self, *exception):
        self.socket.close()

    @property
    def client_port(self):
        return self.socket.getsockname()[1]

    def send(self, data):
        self.socket.sendall(data)

    def send_slowly(self, data):
        """One byte a segment."""
        for byte in data:
            self.send(bytes((byte,)))

    def end_sending(self):
        with contextlib.suppress(OSError):  # the server has hung up already
            self.socket.shutdown(socket.SHUT_WR)

    def _exactly(self, count):
        data = b''
        while len(data) < count:
            try:
                piece = self.socket.recv(count - len(data))
            except (ConnectionError, TimeoutError):
                return b''
            if not piece:
                return b''
            data += piece
        return data

    def receive(self):
        """The next message without its length; b'' if none comes."""
        length = self._exactly(4)
        if not length:
            return b''
        return self._exactly(int.from_bytes(length[1:], 'big'))

    def ask(self, message):
        self.send(netbios(message))
        return self.receive()


def smb2_status(answer):
    return struct.unpack_from('<I', answer, 8)[0]


def smb2_negotiated(answer):
    """The dialect revision of a NEGOTIATE response."""
    return struct.unpack_from('<H', answer, 64 + 4)[0]


def smb2_chosen(answer):
    """(dialect revision, cipher or 0, signing algorithm or None) of a NEGOTIATE
    response; None if it is none that succeeded."""
    if answer[:4] != b'\xfeSMB' or smb2_status(answer) != 0:
        return None
    cipher, signer = 0, None
    dialect, count = struct.unpack_from('<HH', answer, 64 + 4)
    if dialect == DIALECTS['SMB3_11']:
        at = struct.unpack_from('<I', answer, 64 + 60)[0]
        for _ in range(count):
            kind, length = struct.unpack_from('<HH', answer, at)
            if kind == CONTEXT_ENCRYPTION:
                cipher = struct.unpack_from('<H', answer, at + 8 + 2)[0]
            if kind == CONTEXT_SIGNING:
                signer = struct.unpack_from('<H', answer, at + 8 + 2)[0]
            at += (8 + length + 7) & ~7
    return dialect, cipher, signer


def smb1_choice(answer):
    """The index of the chosen string, 0xFFFF for none."""
    return struct.unpack_from('<H', answer, 33)[0]
