# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard report: what is handed to an auditor.

What: the summary, shares, clients, exceptions, gaps and the policy, of logs made
by hand and of a real smbd; rotated files; and a whole configuration asked about
a record, beside the same configuration enforced.
"""

import json
import os
import subprocess
import time

from tool_report import (HOSTILE, STRONG, allowed, as_json, event, lines,
                         report, steady)

ENCRYPTED = dict(STRONG, signed=True, encrypted=True)


def conf_of(t, text, name='smb.conf'):
    path = os.path.join(t.directory, name)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)
    return '--smb-conf=' + path


def log_of(t, events, name='smbguard.jsonl'):
    path = os.path.join(t.directory, name)
    with open(path, 'wb') as f:
        f.write(lines(events))
    return path


def by(found, table, key):
    """{key: row}"""
    return {row[key]: row for row in found[table]}


def test_both_readers_find_the_same(t):
    """The lines of a real smbd, and the same with blanks, which jansson reads."""
    smbd = t.smbd('audit.conf')
    for protocol in ('NT1', 'SMB2_10', 'SMB3_11'):
        smbd.smbclient('secret', protocol)
    smbd.smbclient('secret', password='wrong')
    smbd.settle()
    with open(smbd.audit, encoding='utf-8') as f:
        written = f.readlines()
    t.true(len(written) > 10, 'events')
    spaced = ''.join(json.dumps(json.loads(line)) + '\n' for line in written)
    for question in ([], ['--if', 'encryption=required'],
                     ['--config', smbd.conf]):
        arguments = ['--smb-conf', smbd.conf, *question]
        found = as_json([*arguments, smbd.audit], status=1)
        t.equal(steady(found), steady(as_json([*arguments, '-'],
                                              spaced.encode(), 1)), question)
        t.true(found['rows'] and found['shares'], 'something')


def test_an_event_without_a_field_is_counted(t):
    """Whatever is lacking; one such event is no end of the report."""
    names = [name for name in event() if name not in (
        'timestamp', 'type', 'version', 'event', 'outcome')]
    for name in t.each(names, 17, 'fields'):
        found = as_json(['-'], lines([event(), allowed(1, **{name: None})]), 1)
        t.equal((2, 1), (found['period']['events'], found['refused']), name)


def test_summary_is_one_screen(t):
    """24 lines of 80 columns, whatever names there are."""
    everything = [event(n, account=name, share=name, clientAddress=name,
                        serverName=name * 40)
                  for n, name in enumerate(HOSTILE)]
    conf = conf_of(t, '[global]\n' + ''.join(
        'smbguard:%s\n' % line for line in (
            'encryption = required', 'signing = required', 'guest = deny',
            'ntlm = deny', 'min protocol = SMB3_11', 'downgrade = refuse',
            'encryption algorithms = AES-256-GCM, AES-128-GCM')))
    for question in ([], ['--if', 'encryption=required'],
                     ['--since=2020-01-01', '--until=2030-01-01']):
        _, text, _ = report([conf, *question, '-'], lines(
            everything + [allowed(share='x' * 300)]), 1)
        summary = text.decode().split('\n\n')[0].splitlines()
        t.true(12 <= len(summary) <= 24, '%d lines' % len(summary))
        for line in t.each(summary, len(summary)):
            t.true(len(line) <= 80, repr(line))
        t.contains('Answer', summary[0])


def test_shares_and_clients(t):
    data = lines([
        allowed(0, share='Team', clientName='PC', **ENCRYPTED),
        allowed(1, share='team', account='bob', encrypted=False, signed=True,
                **STRONG),
        event(2, share='TEAM', clientAddress='192.0.2.8'),
        event(3, share='TEAM', clientAddress='192.0.2.8',
              outcome='would_deny', signed=False, encrypted=False),
        # A guest has no keys, and who is not known may be one.
        allowed(4, share='guests', sid='S-1-5-32-546', **STRONG),
        allowed(5, share='nobody', sid=None, **STRONG)])
    found = as_json(['-'], data, 1)
    shares = by(found, 'shares', 'share')
    t.equal({'share': 'Team', 'clients': 2, 'accounts': 2, 'accesses': 4,
             'letIn': 3, 'encrypted': 1, 'signed': 2, 'clientsReady': 1,
             'denied': 1, 'wouldDeny': 1,
             'dialects': {'SMB2_10': 2, 'SMB3_11': 2}}, shares['Team'])
    t.equal((0, 0), tuple(shares[name]['clientsReady']
                          for name in ('guests', 'nobody')))
    clients = by(found, 'clients', 'clientAddress')
    t.equal(('PC', 4, False), tuple(clients['192.0.2.7'].get(name) for name in
                                    ('clientName', 'accesses', 'ready')))
    t.equal((1, 1), tuple(clients['192.0.2.8'][name]
                          for name in ('denied', 'wouldDeny')))
    t.equal((2, 2, 0), tuple(found[name] for name in (
        'clientsSeen', 'clientsOfShares', 'clientsReady')))
    only = as_json(['--share=team', '-'], data, 1)
    t.equal(['Team'], list(by(only, 'shares', 'share')))
    _, text, _ = report(['-'], data, 1)
    t.contains(b'Team          2         2         4        33%     66%    50%',
               text)
    t.contains(b'192.0.2.8', text)
    # The name is known from another event of the client.
    _, text, _ = report(['-'], lines([allowed(clientName='PC'), event(1)]), 1)
    t.contains(b'192.0.2.7 (PC)', text)
    row, = as_json(['-'], lines([event(0), allowed(1, clientName='PC')]),
                   1)['rows']
    t.equal('PC', row['clientName'])


EXCEPTIONS = """[global]
    smbguard:encryption = required
    smbguard:exceptions = scanner old unused
    smbguard:scanner hosts = 192.0.2.7
    smbguard:scanner allow = unencrypted
    smbguard:scanner until = 9999-12-31
    smbguard:scanner reason = until it is replaced
    smbguard:old hosts = 192.0.2.8
    smbguard:old allow = unencrypted
    smbguard:old until = 2026-01-31
    smbguard:old reason = moved
    smbguard:unused hosts = 192.0.2.9
    smbguard:unused allow = smb1
    smbguard:unused until = 9999-12-31
    smbguard:unused reason = just in case
