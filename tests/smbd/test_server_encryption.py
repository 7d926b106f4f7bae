# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""examples/strict.conf: encryption for the whole server, and more for a share.

What: who cannot encrypt is refused at the logon, before any share; who can is
encrypted from then on.
"""

import impacket_client
from harness import DENIED, visit

OPTION = 'smbguard:encryption'
GUEST_OK = {'map to guest': 'Bad User', 'guest account': 'nobody'}


def strict(t, **more):
    return t.smbd('strict.conf', **more)


def test_smb3_session_is_encrypted(t):
    smbd = strict(t)
    t.equal('ok', smbd.smbclient('team').got)
    t.story(smbd, *visit('team'))
    t.fields(t.one(smbd.events(event='session')), outcome='allowed',
             account='alice', dialect='SMB3_11', encrypted=True,
             policy__option=OPTION, policy__scope='global')
    with smbd.connected('team'):
        session = t.one(list(smbd.smbstatus()['sessions'].values()))
    t.equal('full', session['encryption']['degree'])


def test_smb2_session_is_refused(t):
    smbd = strict(t)
    answer = smbd.smbclient('team', 'SMB2_10')
    t.equal((DENIED, 'session setup'), (answer.got, answer.step))
    t.story(smbd, 'negotiate allowed', 'session denied')
    t.fields(t.one(smbd.events(event='session')), account='alice',
             dialect='SMB2_10', cipher=None, encrypted=False,
             policy__option=OPTION, policy__scope='global',
             policy__required='required', policy__actual='none',
             windowsEventId=3022, severity='warning')


def test_smb1_session_is_refused(t):
    """The floor set aside, encryption alone refuses SMB1 as well."""
    smbd = strict(t, options={'smbguard:min protocol': None,
                              'server min protocol': 'NT1',
                              'ntlm auth': 'ntlmv1-permitted'})
    answer = smbd.smbclient('team', 'NT1')
    t.equal((DENIED, 'session setup'), (answer.got, answer.step))
    t.story(smbd, 'negotiate allowed', 'session denied')
    # Without extended security as well
    answer = smbd.curl('team/hello.txt', source='127.0.0.3')
    t.true(answer.status != 0 and 'hello' not in answer.output,
           'no curl: %s' % answer)
    t.fields(t.one(smbd.events(clientAddress='127.0.0.3', event='session')),
             outcome='denied', account='alice', dialect='NT1',
             policy__option=OPTION, policy__scope='global')


def test_guest_is_refused(t):
    shares = {'team': {'guest ok': 'yes'}}
    loose = strict(t, shares=shares, options=dict(GUEST_OK, **{OPTION: None}))
    t.equal('ok', loose.smbclient('team', user='nobody-here',
                                  password='x').got, 'without the option')
    smbd = strict(t, shares=shares, options=GUEST_OK)
    answer = smbd.smbclient('team', user='nobody-here', password='x')
    t.equal(DENIED, answer.got)
    event = t.one(smbd.events(event='session'))
    t.fields(event, outcome='denied', policy__option=OPTION,
             windowsEventId=3023, encrypted=False)
    t.contains('guest', event['reason'])
    t.story(smbd, 'negotiate allowed', 'auth_failed failed', 'session denied')


def test_anonymous_is_refused(t):
    smbd = strict(t)
    t.equal(DENIED, smbd.smbclient(None, user='').got)
    t.fields(t.one(smbd.events(event='session')), outcome='denied',
             policy__option=OPTION)


def test_plain_request_in_an_encrypted_session_is_refused(t):
    smbd = strict(t)
    with smbd.impacket() as client:
        tree = client.tree('team')
        t.equal(b'hello\n', client.read(tree))
        with client.plain(tree):
            t.equal(DENIED, impacket_client.status(client.read, tree))


def test_share_may_ask_for_more(t):
    smbd = strict(t)
    t.equal(DENIED, smbd.smbclient('payroll', 'SMB3_02').got)
    t.equal('ok', smbd.smbclient('payroll').got)
    t.equal('ok', smbd.smbclient('team', 'SMB3_02').got)
    t.story(smbd, *visit('payroll', 'denied'), *visit('payroll'),
            *visit('team'))


def test_share_may_not_ask_for_less(t):
    smbd = strict(t, shares={'team': {OPTION: 'optional'}})
    answer = smbd.smbclient('team', 'SMB2_10')
    t.equal((DENIED, 'session setup'), (answer.got, answer.step))
    with smbd.connected('team'):
        session = t.one(list(smbd.smbstatus()['sessions'].values()))
    t.equal('full', session['encryption']['degree'])


def test_native_off_does_not_loosen(t):
    for more in ({'options': {'server smb encrypt': 'off'}},
                 {'shares': {'team': {'server smb encrypt': 'off'}}}):
        smbd = strict(t, **more)
        with smbd.connected('team'):
            session = t.one(list(smbd.smbstatus()['sessions'].values()))
        t.equal('full', session['encryption']['degree'])
        t.equal(DENIED, smbd.smbclient('team', 'SMB2_10').got)
