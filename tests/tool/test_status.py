# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard status: who is connected, and what the policy would say now.

What: clients stay connected to a private smbd while the command looks at it.
What smbstatus does not tell is in the events; what is in neither stays unknown.
"""

import json
import os
import subprocess

from check_tool import SMBGUARD, fake

KEYS = ('share', 'account', 'dialect', 'outcome')


def run(*arguments, **more):
    done = subprocess.run([SMBGUARD, 'status', *arguments], check=False,
                          capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, **more)
    return done.returncode, done.stdout, done.stderr


def status(t, conf, **more):
    code, output, error = run('--format=json', '--smb-conf=' + conf, **more)
    t.equal('', error, 'standard error')
    return code, json.loads(output)


def told(rows):
    return sorted(tuple(row[key] for key in KEYS) for row in rows)


def changed(t, smbd, options, shares=None, name='changed.conf'):
    """The server's configuration with changes that smbd does not have yet."""
    for section, values in dict(shares or {}, **{'global': options}).items():
        smbd.config.update(section, values)
    path = os.path.join(t.directory, name)
    smbd.config.write(path)
    return path


def without_events(t, options=None):
    """The same options, and no event to be found."""
    return dict(options or {}, **{
        'smbguard:audit file': os.path.join(t.directory, 'none.jsonl')})


def test_nobody(t):
    smbd = t.smbd()
    t.equal((0, []), status(t, smbd.conf))
    code, output, _ = run('--smb-conf=' + smbd.conf)
    t.equal((0, 'Nobody is connected.\n'), (code, output))


def test_who_is_connected_with_what(t):
    smbd = t.smbd()
    with smbd.connected('secret'), \
            smbd.connected('open', 'SMB2_10', user='bob'), \
            smbd.connected('open', 'NT1'):
        code, rows = status(t, smbd.conf)
        _, output, _ = run('--smb-conf=' + smbd.conf)
    t.equal(0, code)
    t.equal([('open', 'alice', 'NT1', 'allowed'),
             ('open', 'bob', 'SMB2_10', 'allowed'),
             ('secret', 'alice', 'SMB3_11', 'allowed')], told(rows))
    secret = next(row for row in rows if row['share'] == 'secret')
    t.equal(('AES-128-GCM', 'full', '127.0.0.1', False), tuple(
        secret[key] for key in ('cipher', 'encrypted', 'clientAddress',
                                'guest')))
    t.true(secret['clientPort'] > 0 and secret['pid'] > 0, 'port and process')
    for row in t.each(rows, 3, 'rows'):
        # What SMB1 signs with is known only where it signs.
        t.equal((['signing algorithm'] if row['dialect'] == 'NT1' else [],
                 'NTLMSSP'), (row['unknown'], row['authMechanism']))
    bob = next(row for row in rows if row['account'] == 'bob')
    t.equal((None, 'HMAC-SHA256'), (
        {'-': None}.get(bob['cipher'], bob['cipher']),
        bob['signingAlgorithm']))
    for part in ('127.0.0.1', 'secret', 'SMB3_11', 'AES-128-GCM', 'allowed'):
        t.contains(part, output)


def test_policy_of_now_judges(t):
    """smb.conf has changed since they came: who would not come in again?"""
    smbd = t.smbd()
    with smbd.connected('open'), \
            smbd.connected('open', 'SMB2_10', user='bob'):
        t.equal(0, status(t, smbd.conf)[0])
        conf = changed(t, smbd, {'smbguard:min protocol': 'SMB3_00'})
        code, rows = status(t, conf)
        t.equal((1, [('open', 'alice', 'SMB3_11', 'allowed'),
                     ('open', 'bob', 'SMB2_10', 'denied')]),
                (code, told(rows)))
        conf = changed(t, smbd, {'smbguard:mode': 'audit'})
        code, rows = status(t, conf)
        t.equal((1, 'would_deny'), (code, t.one(
            [r for r in rows if r['account'] == 'bob'])['outcome']))
        _, output, _ = run('--smb-conf=' + conf)
        t.contains('smbguard:min protocol = SMB3_00', output)
        conf = changed(t, smbd, {'smbguard:mode': 'enforce',
                                 'smbguard:exceptions': 'old',
                                 'smbguard:old hosts': '127.0.0.0/8',
                                 'smbguard:old allow': 'dialect',
                                 'smbguard:old until': '2999-12-31',
                                 'smbguard:old reason': 'a scanner'})
        code, rows = status(t, conf)
        bob = t.one([r for r in rows if r['account'] == 'bob'])
        t.equal((0, 'allowed', 'old'), (code, bob['outcome'],
                                        bob['exception']))


def test_mechanism_is_in_an_event(t):
    """Of the same logon: neither of another user nor of another dialect."""
    smbd = t.smbd()
    with smbd.connected('open'), \
            smbd.connected('open', 'SMB2_10', user='bob'), \
            smbd.connected('open', 'NT1'):
        conf = changed(t, smbd, {'smbguard:ntlm': 'deny'})
        code, rows = status(t, conf)
        t.equal((1, [('denied', 'NTLMSSP')] * 3), (code, [
            (row['outcome'], row['authMechanism']) for row in rows]))
        # What was rotated away is found as well.
        os.rename(smbd.audit, smbd.audit + '.1')
        t.equal((1, rows), status(t, conf))
        # Of other sessions nothing is taken.
        with open(smbd.audit + '.1', encoding='utf-8') as f:
            lines = f.read()
        with open(smbd.audit + '.1', 'w', encoding='utf-8') as f:
            f.write(lines.replace('"sessionId":"0x', '"sessionId":"0x7')
                    .replace('"account":"', '"account":"m'))
        code, rows = status(t, conf)
        t.equal((0, ['unknown'] * 3), (code, [r['outcome'] for r in rows]))
        with open(smbd.audit + '.1', 'w', encoding='utf-8') as f:
            f.write(lines)
        os.rename(smbd.audit + '.1', smbd.audit)


