# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard watch: events as they come, through rotation, for a terminal.

What: the audit file of a real smbd, and files that are renamed, cut, removed
and made anew while they are watched; on a terminal (a pseudo-terminal here)
and in a pipe.
"""

import contextlib
import json
import os
import pty
import re
import select
import signal
import subprocess
import time

import harness
import tool_files
from tool_report import HOSTILE, TOOL, allowed, event, lines

PATIENCE = 20
ESCAPE = re.compile(rb'\x1b\[\d*m')


class Watch(contextlib.AbstractContextManager):
    """A watch that runs, and what it wrote so far."""

    def __init__(self, t, *arguments, terminal=False, environment=None):
        self.t = t
        self.output = b''
        if terminal:
            self.fd, theirs = pty.openpty()
        else:
            self.fd, theirs = os.pipe()
        self.errors = open(os.path.join(t.directory, 'errors'), 'w+b')
        self.process = subprocess.Popen(
            [TOOL, 'watch', *arguments], stdout=theirs, stderr=self.errors,
            stdin=subprocess.DEVNULL, env={**os.environ, 'TERM': 'xterm',
                                           **(environment or {})})
        os.close(theirs)

    def wait(self, part):
        """Until it wrote this."""
        deadline = time.monotonic() + PATIENCE
        while part not in self.output:
            if time.monotonic() > deadline:
                raise harness.Failure('%r did not come: %r %r' % (
                    part, self.output, self.told()))
            if select.select([self.fd], [], [], 0.05)[0]:
                self.output += os.read(self.fd, 1 << 16)
        return self.output

    def wait_for_error(self, part):
        deadline = time.monotonic() + PATIENCE
        while part not in self.told():
            if time.monotonic() > deadline:
                raise harness.Failure('%r did not come: %r' % (part,
                                                               self.told()))
            time.sleep(0.02)

    def told(self):
        with open(self.errors.name, 'rb') as f:
            return f.read()

    def ready(self):
        """It has opened the file, and blocks or sleeps."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with open('/proc/%d/status' % self.process.pid,
                      encoding='utf-8') as f:
                caught = re.search(r'SigCgt:\s*(\w+)', f.read())[1]
            if int(caught, 16) & 1 << signal.SIGTERM - 1:
                time.sleep(0.3)
                return self
            time.sleep(0.01)
        raise harness.Failure('it does not watch')

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def __exit__(self, *exception):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.fd)
        self.errors.close()


def append(path, *names):
    with open(path, 'ab') as f:
        f.write(lines([event(account=name) for name in names]))


def test_a_real_server_is_watched(t):
    smbd = t.smbd()
    with Watch(t, '--file', smbd.audit, '--every').ready() as watch:
        smbd.smbclient('secret', 'SMB2_10')
        output = watch.wait(b'share_connect')
        t.contains(b'denied', output)
        t.contains(b'smbguard:encryption = required', output)
        smbd.smbclient('secret', 'SMB3_11')
        t.contains(b'AES-128-GCM', watch.wait(b'share_disconnect'))
        t.equal(0, watch.end())


def test_new_events_or_all(t):
    path = os.path.join(t.directory, 'log')
    append(path, 'old-one')
    for more, expected in (([], False), (['--all'], True)):
        with Watch(t, '--file', path, *more).ready() as watch:
            append(path, 'new-one')
            t.equal(expected, b'old-one' in watch.wait(b'new-one'), more)


def test_rotation(t):
    """Renamed, cut, removed, and not there at all: nothing is missed."""
    path = os.path.join(t.directory, 'log')
    with Watch(t, '--file', path).ready() as watch:
        watch.wait_for_error(b'not there yet')
        append(path, 'first')
        watch.wait(b'first')
        os.rename(path, path + '.1')
        # smbd may have it open for a moment.
        append(path + '.1', 'straggler')
        append(path, 'second')
        watch.wait(b'straggler')
        watch.wait(b'second')
        os.unlink(path)
        time.sleep(0.5)
        append(path, 'third')
        watch.wait(b'third')
        os.truncate(path, 0)
        time.sleep(0.5)
        append(path, 'fourth')
        output = watch.wait(b'fourth')
        for name in (b'first', b'straggler', b'second', b'third', b'fourth'):
            t.equal(1, output.count(name + b' '), name)
        t.equal(0, watch.end(signal.SIGINT))


def test_a_line_in_pieces_is_one(t):
    path = os.path.join(t.directory, 'log')
    append(path, 'first')
    whole = lines([event(account='in-pieces')])
    with Watch(t, '--all', '--file', path).ready() as watch:
        with open(path, 'ab') as f:
            f.write(whole[:100])
        time.sleep(0.5)
        t.true(b'in-pieces' not in watch.output, 'not before it is whole')
        with open(path, 'ab') as f:
            f.write(whole[100:])
        watch.wait(b'in-pieces')
        t.equal(b'', watch.told())


