# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A share whose only smbguard line is "smbguard:encryption = required".

What: who can encrypt gets in, encrypted; who cannot is refused and recorded;
the open share beside it is as it ever was.
"""

import impacket_client
from harness import DENIED, visit

OPTION = 'smbguard:encryption'


def test_smb3_gets_in_and_is_encrypted(t):
    smbd = t.smbd()
    answer = smbd.smbclient('secret')
    t.equal('ok', answer.got)
    t.contains('hello.txt', answer.output)
    t.story(smbd, *visit('secret'))
    with smbd.connected('secret'):
        status = smbd.smbstatus()
    tcon = t.one([x for x in status['tcons'].values()
                  if x['service'] == 'secret'], 'tree')
    t.equal('full', tcon['encryption']['degree'])
    for event in t.each(smbd.events(event='share_connect'), 2):
        t.fields(event, outcome='allowed', account='alice', share='secret',
                 dialect='SMB3_11', cipher=tcon['encryption']['cipher'],
                 encrypted=True, policy__option=OPTION, policy__scope='secret',
                 policy__required='required', policy__actual=event['cipher'],
                 clientAddress='127.0.0.1', authMechanism='NTLMSSP',
                 windowsEventId=4000, severity='info')
        t.contains('smbguard:encryption = required', event['reason'])


def test_every_smb3_dialect_gets_in_encrypted(t):
    smbd = t.smbd()
    for dialect in ('SMB3_00', 'SMB3_02', 'SMB3_11'):
        t.equal('ok', smbd.smbclient('secret', dialect).got, dialect)
        event = smbd.events(event='share_connect')[-1]
        t.fields(event, dialect=dialect, encrypted=True)
    t.story(smbd, *visit('secret') * 3)


def refused(t, protocol):
    smbd = t.smbd()
    answer = smbd.smbclient('secret', protocol)
    t.equal((DENIED, 'tree connect'), (answer.got, answer.step))
    t.story(smbd, *visit('secret', 'denied'))
    event = t.one(smbd.events(event='share_connect'))
    t.fields(event, outcome='denied', account='alice', share='secret',
             dialect=protocol, cipher=None, encrypted=False,
             policy__option=OPTION, policy__scope='secret',
             policy__required='required', policy__actual='none',
             windowsEventId=1046, severity='warning')
    for part in ('Refused', 'alice', 'smbguard:encryption = required',
                 '[secret]'):
        t.contains(part, event['reason'])
    # The same client, the share without the option:
    t.equal('ok', smbd.smbclient('open', protocol).got)
    t.story(smbd, *visit('secret', 'denied'), *visit('open'))


def test_smb2_02_is_refused(t):
    refused(t, 'SMB2_02')


def test_smb2_10_is_refused(t):
    refused(t, 'SMB2_10')


def test_nt1_is_refused(t):
    refused(t, 'NT1')


def test_curl_is_refused(t):
    smbd = t.smbd()
    t.equal('hello\n', smbd.curl('open/hello.txt', source='127.0.0.3').output)
    answer = smbd.curl('secret/hello.txt', source='127.0.0.4')
    t.true(answer.status != 0 and 'hello' not in answer.output,
           'curl fails: %s' % answer)
    told = [(e['share'], e['outcome'], e['clientAddress'], e['account'],
             e['dialect']) for e in smbd.events(event='share_connect')]
    t.equal([('open', 'allowed', '127.0.0.3', 'alice', 'NT1'),
             ('secret', 'denied', '127.0.0.4', 'alice', 'NT1')], told)


def test_open_share_is_not_encrypted(t):
    smbd = t.smbd()
    with smbd.connected('open'):
        tcon = t.one(list(smbd.smbstatus()['tcons'].values()), 'tree')
    t.equal('none', tcon['encryption']['degree'])
    event = t.one(smbd.events(event='share_connect'))
    t.fields(event, outcome='allowed', encrypted=False, policy__option=None)


def test_plain_request_on_a_protected_tree_is_refused(t):
    smbd = t.smbd()
    with smbd.impacket() as client:
        tree = client.tree('secret')
        t.equal(b'hello\n', client.read(tree), 'encrypted')
        with client.plain(tree):
            t.equal(DENIED, impacket_client.status(client.read, tree), 'plain')
    with smbd.impacket() as client:
        tree = client.tree('open')
        with client.plain(tree):
            t.equal('ok', impacket_client.status(client.read, tree),
                    'plain on the open share')
    t.equal(['secret', 'open'],
            [e['share'] for e in smbd.events(event='share_connect',
                                             outcome='allowed')])


def test_unencrypted_tree_connect_to_a_protected_share(t):
    """A plain TREE_CONNECT is fine: the tree itself takes nothing plain."""
    smbd = t.smbd()
    with smbd.impacket() as client:
        session = client.connection.getSMBServer()._Session
        session['SessionFlags'] &= ~impacket_client.ENCRYPT
        tree = client.tree('secret')
        with client.plain(tree):
            t.equal(DENIED, impacket_client.status(client.read, tree))
        t.equal(b'hello\n', client.read(tree), 'as the server asked')


def test_share_in_audit_mode_lets_in_what_it_would_refuse(t):
    smbd = t.smbd(shares={'secret': {'smbguard:mode': 'audit'}})
    for protocol, outcome in (('NT1', 'would_deny'), ('SMB2_10', 'would_deny'),
                              ('SMB3_11', 'allowed')):
        t.equal('ok', smbd.smbclient('secret', protocol).got, protocol)
        event = smbd.events(event='share_connect')[-1]
        t.fields(event, outcome=outcome, dialect=protocol, account='alice',
                 policy__option=OPTION, policy__scope='secret')
    t.story(smbd, *visit('secret', 'would_deny') * 2, *visit('secret'))


def test_share_in_audit_mode_encrypts_nobody(t):
    smbd = t.smbd(shares={'secret': {'smbguard:mode': 'audit'}})
    with smbd.connected('secret'):
        tcon = t.one(list(smbd.smbstatus()['tcons'].values()), 'tree')
    t.equal('none', tcon['encryption']['degree'])


def test_unknown_value_refuses_and_says_so(t):
    smbd = t.smbd(shares={'secret': {OPTION: 'wurst'}})
    t.equal(DENIED, smbd.smbclient('secret').got)
    t.equal('ok', smbd.smbclient('open').got)
    fault = t.one(smbd.events(event='policy_error'))
    t.fields(fault, policy__option=OPTION, policy__scope='secret',
             policy__actual='wurst', severity='critical')
    t.contains('optional, required', fault['reason'])
    denied = t.one(smbd.events(event='share_connect', outcome='denied'))
    t.fields(denied, policy__option=OPTION, policy__actual='wurst')
    t.contains('smbguard:', smbd.log_text())
    t.story(smbd, 'policy_error failed secret', *visit('secret', 'denied'),
            *visit('open'))


def test_native_encryption_is_not_loosened(t):
    smbd = t.smbd(shares={'open': {'server smb encrypt': 'required'}})
    t.equal(DENIED, smbd.smbclient('open', 'SMB2_10').got)
    with smbd.connected('open'):
        tcon = t.one(list(smbd.smbstatus()['tcons'].values()), 'tree')
    t.equal('full', tcon['encryption']['degree'])


def test_quic_does_not_stand_for_encryption(t):
    """From 4.24 on smbd knows the line, and smbguard sets it back."""
    smbd = t.smbd(options={'server smb encryption over quic': 'no'})
    for protocol, got in (('SMB3_11', 'ok'), ('SMB2_10', DENIED)):
        t.equal(got, smbd.smbclient('secret', protocol).got)
        t.equal('ok', smbd.smbclient('open', protocol).got)
    t.story(smbd, *visit('secret'), *visit('secret', 'denied'),
            *visit('open') * 2)


def test_native_off_is_raised_for_the_share(t):
    smbd = t.smbd(shares={'secret': {'server smb encrypt': 'off'}})
    with smbd.connected('secret'):
        tcon = t.one(list(smbd.smbstatus()['tcons'].values()), 'tree')
    t.equal('full', tcon['encryption']['degree'])


def test_native_off_for_the_server_refuses(t):
    """Then smbd negotiates no cipher, and nobody can meet the option."""
    smbd = t.smbd(options={'server smb encrypt': 'off'})
    t.equal(DENIED, smbd.smbclient('secret').got)
    t.equal('ok', smbd.smbclient('open').got)
    event = t.one(smbd.events(event='share_connect', share='secret'))
    t.fields(event, outcome='denied', cipher=None, policy__option=OPTION)
    t.contains('negotiated no cipher', event['reason'])


def test_guest_is_refused_on_a_protected_share(t):
    smbd = t.smbd(options={'map to guest': 'Bad User'},
                  shares={'secret': {'guest ok': 'yes'},
                          'open': {'guest ok': 'yes'}})
    for share, got in (('secret', DENIED), ('open', 'ok')):
        t.equal(got, smbd.smbclient(share, user='mallory', password='x').got)
    event = t.one(smbd.events(event='share_connect', share='secret'))
    t.fields(event, outcome='denied', dialect='SMB3_11', encrypted=False,
             policy__option=OPTION)
    t.contains('guest', event['reason'])


def test_dfs_root(t):
    """Clients then look into IPC$ first, and smbd into the share."""
    smbd = t.smbd(options={'host msdfs': 'yes'},
                  shares={'secret': {'msdfs root': 'yes'}})
    t.equal('ok', smbd.smbclient('secret').got)
    for protocol in ('SMB2_10', 'NT1'):
        t.equal(DENIED, smbd.smbclient('secret', protocol).got, protocol)
    t.equal(['allowed', 'denied', 'denied'],
            [e['outcome'] for e in smbd.events(event='share_connect',
                                               share='secret')])
    t.true(smbd.events(event='share_connect', share='IPC$'), 'IPC$ events')


def told_to_encrypt(t, reload):
    """Is a client told to, whose session was there before the reload?"""
    smbd = t.smbd()
    with smbd.impacket() as client:
        client.tree('open')
        if reload:
            smbd.config.set('open', 'comment', 'changed')
            smbd.reload()
        tree = client.tree('secret')
        t.true(client.is_told_to_encrypt(tree), 'SHAREFLAG_ENCRYPT_DATA')


def test_client_is_told_to_encrypt(t):
    told_to_encrypt(t, False)


def test_client_is_told_to_encrypt_after_a_reload(t):
    told_to_encrypt(t, True)
