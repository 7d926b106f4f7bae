# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failed authentications: one event each, and an answer that takes its time.

What: who claimed to be whom, from which machine, with what kind of password
and how it failed, in every dialect; "smbguard:auth failure delay".
"""

import contextlib
import threading
import time

import machine
from harness import DENIED, visit
from ntlm_client import ECHO, SESSION_SETUP, WORKSTATION, Logons, status_name

FAILED = 'NT_STATUS_LOGON_FAILURE'
SUCCESS = 'NT_STATUS_SUCCESS'
WRONG = 'NT_STATUS_WRONG_PASSWORD'
UNKNOWN = 'NT_STATUS_NO_SUCH_USER'
WARD = ('netbios name = ward12', 'workgroup = CLINIC')
V1 = 'client ntlmv2 auth = no'
MORE_PROCESSING = 'NT_STATUS_MORE_PROCESSING_REQUIRED'
DELAY = 'smbguard:auth failure delay'
LONGEST = 10.0
# The same client comes with NTLMv2, NTLMv1, SMB1: no downgrade events.
STEADY = {'smbguard:history': 'no'}


def check_failure(t, event, **fields):
    """A failed logon, with what it always has and these fields."""
    t.fields(event, event='auth_failed', outcome='failed', severity='notice',
             windowsEventId=551, authMechanism='NTLMSSP', sid=None,
             share=None, policy=None, clientAddress='127.0.0.1', **fields)
    for part in (event['status'], event['account'], event['clientAddress']):
        t.contains(part, event['reason'])


def in_dialect(t, protocol):
    """Wrong password, unknown account; NTLMv2 and v1; and the right one."""
    smbd = t.smbd(options=STEADY)
    expected = []
    for options, kind in ((WARD, 'NTLMv2'), (WARD + (V1,), 'NTLMv1')):
        for user, status in (('alice', WRONG), ('mallory', UNKNOWN)):
            answer = smbd.smbclient('open', protocol, user=user,
                                    password='wrong', options=options)
            t.equal(FAILED, answer.got, 'the client is not told which')
            event = smbd.events()[-1]
            check_failure(t, event, account=user, domain='CLINIC',
                          clientName='WARD12', passwordType=kind,
                          dialect=protocol, status=status)
            expected += ['negotiate allowed', 'auth_failed failed']
        answer = smbd.smbclient('open', protocol, options=options)
        t.equal('ok', answer.got)
        t.fields(smbd.events(event='session')[-1], account='alice',
                 clientName='WARD12', passwordType=kind, status=None)
        expected += visit('open')
    t.story(smbd, *expected)


def test_nt1(t):
    in_dialect(t, 'NT1')


def test_smb2_02(t):
    in_dialect(t, 'SMB2_02')


def test_smb2_10(t):
    in_dialect(t, 'SMB2_10')


def test_smb3_00(t):
    in_dialect(t, 'SMB3_00')


def test_smb3_11(t):
    in_dialect(t, 'SMB3_11')


def test_ntlmssp_without_spnego(t):
    smbd = t.smbd(options=STEADY)
    for number, (bare, ntlmv2) in enumerate((
            (True, True), (True, False), (False, True), (False, False))):
        how = {'bare': bare, 'ntlmv2': ntlmv2, 'domain': 'CLINIC'}
        # At 3.1.1, hanging up behind a logon would be noticed.
        with Logons(smbd.port, 'SMB3_02') as c:
            t.equal(FAILED, c.attempt('alice', 'wrong', **how))
            t.equal(FAILED, c.attempt('mallory', 'wrong', **how))
            t.equal(SUCCESS, c.attempt('alice', **how))
        t.story(smbd, *['negotiate allowed', 'auth_failed failed',
                        'auth_failed failed',
                        'session allowed'] * (number + 1))
        first, second, session = smbd.events()[-3:]
        kind = 'NTLMv2' if ntlmv2 else 'NTLMv1'
        told = {'clientName': WORKSTATION, 'passwordType': kind}
        check_failure(t, first, account='alice', status=WRONG,
                      domain='CLINIC', **told)
        check_failure(t, second, account='mallory', status=UNKNOWN,
                      domain='CLINIC', **told)
        t.fields(session, account='alice', authMechanism='NTLMSSP', **told)


def test_session_that_is_authenticated_again(t):
    """As Windows does when a ticket or a password ends."""
    smbd = t.smbd(options=STEADY)
    with Logons(smbd.port, 'SMB3_02') as c:
        c.start('alice')
        session = c.answer()[2]
        t.equal(SUCCESS, c.attempt('alice', session=session))
        t.equal(FAILED, c.attempt('alice', 'wrong', session=session))
    t.story(smbd, 'negotiate allowed', 'session allowed', 'session allowed',
            'auth_failed failed')
    t.equal({'0x%016x' % session},
            {e['sessionId'] for e in smbd.events(event='session')})
    check_failure(t, smbd.events()[-1], account='alice', status=WRONG)


def test_names_of_any_kind_are_recorded(t):
    smbd = t.smbd(options=STEADY)
    names = ['al"ice\\', 'al\nice', '{"event":"session"}', 'Zoë', '爱丽丝',
             '\U0001f511', 'x' * 200, 'a\tb', ' ', '%U', '../../etc', 'a\0b']
    with Logons(smbd.port) as c:
        for name in names:
            t.equal(FAILED, c.attempt(name, 'wrong', domain=name,
                                      workstation=name), name)
        # Half of a pair: not text in any encoding.
        t.equal('NT_STATUS_INVALID_PARAMETER', c.attempt(_Half(), 'wrong'))
    t.story(smbd, 'negotiate allowed',
            *['auth_failed failed'] * (len(names) + 1))
    failed = t.each(smbd.events(event='auth_failed'), len(names) + 1)
    for name, event in zip(names, failed):
        told = name.partition('\0')[0]  # it ends a name for smbd, too
        t.fields(event, account=told, domain=told, clientName=told)


class _Half(str):
    """A name that is encoded as half of a surrogate pair."""

    def __new__(cls):
        return super().__new__(cls, 'half')

    def upper(self):
        return self

    def encode(self, *_):
        return b'h\0\x3d\xd8'


def test_broken_messages_fail_as_with_a_stock_smbd(t):
    tokens = (b'', b'NTLMSSP\0', b'NTLMSSP\0\3\0\0\0' + b'\xff' * 60,
              b'\x60' + b'\x82' * 40, b'wurst')
    stock = t.smbd(stock=True)
    ours = t.smbd(options=STEADY)
    expected = []
    for token in tokens:
        answers = []
        for smbd in (stock, ours):
            with Logons(smbd.port) as c:
                c.send_token(token)
                answers.append(status_name(c.answer()[1]))
        t.equal(*answers, what=repr(token))
        expected.append('negotiate allowed')
        # smbd looks into no empty one: that is no attempt yet.
        if token and answers[1] != MORE_PROCESSING:
            expected.append('auth_failed failed')
    t.equal(expected, ours.story())


def seconds(function, *arguments, **more):
    start = time.monotonic()
    result = function(*arguments, **more)
    return result, time.monotonic() - start


def test_delay(t):
    """Three guesses take over 6 s; nobody else has to wait for that."""
    smbd = t.smbd(options={DELAY: '2000', **STEADY})
    took = []

    def guess():
        with Logons(smbd.port) as c:
            for _ in range(3):
                took.append(seconds(c.attempt, 'alice', 'wrong'))

    thread = threading.Thread(target=guess)
    thread.start()
    first = smbd.wait_for_events(1, event='auth_failed')[0]
    answer, other = seconds(smbd.smbclient, 'open')
    t.equal('ok', answer.got)
    other_done = smbd.wait_for_events(1, event='share_disconnect')[0]
    thread.join()
    print('three failures: %s s; another client meanwhile: %.3f s' % (
        ', '.join('%.3f' % s for _, s in took), other))
    t.equal([FAILED] * 3, [status for status, _ in took])
    t.true(all(s >= 2.0 for _, s in took), '2 s each: %s' % took)
    t.true(sum(s for _, s in took) > 6.0, 'over 6 s: %s' % took)
    _, second, third = smbd.events(event='auth_failed')
    order = [first, smbd.events(event='session')[0], other_done, third]
    t.equal(sorted(e['timestamp'] for e in order),
            [e['timestamp'] for e in order], 'order')
    t.true(second['connectionId'] == first['connectionId'] ==
           third['connectionId'] != other_done['connectionId'],
           'one connection, and another')
    t.story(smbd, 'negotiate allowed', *['auth_failed failed'] * 3,
            *visit('open'))


def test_delay_does_not_stop_its_own_connection(t):
    smbd = t.smbd(options={DELAY: '1500'})
    with Logons(smbd.port) as c:
        # This brings the credits for several requests at once.
        t.equal(SUCCESS, c.attempt('alice'))
        start = time.monotonic()
        c.start('alice', 'wrong')
        c.send_echo()
        command, status, *_ = c.answer()
        t.equal((ECHO, SUCCESS), (command, status_name(status)))
        command, status, *_ = c.answer()
        t.equal((SESSION_SETUP, FAILED), (command, status_name(status)))
        t.true(time.monotonic() - start >= 1.5, 'late')


def test_delay_in_smb1_and_without_spnego(t):
    smbd = t.smbd(options={DELAY: '1000', **STEADY})
    answer, took = seconds(smbd.smbclient, 'open', 'NT1', password='wrong')
    t.equal(FAILED, answer.got)
    t.true(took >= 1.0, 'SMB1 is late: %f' % took)
    with Logons(smbd.port) as c:
        got, took = seconds(c.attempt, 'alice', 'wrong', bare=True)
    t.equal(FAILED, got)
    t.true(took >= 1.0, 'bare NTLMSSP is late: %f' % took)


def test_success_is_not_delayed(t):
    smbd = t.smbd(options={DELAY: '10000'})
    answer, took = seconds(smbd.smbclient, 'open')
    t.equal('ok', answer.got)
    t.true(took < LONGEST, 'at once: %f' % took)


def test_audit_mode_delays_nobody(t):
    smbd = t.smbd(options={DELAY: '10000', 'smbguard:mode': 'audit'})
    answer, took = seconds(smbd.smbclient, 'open', password='wrong')
    t.equal(FAILED, answer.got)
    t.true(took < LONGEST, 'at once: %f' % took)
    t.story(smbd, 'negotiate allowed', 'auth_failed failed')


def test_client_that_hangs_up_while_it_waits(t):
    smbd = t.smbd(options={DELAY: '10000'})
    with Logons(smbd.port) as c:
        c.start('alice', 'wrong')
        smbd.wait_for_events(1, event='auth_failed')
    t.story(smbd, 'negotiate allowed', 'auth_failed failed')
    t.equal('ok', smbd.smbclient('open').got)


def two_of_one_process(smbd):
    """Two connections of one client."""
    with contextlib.ExitStack() as stack:
        both = [stack.enter_context(Logons(smbd.port, 'SMB3_00'))
                for _ in range(2)]
        smbd.wait_for_connections(1)
        return stack.pop_all(), both


def test_delay_is_the_connections_own(t):
    """Guesses through one keep nobody waiting who comes through another."""
    smbd = t.smbd(options={DELAY: '1500', **STEADY})
    stack, (one, other) = two_of_one_process(smbd)
    with stack:
        # This brings the credits for several requests at once.
        t.equal(SUCCESS, other.attempt('alice'))
        begin = time.monotonic()
        for _ in range(3):
            other.start('alice', 'wrong')
        smbd.wait_for_events(3, event='auth_failed')
        got, took = seconds(one.attempt, 'alice')
        t.equal(SUCCESS, got)
        t.true(took < 1.4, 'the right password at once: %.2f' % took)
        got, took = seconds(one.attempt, 'alice', 'wrong')
        t.equal(FAILED, got)
        t.true(1.5 <= took < 2.9, 'a wrong one in its own time: %.2f' % took)
        for _ in range(3):
            t.equal(FAILED, status_name(other.answer()[1]))
        took = time.monotonic() - begin
        t.true(took >= 4.5, 'one behind the other: %.2f' % took)
    t.equal(1, len({e['pid'] for e in smbd.events(event='session')}))
    t.story(smbd, *['negotiate allowed', 'session allowed'] * 2,
            *['auth_failed failed'] * 4)


def test_channel_that_hangs_up_while_it_waits(t):
    """Also with the right password, behind wrong ones.  Its process lives on,
    and so does the gate."""
    smbd = t.smbd(options={DELAY: '700', **STEADY},
                  shares={'kerb': {'smbguard:ntlm': 'deny'}})
    stack, (one, other) = two_of_one_process(smbd)
    with stack:
        t.equal(SUCCESS, other.attempt('alice'))
        for password in ('wrong', None):
            other.start('alice', password)
        smbd.wait_for_events(1, event='auth_failed')
        smbd.wait_until_read(other)
        other.socket.close()
        session = one.log_on('alice')
        # The time in which the answers were due.
        t.equal(FAILED, one.attempt('alice', 'wrong'))
        t.equal(SUCCESS, one.tree_connect('open', session))
        t.equal(DENIED, one.tree_connect('kerb', session))
    t.equal('ok', smbd.smbclient('open').got)
    t.story(smbd, *['negotiate allowed', 'session allowed'] * 2,
            *['auth_failed failed'] * 3, *visit('open')[2:],
            'share_connect denied kerb', *visit('open'))


def test_client_that_does_not_wait(t):
    smbd = t.smbd(options={DELAY: '1000'})
    with Logons(smbd.port) as c:
        c.start('alice', 'wrong')
    told = smbd.story()
    # smbd 4.22 reads nothing any more when it finds that the client has gone.
    if machine.version() < (4, 22) or len(told) > 1:
        t.equal(['negotiate allowed', 'auth_failed failed'], told)
    else:
        t.equal(['negotiate allowed'], told)
    t.equal('ok', smbd.smbclient('open').got)


def test_no_process_waits_for_who_has_gone(t):
    """No account is needed for a row of guesses that takes minutes."""
    smbd = t.smbd(options={DELAY: '10000', **STEADY})
    with Logons(smbd.port, 'SMB3_02') as c:
        t.equal(SUCCESS, c.attempt('', ''))  # this brings the credits
        ready = []
        for _ in range(6):
            first, challenge, session = c.first_half('alice')
            ready.append((session, c.second_half(first, challenge, 'alice',
                                                 'wrong')))
        for session, token in ready:
            c.send_token(token, session)
        smbd.wait_until_read(c)
        smbd.wait_for_events(6, event='auth_failed')
    # That waits for the end of its process, and not for a minute.
    t.story(smbd, 'negotiate allowed', 'session allowed',
            *['auth_failed failed'] * 6)


def test_delay_that_cannot_be_parsed(t):
    smbd = t.smbd(options={DELAY: 'wurst'})
    t.true(smbd.smbclient('open').status != 0, 'refused')
    fault = smbd.events(event='policy_error')[0]
    t.fields(fault, policy__option=DELAY, policy__actual='wurst')


def test_failure_that_becomes_a_guest(t):
    """To smbd it is none. It is told with the name that was claimed, and late;
    smbd does not say which failure it was."""
    for kind, user in (('Bad User', 'mallory'), ('Bad Password', 'alice')):
        smbd = t.smbd(options={DELAY: '1500', 'map to guest': kind, **STEADY})
        with Logons(smbd.port, 'SMB3_02') as c:
            got, took = seconds(c.attempt, user, 'wrong', domain='CLINIC')
            t.equal(SUCCESS, got)
            t.true(took >= 1.5, 'late: %f' % took)
            right, took = seconds(c.attempt, 'alice')
            t.equal(SUCCESS, right)
            t.true(took < 1.5, 'the right password at once: %f' % took)
        t.story(smbd, 'negotiate allowed', 'auth_failed failed',
                'session allowed', 'session allowed')
        _, failure, guest, alice = smbd.events()
        check_failure(t, failure, account=user, domain='CLINIC',
                      clientName=WORKSTATION, passwordType='NTLMv2',
                      status=FAILED)
        t.fields(guest, account='nobody', clientName=WORKSTATION)
        t.fields(alice, account='alice')
