# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that would have file events tell less, or of somebody else.

What: requests that smbd serves while others wait, on several channels of one
session, and options of smbd that make one operation of another.
"""

import contextlib
import os
import shutil
import struct

import smb2_files as smb2
from file_events import ALL, line, lines, of_share, tied
from ntlm_client import Logons, status_name
from smb2_files import Refused

IOCTL, CANCEL, CHANGE_NOTIFY, OPLOCK_BREAK = 11, 12, 15, 18
SET_ZERO_DATA = 0x980c8
OF_DFS = 0x10000000  # a flag of a header
HIDDEN = 2
LONG_AGO = 132223104000000000  # 2020-01-01, as Windows counts
STREAMS = {'vfs objects': 'smbguard streams_xattr'}


def refused(function, *arguments, **more):
    try:
        function(*arguments, **more)
    except Refused as e:
        return str(e)
    return 'ok'


def place(smbd, *names, share='open'):
    return os.path.join(smbd.config.get(share, 'path'), *names)


def make(smbd, name, mode=0o744):
    path = place(smbd, name)
    with open(path, 'wb') as f:
        f.write(b'content')
    os.chmod(path, mode)
    shutil.chown(path, 'alice', 'alice')


def basic(written=0, attributes=0):
    return struct.pack('<QQQQII', 0, 0, written, 0, attributes, 0)


@contextlib.contextmanager
def files_of(smbd, **more):
    with smbd.impacket(**more) as client:
        yield smb2.Files(client, client.tree('open'))


@contextlib.contextmanager
def channel_of(t, smbd, client, files):
    """A second channel of this client's, for the same tree."""
    guid = client.connection.getSMBServer().ClientGuid.encode()
    with Logons(smbd.port, 'SMB3_00', '127.0.0.1', guid) as channel:
        channel.start('alice', session=channel.bind_to(client))
        t.equal('NT_STATUS_SUCCESS', status_name(channel.answer()[1]))
        second = smb2.Files.__new__(smb2.Files)
        second.connection = {'SequenceWindow': channel.message_id + 1}
        second.session, second.tree = files.session, files.tree
        second.socket = channel.socket
        yield second


def send(files, command, body, mid, flags=0):
    message = smb2.HEADER.pack(b'\xfeSMB', 64, 1, 0, command, 1, flags, 0, mid,
                               0xfeff, files.tree, files.session,
                               bytes(16)) + body
    files.socket.sendall(struct.pack('>I', len(message)) + message)


def notify(files, handle):
    """A request that waits: smbd has said that it does."""
    files.send((CHANGE_NOTIFY, struct.pack('<HHI16sII', 32, 0, 4096, handle, 1,
                                           0)))
    files._exactly(int.from_bytes(files._exactly(4), 'big'))


def test_streams_where_deletions_alone_are_asked_for(t):
    """Of a stream by itself; none of those that go with a file."""
    smbd = t.smbd(shares={'open': {'smbguard:file events': 'delete', **STREAMS}})
    with files_of(smbd) as files:
        for name in ('a', 'a:one', 'a:two'):
            files.close(files.create(name, disposition=smb2.OPEN_IF))
        for name in ('a:one', 'a'):
            handle = files.create(name)
            files.delete(handle)
            files.close(handle)
    t.equal(['delete a:one', 'delete a'], lines(smbd.events()))


def test_attributes_that_are_modes(t):
    """Where no attributes are stored they are in the file's mode."""
    smbd = t.smbd(shares={'open': {
        **ALL, 'store dos attributes': 'no', 'map hidden': 'yes',
        'map archive': 'yes', 'create mask': '0777'}})
    make(smbd, 'a')
    with files_of(smbd) as files:
        handle = files.create('a')
        files.set_info(handle, smb2.BASIC, basic(attributes=HIDDEN))
        files.close(handle)
    t.true(os.stat(place(smbd, 'a')).st_mode & 1, 'it is hidden')
    events = of_share(smbd.events())
    t.equal(['open a OPEN', 'attributes a attributes', 'close a'],
            lines(events))
    tied(events)


def several_channels(t, waits_on):
    """What the first channel does while another request waits."""
    smbd = t.smbd(shares={'open': ALL})
    make(smbd, 'a')
    with smbd.impacket(smb2=True) as client:
        first = smb2.Files(client, client.tree('open'))
        with channel_of(t, smbd, client, first) as second:
            channels = [first, second]
            waiting = channels.pop(waits_on)
            other = channels[0]
            folder = waiting.create('', smb2.READ_DATA,
                                    options=smb2.DIRECTORY)
            notify(waiting, folder)
            handle = other.create('a')
            other.set_info(handle, smb2.BASIC, basic(attributes=HIDDEN))
            t.equal('NT_STATUS_OBJECT_PATH_NOT_FOUND',
                    refused(other.create, 'no/such'))
            other.rename(handle, 'b')
            other.close(handle)
    events = [e for e in of_share(smbd.events()) if e['path'] != '.']
    t.equal(['open a OPEN', 'attributes a attributes',
             'open no/such OPEN NT_STATUS_OBJECT_PATH_NOT_FOUND',
             'rename a -> b', 'close b'],
            lines(events))
    t.equal(1, len({e['connectionId'] for e in events}))


