# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""File events, request by request of SMB2.

What: each request that opens, changes or removes something has exactly the
events that belong to it, whether it succeeded or failed, and no other; what a
share does that asks for none has none.

How: the requests are made by hand, so that there is nothing a client does by
itself.
"""

import contextlib
import os
import shutil
import struct

import smb2_files as smb2
from file_events import ALL, lines, of_share, tied
from smb2_files import Refused

BOTH = {'open': ALL, 'quiet': {}}
HIDDEN = 2
LONG_AGO = 132223104000000000  # 2020-01-01, as Windows counts


@contextlib.contextmanager
def files_of(smbd, share='open', **more):
    """The client of a share; its files are below `smb2_files`."""
    with smbd.impacket(**more) as client:
        yield smb2.Files(client, client.tree(share))


def refused(function, *arguments, **more):
    try:
        function(*arguments, **more)
    except Refused as e:
        return str(e)
    return 'ok'


def place(smbd, *names, share='open'):
    return os.path.join(smbd.config.get(share, 'path'), *names)


def make(smbd, *names, content=b'content', mode=0o744):
    """A file of alice's, in both shares."""
    for share in BOTH:
        path = place(smbd, *names, share=share)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.chmod(os.path.dirname(path), 0o777)
        with open(path, 'wb') as f:
            f.write(content)
        os.chmod(path, mode)
        shutil.chown(path, 'alice', 'alice')


def check(t, work, expected, prepare=lambda smbd: None, shares=None):
    """What work(files) is told as, on the share that asks for it; the same on
    the one that does not is told not at all.  Returns the events."""
    smbd = t.smbd(shares=shares or BOTH)
    prepare(smbd)
    for share in BOTH:
        with files_of(smbd, share) as files:
            work(files)
    events = smbd.events()
    t.equal(expected, lines(events))
    t.equal([], lines(events, 'quiet'))
    tied(events)
    return of_share(events)


def test_write_and_read(t):
    def work(files):
        handle = files.create('new.txt', disposition=smb2.MAKE)
        files.write(handle, b'hello')
        files.write(handle, b'you', 5)
        t.equal(b'helloyou', files.read(handle, 100))
        files.close(handle)
        handle = files.create('new.txt', smb2.READ_DATA)
        t.equal(b'lo', files.read(handle, 2, 3))
        t.equal('NT_STATUS_END_OF_FILE', refused(files.read, handle, 2, 99))
        files.close(handle)
    events = check(t, work, [
        'open new.txt CREATE created', 'close new.txt r1/8 w2/8',
        'open new.txt OPEN', 'close new.txt r2/2'])
    t.equal(['FILE_READ_DATA'], events[2]['access'])
    t.fields(events[2], account='alice', share='open', dialect='SMB3_00',
             encrypted=False, outcome='allowed', severity='info',
             status='NT_STATUS_OK', fileId=events[3]['fileId'])
    t.true(events[3]['duration'] > 0, 'a duration')


def test_dispositions(t):
    def work(files):
        for name, disposition in (('a', smb2.SUPERSEDE), ('a', smb2.SUPERSEDE),
                                  ('a', smb2.OPEN_IF), ('b', smb2.OPEN_IF),
                                  ('b', smb2.OVERWRITE),
                                  ('b', smb2.OVERWRITE_IF),
                                  ('c', smb2.OVERWRITE_IF)):
            files.close(files.create(name, disposition=disposition))
        t.equal('NT_STATUS_OBJECT_NAME_COLLISION',
                refused(files.create, 'a', disposition=smb2.MAKE))
        for disposition in (smb2.OPEN, smb2.OVERWRITE):
            t.equal('NT_STATUS_OBJECT_NAME_NOT_FOUND',
                    refused(files.create, 'no', disposition=disposition))
        t.equal('NT_STATUS_OBJECT_PATH_NOT_FOUND',
                refused(files.create, 'no/such', disposition=smb2.MAKE))
        t.equal('NT_STATUS_INVALID_PARAMETER',
                refused(files.create, 'a', disposition=77))
    events = check(t, work, [
        'open a SUPERSEDE created', 'close a',
        'open a SUPERSEDE overwritten', 'close a',
        'open a OPEN_IF', 'close a',
        'open b OPEN_IF created', 'close b',
        'open b OVERWRITE overwritten', 'close b',
        'open b OVERWRITE_IF overwritten', 'close b',
        'open c OVERWRITE_IF created', 'close c',
        'open a CREATE NT_STATUS_OBJECT_NAME_COLLISION',
        'open no OPEN NT_STATUS_OBJECT_NAME_NOT_FOUND',
        'open no OVERWRITE NT_STATUS_OBJECT_NAME_NOT_FOUND',
        'open no/such CREATE NT_STATUS_OBJECT_PATH_NOT_FOUND',
        'open a NT_STATUS_INVALID_PARAMETER'])
    for event in events[-5:]:
        t.fields(event, outcome='failed', severity='notice')


