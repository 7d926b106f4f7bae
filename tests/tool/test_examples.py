# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""examples/: each file does what it says.

What: every smb.conf starts a private smbd, and clients get what its comments
promise; what belongs to another program is run or checked by that program.
(test_shares holds all of them against testparm.)

How it fails: a program that is not installed fails its test.
"""

import datetime
import json
import os
import re
import socket
import subprocess
import time

import eventlog
from example_files import COMMAND, changed, example, text
from harness import DENIED, EXAMPLES, ROOT, Failure, load_example
from kdc import Realm

SCANNER = '127.0.0.2'
HISTORY = {'smbguard:history': 'no'}
PATIENCE = 20


def test_every_file_is_listed(t):
    listed = set(re.findall(r'\]\(([^)]+)\)', text('README.md')))
    there = {os.path.relpath(os.path.join(where, name), EXAMPLES)
             for where, _, names in os.walk(EXAMPLES) for name in names}
    t.equal(there - {'README.md'}, listed)


# smb.conf

def check(t, smbd, config, name):
    """`smbguard check`, where the modules are that smbd has."""
    path = os.path.join(t.directory, name)
    config.relocate(smbd.directory)
    config.write(path)
    status, output = t.run(
        'nsenter', '--mount=/proc/%d/ns/mnt' % smbd.pid, COMMAND, 'check',
        '--format=json', path)
    t.true(status in (0, 1), name + ': ' + output)
    return status, json.loads(output)['findings']


def test_check_finds_nothing_wrong(t):
    smbd = t.smbd()
    names = sorted(name for name in os.listdir(EXAMPLES)
                   if name.endswith('.conf'))
    day = str(datetime.date.today() + datetime.timedelta(100))
    for name in names:
        status, found = check(t, smbd, load_example(name, until=day), name)
        t.equal((0, []), (status, [finding for finding in found if
                                   finding['severity'] != 'note']), name)
    t.true(len(names) >= 7, 'there are examples')
    config = load_example('enforce.conf')
    config.set('payroll', 'smbguard:encrypton', 'required')
    t.equal(1, check(t, smbd, config, 'misspelt')[0], 'what is wrong')


def values_of_the_manual():
    """(option, value) of each "Example:" in smbguard.conf(5)."""
    with open(os.path.join(ROOT, 'docs/man/smbguard.conf.5.scd'),
              encoding='utf-8') as f:
        page = f.read()
    return re.findall(r'^\s*Example: \*(smbguard:[^=]+) = (.*)\*$', page,
                      re.M)


def test_values_of_the_manual(t):
    """Each is one that the parser takes."""
    smbd = t.smbd()
    pairs = values_of_the_manual()
    t.true(len(pairs) >= 23, 'values are found')
    scanner = {name: value for name, value in pairs if ':scanner' in name}
    for name, value in pairs:
        config = load_example('demo.conf')
        config.update('global', {'smbguard:exceptions': 'scanner', **scanner})
        if not re.search(':(scanner|oldcnc)', name):
            config.set('global', name, value.replace(' oldcnc', ''))
        _, found = check(t, smbd, config, 'example.conf')
        t.equal([], [finding for finding in found
                     if finding['severity'] == 'error'], name)
    config.set('global', 'smbguard:mode', 'wurst')
    _, found = check(t, smbd, config, 'example.conf')
    t.true(any(finding['severity'] == 'error' for finding in found),
           'one that it does not take')


def test_audit_first(t):
    smbd = t.smbd('audit-first.conf', options=HISTORY)
    for protocol in ('SMB2_02', 'SMB2_10', 'SMB3_00', 'SMB3_11'):
        for share in ('team', 'payroll'):
            t.equal('ok', smbd.smbclient(share, protocol).got, protocol)
    events = smbd.events(event='share_connect')
    t.equal({('payroll', 'SMB2_02'), ('payroll', 'SMB2_10')},
            {(e['share'], e['dialect']) for e in events
             if e['outcome'] == 'would_deny'})
    t.equal([], smbd.events(outcome='denied'))
    t.equal([], smbd.events(event='policy_error'))
    with smbd.connected('payroll'):
        tcon = t.one(list(smbd.smbstatus()['tcons'].values()), 'tree')
    t.equal('none', tcon['encryption']['degree'], 'nothing is touched')


def test_enforce(t):
    smbd = t.smbd('enforce.conf', options=HISTORY)
    for share, protocol, got in (
            ('team', 'SMB2_10', 'ok'), ('team', 'SMB3_11', 'ok'),
            ('payroll', 'SMB2_10', DENIED), ('payroll', 'SMB3_00', 'ok'),
            ('archive', 'SMB2_10', 'ok')):
        t.equal(got, smbd.smbclient(share, protocol).got, share + protocol)
    told = [(e['share'], e['outcome']) for e in
            smbd.events(event='share_connect')]
    t.equal([('team', 'allowed')] * 2 + [
        ('payroll', 'denied'), ('payroll', 'allowed'),
        ('archive', 'would_deny')], told)
    with smbd.connected('payroll'):
        tcon = t.one(list(smbd.smbstatus()['tcons'].values()), 'tree')
    t.equal('full', tcon['encryption']['degree'])
    start = time.monotonic()
    t.equal('NT_STATUS_LOGON_FAILURE',
            smbd.smbclient('team', password='wrong').got)
    t.true(time.monotonic() - start >= 2, 'a wrong password takes 2 s')
    t.true(smbd.smbclient('team', user='').status != 0, 'nobody is no guest')


def scans(smbd, source, share='scans'):
    answer = smbd.curl(share + '/hello.txt', source=source)
    return answer.output == 'hello\n'


def test_legacy_scanner(t):
    ours = dict(HISTORY, **{'smbguard:scanner hosts': SCANNER})
    smbd = t.smbd('legacy-scanner.conf', options=ours)
    t.true(scans(smbd, SCANNER), 'the scanner gets in')
    t.true(not scans(smbd, SCANNER, 'team'), 'and not everywhere')
    t.true(not scans(smbd, '127.0.0.1'), 'another does not')
    t.equal('ok', smbd.smbclient('team').got)
    t.equal({'scanner'}, {e['policy']['exception'] for e in
                          smbd.events(event='negotiate', outcome='allowed',
                                      clientAddress=SCANNER)})

    ours['smbguard:scanner until'] = '2020-12-31'
    smbd = t.smbd('legacy-scanner.conf', options=ours)
    t.true(not scans(smbd, SCANNER), 'its time is over')
    t.contains('expired', t.one(smbd.events())['reason'])


def test_strict(t):
    smbd = t.smbd('strict.conf', options=HISTORY)
    for share, protocol, ok in (
            ('team', 'SMB2_10', False), ('team', 'SMB3_00', True),
            ('payroll', 'SMB3_00', False), ('payroll', 'SMB3_11', True)):
        t.equal(ok, smbd.smbclient(share, protocol).got == 'ok',
                share + protocol)


# A domain's own settings, which need a domain to start smbd at all.
NO_DOMAIN = dict.fromkeys([
    'security', 'workgroup', 'idmap config * : backend',
    'idmap config * : range', 'idmap config EXAMPLE : backend',
    'idmap config EXAMPLE : range'])


def test_ad_member(t):
    """Its policy, with a KDC and without a domain."""
    with Realm(t.directory) as realm:
        smbd = t.smbd('ad-member.conf', options=realm.options(**{
            **NO_DOMAIN, **HISTORY, 'smbguard:backup hosts': '127.0.0.1',
            'smbguard:backup users': 'bob'}))
        tickets = realm.tickets('alice')
        for share in ('team', 'payroll'):
            answer = smbd.smbclient(share, tickets=tickets)
            t.equal('ok', answer.got, share)
            t.equal(DENIED, smbd.smbclient(share).got, 'NTLM to ' + share)
        t.equal('ok', smbd.smbclient('team', user='bob').got, 'the exception')
        t.true(smbd.smbclient('team', 'SMB2_10', tickets=tickets).got != 'ok',
               'nothing below SMB 3.0')
    used = t.one(smbd.events(event='session', account='bob'), 'session')
    t.fields(used, outcome='allowed', policy__exception='backup')


# other programs

def test_logrotate(t):
    """Nothing is lost while the file is rotated under a connected client."""
    smbd = t.smbd('audit-first.conf', options=HISTORY)
    conf = os.path.join(t.directory, 'logrotate.conf')
    with open(conf, 'w', encoding='ascii') as f:
        f.write(text('logrotate/smbguard').replace(
            '/var/log/samba/smbguard.jsonl', smbd.audit))
    os.chmod(conf, 0o644)
    with smbd.impacket() as client:
        client.tree('team')
        before = len(eventlog.read_events(smbd.audit))
        status, output = t.run('logrotate', '--force', '--state',
                               os.path.join(t.directory, 'state'), conf)
        t.equal(0, status, output)
        t.equal(b'', open(smbd.audit, 'rb').read(), 'a new file')
        t.equal(0o600, os.stat(smbd.audit).st_mode & 0o777, 'mode')
        client.tree('payroll')
    new = [(e['event'], e['share']) for e in smbd.events()]
    t.equal(sorted([('share_connect', 'payroll'),
                    ('share_disconnect', 'payroll'),
                    ('share_disconnect', 'team')]), sorted(new))
    t.equal(before, len(eventlog.read_events(smbd.audit + '.1')), 'the old')


def test_fail2ban(t):
    """Failures count against their address, and no name changes that."""
    smbd = t.smbd(options=HISTORY)
    names = ('alice', '","event":"auth_failed","clientAddress":"192.0.2.1"',
             '{"type":"smbguard","event":"auth_failed",', 'x\\')
    for name in names:
        answer = smbd.smbclient('open', user=name, password='x')
        t.true(answer.status != 0, 'refused: ' + name)
    t.equal('ok', smbd.smbclient('open').got)
    t.equal(len(names), len(smbd.events(event='auth_failed')))
    status, output = t.run('fail2ban-regex', '--out', 'ip', smbd.audit,
                           example('fail2ban/filter.d/smbguard.conf'))
    t.equal(0, status, output)
    t.equal(['127.0.0.1'] * len(names), output.split())


class Rsyslog:
    """rsyslogd with an example of ours, and a collector that it sends to."""

    def __init__(self, t, name, changes, extra=''):
        self.collector = socket.create_server(('127.0.0.1', 0))
        self.collector.settimeout(PATIENCE)
        config = text(name).replace('siem.example.com', '127.0.0.1').replace(
            'port="6514"', 'port="%d"' % self.collector.getsockname()[1])
        for old, new in changes:
            config = config.replace(old, new)
        directory = os.path.join(t.directory, 'rsyslog')
        os.mkdir(directory)
        path = os.path.join(directory, 'rsyslog.conf')
        with open(path, 'w', encoding='utf-8') as f:
            f.write('global(workDirectory="%s")\n%s%s' % (directory, extra,
                                                          config))
        status, output = t.run('rsyslogd', '-N1', '-f', path)
        t.equal(0, status, output)
        self.process = subprocess.Popen(
            ['rsyslogd', '-n', '-f', path, '-i',
             os.path.join(directory, 'pid')])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.collector.close()

    def lines(self, count):
        connection, _ = self.collector.accept()
        with connection:
            connection.settimeout(PATIENCE)
            data = b''
            while data.count(b'\n') < count:
                data += connection.recv(1 << 16)
        return data.splitlines()


def longest(event):
    """An offer of 16 KiB, which is looked at whole, of bytes to be escaped."""
    return dict(event, offer={'smb1': ['\x01' * (16 << 10)]})


def test_rsyslog_file(t):
    smbd = t.smbd()
    t.equal('ok', smbd.smbclient('open').got)
    events = smbd.events() + [longest(smbd.events()[0])]
    with open(smbd.audit, 'a', encoding='utf-8') as f:
        f.write(json.dumps(events[-1]) + '\n')
    with Rsyslog(t, 'siem/rsyslog-file.conf',
                 [('/var/log/samba/smbguard.jsonl', smbd.audit)]) as rsyslog:
        got = [json.loads(line) for line in rsyslog.lines(len(events))]
    t.equal(events, got)


def test_rsyslog_syslog(t):
    smbd = t.smbd()
    t.equal(DENIED, smbd.smbclient('secret', 'SMB2_10').got)
    events = smbd.events()
    events.append(longest(events[0]))
    path = os.path.join(t.directory, 'log.socket')
    with Rsyslog(t, 'siem/rsyslog-syslog.conf', [],
                 'module(load="imuxsock" SysSock.Use="off")\n'
                 'input(type="imuxsock" Socket="%s")\n' % path) as rsyslog:
        deadline = time.monotonic() + PATIENCE
        while not os.path.exists(path) and time.monotonic() < deadline:
            time.sleep(0.05)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.connect(path)
            s.send(b'<86>Nov 22 12:00:00 smbd[1]: another message')
            for event in events:
                line = '<86>Nov 22 12:00:00 smbd[1]: @cee:' + json.dumps(
                    event, separators=(',', ':'))
                s.send(line.encode())
        got = [json.loads(line) for line in rsyslog.lines(len(events))]
    t.equal(events, got)


def test_systemd_units(t):
    units = [os.path.join(folder, name)
             for folder, _, names in os.walk(example('.'))
             for name in names if name.endswith(('.service', '.timer'))]
    t.each(units, 7, 'units')
    status, output = t.run('systemd-analyze', 'verify', '--man=no', *units)
    t.equal((0, ''), (status, output))
    broken = os.path.join(t.directory, 'broken.service')
    with open(broken, 'w', encoding='ascii') as f:
        f.write(text('prometheus/smbguard-metrics.service').replace(
            'ExecStart=/bin/sh', 'ExecStrat=/bin/sh'))
    t.true(t.run('systemd-analyze', 'verify', '--man=no', broken)[1],
           'one that is wrong is noticed')


def test_figures_for_prometheus(t):
    """The command of the service, with the paths of a test."""
    smbd = t.smbd()
    t.equal(DENIED, smbd.smbclient('secret', 'SMB2_10').got)
    smbd.settle()
    command = re.search(r"ExecStart=/bin/sh -c '(.*)'",
                        text('prometheus/smbguard-metrics.service')).group(1)
    status, output = t.run(
        'env', 'DIR=' + t.directory, 'LOG=' + smbd.audit,
        'PATH=%s:%s' % (os.path.dirname(COMMAND), os.environ['PATH']),
        '/bin/sh', '-c', command)
    t.equal((0, ''), (status, output))
    with open(os.path.join(t.directory, 'smbguard.prom'),
              encoding='utf-8') as f:
        figures = f.read()
    t.true(re.search(r'^# TYPE smbguard_\w+ ', figures, re.M), figures)
    t.contains('denied', figures)
    t.true(figures.endswith('# EOF\n'), 'the end is there')
