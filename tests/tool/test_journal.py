# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard report and watch, from the systemd journal.

What: a real smbd with `smbguard:audit = journal`, whose datagrams are kept and
handed to a real systemd-journald; report then finds in the journal what it
finds in the file.  What others than root send does not count.

How: journald runs in a mount namespace of its own, with an empty /run.
"""

import json
import os
import subprocess

import log_daemons
from tool_report import TOOL, as_json

JOURNALD = '/lib/systemd/systemd-journald'
# argv: journald, a directory for the journal, what to run then
SCRIPT = '''
mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal /run/log || exit 70
echo 0123456789abcdef0123456789abcdef >/run/machine-id
[ -e /etc/machine-id ] || mount -t tmpfs tmpfs /etc
[ -e /etc/machine-id ] || : >/etc/machine-id
mount --bind /run/machine-id /etc/machine-id
mkdir -p /run/empty /run/log/journal && mount --bind /run/empty /var/log
mount --bind "$2" /run/log/journal || exit 70
"$1" >"$2/journald.out" 2>&1 &
journald=$!
shift 2
"$@"
status=$?
kill $journald
wait $journald
exit $status
'''
SEND = '''
import glob, os, socket, subprocess, sys, time
where = '/run/systemd/journal/socket'
for _ in range(500):
    if os.path.exists(where):
        break
    time.sleep(0.02)
def send(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.connect(where)
        with open(path, 'rb') as f:
            s.send(f.read())
def send_as_nobody(path):
    pid = os.fork()
    if pid == 0:
        os.setresuid(65534, 65534, 65534)
        send(path)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
tool, directory = sys.argv[1:]
watch = subprocess.Popen([tool, 'watch', '--journal'],
                         stdout=open(directory + '/watched', 'wb'))
time.sleep(0.5)
messages = sorted(glob.glob(directory + '/message.*'))
send_as_nobody(messages[-1])
for path in messages:
    send(path)
time.sleep(1)
with open(directory + '/report', 'wb') as out:
    subprocess.run([tool, 'report', '--journal', '--format=json'], stdout=out)
watch.terminate()
sys.exit(watch.wait())
'''


def raw(message):
    """The bytes of one datagram of log_daemons."""
    return message if isinstance(message, bytes) else bytes(message)


def test_the_journal_tells_what_the_file_tells(t):
    smbd = t.smbd(options={'smbguard:audit': 'file journal'})
    with log_daemons.journal(smbd) as journal:
        smbd.smbclient('secret', 'SMB2_10')
        smbd.smbclient('secret', 'SMB3_11')
        smbd.settle()
        messages = journal.messages()
    files = os.path.join(t.directory, 'files')
    kept = os.path.join(t.directory, 'journal')
    os.mkdir(files)
    os.chmod(files, 0o755)
    os.mkdir(kept)
    for number, message in enumerate(messages):
        with open('%s/message.%03d' % (files, number), 'wb') as f:
            f.write(raw(message))
    done = subprocess.run(
        ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', SCRIPT,
         'sh', JOURNALD, kept, '/usr/bin/python3', '-c', SEND, TOOL, files],
        capture_output=True, text=True, check=False)
    t.equal((0, ''), (done.returncode, done.stderr))
    expected = as_json([smbd.audit], status=1)
    t.true(expected['rows'], 'a refusal')
    with open(files + '/report', 'rb') as f:
        t.equal(expected, json.loads(f.read()))
    with open(files + '/watched', encoding='utf-8') as f:
        watched = f.read()
    t.equal(len(messages), watched.count('\n'))
    t.contains('denied', watched)
    # And of a directory, as one is kept when a machine is gone.
    below, = [d for d in os.listdir(kept) if d != 'journald.out']
    t.equal(expected, as_json(['--journal-directory',
                               os.path.join(kept, below)], status=1))


def test_no_journal_is_told(t):
    done = subprocess.run([TOOL, 'report', '--journal-directory',
                           os.path.join(t.directory, 'none')],
                          capture_output=True, check=False)
    t.equal(2, done.returncode)
    t.contains(b'smbguard: journal: cannot be opened', done.stderr)