def test_second_channel_waits(t):
    several_channels(t, 1)


def test_first_channel_waits(t):
    several_channels(t, 0)


def test_channel_after_a_channel(t):
    """Each is told of as what it is, wherever smbd keeps it."""
    smbd = t.smbd(shares={'open': ALL})
    ports = []
    with smbd.impacket(smb2=True) as client:
        first = smb2.Files(client, client.tree('open'))
        for number in range(8):
            with channel_of(t, smbd, client, first) as second:
                ports.append('127.0.0.1:%d' %
                             second.socket.getsockname()[1])
                second.close(second.create('f%d' % number,
                                           disposition=smb2.MAKE))
            smbd.wait_for_connections(1)
    events = [e for e in of_share(smbd.events()) if e['event'] == 'file_open']
    t.equal(8, len({e['connectionId'] for e in t.each(events, 8)}))


def test_deferred_open(t):
    """Cancelled, or through at last: one event."""
    smbd = t.smbd(shares={'open': {**ALL, 'kernel oplocks': 'no'}})
    make(smbd, 'a', 0o666)
    with files_of(smbd) as holder, files_of(smbd, user='bob') as files:
        handle = holder.create('a', smb2.READ_DATA, oplock=9, share=0)
        mid = files.connection['SequenceWindow']
        files.send(smb2.create('a', smb2.READ_DATA))
        files._exactly(int.from_bytes(files._exactly(4), 'big'))  # it waits
        send(files, CANCEL, struct.pack('<HH', 4, 0), mid)
        status, _ = files.receive()[0]
        t.equal(0xc0000120, status)
        holder._exactly(int.from_bytes(holder._exactly(4), 'big'))  # the break
        files.send(smb2.create('a', smb2.READ_DATA))
        holder.ask((OPLOCK_BREAK, struct.pack('<HBBI16s', 24, 0, 0, 0,
                                              handle)))
        t.equal(0xc0000043, files.receive()[0][0])
        holder.close(handle)
    t.equal(['open a OPEN', 'open a OPEN NT_STATUS_CANCELLED',
             'open a OPEN NT_STATUS_SHARING_VIOLATION', 'close a'],
            lines(smbd.events()))


def test_zeros(t):
    """A file without its content is a file that was written to."""
    smbd = t.smbd(shares={'open': {'smbguard:file events': 'changes'}})
    make(smbd, 'a')
    with files_of(smbd) as files:
        handle = files.create('a')
        files.ask((IOCTL, struct.pack(
            '<HHI16sIIIIIIIIQQ', 57, 0, SET_ZERO_DATA, handle, 120, 16, 0, 0, 0,
            0, 1, 0, 0, 100)))
        files.close(handle)
    with open(place(smbd, 'a'), 'rb') as f:
        t.equal(bytes(7), f.read())
    event = t.one(of_share(smbd.events()))
    t.fields(event, event='file_close', path='a', writes=1, bytesWritten=0)


def test_paths_of_dfs(t):
    """They name the server and the share, too."""
    smbd = t.smbd(options={'host msdfs': 'yes'},
                  shares={'open': {**ALL, 'msdfs root': 'yes'}})
    make(smbd, 'a')
    with files_of(smbd) as files:
        for name, expected in (('a', 0), ('no/such', 0xc000003a)):
            mid = files.connection['SequenceWindow']
            files.connection['SequenceWindow'] += 1
            send(files, *smb2.create('127.0.0.1/OPEN/' + name), mid, OF_DFS)
            t.equal(expected, files.receive()[0][0])
    t.equal(['open a OPEN',
             'open no/such OPEN NT_STATUS_OBJECT_PATH_NOT_FOUND', 'close a'],
            lines(smbd.events()))


def test_new_names_that_cannot_be_read(t):
    """No event without a name; a name that is one has its event."""
    smbd = t.smbd(shares={'open': ALL})
    broken = (struct.pack('<B7xQI', 0, 0, 99) + b'n\0', 'n\ud800')
    with files_of(smbd) as files:
        handle = files.create('a', disposition=smb2.MAKE)
        for what in (smb2.RENAME, smb2.LINK):
            for data in broken:
                if isinstance(data, str):
                    name = data.encode('utf-16-le', 'surrogatepass')
                    data = struct.pack('<B7xQI', 0, 0, len(name)) + name
                t.true(refused(files.set_info, handle, what, data) != 'ok',
                       'refused')
            # smbd leaves out the half of a character at its end.
            odd = bytearray(smb2.new_name('no/such') + b'x')
            odd[16] += 1
            t.equal('NT_STATUS_OBJECT_PATH_NOT_FOUND', refused(
                files.set_info, handle, what, bytes(odd)))
        t.equal('NT_STATUS_OBJECT_NAME_COLLISION', refused(
            files.rename, handle, '/'))
        files.close(handle)
    t.equal(['open a CREATE created',
             'rename a -> no/such NT_STATUS_OBJECT_PATH_NOT_FOUND',
             'link a -> no/such NT_STATUS_OBJECT_PATH_NOT_FOUND',
             'rename a -> . NT_STATUS_OBJECT_NAME_COLLISION', 'close a'],
            lines(smbd.events()))