def test_rename(t):
    """Of a file, into another folder, of a folder, and onto what is there."""
    def work(files):
        handle = files.create('a')
        files.rename(handle, 'b')
        files.rename(handle, 'sub/c')
        t.equal('NT_STATUS_OBJECT_NAME_COLLISION',
                refused(files.rename, handle, 'sub/there'))
        files.rename(handle, 'sub/there', True)
        t.equal('NT_STATUS_OBJECT_PATH_NOT_FOUND',
                refused(files.rename, handle, 'no/such'))
        files.write(handle, b'more')
        files.close(handle)
        handle = files.create('sub', options=smb2.DIRECTORY)
        files.rename(handle, 'other')
        files.close(handle)

    def prepare(smbd):
        make(smbd, 'a')
        make(smbd, 'sub', 'there')
    check(t, work, [
        'open a OPEN', 'rename a -> b', 'rename b -> sub/c',
        'rename sub/c -> sub/there NT_STATUS_OBJECT_NAME_COLLISION',
        'rename sub/c -> sub/there',
        'rename sub/there -> no/such NT_STATUS_OBJECT_PATH_NOT_FOUND',
        'close sub/there w1/4',
        'open sub OPEN directory', 'rename sub -> other', 'close other directory'], prepare)


def test_rename_of_a_folder_with_open_files(t):
    """smbd refuses it, with a handle in it."""
    def work(files):
        inside = files.create('sub/there', smb2.READ_DATA)
        handle = files.create('sub', options=smb2.DIRECTORY)
        t.equal('NT_STATUS_ACCESS_DENIED',
                refused(files.rename, handle, 'other'))
        files.close(handle)
        files.close(inside)
    check(t, work, [
        'open sub/there OPEN', 'open sub OPEN directory',
        'rename sub -> other NT_STATUS_ACCESS_DENIED', 'close sub directory',
        'close sub/there'], lambda smbd: make(smbd, 'sub', 'there'))


def test_streams(t):
    """Named as the client does; none when the file goes and takes it along."""
    streams = {'vfs objects': 'smbguard streams_xattr'}

    def work(files):
        for name in ('a', 'a:one', 'a:two'):
            files.close(files.create(name, disposition=smb2.OPEN_IF))
        handle = files.create('a:one:$DATA')
        files.write(handle, b'hello')
        files.delete(handle)
        files.close(handle)
        handle = files.create('a')
        files.delete(handle)
        files.close(handle)
        t.equal('NT_STATUS_OBJECT_NAME_NOT_FOUND',
                refused(files.create, 'a:two'))
    check(t, work, [
        'open a OPEN_IF created', 'close a',
        'open a:one OPEN_IF created', 'close a:one',
        'open a:two OPEN_IF created', 'close a:two',
        'open a:one:$DATA OPEN', 'delete a:one:$DATA',
        'close a:one:$DATA w1/5',
        'open a OPEN', 'delete a', 'close a',
        'open a:two OPEN NT_STATUS_OBJECT_NAME_NOT_FOUND'],
        shares={'open': {**ALL, **streams}, 'quiet': streams})


def test_hard_link(t):
    def work(files):
        handle = files.create('a')
        files.set_info(handle, smb2.LINK, smb2.new_name('b'))
        t.equal('NT_STATUS_OBJECT_NAME_COLLISION', refused(
            files.set_info, handle, smb2.LINK, smb2.new_name('b')))
        files.close(handle)
    check(t, work, [
        'open a OPEN', 'link a -> b',
        'link a -> b NT_STATUS_OBJECT_NAME_COLLISION', 'close a'],
        lambda smbd: make(smbd, 'a'))


