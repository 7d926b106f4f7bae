# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every logon is seen: SMB1 without extended security, and many at once.

What: curl and hand-made SMB1 clients get session and auth_failed events with
the account, are refused at the logon and answered late as others are; guesses
that come all at once are answered one after the other.  (SMB2 and extended
security: test_auth_failure.  Passwords that go through a pipe: test_pipes.)
"""

import hmac
import struct
import time

from impacket import ntlm

import impacket_client
import machine
import ntlm_client
import sandbox
import smb1
import wire
from clients import ANONYMOUS
from harness import DENIED, visit
from ntlm_client import Logons, status_name
from smb1 import Smb1

FAILED = 'NT_STATUS_LOGON_FAILURE'
TOO_LONG = 'NT_STATUS_INVALID_PARAMETER'
SUCCESS = 'NT_STATUS_SUCCESS'
DELAY = 'smbguard:auth failure delay'
CALM = {'smbguard:history': 'no'}
GUEST_OK = {'map to guest': 'Bad User'}
OLD_LOGON = ['client use spnego=no', 'client ntlmv2 auth=no']


def server(t, options=None, shares=None):
    return t.smbd(options=dict(CALM, **options or {}), shares=shares)


def curl(smbd, password=None, path='open/hello.txt'):
    return smbd.curl(path, password=password)


def test_curl(t):
    smbd = server(t)
    t.equal('hello\n', curl(smbd).output)
    t.true(curl(smbd, 'wrong').status != 0, 'refused')
    t.story(smbd, *visit('open'), 'negotiate allowed', 'auth_failed failed')
    session = t.one(smbd.events(event='session'))
    t.fields(session, account='alice', authMechanism='NTLM', dialect='NT1',
             passwordType='NTLMv1', domain='GUARDED', sessionId=None,
             clientName=None, signed=False, encrypted=False)
    tree = t.one(smbd.events(event='share_connect'))
    t.fields(tree, account='alice', authMechanism='NTLM', sid=session['sid'],
             passwordType='NTLMv1')
    failure = t.one(smbd.events(event='auth_failed'))
    t.fields(failure, account='alice', status='NT_STATUS_WRONG_PASSWORD',
             authMechanism='NTLM', passwordType='NTLMv1', windowsEventId=551,
             dialect='NT1', sid=None)


def test_curl_is_late(t):
    smbd = server(t, {DELAY: '1500'})
    start = time.monotonic()
    t.equal('hello\n', curl(smbd).output)
    t.true(time.monotonic() - start < 1.5, 'the right password at once')
    start = time.monotonic()
    t.true(curl(smbd, 'wrong').status != 0, 'refused')
    t.true(time.monotonic() - start >= 1.5, 'a wrong one late')
    t.story(smbd, *visit('open'), 'negotiate allowed', 'auth_failed failed')


def test_curl_is_refused_at_the_logon(t):
    smbd = server(t, {'smbguard:ntlm': 'deny'})
    answer = curl(smbd)
    t.true(answer.status != 0 and 'hello' not in answer.output, answer)
    event = smbd.events()[-1]
    t.fields(event, event='session', outcome='denied', account='alice',
             policy__option='smbguard:ntlm', policy__actual='NTLM')
    t.story(smbd, 'negotiate allowed', 'session denied')
    smbd = server(t, {'smbguard:ntlm': 'allow'})
    t.equal('hello\n', curl(smbd).output)


def lm_field(c, user, password, version, nt=b''):
    """A logon whose answer stands in the field for LANMan's."""
    if version == 1:
        key = ntlm.compute_nthash(password)
        answer = ntlm.get_ntlmv1_response(key, c.challenge)
    else:
        key = ntlm.NTOWFv2(user, password, '')
        answer = hmac.digest(key, c.challenge + bytes(8), 'md5') + bytes(8)
    status, _ = c.message(smb1.session_setup(user, answer, nt), uid=0)
    return status


