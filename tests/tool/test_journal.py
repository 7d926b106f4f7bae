# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard report and watch, from the systemd journal.

What: a real smbd with `smbguard:audit = journal`, whose datagrams are kept and
handed to a real systemd-journald; report then finds in the journal what it
finds in the file, and watch shows the very lines of the file.  So it does for
one event of each kind.  What others than root send does not count.

How: journald runs in a mount namespace of its own, with an empty /run.
"""

import json
import os
import struct
import subprocess

import eventschema
import log_daemons
import tables
from tool_report import TOOL, as_json, report, steady

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
def watch(name, *options):
    return subprocess.Popen([tool, 'watch', '--journal', '--every', '--files', *options],
                            stdout=open(directory + name, 'wb'))
def lines(name):
    with open(directory + name, 'rb') as f:
        return f.read().count(b'\\n')
watches = [watch('/watched'), watch('/watched.json', '--format=json')]
time.sleep(0.5)
messages = sorted(glob.glob(directory + '/message.*'))
send_as_nobody(messages[-1])
for path in messages:
    send(path)
for _ in range(500):
    if lines('/watched') == lines('/watched.json') == len(messages):
        break
    time.sleep(0.02)
time.sleep(0.3)
with open(directory + '/report', 'wb') as out:
    subprocess.run([tool, 'report', '--journal', '--format=json'], stdout=out)
for process in watches:
    process.terminate()
sys.exit(max(process.wait() for process in watches))
'''


def raw(message):
    """The bytes of one datagram of log_daemons."""
    return message if isinstance(message, bytes) else bytes(message)


def through_journald(t, messages):
    """Send them, watch them, report on them: what came, by name of file.

    The last one is sent by nobody as well, before all others.  kept: the
    directory of the journal.
    """
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
    came = {'kept': kept}
    for name in ('report', 'watched', 'watched.json'):
        with open(os.path.join(files, name), 'rb') as f:
            came[name] = f.read()
    t.equal(len(messages), came['watched'].count(b'\n'))
    return came


def test_the_journal_tells_what_the_file_tells(t):
    smbd = t.smbd(options={'smbguard:audit': 'file journal',
                           'smbguard:exceptions': 'wurst'})
    with log_daemons.journal(smbd) as journal:
        smbd.smbclient('secret', 'SMB2_10')
        smbd.smbclient('secret', 'SMB3_11')
        smbd.smbclient('open', password='wrong')
        smbd.settle()
        messages = journal.messages()
    came = through_journald(t, messages)
    expected = as_json([smbd.audit], status=1)
    t.true(expected['rows'], 'a refusal')
    t.equal(steady(expected), steady(json.loads(came['report'])))
    t.contains(b'denied', came['watched'])
    with open(smbd.audit, 'rb') as f:
        written = f.read().splitlines()
    # Two processes may write to file and journal in another order.
    t.equal(sorted(written), sorted(came['watched.json'].splitlines()))
    kinds = {json.loads(line)['event'] for line in written}
    t.equal({'negotiate', 'session', 'auth_failed', 'share_connect',
             'share_disconnect', 'policy_error'}, kinds)
    # And of a directory, as one is kept when a machine is gone.
    below, = [d for d in os.listdir(came['kept']) if d != 'journald.out']
    t.equal(steady(expected), steady(as_json([
        '--journal-directory', os.path.join(came['kept'], below)], status=1)))


def as_message(event):
    """An event in the journal's native protocol, as smbguard sends it."""
    return b''.join(
        key.encode() + b'\n' + struct.pack('<Q', len(value)) + value + b'\n'
        for key, value in ((key, text.encode()) for key, text in
                           log_daemons.flat(event).items()))


def test_every_kind_of_event_comes_back(t):
    """As the manual shows them: the line that stands in the file."""
    events = eventschema.examples()
    t.equal(sorted(tables.events()), sorted(e['event'] for e in events))
    came = through_journald(t, [as_message(event) for event in events])
    t.equal([json.dumps(event, separators=(',', ':'), ensure_ascii=False)
             for event in events],
            came['watched.json'].decode().splitlines())


def test_names_in_the_journal(t):
    """The table's and those that tests expect of every field."""
    whole = {}
    for name, row in tables.fields().items():
        outer, dot, inner = name.rpartition('.')
        (whole.setdefault(outer, {}) if dot else whole)[inner] = row['journal']
    named = log_daemons.flat(whole)
    t.equal(len(tables.fields()), len(named))
    t.equal(list(named), list(named.values()))


def test_no_journal_is_told(t):
    done = subprocess.run([TOOL, 'report', '--journal-directory',
                           os.path.join(t.directory, 'none')],
                          capture_output=True, check=False)
    t.equal(2, done.returncode)
    t.contains(b'smbguard: journal: cannot be opened', done.stderr)


def test_an_empty_journal_is_no_answer(t):
    empty = os.path.join(t.directory, 'empty')
    os.mkdir(empty)
    _, text, errors = report(['--journal-directory', empty], status=2)
    t.contains(b'what was read is empty', errors)
    t.true(b'obody was refused' not in text, text)
