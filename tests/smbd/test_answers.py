# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where no password lets anybody in, the answer does not tell which was right.

What: a right password, a wrong one and an unknown name get the same answer at
the same time where NTLM is denied, or the client could not encrypt; the events
tell them apart.  Who may use NTLM gets smbd's own answers.
"""

import hmac
import struct
import time

from impacket import ntlm

import sandbox
import smb1
from harness import DENIED, visit
from ntlm_client import Logons, spnego_next

FAILED = 'NT_STATUS_LOGON_FAILURE'
SUCCESS = 'NT_STATUS_SUCCESS'
CALM = {'smbguard:history': 'no'}
NTLM = {'smbguard:ntlm': 'deny', **CALM}
DELAY = 'smbguard:auth failure delay'
# Who, with which password; the first one is right.
GUESSES = (('alice', None), ('alice', 'wrong'), ('mallory', 'wrong'))
HALF_A_SECOND = 0.5
# How far the times of two answers may be apart on a machine with other work.
APART = 0.45


def guess(smbd, user, password, dialect='SMB3_02', **more):
    """(the answer, and when it came)"""
    with Logons(smbd.port, dialect) as c:
        first, challenge, session = c.first_half(user, **{
            name: value for name, value in more.items() if name == 'bare'})
        token = c.second_half(first, challenge, user, password, **more)
        begin = time.monotonic()
        c.send_token(token, session)
        _, status, _, body = c.answer()
        return '%08x' % status, body, time.monotonic() - begin


def excepted(user):
    """NTLM is denied to all but one."""
    return {**NTLM, 'smbguard:exceptions': 'old', 'smbguard:old users': user,
            'smbguard:old allow': 'ntlm', 'smbguard:old until': '2999-12-31',
            'smbguard:old reason': 'a test'}


def same(t, smbd, how, **more):
    """All guesses get the same bytes, late, and the events tell."""
    before = len(smbd.events())
    answers = [guess(smbd, *who, **more)
               for who in t.each(GUESSES, 3, 'guesses')]
    t.equal({('c0000022', answers[0][1])},
            {(status, body) for status, body, _ in answers}, how)
    print(how, ['%.4f' % took for _, _, took in answers])
    for _, _, took in answers:
        t.true(HALF_A_SECOND <= took < HALF_A_SECOND + APART, '%s: %.3f' % (
            how, took))
    told = [(e['event'], e['outcome'], e.get('account'), e.get('status'))
            for e in smbd.events()[before:] if e['event'] != 'negotiate']
    t.equal([('session', 'denied', 'alice', None),
             ('auth_failed', 'failed', 'alice', 'NT_STATUS_WRONG_PASSWORD'),
             ('auth_failed', 'failed', 'mallory', 'NT_STATUS_NO_SUCH_USER')],
            told, how)


def test_ntlm_denied(t):
    smbd = t.smbd(options={**NTLM, DELAY: '500'})
    for dialect in ('SMB2_02', 'SMB3_02', 'SMB3_11'):
        same(t, smbd, dialect, dialect=dialect)
    same(t, smbd, 'without SPNEGO', bare=True)
    for event in t.each(smbd.events(event='auth_failed'), 8):
        t.contains('No password would have let it in, so the client was told '
                   'NT_STATUS_ACCESS_DENIED.', event['reason'])


def test_client_that_cannot_encrypt(t):
    smbd = t.smbd(options={'smbguard:encryption': 'required', **CALM,
                           DELAY: '500'})
    same(t, smbd, 'no encryption', dialect='SMB2_10')
    # One that can learns what was wrong, as ever.
    t.equal(FAILED, smbd.smbclient('open', password='wrong').got)
    t.equal('ok', smbd.smbclient('open').got)


def test_where_users_get_in(t):
    """smbd's own answer to a wrong password, whatever else is asked for."""
    for options in ({'smbguard:guest': 'deny'}, {'smbguard:signing': 'required'},
                    {'smbguard:min protocol': 'NT1'}):
        smbd = t.smbd(options={**CALM, **options})
        for protocol in ('SMB3_11', 'SMB2_10', 'NT1'):
            t.equal('ok', smbd.smbclient('open', protocol).got)
            for user in ('alice', 'mallory'):
                t.equal(FAILED, smbd.smbclient(
                    'open', protocol, user=user, password='wrong').got,
                    '%s %s' % (options, protocol))
        t.equal([], smbd.events(outcome='denied'))


