# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal and syslog, as far as one private smbd sees them.

What: Daemon takes datagrams on a socket as journald and rsyslogd do, and can
be stopped, with its queue full or not, and ended.  journal() and syslog() put
one where smbd looks for it.

How: the sockets are in a directory of the test, which is mounted over /run or
/dev in the mount namespace of that smbd.  A thread empties the queue.  How long
that is, the kernel decides for the network namespace in which a socket is made:
so it is made in one of its own.

How it fails: ValueError for what is no message of the kind, IndexError where
the kernel gives no namespace.
"""

import contextlib
import ctypes
import json
import os
import re
import select
import socket
import struct
import threading

import eventlog

BIGGEST = 1 << 20
CLONE_NEWNET = 0x40000000
QUEUE = '/proc/sys/net/unix/max_dgram_qlen'
DEVICES = ('null', 'zero', 'full', 'random', 'urandom', 'tty')
MOUNT_DEV = 'cd "$1" && for d in %s; do : >$d; mount --bind /dev/$d $d; done; ' \
    'mount --rbind "$1" /dev' % ' '.join(DEVICES)
COOKIE = '@cee:'
FIELD = re.compile(rb'[A-Z][A-Z0-9_]{0,63}')
SYSLOG = re.compile(r'<(\d+)>(\w{3} [ \d]\d \d\d:\d\d:\d\d) (\S+): (.*)', re.S)


def make_socket(path, queue):
    """A bound datagram socket that queues so many messages."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        try:
            if ctypes.CDLL(None).unshare(CLONE_NEWNET) == 0:
                with open(QUEUE, 'w', encoding='ascii') as f:
                    f.write(str(queue))
                with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
                    s.bind(path)
                    socket.send_fds(theirs, [b'.'], [s.fileno()])
        finally:
            os._exit(0)
    theirs.close()
    with ours:
        fds = socket.recv_fds(ours, 1, 1)[1]
    os.waitpid(pid, 0)
    return socket.socket(fileno=fds[0])


class Daemon(contextlib.AbstractContextManager):
    """queue: how many messages wait, 512 with systemd, 10 without."""

    def __init__(self, path, queue=512):
        self.path = path
        self.queue = queue
        self._socket = None
        self._thread = None
        self._stop = None
        self._messages = []
        self.start()

    def __exit__(self, *exception):
        self.end()

    def start(self):
        """Be there, as after the start of the daemon."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)
        self._socket = make_socket(self.path, self.queue)
        self.go_on()

    def end(self):
        """Listen no longer; the socket's file stays."""
        if self._socket is not None:
            self.stop()
            self._drain()
            self._socket.close()
            self._socket = None

    def stop(self):
        """Take nothing out of the queue, as after SIGSTOP."""
        if self._thread is not None:
            self._stop.set()
            # Wakes the thread.
            with contextlib.suppress(BlockingIOError):
                self._send(b'')
            self._thread.join()
            self._thread = None

    def go_on(self):
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def fill(self):
        """Fill the queue of a stopped daemon."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self._send(b'')

    def _send(self, data):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.setblocking(False)
            s.connect(self.path)
            s.send(data)

    def _read(self):
        while not self._stop.is_set():
            select.select([self._socket], [], [])
            self._drain()

    def _drain(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                message = self._socket.recv(BIGGEST, socket.MSG_DONTWAIT)
                if message:
                    self._messages.append(message)

    def messages(self):
        """What came until now, once."""
        going = self._thread is not None
        self.stop()
        self._drain()
        taken, self._messages = self._messages, []
        if going:
            self.go_on()
        return taken


def journal(smbd, **more):
    """journald as this smbd sees it."""
    run = os.path.join(smbd.directory, 'run')
    os.makedirs(os.path.join(run, 'systemd/journal'))
    smbd.inside('mount', '--bind', run, '/run')
    return Daemon(os.path.join(run, 'systemd/journal/socket'), **more)


def syslog(smbd, **more):
    """/dev/log as this smbd sees it."""
    dev = os.path.join(smbd.directory, 'dev')
    os.makedirs(dev)
    smbd.inside('sh', '-c', MOUNT_DEV, 'sh', dev)
    return Daemon(os.path.join(dev, 'log'), **more)


def journal_fields(message):
    """The fields of a message in the journal's native protocol."""
    fields = {}
    while message:
        line, newline, rest = message.partition(b'\n')
        key, equals, value = line.partition(b'=')
        if not equals:
            length = struct.unpack_from('<Q', rest)[0]
            value, rest = rest[8:8 + length], rest[8 + length:]
            newline, rest = rest[:1], rest[1:]
            if len(value) != length:
                raise ValueError('cut: %r' % message)
        if newline != b'\n' or not FIELD.fullmatch(key) or \
                key.decode() in fields:
            raise ValueError('no fields: %r' % message)
        fields[key.decode()] = value.decode('utf-8')
        message = rest
    return fields


def syslog_parts(message):
    """(priority, identifier, text) of what syslog(3) sent."""
    found = SYSLOG.fullmatch(message.decode('utf-8'))
    if not found:
        raise ValueError('not of syslog(3): %r' % message)
    return int(found[1]), found[3], found[4]


def syslog_events(messages, mixed=False):
    """The events in messages of syslog(3).

    mixed: smbd's own messages may stand between them.
    """
    texts = [syslog_parts(message)[2] for message in messages]
    strange = [text for text in texts if not text.startswith(COOKIE)]
    if strange and not mixed:
        raise ValueError('no events: %r' % strange)
    return eventlog.parse_events(''.join(
        text[len(COOKIE):] + '\n' for text in texts
        if text not in strange).encode())


def flat(event):
    """An event as the journal names and writes its fields."""
    fields = {}

    def put(prefix, values):
        for name, value in values.items():
            key = prefix + re.sub('([A-Z])', r'_\1', name).upper()
            if isinstance(value, dict):
                put(key + '_', value)
            else:
                fields[key] = value if isinstance(value, str) else json.dumps(
                    value, separators=(',', ':'))
    put('SMBGUARD_', event)
    return fields