def test_delete(t):
    """By SET_INFO, and by an option of the open."""
    def work(files):
        handle = files.create('a')
        files.delete(handle)
        files.close(handle)
        files.close(files.create('b', smb2.DELETE,
                                 options=smb2.DELETE_ON_CLOSE))
        handle = files.create('new', disposition=smb2.MAKE,
                              options=smb2.DELETE_ON_CLOSE)
        files.close(handle)
        t.equal('NT_STATUS_OBJECT_NAME_NOT_FOUND', refused(
            files.create, 'a', smb2.DELETE, options=smb2.DELETE_ON_CLOSE))

    def prepare(smbd):
        for name in 'ab':
            make(smbd, name)
    events = check(t, work, [
        'open a OPEN', 'delete a', 'close a',
        'open b OPEN deleteOnClose', 'delete b', 'close b',
        'open new CREATE created deleteOnClose', 'delete new', 'close new',
        'open a OPEN deleteOnClose NT_STATUS_OBJECT_NAME_NOT_FOUND'], prepare)
    t.equal([], [e for e in events if 'requestedBy' in e])


def test_delete_by_a_second_opener(t):
    """It is deleted when the last handle is closed, and that is bob's."""
    smbd = t.smbd(shares=BOTH)
    make(smbd, 'a')
    with files_of(smbd) as alice, files_of(smbd, user='bob') as bob:
        first = bob.create('a', smb2.READ_DATA)
        second = alice.create('a')
        alice.delete(second)
        alice.close(second)
        t.equal('NT_STATUS_DELETE_PENDING', refused(alice.create, 'a'))
        bob.close(first)
        t.true(not os.path.exists(place(smbd, 'a')), 'it is gone')
    events = of_share(smbd.events())
    t.equal(['bob open a OPEN', 'alice open a OPEN', 'alice close a',
             'alice open a OPEN NT_STATUS_DELETE_PENDING', 'bob delete a',
             'bob close a'],
            ['%s %s' % (event['account'], told)
             for event, told in zip(events, lines(events))])
    t.fields(events[4], requestedBy=events[1]['sid'])
    tied(events)


def test_folders(t):
    def work(files):
        for expected in ('ok', 'NT_STATUS_OBJECT_NAME_COLLISION'):
            t.equal(expected, refused(lambda: files.close(files.create(
                'd', disposition=smb2.MAKE, options=smb2.DIRECTORY))))
        handle = files.create('d', options=smb2.DIRECTORY)
        t.equal(2, files.list_folder(handle))
        files.close(handle)
        files.close(files.create('d/f', disposition=smb2.MAKE))
        t.equal('NT_STATUS_NOT_A_DIRECTORY', refused(
            files.create, 'd/f', options=smb2.DIRECTORY))
        t.equal('NT_STATUS_FILE_IS_A_DIRECTORY', refused(
            files.create, 'd', options=smb2.NO_DIRECTORY))
        handle = files.create('d/f')
        files.delete(handle)
        files.close(handle)
        handle = files.create('d', options=smb2.DIRECTORY)
        files.delete(handle)
        files.close(handle)
        files.close(files.create('', smb2.READ_DATA))
    check(t, work, [
        'mkdir d', 'open d CREATE created directory', 'close d directory',
        'mkdir d NT_STATUS_OBJECT_NAME_COLLISION',
        'open d CREATE directory NT_STATUS_OBJECT_NAME_COLLISION',
        'open d OPEN directory', 'close d directory',
        'open d/f CREATE created', 'close d/f',
        'open d/f OPEN directory NT_STATUS_NOT_A_DIRECTORY',
        'open d OPEN NT_STATUS_FILE_IS_A_DIRECTORY',
        'open d/f OPEN', 'delete d/f', 'close d/f',
        'open d OPEN directory', 'rmdir d', 'close d directory',
        'open . OPEN directory', 'close . directory'])


def basic(written=0, attributes=0):
    return struct.pack('<QQQQII', 0, 0, written, 0, attributes, 0)


def test_attributes(t):
    """Attributes, and times."""
    def work(files):
        handle = files.create('a')
        files.set_info(handle, smb2.BASIC, basic(attributes=HIDDEN))
        files.set_info(handle, smb2.BASIC, basic(written=LONG_AGO))
        files.close(handle)
    events = check(t, work, [
        'open a OPEN', 'attributes a attributes', 'attributes a written',
        'close a'], lambda smbd: make(smbd, 'a'))
    t.contains('HIDDEN', events[1]['attributes'])


