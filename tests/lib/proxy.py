# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody in between: a proxy on loopback that changes negotiate requests.

What: inside `with Proxy(smbd, change) as proxy` clients can be driven through
the proxy as through smbd.  change(Negotiate) alters each SMB2 negotiate request
of a client, change_smb1(bytes) each of SMB1, change_answer(bytes) smbd's first
answer; begin(socket, bytes) sends a connection's first message to smbd in its
own way.  The functions below build such changes.

How: one thread a connection passes the client's messages on one by one, until
something else than a negotiate has come, and from then on bytes.  With source,
the proxy reaches smbd from that address, and so do the clients.

How it fails: when either side hangs up, so does the proxy; a connection that is
idle for IDLE seconds is cut.  What a thread ran into is raised at the end.
"""

import contextlib
import dataclasses
import os
import select
import socket
import struct
import threading
import time

import wire
from clients import Clients

HOST = '127.0.0.1'
IDLE = 60.0
FIXED = 64 + 36  # of an SMB2 negotiate request


@dataclasses.dataclass
class Negotiate:
    """An SMB2 negotiate request, MS-SMB2 2.2.3."""
    header: bytes
    security_mode: int
    capabilities: int
    guid: bytes
    dialects: list
    contexts: list  # (kind, data)

    @classmethod
    def parse(cls, message):
        count, mode, _, capabilities, guid, start, number, _ = (
            struct.unpack_from('<HHHI16sIHH', message, 66))
        dialects = list(struct.unpack_from('<%dH' % count, message, FIXED))
        contexts = []
        at = start if wire.DIALECTS['SMB3_11'] in dialects else 0
        for _ in range(number if at else 0):
            kind, length = struct.unpack_from('<HH', message, at)
            contexts.append((kind, message[at + 8:at + 8 + length]))
            at += 8 + length + -length % 8
        return cls(message[:64], mode, capabilities, guid, dialects, contexts)

    def message(self):
        tail = struct.pack('<%dH' % len(self.dialects), *self.dialects)
        start = 0
        # Without 3.1.1 the place of the contexts is a reserved one.
        kept = (self.contexts if wire.DIALECTS['SMB3_11'] in self.dialects
                else [])
        if kept:
            tail += bytes(-(FIXED + len(tail)) % 8)
            start = FIXED + len(tail)
            parts = [wire.context(kind, data) for kind, data in kept]
            tail += b''.join(p + bytes(-len(p) % 8) for p in parts[:-1])
            tail += parts[-1]
        return self.header + struct.pack(
            '<HHHHI16sIHH', 36, len(self.dialects), self.security_mode, 0,
            self.capabilities, self.guid, start, len(kept), 0) + tail


def only_dialects(*names):
    def change(negotiate):
        wanted = [wire.DIALECTS[name] for name in names]
        negotiate.dialects = [d for d in negotiate.dialects if d in wanted]
    return change


def without_dialects(*names):
    return only_dialects(*(set(wire.DIALECTS) - set(names)))


def without_capabilities(bits):
    def change(negotiate):
        negotiate.capabilities &= ~bits
    return change


def with_security_mode(mode):
    def change(negotiate):
        negotiate.security_mode = mode
    return change


def with_guid(guid):
    def change(negotiate):
        negotiate.guid = guid
    return change


def with_algorithms(kind, *numbers):
    """Offer these in a context; without numbers, leave the context out."""
    def change(negotiate):
        data = struct.pack('<%dH' % (1 + len(numbers)), len(numbers), *numbers)
        negotiate.contexts = [(k, data if k == kind else old)
                              for k, old in negotiate.contexts
                              if k != kind or numbers]
    return change


def only_smb1(message):
    """No SMB2 in an SMB1 negotiate; the places of its strings stay."""
    return message.replace(b'\x02SMB 2.', b'\x02XXX 2.')


def behind(*others):
    """Send other messages first, which smbd does not answer."""
    def begin(server, message):
        server.sendall(b''.join(others) + message)
    return begin


def behind_an_answer(other):
    """Send another message first, and keep its answer from the client."""
    def begin(server, message):
        server.sendall(other)
        _receive(server)
        server.sendall(message)
    return begin


def in_halves(length, seconds):
    """Send so many bytes, and the others so much later."""
    def begin(server, message):
        server.sendall(message[:length])
        time.sleep(seconds)
        server.sendall(message[length:])
    return begin


def _exactly(sock, count):
    data = b''
    while len(data) < count:
        piece = sock.recv(count - len(data))
        if not piece:
            return b''
        data += piece
    return data


def _receive(sock):
    """A message with its length; b'' at the end."""
    length = _exactly(sock, 4)
    if not length:
        return b''
    return length + _exactly(sock, int.from_bytes(length[1:], 'big'))


class Proxy(Clients, contextlib.AbstractContextManager):
    def __init__(self, smbd, change=None, change_smb1=None,
                 change_answer=None, source=None, begin=None):
        self.smbd = smbd
        self.begin = begin
        self.changes = {b'\xfeSMB': change, b'\xffSMB': change_smb1}
        self.change_answer = change_answer
        self.source = source
        # for Clients
        self.config = smbd.config
        self.conf = smbd.conf
        self.directory = smbd.directory
        self.changed = 0  # how many negotiates
        self._errors = []
        self._threads = []
        self._stop, self._stopped = os.pipe()

    def __enter__(self):
        self._listener = socket.create_server((HOST, 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *exception):
        os.close(self._stopped)  # which each select() sees
        while self._threads:
            self._threads.pop(0).join()
        self._listener.close()
        os.close(self._stop)
        if self._errors and exception[0] is None:
            raise self._errors[0]

    def _start(self, function, *arguments):
        def run():
            try:
                function(*arguments)
            except ConnectionError:
                pass  # an end like any other
            except Exception as e:  # raised where the test sees it
                self._errors.append(e)
        thread = threading.Thread(target=run)
        self._threads.append(thread)
        thread.start()

    def _wait(self, *sockets):
        """Those that have something; [] means that it is time to end."""
        ready, _, _ = select.select(sockets + (self._stop,), (), (), IDLE)
        return [] if self._stop in ready else ready

    def _accept(self):
        while self._wait(self._listener):
            client, _ = self._listener.accept()
            self._start(self._serve, client)

    def _serve(self, client):
        with client:
            client.settimeout(IDLE)
            with socket.create_connection(
                    (HOST, self.smbd.port), IDLE,
                    (self.source, 0) if self.source else None) as server:
                for sock in (client, server):
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._negotiate(client, server)
                self._pump(client, server)

    def _negotiate(self, client, server):
        """Pass the first messages on, and the answer to each."""
        first = True
        while self._wait(client):
            message = _receive(client)
            if first and self.begin:
                self.begin(server, self._changed(message))
            else:
                server.sendall(self._changed(message))
            if not message or not self._is_negotiate(message[4:]):
                break
            answer = _receive(server) if self._wait(server) else b''
            if first and answer and self.change_answer:
                answer = wire.netbios(self.change_answer(answer[4:]))
            first = False
            if not answer:
                break
            client.sendall(answer)

    @staticmethod
    def _is_negotiate(message):
        if message[:4] == b'\xffSMB':
            return message[4] == 0x72
        return (message[:4] == b'\xfeSMB' and
                struct.unpack_from('<H', message, 12)[0] == 0)

    def _changed(self, framed):
        message = framed[4:]
        change = self.changes.get(message[:4])
        if change is None or not self._is_negotiate(message):
            return framed
        self.changed += 1
        if message[:4] == b'\xffSMB':
            return wire.netbios(change(message))
        negotiate = Negotiate.parse(message)
        change(negotiate)
        return wire.netbios(negotiate.message())

    def _pump(self, client, server):
        other = {client: server, server: client}
        while True:
            ready = self._wait(client, server)
            if not ready:
                return
            for sock in ready:
                data = sock.recv(1 << 16)
                if not data:
                    return
                other[sock].sendall(data)