[secret]
[open]
"""


def excepted(number, name, until, **more):
    policy = {'option': 'smbguard:encryption', 'scope': 'global',
              'required': 'required', 'actual': 'none', 'exception': name,
              'until': until}
    return event(number, policy=policy, **more)


def test_exceptions_with_their_use(t):
    data = lines([
        excepted(0, 'scanner', '2026-12-31', outcome='allowed'),
        excepted(1, 'scanner', '9999-12-31', outcome='allowed'),
        excepted(2, 'old', '2026-01-31', clientAddress='192.0.2.8'),
        excepted(3, 'gone', '2026-10-31', outcome='allowed')])
    found = by(as_json([conf_of(t, EXCEPTIONS), '-'], data, 1), 'exceptions',
               'exception')
    t.equal({'scanner': ('holds', 2, 0), 'old': ('over', 0, 1),
             'unused': ('holds', 0, 0), 'gone': ('not there now', 1, 0)},
            {name: (row['state'], row['used'], row['refusedOver'])
             for name, row in found.items()})
    t.equal(('2026-11-22T12:00:00Z', '2026-11-22T12:00:01Z', '9999-12-31',
             'until it is replaced'),
            tuple(found['scanner'][name] for name in
                  ('firstUsed', 'lastUsed', 'until', 'reason')))
    _, text, _ = report([conf_of(t, EXCEPTIONS), '-'], data, 1)
    t.contains(b'Exceptions  4, 2 of them used, 3 times in all', text)
    # Without a configuration, the record's alone.
    found = as_json(['--smb-conf', t.directory + '/none', '-'], data, 1)
    t.equal({'scanner': 'not known', 'old': 'not known', 'gone': 'not known'},
            {row['exception']: row['state'] for row in found['exceptions']})
    t.contains('none', found['policy']['error'])
    _, text, _ = report(['--smb-conf', t.directory + '/none', '-'], data, 1)
    t.contains(b'Policy      not readable', text)


def test_exceptions_of_a_real_server(t):
    options = dict(line.strip().split(' = ', 1)
                   for line in EXCEPTIONS.splitlines() if ' = ' in line)
    smbd = t.smbd(options={**options, 'smbguard:scanner hosts': '127.0.0.1'})
    t.equal('ok', smbd.smbclient('open', 'SMB2_10').got)
    smbd.settle()
    found = as_json(['--smb-conf', smbd.conf, smbd.audit], status=0)
    row = by(found, 'exceptions', 'exception')['scanner']
    t.equal((1, 'holds'), (row['clients'], row['state']))
    t.true(row['used'] > 0, row)
    # The record asked again, and without the exception.
    asked = ['--config', smbd.conf, smbd.audit]
    t.equal(0, as_json(asked, status=0)['clientsRefused'])
    smbd.config.set('global', 'smbguard:scanner until', '2026-01-01')
    with open(smbd.conf, 'w', encoding='utf-8') as f:
        f.write(smbd.config.text())
    t.equal((1, 1), tuple(as_json(asked, status=1)[name] for name in
                          ('clientsRefused', 'clientsAsked')))


def test_gaps_are_told(t):
    of_all = {'share': None, 'account': None, 'outcome': 'failed'}
    data = lines([
        allowed(0), allowed(timestamp='2026-11-25T12:30:00Z'),
        event(1, event='audit_lost', lost=12, policy={
            'option': 'smbguard:audit', 'scope': 'file',
            'actual': 'No space left on device'}, **of_all),
        event(2, event='policy_error', policy={
            'option': 'smbguard:signing', 'scope': 'secret',
            'actual': 'wurst'}, **of_all),
        event(3, event='downgrade', outcome='detected', policy=None,
              share=None, downgrade={'what': 'dialect', 'was': 'SMB3_11',
                                     'now': 'NT1', 'side': 'client'})])
    until = '--until=2026-11-26T12:00:00Z'
    found = as_json([until, '-'], data, 0)
    t.equal(12, found['recordsLost'])
    t.equal([{'from': '2026-11-22T13:00:00Z', 'to': '2026-11-25T12:00:00Z'}],
            found['silences'])
    notices = by(found, 'notices', 'event')
    t.equal(('NT1', 'D', 1), tuple(notices['downgrade'][name] for name in
                                   ('now', 'domain', 'count')))
    t.equal(('smbguard:signing', 'secret', 'wurst'),
            tuple(notices['policy_error'][name] for name in
                  ('option', 'scope', 'actual')))
    _, text, _ = report([until, '--format=openmetrics', '-'], data, 0)
    for sample in (b'smbguard_records_lost 12', b'smbguard_policy_errors 1',
                   b'smbguard_downgrades 1', b'smbguard_share_clients 1',
                   b'smbguard_share_clients_ready 0'):
        t.contains(b'\n' + sample + b'\n', text)
    # What is wrong with the record counts for every question.
    of_share = as_json([until, '--share=secret', '-'], data, 0)
    t.equal({'policy_error', 'audit_lost'}, set(by(of_share, 'notices',
                                                   'event')))
    _, text, _ = report([until, '-'], data, 0)
    t.contains(b'records lost 12, errors of the policy 1, without events up to '
               b'2 days', b' '.join(text.split()))
    # And the silence since the last event, in any order of the lines.
    long = by(as_json(['-'], data, 0), 'silences', 'from')
    t.true('2026-11-25T13:00:00Z' in long, long)
    close = lines([allowed(timestamp='2026-11-2%dT%02d:00:00Z' % (day, hour))
                   for day in (3, 2) for hour in (20, 0)])
    t.equal([], as_json(['--until=2026-11-24', '-'], close, 0)['silences'])


def test_the_period_and_the_policy(t):
    conf = conf_of(t, """[global]
    smbguard:mode = audit
    smbguard:encryption = required
