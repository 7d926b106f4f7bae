# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard report: who was refused, who would be, and logs of all kinds.

What: the events of a real smbd, of clients that are refused and others that
are not; and events made by hand where no client can make them.
"""

import json
import os
import subprocess

from tool_report import STRONG, allowed, as_json, event, lines, report, rows


def test_a_real_server_is_told_of(t):
    smbd = t.smbd('audit.conf')
    for protocol in ('SMB2_10', 'SMB3_11', 'SMB2_10'):
        smbd.smbclient('secret', protocol)
    smbd.settle()
    found = rows([smbd.audit], status=1)
    t.equal([('would_deny', 'session', 'alice', None, 'none', 2),
             ('would_deny', 'share_connect', 'alice', 'secret', 'none', 2)],
            sorted(found))
    _, text, _ = report([smbd.audit], status=1)
    for part in (b'SMB2_10, no cipher, HMAC-SHA256', b'GUARDED\\alice',
                 b'encryption = required in [global], had none'):
        t.contains(part, text)


def test_nobody_is_refused_without_options(t):
    smbd = t.smbd(shares={'secret': {'smbguard:encryption': None}})
    smbd.smbclient('secret', 'SMB2_10')
    smbd.settle()
    _, text, errors = report([smbd.audit], status=0)
    t.contains(b'Nobody was refused', text)
    t.equal(b'', errors)


CLIENTS = ('NT1', 'SMB2_02', 'SMB2_10', 'SMB3_00', 'SMB3_02', 'SMB3_11')
CONDITIONS = (('encryption', 'required'), ('min protocol', 'SMB2_02'),
              ('min protocol', 'SMB3_11'),
              ('encryption algorithms', 'AES-128-GCM'),
              ('signing', 'required'), ('signing algorithms', 'HMAC-SHA256'),
              ('signing algorithms', 'AES-128-GMAC'), ('guest', 'deny'),
              ('ntlm', 'deny'))


def asked_and_enforced(t, section):
    """The same clients, asked of a log without policy and then enforced."""
    open_share = {'secret': {'smbguard:encryption': None}}
    smbd = t.smbd(shares=open_share)
    for protocol in CLIENTS:
        t.equal('ok', smbd.smbclient('secret', protocol).got, protocol)
    smbd.settle()
    share = ['--share', 'secret'] if section == 'secret' else []
    for option, value in CONDITIONS:
        what = '%s = %s' % (option, value)
        asked = as_json(['--if', what, *share, smbd.audit])
        t.equal(0, asked['unknown'], what)
        policy = {'smbguard:' + option: value}
        enforced = t.smbd(options={} if share else policy, shares={
            'secret': dict(open_share['secret'], **(policy if share else {}))})
        broken = {p for p in CLIENTS
                  if enforced.smbclient('secret', p).got != 'ok'}
        t.equal(broken, {row['dialect'] for row in asked['rows']}, what)
        if share:
            t.equal((len(CLIENTS), len(broken)),
                    (asked['asked'], len(asked['rows'])), what)


def test_what_if_of_a_share_is_what_then_happens(t):
    asked_and_enforced(t, 'secret')


def test_what_if_of_global_is_what_then_happens(t):
    asked_and_enforced(t, 'global')


def test_what_if_in_global_asks_each_gate(t):
    smbd = t.smbd(shares={'secret': {'smbguard:encryption': None}})
    smbd.smbclient('secret', 'SMB2_10')
    smbd.smbclient('secret', 'SMB3_11')
    smbd.settle()
    t.equal([('would_deny', 'negotiate', None, None, 'SMB2_10', 1),
             ('would_deny', 'share_connect', 'alice', 'secret', 'SMB2_10', 1)],
            sorted(rows(['--if', 'min protocol=SMB3_00', smbd.audit],
                        status=1)))
    t.equal([], rows(['--if', 'min protocol=SMB2_10', smbd.audit], status=0))
    # What both could do is known from the offer.
    t.equal([], rows(['--if', 'encryption algorithms=AES-256-GCM',
                      '--if', 'guest=deny', smbd.audit], status=0))


def test_what_if_knows_guests(t):
    smbd = t.smbd(options={'map to guest': 'bad user'},
                  shares={'secret': {'smbguard:encryption': None,
                                     'guest ok': 'yes'}})
    t.equal('ok', smbd.smbclient('secret').got)
    answer = smbd.smbclient('secret', user='nobody-here')
    t.equal('ok', answer.got, answer.output)
    smbd.settle()
    for condition in ('guest=deny', 'encryption=required', 'signing=required'):
        found = as_json(['--if', condition, '--share', 'secret', smbd.audit],
                        status=1)
        t.equal((1, 0), (found['refused'], found['unknown']), condition)


def test_what_if_says_what_it_does_not_know(t):
    data = lines([allowed(sid=None, **STRONG)])
    share = ['--share', 'secret', '-']
    found = as_json(['--if', 'encryption=required', *share], data, 2)
    t.equal(('unknown', 'guest or not is not known'),
            (found['rows'][0]['outcome'], found['rows'][0]['actual']))
    known = lines([allowed(**STRONG)])
    t.equal([], rows(['--if', 'encryption=required', *share], known, 0))
    # Whoever it is, the dialect is too old.
    data = lines([allowed(sid=None)])
    t.equal('would_deny', rows(['--if', 'encryption=required', *share], data,
                               1)[0][0])
    # The offer is with the negotiate event, and that is not there.
    algorithms = ['--if', 'signing algorithms=HMAC-SHA256', '-']
    t.equal(('unknown', 'what the client offered is not known'),
            rows(algorithms, known, 2)[0][0:5:4])
    offer = allowed(event='negotiate', offer={'signingAlgorithms': [
        'HMAC-SHA256', 'AES-128-GMAC']}, account=None, share=None, **STRONG)
    t.equal([], rows(algorithms, lines([offer]) + known, 0))
    t.equal('unknown', rows(['--if', 'min protocol=SMB3_00', *share],
                            lines([allowed(dialect=None)]), 2)[0][0])


def test_what_if_leaves_the_refused_out(t):
    share = ['--if', 'encryption=required', '--share', 'secret', '-']
    t.equal(0, as_json(share, lines([event()]), 2)['asked'])
    t.equal((1, 1), tuple(as_json(share, lines([event(), allowed(
        share='Secret')]), 1)[name] for name in ('asked', 'refused')))
    t.equal(1, as_json(share, lines([event(outcome='would_deny')]), 1)['asked'])


def test_what_if_of_nobody_is_no_answer(t):
    """A share's name that is misspelt must not look like an all-clear."""
    data = lines([allowed(**STRONG)])
    question = ['--if', 'encryption=required', '-']
    t.equal([], rows(['--share', 'secret', *question], data, 0))
    for arguments, log, part in (
            (['--share', 'secert', *question], data, b'is there such a share'),
            (question, b'', b'what was read is empty'),
            (question, lines([event()]), b'nobody to ask of')):
        _, _, errors = report(arguments, log, 2)
        t.contains(part, errors)


