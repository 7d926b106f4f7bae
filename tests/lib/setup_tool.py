# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that write a configuration, on one of a test's own.

What: run() runs them, answer() at a terminal; counts() tells what stands in a
list for smbd; listing() a directory with all that a file has.
"""

import os
import pty
import subprocess

from check_tool import SMBGUARD
from harness import STAGE

MODULE = os.path.join(STAGE, 'smbguard.so')
KEPT = '.smbguard-'


def run(command, path, *arguments, env=None):
    """(status, standard output, standard error)."""
    more = ['--module', MODULE] if command[0] == 'enable' else []
    done = subprocess.run([SMBGUARD, *command, '--smb-conf', path, *more,
                           *arguments], capture_output=True, check=False,
                          stdin=subprocess.DEVNULL, env=env)
    return (done.returncode, done.stdout.decode(errors='replace'),
            done.stderr.decode(errors='replace'))


def must(t, command, path, *arguments):
    """It does it, and says nothing is wrong.  Returns what it printed."""
    status, output, error = run(command, path, '--yes', *arguments)
    t.equal((0, ''), (status, error), ' '.join(command) + '\n' + output)
    return output


def answer(command, path, text, meanwhile=None):
    """(status, all that was printed) at a terminal, where text is typed."""
    ours, theirs = pty.openpty()
    more = ['--module', MODULE] if command[0] == 'enable' else []
    with subprocess.Popen([SMBGUARD, *command, '--smb-conf', path, *more],
                          stdin=theirs, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as process:
        os.close(theirs)
        said = b''
        while b'[y/N]' not in said:
            part = os.read(process.stdout.fileno(), 4096)
            if not part:
                break
            said += part
        if meanwhile:
            meanwhile()
        os.write(ours, text.encode())
        said += process.stdout.read()
    os.close(ours)
    return process.returncode, said.decode(errors='replace')


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def put(path, content):
    with open(path, 'wb') as f:
        f.write(content if isinstance(content, bytes) else content.encode())


def listing(folder):
    return sorted(os.listdir(folder))


def copies(folder):
    return [name for name in listing(folder) if KEPT in name]