def test_smb1(t):
    """With extended security and without."""
    smbd = t.smbd(options={**NTLM, DELAY: '500'})
    for extended in (False, True):
        answers = set()
        for user, password in t.each(GUESSES, 3, 'guesses'):
            begin = time.monotonic()
            if extended:
                answers.add(smbd.smbclient('open', 'NT1', user=user,
                                           password=password).got)
            else:
                with smb1.Smb1(smbd.port) as c:
                    begin = time.monotonic()
                    answers.add(c.log_on(user, password or
                                         sandbox.USERS[user]))
            took = time.monotonic() - begin
            t.true(HALF_A_SECOND <= took < HALF_A_SECOND + APART + extended,
                   '%s: %.3f' % (user, took))
        t.equal({DENIED}, answers)
    t.story(smbd, *['negotiate allowed', 'session denied',
                    *['negotiate allowed', 'auth_failed failed'] * 2] * 2)


def test_without_a_delay(t):
    """The same answer, if not quite at the same time."""
    smbd = t.smbd(options=NTLM)
    got = [guess(smbd, *who)[:2] for who in t.each(GUESSES, 3, 'guesses')]
    t.equal({('c0000022', got[0][1])}, set(got))


def test_what_comes_behind_the_password(t):
    """SPNEGO's own checksum, wrong or missing, does not tell either."""
    smbd = t.smbd(options={**NTLM, DELAY: '500'})
    same_answers = set()
    for user, password in t.each(GUESSES, 3, 'guesses'):
        for mic in (b'\1' + bytes(15), None):
            with Logons(smbd.port, 'SMB3_02') as c:
                first, challenge, session = c.first_half(user, mic=True)
                token = c.second_half(first, challenge, user, password,
                                      mech_list_mic=mic)
                begin = time.monotonic()
                c.send_token(token, session)
                _, status, _, body = c.answer()
                took = time.monotonic() - begin
            same_answers.add((status, body))
            t.true(HALF_A_SECOND <= took < HALF_A_SECOND + APART, took)
    t.equal({0xc0000022}, {status for status, _ in same_answers})
    t.equal(1, len(same_answers))


def with_checksum(first, challenge, user, password):
    """NTLMSSP's own checksum in it, as Windows has it, MS-NLMP 3.1.5.1.2.

    Behind a right password smbd then asks for SPNEGO's as well.
    """
    message = ntlm.NTLMAuthChallenge(challenge)
    pairs = ntlm.AV_PAIRS(message['TargetInfoFields'])
    pairs[ntlm.NTLMSSP_AV_FLAGS] = struct.pack('<I', 2)
    message['TargetInfoFields'] = pairs
    message['TargetInfoFields_len'] = len(pairs)
    message['TargetInfoFields_max_len'] = len(pairs)
    last, key = ntlm.getNTLMSSPType3(first, message.getData(), user,
                                     password or sandbox.USERS[user], '')
    last['flags'] |= ntlm.NTLMSSP_NEGOTIATE_VERSION
    last['Version'] = bytes(8)
    last['MIC'] = bytes(16)
    last['MIC'] = hmac.digest(
        key, first.getData() + challenge + last.getData(), 'md5')
    return spnego_next(last.getData())


def test_password_that_is_asked_to_go_on(t):
    """By a server that lets it in; where NTLM is denied it is not asked."""
    for options, statuses in ((CALM, [0xc0000016, 0xc000006d, 0xc000006d]),
                              ({**NTLM, DELAY: '500'}, [0xc0000022] * 3)):
        smbd = t.smbd(options=options)
        got = []
        for user, password in GUESSES:
            with Logons(smbd.port, 'SMB3_02') as c:
                first, challenge, session = c.first_half(user, mic=True)
                begin = time.monotonic()
                c.send_token(with_checksum(first, challenge, user, password),
                             session)
                got.append(c.answer()[1])
                took = time.monotonic() - begin
            t.true(DELAY not in options or
                   HALF_A_SECOND <= took < HALF_A_SECOND + APART, took)
        t.equal(['%08x' % status for status in statuses],
                ['%08x' % status for status in got])