def test_what_if_of_faulty_conditions(t):
    for condition, part in (('encryption=yes', b'optional, required'),
                            ('encryption', b'OPTION=VALUE'),
                            ('mode=audit', b'OPTION=VALUE'),
                            ('signing algorithms=MD5', b'HMAC-SHA256')):
        t.contains(part, report(['--if', condition, '-'], b'', 2)[2])
    t.contains(b'twice', report(['--if', 'guest=deny', '--if', 'guest=allow',
                                 '-'], b'', 2)[2])
    t.equal(b'', report(['--if', ' smbguard:GUEST = deny ', '-'],
                        lines([allowed()]), 0)[2])


def test_since_and_until(t):
    data = lines([event(n) for n in (0, 1, 2)])
    for since, until, expected in (
            (None, None, 3), ('2026-11-22T12:00:01Z', None, 2),
            ('2026-11-22T12:00:01.000001Z', None, 1),
            (None, '2026-11-22T12:00:01Z', 1),
            (None, '2026-11-22T13:00:01.000001+01:00', 2),
            ('2026-11-22', '2026-11-23', 3), ('2026-11-23', None, 0),
            (None, '2026-11-22', 0)):
        arguments = [a for a in (since and '--since=' + since,
                                 until and '--until=' + until) if a] + ['-']
        t.equal(expected, as_json(arguments, data)['refused'], arguments)
    # The half past two that a clock of summer time shows twice
    data = lines([event(timestamp='2026-10-25T%s:00Z' % at)
                  for at in ('00:29', '00:31', '01:29', '01:31')])
    t.equal(2, as_json(['--since=2026-10-25T02:30:00+02:00',
                        '--until=2026-10-25T02:30:00+01:00', '-'],
                       data)['refused'])
    for wrong in ('yesterday', '2026-02-30', '2026-11-22T12:00', '12', '1w',
                  '2026-11-22T25:00:00Z', '2026-11-22T12:00:00.Z', ''):
        t.contains(b'is no time', report(['--since', wrong, '-'], b'', 2)[2])
    for since, until in (('2026-11-22', '2026-11-22'), ('1h', '2h')):
        t.contains(b'not before --until', report(
            ['--since', since, '--until', until, '-'], b'', 2)[2])
    for right in ('7d', '12h', '30m', '2024-02-29'):
        report(['--since', right, '-'], lines([allowed(
            timestamp='9000-01-01T00:00:00Z')]), 0)