def test_bad_lines_are_told(t):
    path = os.path.join(t.directory, 'log')
    with open(path, 'wb') as f:
        f.write(b'garbage\n' + lines([event(account='good')]))
    with Watch(t, '--all', '--file', path) as watch:
        watch.wait(b'good')
        t.contains(('%s:1: not a JSON object' % path).encode(), watch.told())


def test_hostile_names_do_not_steer_a_terminal(t):
    path = os.path.join(t.directory, 'log')
    with open(path, 'wb') as f:
        f.write(lines([event(account=name, share=name, reason=name)
                       for name in HOSTILE] + [event(account='the-end')]))
    for form in ('text', 'json'):
        with Watch(t, '--all', '--format', form, '--file', path,
                   terminal=True) as watch:
            output = watch.wait(b'the-end')
            text = ESCAPE.sub(b'', output).decode('utf-8')
            control = [c for c in text if c not in '\r\n' and
                       (ord(c) < 32 or 127 <= ord(c) < 160 or c == '\u202e')]
            t.equal([], control, form)
            t.true(text.count('\n') <= len(HOSTILE) + 1, 'a line an event')


def test_colour_on_a_terminal_only(t):
    path = os.path.join(t.directory, 'log')
    append(path, 'one')
    for terminal, environment, expected in (
            (True, {}, True), (True, {'NO_COLOR': '1'}, False),
            (True, {'TERM': 'dumb'}, False), (False, {}, False)):
        with Watch(t, '--all', '--file', path, terminal=terminal,
                   environment=environment) as watch:
            t.equal(expected, b'\x1b[' in watch.wait(b'Refused.'),
                    (terminal, environment))


def test_json_is_passed_on(t):
    path = os.path.join(t.directory, 'log')
    events = [event(account=name) for name in HOSTILE] + [event(account='Z')]
    with open(path, 'wb') as f:
        f.write(lines(events))
    with Watch(t, '--all', '--format=json', '--file', path) as watch:
        output = watch.wait(b'"Z"')
        while not output.endswith(b'}\n'):
            output = watch.wait(b'}\n')
        t.equal(lines(events), output)
        t.equal(events, [json.loads(x) for x in output.splitlines()])


def shown(t, path, *arguments):
    """The accounts of what is shown of a file."""
    done = subprocess.run([TOOL, 'watch', *arguments, path], check=False,
                          timeout=PATIENCE, capture_output=True)
    t.equal((0, b''), (done.returncode, done.stderr), arguments)
    return [line.split()[4] for line in done.stdout.decode().splitlines()]


def test_what_is_shown(t):
    path = os.path.join(t.directory, 'log')
    with open(path, 'wb') as f:
        f.write(lines([
            event(account='refused'),
            event(account='would', outcome='would_deny', share='Other',
                  clientAddress='2001:db8::7'),
            allowed(account='let-in', clientAddress='198.51.100.1'),
            allowed(account='left', event='share_disconnect'),
            allowed(account='ipc', share='IPC$'),
            allowed(account='pipe', share='IPC$', event='pipe_open'),
            event(account='no-ipc', share='IPC$'),
            event(account='failed', event='auth_failed', outcome='failed',
                  share=None, severity='notice')]))
    every = ['refused', 'would', 'let-in', 'left', 'ipc', 'pipe', 'no-ipc',
             'failed']
    for arguments, expected in t.each((
            ((), ['refused', 'would', 'let-in', 'no-ipc', 'failed']),
            (('--every',), every),
            (('--refused',), ['refused', 'would', 'no-ipc']),
            (('--share', 'SECRET'), ['refused', 'let-in']),
            (('--share=secret', '--every'), ['refused', 'let-in', 'left']),
            (('--share=other', '--share=ipc$'),
             ['would', 'ipc', 'pipe', 'no-ipc']),
            (('--client=192.0.2.0/24',), ['refused', 'no-ipc', 'failed']),
            (('--client=2001:db8::7',), ['would']),
            (('--refused', '--client=198.51.100.1'), []),
            (('--severity=notice', '--share=other'), ['would']),
            (('--severity=warning', '--client=198.51.100.1'), ['let-in']),
            (('--severity=warning', '--client=192.0.2.7'),
             ['refused', 'no-ipc']),
            (('--severity=critical',), []),
            (('--refused', '--share=secret'), ['refused'])), 14, 'questions'):
        t.equal(expected, shown(t, path, *arguments), arguments)
    # A program gets all that it did not say it does not want.
    done = subprocess.run([TOOL, 'watch', '--format=json', path], check=True,
                          capture_output=True)
    t.equal(every, [json.loads(line)['account']
                    for line in done.stdout.splitlines()])


