# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of clients as it lies on the disk, read and written by a test.

What: Record is one client's record, bytes as in modules/core/history.c; History
opens the database of an smbd, beside smbd itself.

How: with Debian's python3-tdb, which every smbd's installation has.  Keys are C
strings, with their NUL.

How it fails: ValueError for a record that is not whole.
"""

import contextlib
import dataclasses
import os
import struct

import tdb

NAME = 'smbguard_history.tdb'
FIELDS = '<9B3x16sIQQ12x'
NAMES = ('NONE', 'LANMAN', 'NT1', 'SMB2_02', 'SMB2_10', 'SMB3_00', 'SMB3_02',
         'SMB3_11')
ADDRESSES, ACCOUNTS = 'meta/addresses', 'meta/accounts'  # how many
SWEPT = 'meta/swept'
HASH_SIZE = 10007  # as modules/smbd/history_db.c has it, for a new file


@dataclasses.dataclass
class Record:
    version: int = 1
    offered_dialect: int = NAMES.index('SMB3_11')
    used_dialect: int = NAMES.index('SMB3_11')
    lowest_dialect: int = NAMES.index('SMB3_11')
    offered_cipher: int = 4
    used_cipher: int = 2
    offered_signing: int = 3
    used_signing: int = 3
    mechanism: int = 1
    guid: bytes = bytes(16)
    suspicions: int = 0
    first_seen: int = 0
    last_seen: int = 0

    def pack(self):
        fixed = struct.pack(FIELDS, *dataclasses.astuple(self))
        return fixed + struct.pack('<I', _sum(fixed))

    @classmethod
    def unpack(cls, data):
        if (len(data) != 64 or
                struct.unpack('<I', data[60:]) != (_sum(data[:60]),)):
            raise ValueError('no record: %r' % data)
        return cls(*struct.unpack(FIELDS, data[:60]))


def _sum(data):
    """FNV-1a"""
    value = 0x811c9dc5
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xffffffff
    return value


def path_of(smbd):
    return os.path.join(smbd.config.get('global', 'state directory'), NAME)


class History(contextlib.AbstractContextManager):
    """To be closed before the same process opens it again, fcntl(2)."""

    def __init__(self, path):
        flags = os.O_RDWR | os.O_CREAT
        self.tdb = tdb.open(path, HASH_SIZE, tdb.DEFAULT, flags, 0o600)

    def __exit__(self, *exception):
        self.tdb.close()

    def clients(self):
        """{key: Record}, without the records about the database."""
        return {key[:-1].decode(): Record.unpack(self.tdb[key])
                for key in self.tdb.keys() if not key.startswith(b'meta/')}

    def get(self, key):
        return Record.unpack(self.tdb[key.encode() + b'\0'])

    def put(self, key, record):
        self.tdb[key.encode() + b'\0'] = record.pack()

    def number(self, key):
        return struct.unpack('<Q', self.tdb[key.encode() + b'\0'])[0]

    def set_number(self, key, number):
        self.tdb[key.encode() + b'\0'] = struct.pack('<Q', int(number))


def clients(smbd):
    with History(path_of(smbd)) as history:
        return history.clients()