def test_acl(t):
    def work(files):
        handle = files.create('a')
        files.ask(smb2.set_security(handle, smb2.OF_DACL,
                                    smb2.for_everybody(smb2.READ_DATA)))
        files.close(handle)
        handle = files.create('a', smb2.READ_DATA)
        t.equal('NT_STATUS_ACCESS_DENIED', refused(files.ask, smb2.set_security(
            handle, smb2.OF_DACL, smb2.for_everybody(smb2.FULL))))
        files.close(handle)
    check(t, work, [
        'open a OPEN', 'acl a dacl', 'close a',
        # smbd refuses it before it asks any module: docs/limits.md.
        'open a OPEN', 'close a'],
        lambda smbd: make(smbd, 'a'))


def test_handle_without_the_right(t):
    """smbd refuses it by itself, and asks no file system."""
    def work(files):
        handle = files.create('a', smb2.READ_DATA)
        for what, data in ((smb2.BASIC, basic(written=LONG_AGO)),
                           (smb2.RENAME, smb2.new_name('x')),
                           (smb2.DISPOSITION, b'\x01')):
            t.equal('NT_STATUS_ACCESS_DENIED', refused(
                files.set_info, handle, what, data))
        files.close(handle)
    check(t, work, [
        'open a OPEN', 'attributes a written NT_STATUS_ACCESS_DENIED',
        'rename a -> x NT_STATUS_ACCESS_DENIED',
        'delete a NT_STATUS_ACCESS_DENIED', 'close a'],
        lambda smbd: make(smbd, 'a'))


def test_folder_that_is_not_empty(t):
    def work(files):
        handle = files.create('d', options=smb2.DIRECTORY)
        t.equal('NT_STATUS_DIRECTORY_NOT_EMPTY', refused(files.delete, handle))
        files.close(handle)
    check(t, work, [
        'open d OPEN directory', 'rmdir d NT_STATUS_DIRECTORY_NOT_EMPTY',
        'close d directory'], lambda smbd: make(smbd, 'd', 'f'))


def test_no_permission(t):
    """A file of mode 0, and a folder that alice may not write to."""
    def prepare(smbd):
        make(smbd, 'a', mode=0)
        make(smbd, 'sub', 'b')
        for share in BOTH:
            os.chmod(place(smbd, 'sub', share=share), 0o555)

    def work(files):
        t.equal('NT_STATUS_ACCESS_DENIED', refused(files.create, 'a',
                                                   smb2.READ_DATA))
        t.equal('NT_STATUS_ACCESS_DENIED', refused(
            files.create, 'sub/new', disposition=smb2.MAKE))
        t.equal('NT_STATUS_ACCESS_DENIED', refused(
            files.create, 'sub/new', disposition=smb2.MAKE,
            options=smb2.DIRECTORY))
    events = check(t, work, [
        'open a OPEN NT_STATUS_ACCESS_DENIED',
        'open sub/new CREATE NT_STATUS_ACCESS_DENIED',
        'mkdir sub/new NT_STATUS_ACCESS_DENIED',
        'open sub/new CREATE directory NT_STATUS_ACCESS_DENIED'], prepare)
    for event in t.each(events, 4):
        t.fields(event, outcome='failed', fileId=None)


def test_in_one_message(t):
    """Open, write and close, related: one event for each open and close."""
    def work(files):
        count = files.send(smb2.create('a', disposition=smb2.MAKE),
                           smb2.write(smb2.LAST_HANDLE, b'hello'),
                           smb2.read(smb2.LAST_HANDLE, 99), smb2.close())
        t.equal([0] * 4, [status for status, _ in files.receive(count)])
        count = files.send(smb2.create('no'), smb2.close())
        t.equal(2, len([status for status, _ in files.receive(count)
                        if status]))
    check(t, work, ['open a CREATE created', 'close a r1/5 w1/5',
                    'open no OPEN NT_STATUS_OBJECT_NAME_NOT_FOUND'])


def test_client_that_vanishes(t):
    """smbd closes what it left open, and deletes what it had asked to."""
    def work(files):
        handle = files.create('a', disposition=smb2.MAKE)
        files.write(handle, b'hello')
        handle = files.create('b', disposition=smb2.MAKE)
        files.delete(handle)
    smbd = t.smbd(shares=BOTH)
    with files_of(smbd) as files:
        work(files)
    events = smbd.events()
    t.equal(['close a w1/5', 'close b', 'delete b', 'open a CREATE created',
             'open b CREATE created'], sorted(lines(events)))
    tied(events)
