# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""File events, held against what smbd asks of the kernel.

What: each rename, unlink, rmdir, mkdir and link in a share has exactly one event,
each event its call, in the same order; for a client's visit of many kinds, and
for smbtorture's own.

How: strace on the process that serves the connection, or on smbd and all that it
starts.  With -y it tells the folders that descriptors stand for.
"""

import contextlib
import os
import re
import signal
import subprocess
import time

import smb2_files as smb2
from file_events import ALL, of_share
from harness import Failure
from torture import ends

CALLS = ('renameat', 'renameat2', 'rename', 'unlinkat', 'unlink', 'rmdir',
         'mkdirat', 'mkdir', 'linkat', 'link', 'symlinkat')
TEMPORARY = '.::TMPNAME:'
LINE = re.compile(r'^\d+ +(\w+)\((.*)\) = 0$', re.M)
FOLDER = re.compile(r'(?:AT_FDCWD|\d+)<([^>]*)>, "([^"]*)"')
PLAIN = re.compile(r'"([^"]*)"')
PATIENCE = 20
KINDS = {'file_rename': 'rename', 'file_link': 'link',
         'file_delete': 'unlink', 'directory_delete': 'rmdir',
         'directory_create': 'mkdir'}


@contextlib.contextmanager
def traced(pid, path):
    """What this process and those that it starts from now on ask for."""
    with subprocess.Popen(
            ['strace', '-f', '-y', '-s', '4096', '-e',
             'trace=' + ','.join('?' + call for call in CALLS), '-o', path,
             '-p', str(pid)], stderr=subprocess.DEVNULL) as child:
        deadline = time.monotonic() + PATIENCE
        while 'TracerPid:\t0' in status_of(pid):
            if time.monotonic() > deadline or child.poll() is not None:
                raise Failure('strace did not come')
            time.sleep(0.01)
        try:
            yield
        finally:
            child.send_signal(signal.SIGINT)


def status_of(pid):
    with open('/proc/%d/status' % pid, encoding='utf-8') as f:
        return f.read()


def kind_of(call, arguments):
    if call in ('unlinkat', 'unlink', 'rmdir'):
        folder = call == 'rmdir' or 'AT_REMOVEDIR' in arguments
        return 'rmdir' if folder else 'unlink'
    return re.sub('at2?$', '', call).replace('symlink', 'link')


def asked(path, place):
    """[(kind, paths in the share)] of the calls that succeeded."""
    with open(path, encoding='utf-8', errors='replace') as f:
        calls = LINE.findall(f.read())
    found = []
    for call, arguments in calls:
        paths = [os.path.join(*pair) for pair in FOLDER.findall(arguments)] \
            or PLAIN.findall(arguments)
        inside = [os.path.relpath(p, place) for p in paths
                  if p.startswith(place + '/')]
        if inside:
            found.append((kind_of(call, arguments), *inside))
    return found


def as_clients_see_it(calls):
    """From 4.22 on smbd makes folders under another name first."""
    found = []
    for call in calls:
        if found and call[0] == 'rename' and found[-1] == ('mkdir', call[1]) \
                and TEMPORARY in call[1]:
            found[-1] = ('mkdir', call[2])
        else:
            found.append(call)
    return found


def told(events):
    return [(KINDS[e['event']], *filter(None, (e['path'], e.get('newPath'))))
            for e in of_share(events)
            if e['event'] in KINDS and e['outcome'] == 'allowed']


def work(files):
    for name in ('a', 'b'):
        files.close(files.create(name, disposition=smb2.MAKE))
    for name in ('d', 'd/e'):
        files.close(files.create(name, disposition=smb2.MAKE,
                                 options=smb2.DIRECTORY))
    handle = files.create('a')
    for name, replace in (('c', False), ('b', True), ('d/e/f', False)):
        files.rename(handle, name, replace)
    files.set_info(handle, smb2.LINK, smb2.new_name('g'))
    files.close(handle)
    handle = files.create('d', options=smb2.DIRECTORY)
    files.rename(handle, 'h')
    files.close(handle)
    for name in ('g', 'h/e/f', 'h/e', 'h'):
        handle = files.create(name)
        files.delete(handle)
        files.close(handle)
    files.close(files.create('x', disposition=smb2.MAKE,
                             options=smb2.DELETE_ON_CLOSE))


def test_each_call_has_its_event(t):
    smbd = t.smbd(shares={'open': ALL})
    path = os.path.join(t.directory, 'strace')
    with smbd.impacket() as client:
        files = smb2.Files(client, client.tree('open'))
        pid, = smbd.connections()
        with traced(pid, path):
            work(files)
    calls = as_clients_see_it(asked(path, smbd.config.get('open', 'path')))
    t.true(len(calls) > 10, 'calls, not %s' % calls)
    t.equal(calls, told(smbd.events()))


def test_each_call_of_smbtorture_has_its_event(t):
    """Its tests of renames; it renames over what is there, and across folders."""
    smbd = t.smbd(shares={'open': ALL})
    path = os.path.join(t.directory, 'strace')
    with traced(smbd.pid, path):
        ends(t, smbd, 'smb2.rename')
        smbd.settle()
    calls = as_clients_see_it(asked(path, smbd.config.get('open', 'path')))
    t.true(len(calls) > 20, 'calls, not %s' % calls)
    t.equal(calls, told(smbd.events()))
