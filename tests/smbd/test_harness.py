# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The harness itself, on a stock smbd: what other tests rest on.

What: that each client reaches the server, that refusals are read as such, and
that the readers of events and of cmocka's output accept nothing broken.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import time
from unittest import mock

import cmocka
import eventlog
import impacket_client
import processes
import sandbox
import wire
from harness import DENIED, ROOT, Failure

ENCRYPT = {'secret': {'server smb encrypt': 'required'}}


def test_clients_reach_a_stock_smbd(t):
    smbd = t.smbd(stock=True, shares=ENCRYPT)
    for protocol in ('NT1', 'SMB2_02', 'SMB2_10', 'SMB3_00', 'SMB3_11'):
        t.equal('ok', smbd.smbclient('open', protocol).got, protocol)
    t.equal(DENIED, smbd.smbclient('secret', 'SMB2_10').got)
    t.equal('hello\n', smbd.curl('open/hello.txt', source='127.0.0.7').output)
    t.contains('NT LM 0.12', smbd.nmap('smb-protocols').output)
    wrong = smbd.smbclient('open', password='wrong')
    t.equal(('NT_STATUS_LOGON_FAILURE', 'session setup'),
            (wrong.got, wrong.step))


def test_smbstatus_tells_encrypted_from_plain(t):
    smbd = t.smbd(stock=True, shares=ENCRYPT)
    for share, degree in (('open', 'none'), ('secret', 'full')):
        with smbd.connected(share):
            tcons = smbd.smbstatus()['tcons'].values()
        t.equal([degree], [tcon['encryption']['degree'] for tcon in tcons])


def test_impacket_encrypts_and_does_not(t):
    smbd = t.smbd(stock=True, shares=dict(
        ENCRYPT, open={'server smb encrypt': 'desired'}))
    with smbd.impacket(dialect='SMB3_00', source='127.0.0.5') as client:
        for share, plain in (('open', 'ok'), ('secret', DENIED)):
            tree = client.tree(share)
            t.equal(b'hello\n', client.read(tree))
            with client.plain(tree):
                t.equal(plain, impacket_client.status(client.read, tree),
                        'plain on ' + share)


def test_raw_negotiates(t):
    smbd = t.smbd(stock=True)
    with smbd.raw() as c:
        answer = c.ask(wire.smb3_negotiate())
        t.equal(0x0311, wire.smb2_negotiated(answer))
    with smbd.raw(source='127.0.0.9') as c:
        answer = c.ask(wire.smb1_negotiate('LANMAN1.0', 'NT LM 0.12'))
        t.equal(1, wire.smb1_choice(answer))
    with smbd.raw() as c:
        answer = c.ask(wire.smb1_negotiate('NT LM 0.12', 'SMB 2.???'))
        t.equal(0x02FF, wire.smb2_negotiated(answer))
        c.send(wire.netbios(wire.smb2_negotiate('SMB2_10', message_id=1)))
        t.equal(0x0210, wire.smb2_negotiated(c.receive()))


def test_accounts_exist_inside(t):
    with open('/etc/passwd', encoding='utf-8') as f:
        t.contains('homes/alice', f.read())


def test_event_reader_is_strict(t):
    good = {name: 'x' for name in eventlog.ALWAYS}
    good.update(type='smbguard', outcome='denied', severity='info',
                timestamp='2026-01-01T00:00:00.000000Z')
    line = json.dumps(good).encode() + b'\n'
    t.equal([good, good], eventlog.parse_events(line + line))
    lacking = json.dumps({k: v for k, v in good.items() if k != 'reason'})
    for bad in (line[:-1], line[5:], line + line[:9] + b'\n', b'[]\n', b'\n',
                line.replace(b'denied', b'wurst'), lacking.encode() + b'\n',
                line.replace(b'{', b'{"pid": 1, ', 1),
                line.replace(b'info', b'\xff')):
        try:
            eventlog.parse_events(bad)
        except eventlog.BadEvents:
            continue
        t.true(False, 'an error for %r' % bad)


def test_cmocka_output_is_read(t):
    out = '[ RUN      ] test_a\n[       OK ] test_a\n[ RUN      ] test_b\n'
    err = ('[  ERROR   ] --- 1 != 2\n[  FAILED  ] test_b\n'
           '[  FAILED  ] tests: 1 test(s), listed below:\n'
           '[  FAILED  ] test_b\n')
    t.equal([('u.test_a', ''), ('u.test_b', '[  ERROR   ] --- 1 != 2')],
            cmocka.results('u', 1, out, err))
    died = cmocka.results('u', -11, out, '')
    t.equal(['u.test_a', 'u'], [name for name, _ in died])
    t.contains('exit status -11', died[1][1])
    t.true(cmocka.results('u', 0, '', '')[0][1], 'no case is a failure')


def test_no_loop_passes_over_nothing(t):
    t.equal(['a', 'b'], t.each(['a', 'b'], 2))
    for items, count in (([], 1), (['a'], 2), ([{'event': 'session'}], 0)):
        try:
            t.each(items, count, 'things')
        except Failure as e:
            t.contains('expected %d things, got %d:' % (count, len(items)),
                       str(e))
        else:
            raise Failure('%s pass as %d' % (items, count))


def load_runner():
    spec = importlib.util.spec_from_file_location(
        'runner', os.path.join(ROOT, 'tests/run.py'))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_a_test_leaves_behind_ends_no_run(t):
    """One whose helper goes on writing, one that cannot be cleaned up."""
    def leaves_a_writer(directory):
        subprocess.Popen(
            ['setsid', 'sh', '-c', 'trap "" TERM; cd "$1"; while mkdir -p '
             '"$1/d" 2>/dev/null; do echo >"$1/d/$((n += 1))"; done', 'sh',
             directory], start_new_session=True)
        time.sleep(0.3)
        return [('writer', '')]

    def stays(directory):
        subprocess.run(['mount', '-t', 'tmpfs', 'none', directory], check=True)
        return [('stays', '')]

    runner_module = load_runner()
    arguments = argparse.Namespace(k='', v=False, j=2)
    with mock.patch.object(sandbox, 'run_dir', lambda: t.directory), \
            mock.patch.object(runner_module, 'PATIENCE', 1):
        runner = runner_module.Runner(arguments)
        runner.run([('writer', leaves_a_writer, 20), ('stays', stays, 20),
                    ('after', lambda _: [('after', '')], 20)])
    t.equal({'passed': 2, 'failed': 1}, runner.counts)
    subprocess.run(['umount', os.path.join(t.directory, 't2')], check=True)
    t.equal(['output', 't2'], sorted(os.listdir(t.directory)))
    t.equal([], processes.descendants(os.getpid()))