def test_usage(t):
    for arguments, status in ((['--help'], 0), (['--format=xml'], 2),
                              (['-f', 'xml'], 2), (['--client=host'], 2),
                              (['--severity=bad'], 2),
                              (['--file', 'x', 'y'], 2),
                              (['--nothing'], 2), (['file'], 2),
                              (['--journal', '--file', 'x'], 2),
                              (['--file', t.directory], 2)):
        done = subprocess.run([TOOL, 'watch', *arguments], timeout=PATIENCE,
                              capture_output=True, check=False)
        t.equal(status, done.returncode, arguments)
        t.equal(status == 2, done.stderr.startswith(b'smbguard: '), arguments)


def lines_of(events, *arguments):
    done = subprocess.run([TOOL, 'watch', *arguments, '-'], input=lines(events),
                          capture_output=True, check=True)
    return done.stdout.decode().splitlines()


def test_files_are_shown_on_demand(t):
    files = tool_files.every_kind()
    events = [allowed(1), *files, event(2)]
    t.equal(2, len(lines_of(events)))
    t.equal(2, len(lines_of(events, '--every')))
    told = lines_of(events, '--files')
    t.equal([e['event'] for e in events], [line.split()[2] for line in
                                           t.each(told, len(events), 'lines')])
    # For programs nothing is left out.
    t.equal(len(events), len(lines_of(events, '--format=json')))
    # What smbguard itself refuses is always there.
    refused = tool_files.deleted('a', status=tool_files.REFUSED,
                                 outcome='denied')
    t.equal(1, len(lines_of([refused])))


def test_what_a_line_says_of_a_file(t):
    for made, told in t.each((
            (tool_files.opened('a/b.txt'), 'AES-128-GCM  open a/b.txt'),
            (tool_files.opened('a', created=True), 'create a'),
            (tool_files.opened('a', created=True, directory=True),
             'make folder a'),
            (tool_files.opened('a', directory=True), 'open folder a'),
            (tool_files.opened('a', overwritten=True), 'overwrite a'),
            (tool_files.opened('a', status=tool_files.REFUSED),
             'open a: NT_STATUS_ACCESS_DENIED'),
            (tool_files.closed('a'), 'close a'),
            (tool_files.closed('a', read=5), 'close, read 5 bytes: a'),
            (tool_files.closed('a', read=5, written=7),
             'close, read 5, wrote 7 bytes: a'),
            (tool_files.renamed('a', 'b'), 'rename a to b'),
            (tool_files.file_event('file_link', 'a', newPath='b'),
             'link a to b'),
            (tool_files.deleted('a', **tool_files.PLAIN),
             'SMB3_11  unencrypted  delete a'),
            (tool_files.deleted('a', encrypted=None), 'unknown      delete a'),
            (tool_files.file_event('directory_delete', 'a'), 'delete folder a'),
            (tool_files.file_event('file_acl', 'a', changed=['owner', 'dacl']),
             'set rights (owner, dacl) a'),
            (tool_files.file_event('file_attributes', 'a',
                                   changed=['written']), 'set (written) a')),
                             16, 'lines'):
        line, = lines_of([made], '--files')
        t.true(line.endswith('  ' + told) or line.endswith(told), (line, told))
        t.contains('  192.0.2.7        alice       files ', line)


def test_filters_of_files(t):
    events = [tool_files.opened('a'), tool_files.opened('b', share='more'),
              tool_files.opened('c', clientAddress='198.51.100.9'),
              tool_files.opened('d', status=tool_files.REFUSED),
              tool_files.opened('e', status='NT_STATUS_OBJECT_NAME_NOT_FOUND'),
              tool_files.deleted('f', status=tool_files.REFUSED,
                                 outcome='denied'), event(1)]
    for arguments, names in t.each((
            ((), 'abcdef'), (('--share', 'MORE'), 'b'),
            (('--client', '198.51.100.0/24'), 'c'), (('--refused',), 'df')), 4,
                                   'filters'):
        told = [line for line in lines_of(events, '--files', *arguments)
                if ' file_' in line]
        t.equal(names, ''.join(re.search(r'  (?:open|delete) (\w)', line)[1]
                               for line in told))
    t.equal(2, len(lines_of(events, '--refused')))


def test_hostile_paths(t):
    told = lines_of([tool_files.renamed(name, name) for name in HOSTILE],
                 '--files')
    t.each(told, len(HOSTILE), 'lines')
    for line in told:
        t.true(line.isprintable(), repr(line))
    t.contains('rename a\\x1b[31mb to a\\x1b[31mb', '\n'.join(told))
    t.contains('rename a\\x00b to a\\x00b', '\n'.join(told))