def test_mechanism_is_not_told(t):
    smbd = t.smbd()
    with smbd.connected('open'):
        t.equal('allowed', t.one(status(t, smbd.conf)[1])['outcome'])
        conf = changed(t, smbd, without_events(t, {'smbguard:ntlm': 'deny'}))
        code, rows = status(t, conf)
        row = t.one(rows)
        t.equal((0, 'unknown', 'smbguard:ntlm'), (code, row['outcome'],
                                                  row['option']))
        t.contains('mechanism', row['reason'])


def test_cipher_of_who_does_not_encrypt_is_not_told(t):
    smbd = t.smbd()
    with smbd.connected('open'):
        conf = changed(t, smbd, {'smbguard:encryption': 'required'})
        code, rows = status(t, conf)
        row = t.one(rows)
        t.equal((0, 'allowed', 'AES-128-GCM', 'none'), (
            code, row['outcome'], row['cipher'], row['encrypted']))
        conf = changed(t, smbd, without_events(t))
        code, rows = status(t, conf)
        row = t.one(rows)
        t.equal((0, 'unknown', None), (code, row['outcome'], row['cipher']))
        t.contains('cipher', row['reason'])
    smbd.config.set('global', 'smbguard:audit file', smbd.audit)
    # Below 3.0 there is none, and that is known.
    with smbd.connected('open', 'SMB2_10'):
        code, rows = status(t, conf)
        t.equal((1, 'denied'), (code, t.one(rows)['outcome']))


def test_signing_algorithm_of_each_dialect(t):
    smbd = t.smbd()
    conf = changed(t, smbd, {'smbguard:signing algorithms': 'AES-128-CMAC'})
    with smbd.connected('open', 'SMB3_00'):
        t.equal((0, 'allowed'), (lambda c, r: (c, t.one(r)['outcome']))(
            *status(t, conf)))
    with smbd.connected('open', 'SMB2_10'):
        t.equal((1, 'denied'), (lambda c, r: (c, t.one(r)['outcome']))(
            *status(t, conf)))


def test_guest(t):
    smbd = t.smbd(shares={'open': {'guest ok': 'yes'}})
    with smbd.connected('open', user=''), smbd.connected('open'):
        conf = changed(t, smbd, {'smbguard:guest': 'deny'})
        code, rows = status(t, conf)
    t.equal(1, code)
    t.equal([(False, 'allowed'), (True, 'denied')], sorted(
        (row['guest'], row['outcome']) for row in rows))


def test_share_that_the_gate_does_not_see(t):
    smbd = t.smbd()
    with smbd.connected('open'):
        conf = changed(t, smbd, {'smbguard:min protocol': 'SMB3_11'},
                       {'open': {'printable': 'yes'}})
        code, rows = status(t, conf)
        t.equal((0, 'unguarded'), (code, t.one(rows)['outcome']))


def test_groups_of_an_exception(t):
    smbd = t.smbd()
    options = {'smbguard:encryption': 'required',
               'smbguard:exceptions': 'staff',
               'smbguard:staff groups': 'staff2',
               'smbguard:staff allow': 'unencrypted',
               'smbguard:staff until': '2999-12-31',
               'smbguard:staff reason': 'theirs are old'}
    with smbd.connected('open', 'SMB2_10', user='bob'), \
            smbd.connected('open', 'SMB2_10', user='alice'):
        code, rows = status(t, changed(t, smbd, options))
    t.equal((1, [('open', 'alice', 'SMB2_10', 'denied'),
                 ('open', 'bob', 'SMB2_10', 'allowed')]), (code, told(rows)))


def test_exit_status(t):
    smbd = t.smbd()
    t.equal(0, run('--smb-conf=' + smbd.conf)[0])
    for arguments, message in (
            (('--smb-conf=%s.not' % smbd.conf,), 'No such file'),
            (('--smb-conf=' + smbd.conf, 'word'), 'too many'),
            (('--format=xml',), 'text or json'),
            (('--nonsense',), '--nonsense')):
        code, output, error = run(*arguments)
        t.equal((2, ''), (code, output), str(arguments))
        t.contains(message, error)
    env = fake(t, 'smbstatus', 'exit 1')
    code, output, error = run('--smb-conf=' + smbd.conf, env=env)
    t.equal((2, ''), (code, output))
    t.contains('smbstatus', error)
    env['PATH'] = '/nonexistent'
    t.equal(2, run('--smb-conf=' + smbd.conf, env=env)[0])


def test_smbstatus_of_other_versions(t):
    """What is missing or of another type is not known, and nothing dies."""
    smbd = t.smbd()
    for text in ('{}', '{"sessions": [], "tcons": 7}',
                 '{"tcons": {"1": {"service": "open"}}}',
                 '{"sessions": {"1": {"username": "x", "hostname": "ipv6:::1"'
                 ', "session_dialect": "Unknown (0x0400)"}}}'):
        env = fake(t, 'smbstatus', "echo '%s'" % text)
        code, _ = status(t, smbd.conf, env=env)
        t.equal(0, code, text)


def test_help(t):
    code, output, _ = run('--help')
    t.equal(0, code)
    for part in ('--smb-conf', 'unknown', 'Exit status'):
        t.contains(part, output)