def test_exceptions_that_let_nobody_in(t):
    """For other things, or for others' addresses: nobody is asked to go on.
    Where bob may use NTLM, everybody is who could be he."""
    late = {**excepted('bob'), DELAY: '500'}
    allow, hosts = 'smbguard:old allow', 'smbguard:old hosts'
    for more, status in (
            ({allow: 'unencrypted'}, 0xc0000022),
            ({allow: 'guest', hosts: '127.0.0.1'}, 0xc0000022),
            ({hosts: '127.0.0.2'}, 0xc0000022),
            ({'smbguard:encryption': 'required'}, 0xc0000022),
            ({}, 0xc0000016)):
        smbd = t.smbd(options={**late, **more})
        with Logons(smbd.port, 'SMB2_10') as c:
            first, challenge, session = c.first_half('alice', mic=True)
            c.send_token(with_checksum(first, challenge, 'alice', None),
                         session)
            t.equal('%08x' % status, '%08x' % c.answer()[1], str(more))


def test_many_guesses_at_once(t):
    """Whichever of them is right: one delay after the other."""
    smbd = t.smbd(options={**excepted('bob'), DELAY: '300'})
    for right in (0, 2, 4):
        passwords = ['wrong'] * 5
        passwords[right] = None
        with Logons(smbd.port, 'SMB3_02') as c:
            t.equal(SUCCESS, c.attempt('bob'))  # this brings the credits
            ready = []
            for password in passwords:
                first, challenge, session = c.first_half('alice')
                ready.append((session, c.second_half(first, challenge, 'alice',
                                                     password)))
            begin = time.monotonic()
            for session, token in ready:
                c.send_token(token, session)
            got = []
            for _ in ready:
                _, status, session, _ = c.answer()
                got.append((session, status, time.monotonic() - begin))
        t.equal([session for session, _ in ready],
                [session for session, _, _ in got], 'in their order')
        t.equal({0xc0000022}, {status for _, status, _ in got})
        for number, (_, _, took) in enumerate(got):
            t.true(0 <= took - 0.3 * (number + 1) < APART, '%d: %.3f' % (
                number, took))


def test_who_is_excepted(t):
    """A right password lets its owner in at once; a wrong one does not tell
    who is excepted.  For an address, all is as without the option."""
    late = {**excepted('alice'), DELAY: '500'}
    smbd = t.smbd(options=late)
    status, _, took = guess(smbd, 'alice', None)
    t.equal('00000000', status)
    t.true(took < HALF_A_SECOND, 'at once: %.3f' % took)
    for user, password in (('alice', 'wrong'), ('bob', None), ('bob', 'wrong')):
        status, _, took = guess(smbd, user, password)
        t.equal('c0000022', status, user)
        t.true(took >= HALF_A_SECOND, 'late: %.3f' % took)
    smbd = t.smbd(options={**late, 'smbguard:old users': None,
                           'smbguard:old hosts': '127.0.0.1'})
    t.equal('00000000', guess(smbd, 'alice', None)[0])
    t.equal('c000006d', guess(smbd, 'alice', 'wrong')[0])
    t.equal('c000006d', guess(smbd, 'mallory', 'wrong')[0])


def test_audit_mode(t):
    """It touches nothing."""
    smbd = t.smbd(options={**NTLM, DELAY: '5000', 'smbguard:mode': 'audit'})
    begin = time.monotonic()
    t.equal(FAILED, smbd.smbclient('open', password='wrong').got)
    t.equal('ok', smbd.smbclient('open').got)
    t.true(time.monotonic() - begin < 5, 'at once')
    t.story(smbd, 'negotiate allowed', 'auth_failed failed',
            'negotiate allowed', 'session would_deny',
            'share_connect would_deny open', 'share_disconnect allowed open')


def test_right_password_that_is_let_in(t):
    """Many of them at once do not wait for each other."""
    smbd = t.smbd(options={**CALM, DELAY: '1000'})
    with Logons(smbd.port, 'SMB3_02') as c:
        ready = []
        for _ in range(5):
            first, challenge, session = c.first_half('alice')
            ready.append((session, c.second_half(first, challenge, 'alice')))
        begin = time.monotonic()
        for session, token in ready:
            c.send_token(token, session)
        statuses = [c.answer()[1] for _ in ready]
    t.equal([0] * 5, statuses)
    t.true(time.monotonic() - begin < 1, 'at once')
    t.equal('ok', smbd.smbclient('open').got)
    t.story(smbd, 'negotiate allowed', *['session allowed'] * 5, *visit('open'))