def test_share_and_client(t):
    data = lines([event(0), event(1, share='Other'),
                  event(2, clientAddress='2001:db8::9')])
    for arguments, expected in ((['--share=SECRET'], 2),
                                (['--share=secret', '--share=other'], 3),
                                (['--share=none'], 0),
                                (['--client=192.0.2.0/24'], 2),
                                (['--client=2001:db8::9'], 1)):
        t.equal(expected, as_json([*arguments, '-'], data)['refused'],
                arguments)
    report(['--client=192.0.2.0/33', '-'], b'', 2)


def test_first_and_last_in_any_order(t):
    row, = as_json(['-'], lines([event(n) for n in (4, 1, 7, 3)]), 1)['rows']
    t.equal((4, '2026-11-22T12:00:01Z', '2026-11-22T12:00:07Z'),
            (row['count'], row['firstSeen'], row['lastSeen']))


def test_compressed_and_rotated(t):
    names = []
    for number, program in enumerate((None, 'gzip', 'xz', 'zstd', 'bzip2')):
        # A name is no word of a command.
        path = os.path.join(t.directory, '-c; $(touch x) %d' % number)
        with open(path, 'wb') as f:
            f.write(lines([event(number)]))
        if program:
            subprocess.run([program, '-q', '--', path], check=True)
            path += {'gzip': '.gz', 'xz': '.xz', 'zstd': '.zst',
                     'bzip2': '.bz2'}[program]
        names.append(path)
    t.equal(len(names), as_json(names, status=1)['refused'])