def test_kind_of_an_answer_in_the_field_for_lanman(t):
    """What smbd has taken there is LMv2 where it takes nothing else."""
    right = sandbox.USERS['alice']
    for options, version, password, nt, got, kind in (
            ({}, 2, right, b'', SUCCESS, 'LMv2'),
            ({}, 2, right, bytes(24), SUCCESS, 'LMv2'),
            ({}, 2, 'wrong', b'', FAILED, 'LANMan'),
            ({}, 2, 'wrong', bytes(24), FAILED, 'NTLMv1'),
            ({}, 1, right, b'', FAILED, 'LANMan'),
            ({'ntlm auth': 'yes'}, 1, right, b'', SUCCESS, 'LANMan'),
            ({'ntlm auth': 'yes'}, 2, right, b'', SUCCESS, 'LANMan'),
            # smbd takes LANMan only beside NTLMv1.
            ({'lanman auth': 'yes'}, 2, right, b'', SUCCESS, 'LMv2')):
        smbd = server(t, {'ntlm auth': 'ntlmv2-only', **options})
        with Smb1(smbd.port) as c:
            t.equal(got, lm_field(c, 'alice', password, version, nt))
        event = smbd.events()[-1]
        t.equal((kind, 'alice'), (event['passwordType'], event['account']),
                '%s' % ((options, version, password, nt),))
        t.story(smbd, 'negotiate allowed', 'session allowed' if got == SUCCESS
                else 'auth_failed failed')


def test_smb1_guest_of_a_wrong_name(t):
    """`map to guest` hides the failure from the client, not from the record."""
    shares = {'open': {'guest ok': 'yes'}}
    for guest, got in (('allow', SUCCESS), ('deny', DENIED)):
        smbd = server(t, dict(GUEST_OK, **{'smbguard:guest': guest}), shares)
        with Smb1(smbd.port) as c:
            t.equal(got, c.log_on('mallory', 'guess'))
            if got == SUCCESS:
                t.equal(SUCCESS, c.tree('open'))
            t.equal(SUCCESS, c.log_on('alice'))
        failure, guest = smbd.events()[1:3]
        t.fields(failure, event='auth_failed', account='mallory',
                 status=FAILED)
        t.fields(guest, event='session', account='nobody',
                 outcome='allowed' if got == SUCCESS else 'denied')


def test_smb1_anonymous_is_told_when_it_is_used(t):
    smbd = server(t, shares={'open': {'guest ok': 'yes'}})
    with Smb1(smbd.port) as c:
        t.equal(SUCCESS, c.log_on(ANONYMOUS))
        t.equal(SUCCESS, c.tree('open'))
        t.equal(b'hello\n', c.read_file())
    t.story(smbd, *visit('open'))
    t.fields(t.one(smbd.events(event='session')), account='ANONYMOUS LOGON',
             sid='S-1-5-7', authMechanism=None, windowsEventId=3023)


def test_smb1_many_users_of_one_connection(t):
    """Each tree has the account whose logon it is, and what that one showed."""
    smbd = server(t)
    with Smb1(smbd.port) as c:
        for user in ('alice', 'bob', 'alice'):
            t.equal(SUCCESS, c.log_on(user))
            t.equal(SUCCESS, c.tree('open'))
    connects = smbd.events(event='share_connect')
    t.equal(['alice', 'bob', 'alice'], [e['account'] for e in connects])
    for event in t.each(connects, 3):
        t.fields(event, authMechanism='NTLM', passwordType='NTLMv1')
    t.equal(3, len({e['sessionId'] for e in connects}))
    t.equal(3, len(smbd.events(event='session')))


def test_smb1_long_names(t):
    smbd = server(t)
    with Smb1(smbd.port) as c:
        t.equal(FAILED, c.log_on('x' * 5000, 'wrong'))
    t.contains('[+', t.one(smbd.events(event='auth_failed'))['account'])


def test_no_line_is_longer_than_8_kib(t):
    """So much do common log daemons take; the longest that a client can cause."""
    smbd = server(t, {'smbguard:ntlm': 'deny', 'smbguard:mode': 'audit'})
    many = list(range(0x4000, 0x4000 + 300))
    offer = struct.pack('<301H', 300, *many)
    with smbd.raw() as c:
        answer = c.ask(wire.smb1_negotiate(*['\x01' * 300] * 40, 'SMB 2.???'))
        t.equal(0x02FF, wire.smb2_negotiated(answer))
        c.ask(wire.smb2_negotiate(*many, 'SMB3_11', message_id=1, contexts=(
            wire.preauth_context(), wire.netname_context('\u20ac' * 250),
            wire.context(wire.CONTEXT_ENCRYPTION, offer),
            wire.context(wire.CONTEXT_SIGNING, offer))))
    # smbd 4.22 takes no such NTLMSSP message of more than 2888 bytes.
    longest = FAILED if machine.version() < (4, 22) else TOO_LONG
    for expected, times in ((longest, 2500), (FAILED, 200)):
        for name in ('\x01' * 2 * times, '\u20ac' * times, '"\\' * times):
            with Logons(smbd.port) as c:
                t.equal(expected, c.attempt(name, 'wrong', domain=name,
                                            workstation=name))
    with open(smbd.audit, 'rb') as f:
        lines = f.read().splitlines()
    print([len(line) for line in lines])
    t.equal(13, len(lines))
    t.true(all(len(line) < 8192 for line in lines), 'short lines')
    t.true(len(lines[0]) > 3000, 'a long one among them')


