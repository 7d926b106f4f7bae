# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo, as a person starts it.

What: it ends well, tells of each client, leaves its events and nothing else;
with --keep, what it prints can be typed.
"""

import os
import re
import shutil
import signal

import eventlog
import processes
import sandbox
from harness import ROOT

SCRIPT = os.path.join(ROOT, 'tests/demo.py')
AUDIT = os.path.join(ROOT, 'build/demo/smbguard.jsonl')


def demo(t, *arguments):
    # Without the variable it is a run of its own, with a sandbox of its own.
    return t.run('env', '-u', sandbox.RUN_DIR, sandbox.PYTHON, SCRIPT,
                 os.path.join(ROOT, 'build/stage'), *arguments)


def test_demo_shows_what_it_announces(t):
    status, output = demo(t)
    t.equal(0, status, output)
    for part in ('curl (SMB1)', 'NT_STATUS_ACCESS_DENIED', 'would_deny',
                 'AES-128-GCM', AUDIT):
        t.contains(part, output)
    t.true('\033' not in output, 'no colour in a file')
    told = {e['event'] for e in eventlog.read_events(AUDIT)}
    t.equal({'negotiate', 'session', 'share_connect', 'share_disconnect',
             'downgrade', 'negotiate_tampered', 'integrity_suspected'}, told)
    t.equal([], processes.descendants(os.getpid()))

    # One after the other: both write to the same place.
    status, output = demo(t, '--keep')
    t.equal(0, status, output)
    pid, directory = re.search(r'kill (\d+); rm -r (\S+)', output).groups()
    try:
        lines = re.findall(r'smbclient //.*-c ls', output)
        for line, expected in zip(t.each(lines, 2, 'lines'), (0, 1)):
            t.equal(expected, t.run('sh', '-c', line)[0], line)
        line = re.search(r'smbclient .*-m NT1 \\\n.*-c ls', output).group(0)
        t.contains('hello.txt', t.run('sh', '-c', line)[1])
    finally:
        os.kill(int(pid), signal.SIGTERM)
        processes.end(lambda: processes.descendants(os.getpid()), 5)
        shutil.rmtree(directory)
