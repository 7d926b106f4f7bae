# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests of SMB2 about files, byte by byte, on a session that impacket opened.

What: Files has a method for each request: create, read, write, close, set_info
and list_folder.  A bench needs a client that costs nearly nothing, and tests
need every option of a request, and several requests in one message.

How: MS-SMB2 2.2.13 to 2.2.39.  Nothing is signed or encrypted, which smbd lets
pass where neither is asked for.  Message ids go on from impacket's, which must not
be used meanwhile.

How it fails: Refused with the NTSTATUS; ConnectionError when smbd hangs up.
"""

import socket
import struct

CREATE, CLOSE, READ, WRITE, QUERY_DIRECTORY, SET_INFO = 5, 6, 8, 9, 14, 17
PENDING = 0x103
RELATED = 4  # flag: to the request before it
LAST_HANDLE = b'\xff' * 16

SUPERSEDE, OPEN, MAKE, OPEN_IF, OVERWRITE, OVERWRITE_IF = range(6)
READ_DATA, WRITE_DATA, DELETE = 1, 2, 0x10000
READ_ATTRIBUTES, WRITE_ATTRIBUTES = 0x80, 0x100
FULL = 0x1f01ff
DIRECTORY, NO_DIRECTORY, DELETE_ON_CLOSE = 1, 0x40, 0x1000
SHARE_ALL = 7

OF_OWNER, OF_GROUP, OF_DACL = 1, 2, 4  # parts of a security descriptor

# Classes of SET_INFO
BASIC, RENAME, LINK, DISPOSITION, END_OF_FILE = 4, 10, 11, 13, 20
BOTH_NAMES = 37  # of QUERY_DIRECTORY
BUFFER = 65536

HEADER = struct.Struct('<4sHHIHHIIQIIQ16s')
CREATING = struct.Struct('<HBBIQQIIIIIHHII')
READING = struct.Struct('<HBBIQ16sIIIHHB')
WRITING = struct.Struct('<HHIQ16sIIHHI')
CLOSING = struct.Struct('<HHI16s')
SETTING = struct.Struct('<HBBIHHI16s')
LISTING = struct.Struct('<HBBI16sHHI')


class Refused(Exception):
    def __init__(self, number):
        from impacket import nt_errors  # slow, and few are refused
        names = nt_errors.ERROR_MESSAGES.get(number, ('0x%08x' % number,))
        super().__init__('NT_' + names[0])


def create(name, access=FULL, disposition=OPEN, options=0, share=SHARE_ALL,
           attributes=0, contexts=b'', oplock=0):
    """A CREATE request, without its header.

    contexts: create contexts, ready for the wire.
    """
    encoded = name if isinstance(name, bytes) else name.replace(
        '/', '\\').encode('utf-16-le')
    padding = bytes(-(120 + len(encoded)) % 8)
    start = 120 + len(encoded) + len(padding) if contexts else 0
    return CREATE, CREATING.pack(
        57, 0, oplock, 2, 0, 0, access, attributes, share, disposition, options,
        120, len(encoded), start, len(contexts)) + (
            encoded or b'\0') + padding + contexts


def close(handle=LAST_HANDLE):
    return CLOSE, CLOSING.pack(24, 0, 0, handle)


def write(handle, data, offset=0):
    return WRITE, WRITING.pack(49, 112, len(data), offset, handle, 0, 0, 0, 0,
                               0) + data


def read(handle, length, offset=0):
    return READ, READING.pack(49, 0, 0, length, offset, handle, 0, 0, 0, 0, 0,
                              0)


def set_info(handle, what, data):
    return SET_INFO, SETTING.pack(33, 1, what, len(data), 96, 0, 0,
                                  handle) + data


def set_security(handle, parts, descriptor):
    return SET_INFO, SETTING.pack(33, 3, 0, len(descriptor), 96, 0, parts,
                                  handle) + descriptor


def for_everybody(mask):
    """A security descriptor that gives everybody these rights."""
    sid = b'\x01\x01' + b'\0\0\0\0\0\x01' + bytes(4)
    ace = struct.pack('<BBHI', 0, 0, 8 + len(sid), mask) + sid
    acl = struct.pack('<BBHHH', 2, 0, 8 + len(ace), 1, 0) + ace
    return struct.pack('<BBHIIII', 1, 0, 0x8004, 0, 0, 0, 20) + acl


def new_name(name, replace=False):
    """What RENAME and LINK take."""
    encoded = name.replace('/', '\\').encode('utf-16-le')
    return struct.pack('<B7xQI', replace, 0, len(encoded)) + encoded


class Files:
    def __init__(self, client, tree):
        """client: of impacket_client, SMB2 or later; tree: what its tree() gave.

        The client's connection is not to be used while this is.
        """
        low = client.connection.getSMBServer()
        self.connection = low._Connection
        self.session = low._Session['SessionID']
        self.tree = tree
        self.socket = low.get_socket()
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, *requests):
        """All in one message, each on the handle of the one before.

        Returns how many answers there will be.
        """
        message = b''
        for number, (command, body) in enumerate(requests):
            last = number + 1 == len(requests)
            body += b'' if last else bytes(-len(body) % 8)
            identity = self.connection['SequenceWindow']
            self.connection['SequenceWindow'] += 1
            message += HEADER.pack(
                b'\xfeSMB', 64, 1, 0, command, 31, RELATED if number else 0,
                0 if last else HEADER.size + len(body), identity, 0xfeff,
                self.tree, self.session, bytes(16)) + body
        self.socket.sendall(struct.pack('>I', len(message)) + message)
        return len(requests)

    def _exactly(self, count):
        data = self.socket.recv(count)
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not data or not more:
                raise ConnectionError('smbd hung up')
            data += more
        return data

    def receive(self, count=1):
        """[(status, answer with its header)]"""
        answers = []
        while len(answers) < count:
            message = self._exactly(int.from_bytes(self._exactly(4), 'big'))
            while message:
                status, = struct.unpack_from('<I', message, 8)
                end, = struct.unpack_from('<I', message, 20)
                if status != PENDING:
                    answers.append((status, message[:end or len(message)]))
                message = message[end:] if end else b''
        return answers

    def ask(self, request):
        self.send(request)
        status, answer = self.receive()[0]
        if status:
            raise Refused(status)
        return answer

    def create(self, name, *arguments, **more):
        """The handle of a file; what can be said is at create() above."""
        return self.ask(create(name, *arguments, **more))[128:144]

    def close(self, handle):
        self.ask(close(handle))

    def write(self, handle, data, offset=0):
        self.ask(write(handle, data, offset))

    def read(self, handle, length, offset=0):
        answer = self.ask(read(handle, length, offset))
        return answer[answer[66]:]

    def set_info(self, handle, what, data):
        self.ask(set_info(handle, what, data))

    def rename(self, handle, name, replace=False):
        self.set_info(handle, RENAME, new_name(name, replace))

    def delete(self, handle):
        """When it is closed."""
        self.set_info(handle, DISPOSITION, b'\x01')

    def list_folder(self, handle):
        """How many entries a folder has, `.` and `..` among them."""
        entries, flags = 0, 1
        while True:
            try:
                answer = self.ask((QUERY_DIRECTORY, LISTING.pack(
                    33, BOTH_NAMES, flags, 0, handle, 96, 2, BUFFER) + b'*\0'))
            except Refused as e:
                if str(e) != 'NT_STATUS_NO_MORE_FILES':
                    raise
                return entries
            at, more, flags = 72, 1, 0
            while more:
                more, = struct.unpack_from('<I', answer, at)
                at += more
                entries += 1