# Signing without a key

SIGNED = {'smbguard:signing': 'required'}
NO_KEY = ('logged on without extended security, which gives no key to sign '
          'with')


def keyless(t, smbd, share, got):
    """What a client of SMB1 without extended security reads, or is refused."""
    with Smb1(smbd.port, announces_signing=True) as c:
        status = c.log_on('alice')
        if status == SUCCESS:
            status = c.tree(share)
        t.equal(got, c.read_file() if status == SUCCESS else status)
    answer = curl(smbd, path=share + '/hello.txt')
    t.equal(got == b'hello\n', answer.status == 0, answer.output)
    # With extended security the same account signs.
    t.equal('ok', smbd.smbclient(share, 'NT1').got)


def told(t, smbd, event, scope, outcome):
    """The two clients without a key, and the one that signs, allowed."""
    for one in t.each(smbd.events(event=event, outcome=outcome), 2):
        t.fields(one, account='alice', dialect='NT1', signed=False,
                 authMechanism='NTLM', policy__option='smbguard:signing',
                 policy__scope=scope, policy__actual='none')
        t.contains(NO_KEY, one['reason'])
    last = smbd.events(event=event)[-1]
    t.fields(last, outcome='allowed', authMechanism='NTLMSSP',
             policy__option='smbguard:signing')


def test_smb1_without_a_key_and_signing_of_global(t):
    smbd = server(t, SIGNED)
    keyless(t, smbd, 'open', DENIED)
    told(t, smbd, 'session', 'global', 'denied')
    t.story(smbd, *['negotiate allowed', 'session denied'] * 2, *visit('open'))
    t.fields(smbd.events(event='session')[-1], signed=True)
    smbd = server(t, {'smbguard:mode': 'audit', **SIGNED})
    keyless(t, smbd, 'open', b'hello\n')
    told(t, smbd, 'session', 'global', 'would_deny')


def test_smb1_without_a_key_and_signing_of_a_share(t):
    smbd = server(t, shares={'signed': SIGNED})
    keyless(t, smbd, 'signed', DENIED)
    told(t, smbd, 'share_connect', 'signed', 'denied')
    t.story(smbd, *visit('signed', 'denied') * 2, *visit('signed'))
    t.fields(smbd.events(event='share_connect')[-1], signed=True)
    keyless(t, smbd, 'open', b'hello\n')
    smbd = server(t, shares={'signed': {'smbguard:mode': 'audit', **SIGNED}})
    keyless(t, smbd, 'signed', b'hello\n')
    told(t, smbd, 'share_connect', 'signed', 'would_deny')


def hangs_up(function, *arguments):
    try:
        function(*arguments)
    except ConnectionError:
        return True
    return False


def test_what_smbd_itself_serves_unsigned_in_smb1(t):
    """See docs/limits.md; who does not sign is refused from then on."""
    native = {'server signing': 'mandatory'}
    chain = (smb1.tree_connect('open'), smb1.create('hello.txt'), smb1.read())
    for smbd in (t.smbd(stock=True, options=native), server(t, SIGNED)):
        with Smb1(smbd.port, extended=True, announces_signing=True) as c:
            status, answers = c.log_on_extended('alice', *chain)
            t.equal(SUCCESS, status)
            t.equal(b'hello\n', smb1.contents(answers))
            # smbd has a key by now, and ends who does not use it.
            t.true(hangs_up(c.tree, 'open'), 'served unsigned')
    stock = t.smbd(stock=True, options=native)
    with Smb1(stock.port, announces_signing=True) as c:
        t.equal(SUCCESS, c.log_on('alice'))
        t.equal(SUCCESS, c.tree('open'))
        t.equal(b'hello\n', c.read_file())


# The encryption of SMB1 for UNIX clients: a logon of its own

def posix_encrypt(smbd, user, password, login='alice'):
    """(what smbclient says of it, how long it took)"""
    start = time.monotonic()
    answer = smbd.smbclient('open', 'NT1', user=login, command=(
        'posix_encrypt GUARDED %s %s; ls' % (user, password)))
    if 'encryption on' in answer.output and 'hello.txt' in answer.output:
        return 'ok', time.monotonic() - start
    words = answer.output.partition('posix_encrypt failed with error ')[2]
    return words.split()[0], time.monotonic() - start


