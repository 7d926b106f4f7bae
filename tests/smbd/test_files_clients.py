# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""File events of whole clients: smbclient of SMB 3.1.1 and SMB1, impacket.

What: for each command of a client, what it got, exactly the events that are told
of it, and none of the same command on a share that asks for none.

How: a command is given to smbclient, and the events that came of it are those
behind the ones from before.  A client opens more than its user asks for: `del`
lists the folder first.
"""

import os
import shutil

import machine
from file_events import ALL, lines, of_share, tied
from impacket_client import status

OK = 'ok'
NOT_FOUND = 'NT_STATUS_OBJECT_NAME_NOT_FOUND'
NO_PATH = 'NT_STATUS_OBJECT_PATH_NOT_FOUND'
STREAMS = {'vfs objects': 'smbguard streams_xattr'}
SHARES = {'open': {**ALL, **STREAMS}, 'quiet': STREAMS}
LISTED = ['open . OPEN directory', 'close . directory']

# (command, what smbclient got, what is told of it)
SMB3 = (
    ('put LOCAL a.txt', OK, ['open a.txt OVERWRITE_IF created',
                             'close a.txt w1/11']),
    ('get a.txt /dev/null', OK, ['open a.txt OPEN', 'close a.txt r1/11']),
    ('ls', OK, LISTED * 2),  # once more for how full the disk is
    ('rename a.txt b.txt', OK, ['open a.txt OPEN', 'rename a.txt -> b.txt',
                                'close b.txt']),
    ('mkdir d', OK, ['mkdir d', 'open d CREATE created directory',
                     'close d directory']),
    ('rename b.txt d/c.txt', OK, [
        'open b.txt OPEN', 'rename b.txt -> d/c.txt', 'close d/c.txt']),
    ('rename d e', OK, ['open d OPEN directory', 'rename d -> e',
                        'close e directory']),
    ('scopy e/c.txt copy.txt', OK, [
        'open e/c.txt OPEN', 'open copy.txt CREATE created',
        'close e/c.txt r1/11', 'close copy.txt w1/11']),
    ('utimes copy.txt -1 -1 "2020:01:01-00:00:00" -1', OK, [
        'open copy.txt OPEN', 'attributes copy.txt written',
        'close copy.txt']),
    ('hardlink copy.txt link.txt', OK, [
        'open copy.txt OPEN', 'link copy.txt -> link.txt', 'close copy.txt']),
    ('put LOCAL copy.txt:stream', OK, [
        'open copy.txt:stream OVERWRITE_IF created',
        'close copy.txt:stream w1/11']),
    ('get copy.txt:stream /dev/null', OK, [
        'open copy.txt:stream OPEN', 'close copy.txt:stream r1/11']),
    # Its stream goes with it, and has no event.
    ('del copy.txt', OK, [
        LISTED[0], 'open copy.txt OPEN deleteOnClose', 'delete copy.txt',
        'close copy.txt', LISTED[1]]),
    ('del link.txt', OK, [
        LISTED[0], 'open link.txt OPEN deleteOnClose', 'delete link.txt',
        'close link.txt', LISTED[1]]),
    ('del e/c.txt', OK, [
        'open e OPEN directory', 'open e/c.txt OPEN deleteOnClose',
        'delete e/c.txt', 'close e/c.txt', 'close e directory']),
    ('rmdir e', OK, ['open e OPEN directory', 'rmdir e', 'close e directory']),
    ('get nosuch /dev/null', NOT_FOUND, ['open nosuch OPEN ' + NOT_FOUND]),
    ('ls no/*', NOT_FOUND, ['open no OPEN directory ' + NOT_FOUND]),
)
SMB1 = (
    ('put LOCAL a.txt', OK, ['open a.txt OVERWRITE_IF created',
                             'close a.txt w1/11']),
    ('get a.txt /dev/null', OK, ['open a.txt OPEN', 'close a.txt r1/11']),
    ('mkdir d', OK, ['mkdir d', 'open d CREATE created directory',
                     'close d directory']),
    ('scopy a.txt copy.txt', OK, [
        'open a.txt OPEN', 'open copy.txt CREATE created',
        'close a.txt r1/11', 'close copy.txt w1/11']),
    ('hardlink copy.txt link.txt', OK, ['link copy.txt -> link.txt']),
    ('put LOCAL copy.txt:stream', OK, [
        'open copy.txt:stream OVERWRITE_IF created',
        'close copy.txt:stream w1/11']),
    ('del copy.txt', OK, LISTED + [
        'open copy.txt OPEN', 'delete copy.txt', 'close copy.txt']),
    ('posix; symlink a.txt symbolic', OK, ['link a.txt -> symbolic']),
    ('rmdir d', OK, ['open d OPEN directory', 'rmdir d',
                     'close d directory']),
    ('get nosuch /dev/null', NOT_FOUND, ['open nosuch OPEN ' + NOT_FOUND]),
)


class Watched:
    """A server, and what it told since it was asked last."""

    def __init__(self, t, shares=None):
        self.t = t
        self.smbd = t.smbd(shares=shares or SHARES)
        self.seen = 0

    def place(self, *names, share='open'):
        return os.path.join(self.smbd.config.get(share, 'path'), *names)

    def told(self):
        events = of_share(self.smbd.events())[self.seen:]
        self.seen += len(events)
        return lines(events)

    def does(self, command, got, expected, **more):
        local = os.path.join(self.t.directory, 'local')
        with open(local, 'w', encoding='ascii') as f:
            f.write('hello world')
        command = command.replace('LOCAL', local)
        self.t.equal(got, self.smbd.smbclient(
            'open', command=command, **more).got, command)
        self.t.equal(expected, self.told(), command)
        self.t.equal(got, self.smbd.smbclient(
            'quiet', command=command, **more).got, command)

    def ends(self):
        events = self.smbd.events()
        self.t.equal([], lines(events, 'quiet'))
        self.t.equal([], self.told())
        tied(events)


def test_smbclient(t):
    watched = Watched(t)
    for command, got, expected in SMB3:
        watched.does(command, got, expected)
    watched.ends()


def test_smbclient_of_smb1(t):
    watched = Watched(t)
    for command, got, expected in SMB1:
        watched.does(command, got, expected, protocol='NT1')
    watched.ends()


def test_rename_of_smb1(t):
    """smbd sets the archive bit by itself, which is no operation."""
    watched = Watched(t)
    for protocol in ('SMB3_11', 'NT1'):
        watched.does('put LOCAL a.txt', OK, [
            'open a.txt OVERWRITE_IF created', 'close a.txt w1/11'],
            protocol=protocol)
        watched.does('rename a.txt %s.txt' % protocol, OK, [
            'open a.txt OPEN', 'rename a.txt -> %s.txt' % protocol,
            'close %s.txt' % protocol], protocol='NT1')
    watched.ends()


def test_attributes_of_smbclient(t):
    """It sets them twice, the second time as they are, which is told by nobody."""
    watched = Watched(t)
    shutil.chown(watched.place('hello.txt'), 'alice')
    shutil.chown(watched.place('hello.txt', share='quiet'), 'alice')
    opened = ['open hello.txt OPEN', 'close hello.txt']
    told = 'attributes hello.txt attributes'
    # The newer smbclient tries whether it is a folder before it looks.
    looked = opened if machine.version() < (4, 22) else [
        'open hello.txt OPEN directory NT_STATUS_NOT_A_DIRECTORY'] + opened
    watched.does('setmode hello.txt +h', OK,
                 looked + [opened[0], told, opened[1]] + looked + opened)
    watched.does('setmode hello.txt +r', OK, [told], protocol='NT1')
    watched.ends()


def test_path_that_is_missing(t):
    watched = Watched(t)
    watched.does('get no/such /dev/null', NO_PATH, [
        'open no/such OPEN ' + NO_PATH])
    watched.ends()


def test_symlinks(t):
    """smbd follows one that stays in the share, and refuses the others."""
    watched = Watched(t)
    for share in SHARES:
        for name, target in (('inside', 'hello.txt'), ('out', '/etc/passwd'),
                             ('dangling', 'nothing')):
            os.symlink(target, watched.place(name, share=share))
    # From 4.22 on smbd goes on with what the link leads to.
    name = 'inside' if machine.version() < (4, 22) else 'hello.txt'
    watched.does('get inside /dev/null', OK, ['open %s OPEN' % name,
                                              'close %s r1/6' % name])
    missing = 'dangling' if machine.version() < (4, 22) else 'nothing'
    for name, told in (('out', 'out'), ('dangling', missing)):
        watched.does('get %s /dev/null' % name, NOT_FOUND, [
            'open %s OPEN %s' % (told, NOT_FOUND)])
    watched.ends()


def test_names_with_any_bytes(t):
    """What a client calls a file, down to the byte that is no UTF-8."""
    watched = Watched(t)
    for name in ('ä €.txt', '漢字', 'a\x7fb'):
        watched.does('put LOCAL "%s"' % name, OK, [
            'open %s OVERWRITE_IF created' % name, 'close %s w1/11' % name])
    watched.ends()


def test_name_that_is_no_utf8(t):
    """With another `unix charset` that is what a name is made of."""
    smbd = t.smbd(options={'unix charset': 'ISO-8859-1'}, shares=SHARES)
    with smbd.impacket() as client:
        tree = client.tree('open')
        handle = client.connection.createFile(tree, 'b\xffse')
        client.connection.closeFile(tree, handle)
    t.equal([b'b\xffse'], [name for name in os.listdir(os.fsencode(
        smbd.config.get('open', 'path'))) if name != b'hello.txt'])
    t.equal(['open b\\xffse OVERWRITE_IF created', 'close b\\xffse'],
            lines(smbd.events()))


def test_name_with_a_line_break(t):
    """Somebody made it on the server; smbd shows it under another name."""
    smbd = t.smbd(shares=SHARES)
    place = smbd.config.get('open', 'path')
    with open(os.path.join(place, 'two\nlines'), 'w', encoding='ascii'):
        pass
    with smbd.impacket() as client:
        tree = client.tree('open')
        shown = [entry.get_longname() for entry in
                 client.connection.listPath('open', '*')]
        name = next(name for name in shown if name not in (
            '.', '..', 'hello.txt'))
        t.equal('ok', status(client.read, tree, name))
    told = lines(smbd.events())
    t.equal(['open two\nlines OPEN', 'close two\nlines r1/0'], told[-2:])


def test_long_path(t):
    """None is cut: a path tells which file it was."""
    watched = Watched(t)
    name = 'x' * 200
    for share in SHARES:
        os.makedirs(watched.place(name, name, share=share))
        os.chmod(watched.place(name, name, share=share), 0o777)
    path = '%s/%s/%s' % (name, name, name)
    watched.does('put LOCAL %s' % path, OK, [
        'open %s OVERWRITE_IF created' % path, 'close %s w1/11' % path])
    watched.ends()


def test_impacket(t):
    """Of each dialect, and SMB1."""
    for dialect in ('NT1', 'SMB2_02', 'SMB2_10', 'SMB3_00'):
        smbd = t.smbd(shares=SHARES)
        for share in SHARES:
            with smbd.impacket(dialect=dialect) as client:
                tree = client.tree(share)
                connection = client.connection
                handle = connection.createFile(tree, 'a')
                connection.writeFile(tree, handle, b'hello')
                connection.closeFile(tree, handle)
                t.equal(b'hello', client.read(tree, 'a'))
                connection.rename(share, 'a', 'b')
                connection.createDirectory(share, 'd')
                connection.deleteDirectory(share, 'd')
                connection.deleteFile(share, 'b')
                t.equal(NOT_FOUND, status(client.read, tree, 'a'))
        events = smbd.events()
        told = lines(events)
        for part in ('open a OVERWRITE_IF created', 'close a w1/5',
                     'open a OPEN', 'close a r1/5', 'rename a -> b', 'mkdir d',
                     'rmdir d', 'delete b', 'open a OPEN ' + NOT_FOUND):
            # One opens it to read it, one to rename it.
            t.equal(2 if part == 'open a OPEN' else 1, told.count(part),
                    '%s by %s' % (part, dialect))
        t.equal({dialect}, {e['dialect'] for e in of_share(events)})
        t.equal([], lines(events, 'quiet'))
        tied(events)