def test_what_cannot_be_read_is_told(t):
    good = os.path.join(t.directory, 'good')
    with open(good, 'wb') as f:
        f.write(lines([event(n % 60) for n in range(5000)]))
    subprocess.run(['gzip', '-k', good], check=True)
    with open(good + '.gz', 'rb') as f:
        data = f.read()
    with open(good + '.cut.gz', 'wb') as f:
        f.write(data[:len(data) // 2])
    report([good, good + '.gz'], status=1)
    for bad in (good + '.cut.gz', good + '.not', t.directory):
        _, text, errors = report([good, bad], status=2)
        t.contains(b'TIMES', text)
        t.contains(b'not all could be read', text)
        t.contains(bad.encode(), errors)
        t.true(as_json([good, bad], status=2)['partial'], bad)
        t.contains(b'smbguard_log_partial 1\n',
                   report([good, bad, '--format=openmetrics'], status=2)[1])
        t.contains(b'Not all could be read.',
                   report([good, bad, '--format=html'], status=2)[1])
    t.true(not as_json([good], status=1)['partial'], 'all of it')
    _, text, _ = report([good + '.not'], status=2)
    t.contains(b'nothing could be read', text)
    _, text, _ = report(['-', good + '.not'], lines([allowed()]), 2)
    t.contains(b'What could be read names nobody.', text)


BAD = (b'{"torn":"half', b'[]', b'null', b'{}', b'"text"', b'{"type":"smbguard"}',
       b'\xff\xfe', b'nul\0nul', b'{' * 5000, json.dumps(event(
           version={'major': 2, 'minor': 0})).encode(),
       json.dumps(event(timestamp='today')).encode(),
       b'{"type":"smbguard",' + lines([event()])[1:-1].replace(b'denied', b'den'),
       b'{"denied":"' + b'x' * (1 << 20) + b'"}', b'x' * (3 << 20))


def test_bad_lines_are_counted(t):
    good = lines([event()])
    for bad in BAD:
        found = as_json(['-'], good + bad + b'\n' + good, 1)
        t.equal((2, 1, 3), (found['refused'], found['badLines'],
                            found['lines']), repr(bad[:40]))
    path = os.path.join(t.directory, 'log')
    with open(path, 'wb') as f:
        f.write(good + b'\n'.join(BAD) + b'\n\n\n' + good)
    _, text, errors = report([path], status=1)
    t.contains(('%s:2: not a JSON object' % path).encode(), errors)
    t.equal(1, errors.count(b'\n'), 'one message')
    t.contains(b'%d of them no events' % len(BAD), text)


def test_no_events_at_all_is_no_answer(t):
    """An all-clear needs somebody who came and was let in."""
    one = lines([allowed(**STRONG)])
    left = lines([allowed(event='share_disconnect')])
    t.contains(b'Nobody was refused', report(['-'], one, 0)[1])
    for arguments, data, part in (
            ([], b'', b'what was read is empty'),
            ([], b'garbage\n', b'no line was an event'),
            (['--since=2027-01-01'], one, b'no event of the period'),
            (['--until=2026-01-01'], one, b'no event of the period'),
            (['--share=secert'], one, b'is there such a share'),
            (['--client=192.0.2.8'], one, b'is there such a share'),
            ([], left, b'no event of a client')):
        for way in ('text', 'json', 'csv', 'html', 'openmetrics'):
            _, text, errors = report(['--format', way, *arguments, '-'], data,
                                     2)
            t.contains(part, errors)
            t.true(b'obody was refused' not in text, (way, arguments))


def test_a_long_line_is_an_event(t):
    """A megabyte less a little; and the value is cut in the report."""
    data = lines([event(account='\u00e9' * 500000)])
    t.true(len(data) < 1 << 20, 'within the limit')
    row, = as_json(['-'], data, 1)['rows']
    t.equal('\u00e9' * 128 + '...', row['account'])
    t.equal(1, as_json(['-'], lines([event()])[:-1], 1)['refused'], 'no newline')


def test_escaped_letters_are_not_passed_over(t):
    data = lines([event()]).replace(b'denied', b'\\u0064\\u0065nied')
    t.equal(1, as_json(['-'], data, 1)['refused'])
    _, text, _ = report(['-'], data, 1)
    t.contains(b'1 accesses', text)


def test_rows_have_a_limit(t):
    """100000 rows, and one for the others; memory stays as it is."""
    path = os.path.join(t.directory, 'log')
    line = lines([event(account='NAME' + 'x' * 200)]).decode()
    with open(path, 'w', encoding='ascii') as f:
        for number in range(100500):
            f.write(line.replace('NAME', str(number)))
    found = as_json([path], status=1)
    t.equal((100500, 100001), (found['refused'], len(found['rows'])))
    t.equal((500, True, 'denied'), tuple(found['rows'][-1][name] for name in
                                         ('count', 'others', 'outcome')))


def test_usage(t):
    _, text, _ = report(['--help'], status=0)
    for part in (b'--since', b'--if', b'openmetrics', b'Exit code'):
        t.contains(part, text)
    for wrong in (['--format=xml', '-'], ['--nothing'], ['--since']):
        t.contains(b'smbguard: ', report(wrong, b'', 2)[2])