def test_encryption_of_smb1_is_a_logon(t):
    smbd = server(t, {DELAY: '1500'})
    got, took = posix_encrypt(smbd, 'bob', sandbox.USERS['bob'])
    t.equal('ok', got)
    t.true(took < 1.5, 'the right one at once: %.2f' % took)
    t.story(smbd, *visit('open'), 'session allowed')
    event = smbd.events(event='session')[-1]
    t.fields(event, account='bob', dialect='NT1', authMechanism='NTLMSSP',
             passwordType='NTLMv2', sessionId=None)
    t.contains('It makes no session, but sets up the encryption of SMB1 for '
               'UNIX clients.', event['reason'])
    got, took = posix_encrypt(smbd, 'bob', 'wrong')
    t.equal(FAILED, got)
    t.true(took >= 1.5, 'a wrong one late: %.2f' % took)
    failure = t.one(smbd.events(event='auth_failed'))
    t.fields(failure, account='bob', status='NT_STATUS_WRONG_PASSWORD',
             dialect='NT1', authMechanism='NTLMSSP', windowsEventId=551)
    t.story(smbd, *visit('open'), 'session allowed', *visit('open'),
            'auth_failed failed')


def test_encryption_of_smb1_is_refused(t):
    """alice may use NTLM by an exception, and bob may not."""
    smbd = server(t, {'smbguard:ntlm': 'deny', 'smbguard:exceptions': 'alice',
                      'smbguard:alice users': 'alice',
                      'smbguard:alice allow': 'ntlm',
                      'smbguard:alice until': '2099-12-31',
                      'smbguard:alice reason': 'a test'})
    t.equal('ok', posix_encrypt(smbd, 'alice', sandbox.USERS['alice'])[0])
    t.equal(DENIED, posix_encrypt(smbd, 'bob', sandbox.USERS['bob'])[0])
    denied = t.one(smbd.events(outcome='denied'))
    t.fields(denied, event='session', account='bob',
             policy__option='smbguard:ntlm')
    t.contains('It makes no session', denied['reason'])
    t.story(smbd, *visit('open'), 'session allowed', *visit('open'),
            'session denied')


# Guesses, all at once

def begin(c, passwords):
    """Bring sessions to where the password is asked for."""
    ready = []
    for password in passwords:
        first, challenge, session = c.first_half('alice')
        ready.append((session, c.second_half(first, challenge, 'alice',
                                             password)))
    return ready


def finish(c, ready):
    """Send all passwords, and say when each was answered."""
    start = time.monotonic()
    for session, token in ready:
        c.send_token(token, session)
    answers = {}
    for _ in ready:
        _, status, session, _ = c.answer()
        answers[session] = (status_name(status), time.monotonic() - start)
    return [answers[session] for session, _ in ready]


def test_guesses_all_at_once(t):
    """Each waits behind the one before it; so does the right one, last."""
    smbd = server(t, {DELAY: '400'})
    with Logons(smbd.port) as c:
        t.equal(SUCCESS, c.attempt('alice'))  # this brings the credits
        answers = finish(c, begin(c, ['wrong'] * 7 + ['Wonderland-1']))
    t.equal([FAILED] * 7 + [SUCCESS], [status for status, _ in answers])
    print(['%.2f' % took for _, took in answers])
    for number, (_, took) in enumerate(answers[:7]):
        t.true(took >= 0.4 * (number + 1), 'guess %d after %.2f s' % (
            number, took))
    t.true(answers[7][1] >= 2.8, 'the right one not before: %.2f' %
           answers[7][1])
    t.equal(7, len(smbd.events(event='auth_failed')))
    smbd = server(t)
    with Logons(smbd.port) as c:
        t.equal(SUCCESS, c.attempt('alice'))
        answers = finish(c, begin(c, ['wrong'] * 7))
    t.true(answers[-1][1] < 2.8, 'without the option at once')


def test_guess_while_another_waits_in_smb1(t):
    smbd = server(t, {DELAY: '500'})
    start = time.monotonic()
    with Smb1(smbd.port) as c:
        for _ in range(3):
            t.equal(FAILED, c.log_on('alice', 'wrong'))
        t.true(time.monotonic() - start >= 1.5, 'three take three times')
        t.equal(SUCCESS, c.log_on('alice'))
    t.equal(3, len(smbd.events(event='auth_failed')))