[a]
    vfs objects = smbguard
[b]
    vfs objects = smbguard
    smbguard:signing = required
[c]
    vfs objects = acl_xattr
[d]
    vfs objects = smbguard
""")
    data = lines([allowed(0), allowed(9, serverName='T')])
    found = as_json([conf, '--since=2026-11-01', '-'], data, 0)
    t.equal({'since': '2026-11-01T00:00:00Z', 'events': 2,
             'firstEvent': '2026-11-22T12:00:00Z',
             'lastEvent': '2026-11-22T12:00:09Z',
             'recordBegins': '2026-11-22T12:00:00Z',
             'recordEnds': '2026-11-22T12:00:09Z'}, found['period'])
    t.equal(['S', 'T'], [row['serverName'] for row in found['servers']])
    t.equal([['global'], ['a', 'd'], ['b'], ['c']],
            [row['sections'] for row in found['policy']['rows']])
    policies = [row['policy'] for row in found['policy']['rows']]
    t.equal(policies[0], policies[1])
    t.contains('signing = required', policies[2])
    t.equal('smbd does not ask smbguard', policies[3])
    _, text, _ = report([conf, '--since=2026-11-01', '-'], data, 0)
    for part in (b'Server      S, T', b'begins at 2026-11-22T12:00:00Z only',
                 b'[global] mode = audit, encryption = required'):
        t.contains(part, b' '.join(text.split()) if b'[' in part else text)
    _, text, _ = report([conf, '--since=2026-11-22T12:00:05Z', '-'], data, 0)
    t.true(b'Record  ' not in text, text)


def rotated(t):
    """Five parts of one log, each with one refusal, the oldest first."""
    parts = []
    for day, name in enumerate(('smbguard.jsonl-20261118',
                                'smbguard.jsonl.3.gz', 'smbguard.jsonl.2.xz',
                                'smbguard.jsonl.1', 'smbguard.jsonl')):
        stem, dot, kind = name.rpartition('.')
        packed = kind in ('gz', 'xz')
        path = log_of(t, [event(timestamp='2026-11-%dT12:00:00Z' % (18 + day),
                                account='day%d' % day)],
                      stem if packed else name)
        if packed:
            subprocess.run(['gzip' if kind == 'gz' else 'xz', path],
                           check=True)
            path += dot + kind
        stamp = 1795003200 + 86400 * day  # 2026-11-18T12:00:00Z
        os.utime(path, (stamp, stamp))
        parts.append(path)
    log_of(t, [event(account='other')], 'smbguard.jsonl.old')
    log_of(t, [event(account='other')], 'smbguard.jsonl.1.bak')
    log_of(t, [event(account='other')], 'smbguard.jsonl-x')
    return parts


def test_since_reads_what_was_rotated(t):
    parts = rotated(t)

    def accounts(*arguments):
        return sorted(row['account'] for row in as_json(arguments)['rows'])
    t.equal(['day4'], accounts(parts[-1]))
    t.equal(['day%d' % n for n in range(5)],
            accounts('--since=2026-11-01', parts[-1]))
    t.equal(['day2', 'day3', 'day4'],
            accounts('--since=2026-11-20', parts[-1]))
    # What is named is read once, and by another name, too.
    link = os.path.join(t.directory, 'link')
    os.link(parts[3], link)
    t.equal(['day3', 'day4'], accounts('--since=2026-11-21', link, parts[-1]))
    t.equal(['day%d' % n for n in range(5)],
            accounts('--since=2026-11-01', *parts))
    relative = subprocess.run(
        [os.path.join(os.path.dirname(__file__), '../../build/stage/bin/smbguard'),
         'report', '--since=2026-11-21', '--format=json', 'smbguard.jsonl'],
        cwd=t.directory, capture_output=True, check=False)
    t.equal(2, json.loads(relative.stdout)['refused'])
    # A part that cannot be read is told, the others are reported.
    with open(parts[1], 'wb') as f:
        f.write(b'this is not gzip')
    _, text, errors = report(['--since=2026-11-01', parts[-1]], status=2)
    t.contains(b'not all could be read', b' '.join(text.split()))
    t.contains(parts[1].encode(), errors)


def test_the_usual_file_is_that_of_smb_conf(t):
    path = log_of(t, [event()], 'elsewhere.jsonl')
    conf = conf_of(t, '[global]\n smbguard:audit file = %s\n' % path)
    t.equal(1, as_json([conf], status=1)['refused'])


def test_homes(t):
    """Shares of [homes], of a real server, and where no option of it decides."""
    homes = {'path': None, 'read only': 'no'}
    smbd = t.smbd(shares={'homes': homes,
                          'secret': {'smbguard:encryption': None}})
    for share in ('alice', 'homes', 'secret'):
        t.equal('ok', smbd.smbclient(share, 'SMB2_10').got, share)
    smbd.settle()
    conf = ['--smb-conf', smbd.conf]
    found = by(as_json([*conf, smbd.audit], status=0), 'shares', 'share')
    t.equal({'homes': 2, 'secret': 1}, {name: row['accesses'] for name, row in
                                        found.items() if name != 'IPC$'})
    for share, count in (('homes', 2), ('alice', 2), ('secret', 1)):
        asked = as_json([*conf, '--if', 'encryption=required', '--share', share,
                         smbd.audit], status=1)
        t.equal(count, asked['asked'], share)
    # A share with a section is one of its own, whatever it is called.
    own = lines([allowed(share='alice'), allowed(share='bob')])
    with_section = conf_of(t, '[homes]\n[alice]\n')
    t.equal(2, as_json([with_section, '--share=alice', '--share=bob', '-'], own,
                       0)['period']['events'])
    report([with_section, '--share=homes', '-'], own, 2)


CLIENTS = ('NT1', 'SMB2_10', 'SMB3_00', 'SMB3_11')


def test_a_configuration_is_what_then_happens(t):
    """Of a record without policy, and the same clients under each policy."""
    shares = {'secret': {'smbguard:encryption': None}}
    smbd = t.smbd(shares=shares)
    for protocol in CLIENTS:
        for share in ('secret', 'open'):
            t.equal('ok', smbd.smbclient(share, protocol).got, protocol)
    smbd.settle()
    for options, secret in (
            ({'smbguard:encryption': 'required'}, {}),
            ({}, {'smbguard:encryption': 'required'}),
            ({'smbguard:mode': 'audit'}, {'smbguard:signing': 'required',
                                          'smbguard:mode': 'enforce'}),
            ({'smbguard:min protocol': 'SMB3_00'},
             {'smbguard:encryption algorithms': 'AES-128-GCM'}),
            ({'server min protocol': 'SMB2_10'}, {'smbguard:ntlm': 'deny'})):
        then = t.smbd(options=options,
                      shares={'secret': {**shares['secret'], **secret}})
        broken = set()
        for protocol in CLIENTS:
            for share in ('secret', 'open'):
                if then.smbclient(share, protocol).got != 'ok':
                    broken.add((protocol, share))
        asked = as_json(['--config', then.conf, smbd.audit])
        t.equal(0, asked['unknown'], options)
        rows = {(row['dialect'], row.get('share')) for row in asked['rows']}
        told = {(protocol, share) for protocol, share in
                ((p, s) for p in CLIENTS for s in ('secret', 'open'))
                if (protocol, share) in rows or (protocol, None) in rows}
        t.equal(broken, told, (options, secret))


WHO = """[global]
    smbguard:exceptions = x
    smbguard:x %s
    smbguard:x allow = unencrypted
    smbguard:x until = %s
    smbguard:x reason = r
