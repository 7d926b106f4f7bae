# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events of files made by hand, for what the command makes of them.

What: opened(), closed() and those after them make one event each as smbguard
writes it; access() an open and its close; every_kind() one of each.  as_written()
puts events into the bytes that smbguard itself would have written.

How it fails: a KeyError in as_written() for a field that no event has.
"""

import json

import tables
from tool_report import STRONG, event

PLAIN = {'dialect': 'SMB3_11', 'signingAlgorithm': 'AES-128-GMAC',
         'signed': True, 'encrypted': False}
SAFE = {**STRONG, 'signed': True, 'encrypted': True}
REFUSED = 'NT_STATUS_ACCESS_DENIED'


def file_event(kind, path, number=0, /, **more):
    """One that came true, on an encrypted connection, unless said otherwise."""
    status = more.pop('status', 'NT_STATUS_OK')
    made = event(number % 60, **{
        'event': kind, 'severity': 'info', 'share': 'files', 'path': path,
        'connectionId': '0x%016x' % 1, 'policy': None, 'windowsEventId': None,
        'outcome': 'allowed' if status == 'NT_STATUS_OK' else 'failed',
        'status': None if kind == 'file_close' else status,
        'reason': 'alice did something.', **SAFE, **more})
    return made


def opened(path, file_id=1, number=0, **more):
    return file_event('file_open', path, number, **{
        'fileId': None if more.get('status') else '0x%016x' % file_id,
        'disposition': 'FILE_OPEN', 'access': ['FILE_READ_DATA'],
        'created': False, 'directory': False, **more})


def closed(path, file_id=1, number=0, *, read=0, written=0, **more):
    return file_event('file_close', path, number, **{
        'fileId': '0x%016x' % file_id, 'directory': False,
        'reads': 1 if read else 0, 'bytesRead': read,
        'writes': 1 if written else 0, 'bytesWritten': written,
        'duration': 1000, **more})


def access(path, file_id=1, number=0, *, read=0, written=0, created=False,
           **more):
    """An open, and its close one second later"""
    rights = ['FILE_READ_DATA'] if not written else ['FILE_WRITE_DATA']
    return [opened(path, file_id, number, access=rights, created=created,
                   **more),
            closed(path, file_id, number + 1, read=read, written=written,
                   **more)]


def deleted(path, number=0, **more):
    return file_event('file_delete', path, number, **more)


def renamed(path, to, number=0, **more):
    return file_event('file_rename', path, number, newPath=to, **more)


def every_kind():
    return [
        opened('a/b.txt'),
        opened('a/new.txt', created=True, disposition='FILE_CREATE'),
        opened('a/b.txt', overwritten=True, disposition='FILE_OVERWRITE'),
        opened('a', directory=True),
        opened('a/b.txt:stream'),
        opened('secret', status=REFUSED),
        closed('a/b.txt', read=5),
        closed('a/b.txt', written=5),
        closed('a/b.txt', read=5, written=5),
        closed('a/b.txt'),
        renamed('a/b.txt', 'a/c.txt'),
        file_event('file_link', 'a/b.txt', newPath='a/d.txt'),
        deleted('a/b.txt', requestedBy='S-1-5-21-1-2-3-1105'),
        file_event('directory_create', 'a/e'),
        file_event('directory_delete', 'a/e', status='NT_STATUS_DIRECTORY_NOT_EMPTY'),
        file_event('file_acl', 'a/b.txt', changed=['owner', 'dacl']),
        file_event('file_attributes', 'a/b.txt', changed=['attributes'],
                   attributes=['READONLY', 'ARCHIVE'])]


def as_written(events):
    """With the fields in smbguard's order, and no blank."""
    order = {}
    for number, name in enumerate(tables.fields()):
        order.setdefault(name.split('.')[0], number)
    return b''.join(
        json.dumps({name: e[name] for name in sorted(e, key=order.__getitem__)},
                   ensure_ascii=False, separators=(',', ':')).encode() + b'\n'
        for e in events)