[secret]
    vfs objects = smbguard
    smbguard:encryption = required
[%s]
    smbguard:encryption = required
"""


def test_a_configuration_with_exceptions(t):
    data = lines([allowed()])
    for covers, until, status, unknown in (
            ('hosts = 192.0.2.7', '9999-12-31', 0, 0),
            ('hosts = 192.0.2.8', '9999-12-31', 1, 0),
            ('hosts = 192.0.2.7', '2026-01-31', 1, 0),
            ('users = alice', '9999-12-31', 0, 0),
            ('users = D\\alice', '9999-12-31', 0, 0),
            ('users = E\\alice', '9999-12-31', 1, 0),
            ('users = bob', '9999-12-31', 1, 0),
            ('groups = staff', '9999-12-31', 2, 1),
            ('shares = secret', '9999-12-31', 0, 0),
            ('shares = other', '9999-12-31', 1, 0)):
        conf = conf_of(t, WHO % (covers, until, 'other'), 'new.conf')
        found = as_json(['--config', conf.split('=', 1)[1], '-'], data, status)
        t.equal((unknown, unknown), (found['unknown'],
                                     found['clientsUnknown']), covers)
        if unknown:
            t.equal('the groups of the account are not known',
                    found['rows'][0]['actual'])
    # A share that nobody guards is not held to anything.
    conf = conf_of(t, WHO % ('hosts = 192.0.2.8', '9999-12-31', 'free'), 'n')
    as_json(['--config', conf.split('=', 1)[1], '-'],
            lines([allowed(share='free')]), 0)
    t.contains(b'--config', report(['--config', t.directory + '/none', '-'],
                                   data, 2)[2])
    t.contains(b'give one of them', report(
        ['--config', 'x', '--if', 'guest=deny', '-'], data, 2)[2])


def test_what_if_counts_clients(t):
    """"2 of 3 clients", however often each of them came."""
    data = lines([allowed(n, clientAddress='192.0.2.%d' % (n % 3),
                          **(STRONG if n % 3 else {})) for n in range(12)] +
                 [allowed(13, clientAddress='192.0.2.1')])
    found = as_json(['--if', 'encryption=required', '-'], data, 1)
    t.equal((3, 2, 0, 13, 5), tuple(found[name] for name in (
        'clientsAsked', 'clientsRefused', 'clientsUnknown', 'asked',
        'refused')))
    _, text, _ = report(['--if', 'encryption=required', '-'], data, 1)
    t.contains(b'2 of 3 clients would be refused, of 0 it is not known: 5 of '
               b'13 accesses', b' '.join(text.split()))


def test_many_names_cost_no_more(t):
    """A hundred thousand clients and shares of one name each; in seconds."""
    path = os.path.join(t.directory, 'log')
    line = lines([allowed(share='SHARE', account='NAME',
                          clientAddress='ADDRESS')]).decode()
    with open(path, 'w', encoding='ascii') as f:
        for number in range(100500):
            f.write(line.replace('SHARE', 'share%d' % number)
                    .replace('NAME', 'name%d' % number)
                    .replace('ADDRESS', '2001:db8::%x' % number))
    begin = time.monotonic()
    found = as_json([path], status=0)
    t.true(time.monotonic() - begin < 60, 'not for ever')
    t.equal((100000, 10000, True), (len(found['clients']),
                                    len(found['shares']), found['cut']))
    _, text, _ = report([path], status=0)
    t.contains(b'there are more than are counted', b' '.join(text.split()))
