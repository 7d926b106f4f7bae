# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""SMB1's logons and requests that smbd shows to no hook.

What: unencrypted passwords, right and wrong, and anonymous logons are told of
with what they claim, in any dialect of SMB1, alone, in chains and in pieces; RAP
is told as a pipe.  Each beside the ordinary logon of the same connection.
(Encrypted passwords without extended security: test_logons.)
"""

import subprocess
import time

import sandbox
import wire
from clients import ANONYMOUS
from harness import DENIED, visit
from smb1 import (SUCCESS, Smb1, echo, old_setup, plain_setup, rap_shares,
                  session_setup, tree_connect)

CALM = {'smbguard:history': 'no'}
FAILED = 'NT_STATUS_LOGON_FAILURE'
PLAIN = {'encrypt passwords': 'no'}
GUEST_OK = {'map to guest': 'Bad User'}
RIGHT = sandbox.USERS['alice']
AUTH_FAILED = 'auth_failed failed'
RAP = '\\PIPE\\LANMAN'


def server(t, options=None, shares=None):
    return t.smbd(options=dict(CALM, **options or {}), shares=shares)


def keep_lanman_hash(smbd):
    """So that smbd has something to compare an unencrypted password with."""
    subprocess.run(['smbpasswd', '-c', smbd.conf, '-s', 'alice'], check=True,
                   input='%s\n%s\n' % (RIGHT, RIGHT), text=True,
                   capture_output=True)


def log_on(c, command):
    status, answers = c.message(command, uid=0)
    if status == SUCCESS:
        c.uid = answers[0][0]
    return status


def check_failure(t, event, account, domain=None, kind='Plaintext'):
    t.fields(event, event='auth_failed', account=account, domain=domain,
             passwordType=kind, status=FAILED, dialect='NT1', sid=None,
             authMechanism=None, windowsEventId=551)


def test_plain_password(t):
    """To a server that encrypts, any length but a response's is a password."""
    smbd = server(t, {'lanman auth': 'yes'})
    keep_lanman_hash(smbd)
    with Smb1(smbd.port) as c:
        t.equal(FAILED, log_on(c, plain_setup('alice', 'wrong', 'THERE')))
        t.equal(SUCCESS, log_on(c, plain_setup('alice', RIGHT)))
        t.equal(SUCCESS, c.tree('open'))
        t.equal(b'hello\n', c.read_file())
        t.equal(SUCCESS, c.log_on('alice'))
        t.equal(FAILED, c.log_on('alice', 'wrong'))
    t.story(smbd, AUTH_FAILED, *visit('open'), 'session allowed', AUTH_FAILED)
    check_failure(t, smbd.events()[1], 'alice', 'THERE')
    plain, encrypted = smbd.events(event='session')
    t.fields(plain, account='alice', passwordType='Plaintext')
    t.fields(encrypted, account='alice', passwordType='NTLMv1',
             authMechanism='NTLM')
    t.fields(smbd.events(event='share_connect')[0], account='alice',
             passwordType='Plaintext')


def test_plain_password_without_encryption(t):
    """`encrypt passwords = no`: no other kind is taken.  This smbd loses it on
    its way to PAM, so that no password is right."""
    smbd = server(t, PLAIN)
    with Smb1(smbd.port) as c:
        for guess in ('wrong', 'x' * 23, 'y' * 100):
            t.equal(FAILED, log_on(c, plain_setup('alice', guess)))
        t.equal(SUCCESS, log_on(c, plain_setup('', '')))
    for event in t.each(smbd.events(event='auth_failed'), 3):
        check_failure(t, event, 'alice')
    t.story(smbd, 'negotiate allowed', *[AUTH_FAILED] * 3, 'session allowed')
    t.fields(smbd.events()[-1], event='session', passwordType='None',
             account='ANONYMOUS LOGON')


def test_plain_password_that_smbd_does_not_look_at(t):
    """Too long, or extended security was agreed: that is no try."""
    smbd = server(t, PLAIN)
    with Smb1(smbd.port) as c:
        t.equal('NT_STATUS_INVALID_PARAMETER',
                log_on(c, plain_setup('alice', 'x' * 300)))
    with Smb1(server(t).port, extended=True) as c:
        t.equal(FAILED, log_on(c, plain_setup('alice', RIGHT)))
    t.story(smbd, 'negotiate allowed')
    t.story(t.servers[1], 'negotiate allowed')


def test_guest_of_a_wrong_name(t):
    """`map to guest` hides the failure from the client, not from the record."""
    shares = {'open': {'guest ok': 'yes'}}
    for guest, tree in (('allow', SUCCESS), ('deny', DENIED)):
        smbd = server(t, dict(GUEST_OK, **{'smbguard:guest': guest}), shares)
        with Smb1(smbd.port) as c:
            t.equal(SUCCESS, log_on(c, plain_setup('mallory', 'guess', 'X')))
            t.equal(tree, c.tree('open'))
            t.equal(SUCCESS, c.log_on('alice'))
            t.equal(SUCCESS, c.tree('open'))
        failure, session = smbd.events()[1:3]
        check_failure(t, failure, 'mallory', 'X')
        t.fields(session, event='session', account='nobody',
                 passwordType='Plaintext',
                 outcome='allowed' if guest == 'allow' else 'denied')
        t.one(smbd.events(event='auth_failed'))


def test_older_dialects(t):
    """They know the other form of a logon, with one password and no domain."""
    for options, kind in (({}, 'LANMan'), (PLAIN, 'Plaintext')):
        smbd = server(t, dict(options, **{'server min protocol': 'CORE'}))
        for dialect in ('LANMAN1.0', 'LM1.2X002'):
            with Smb1(smbd.port, dialect=dialect) as c:
                wrong = old_setup('alice', b'1' * 24)
                t.true(c.message(wrong)[0] != SUCCESS, 'refused')
                t.equal(SUCCESS, c.message(old_setup(''))[0])
        for event in t.each(smbd.events(event='auth_failed'), 2):
            t.fields(event, account='alice', dialect='LANMAN',
                     passwordType=kind)
        for event in t.each(smbd.events(event='session'), 2):
            t.fields(event, account='ANONYMOUS LOGON', passwordType='None')


def test_anonymous_that_leaves(t):
    smbd = server(t)
    for _ in range(3):
        with Smb1(smbd.port) as c:
            t.equal(SUCCESS, c.log_on(ANONYMOUS))
    with Smb1(smbd.port) as c:
        c.send(wire.netbios(c.packed(session_setup(''), uid=0)))
    t.story(smbd, *['negotiate allowed', 'session allowed'] * 4)
    for event in t.each(smbd.events(event='session'), 4):
        t.fields(event, account='ANONYMOUS LOGON', passwordType='None')


def test_unencrypted_passwords_are_of_no_use_where_it_matters(t):
    """No guess is right then, though smbd still takes them; each is told."""
    smbd = server(t, dict(PLAIN, **{'smbguard:auth failure delay': '300',
                                    'lanman auth': 'yes'}))
    keep_lanman_hash(smbd)
    with Smb1(smbd.port) as c:
        for guess in ('wrong', RIGHT):
            t.equal(FAILED, log_on(c, plain_setup('alice', guess)))
        t.equal(SUCCESS, c.log_on('alice'))
    t.story(smbd, 'negotiate allowed', AUTH_FAILED, AUTH_FAILED,
            'session allowed')
    for event in t.each(smbd.events(event='auth_failed'), 2):
        check_failure(t, event, 'alice')


# Several commands in one message

def test_chained_logon_and_tree(t):
    smbd = server(t, GUEST_OK, {'open': {'guest ok': 'yes'}})
    with Smb1(smbd.port) as c:
        status, answers = c.message(session_setup(''), tree_connect('open'))
        t.equal((SUCCESS, 2), (status, len(answers)))
        status, answers = c.message(plain_setup('mallory', 'guess'),
                                    tree_connect('open'))
        t.equal((SUCCESS, 2), (status, len(answers)))
        status, answers = c.message(c.logon('alice'), tree_connect('open'))
        t.equal((SUCCESS, 2), (status, len(answers)))
    t.story(smbd, AUTH_FAILED, 'negotiate allowed',
            *[event for event in visit('open') * 3
              if event != 'negotiate allowed'])
    t.equal(['ANONYMOUS LOGON', 'nobody', 'alice'],
            [e['account'] for e in smbd.events(event='session')])
    t.equal(['None', 'Plaintext', 'NTLMv1'],
            [e['passwordType'] for e in smbd.events(event='share_connect')])


def test_many_logons_in_one_message(t):
    """smbd ends a chain with the first that fails; none behind it was tried."""
    smbd = server(t, {'lanman auth': 'yes'})
    keep_lanman_hash(smbd)
    wrong = plain_setup('mallory', 'wrong')
    with Smb1(smbd.port) as c:
        for commands, account in (
                ([session_setup(''), c.logon('alice'), wrong,
                  plain_setup('bob', 'wrong')], 'mallory'),
                ([plain_setup('alice', RIGHT), session_setup(''),
                  c.logon('bob', 'wrong'), wrong], 'bob'),
                ([session_setup('')] * 70 + [wrong], None)):
            t.true(c.message(*commands, uid=0)[0] != SUCCESS, account)
    told = smbd.events(event='auth_failed')
    t.equal(['mallory', 'bob', None], [e.get('account') for e in told])
    t.equal(['Plaintext', 'NTLMv1', None],
            [e.get('passwordType') for e in told])
    # One that is shown is told at once, the others when they are found.
    t.equal(['NTLMv1', 'None', 'Plaintext', 'None'] + ['None'] * 64 +
            [None] * 6, [e.get('passwordType')
                         for e in smbd.events(event='session')])


def test_logon_far_behind_in_a_chain(t):
    """Almost as far as a chain can reach: what comes before it is long."""
    smbd = server(t)
    setup, words, names = session_setup('')
    long_setup = setup, words, names + bytes(65000)
    with Smb1(smbd.port) as c:
        status, answers = c.message(long_setup, plain_setup('alice', 'wrong'))
        t.equal((FAILED, 2), (status, len(answers)))
        t.equal(SUCCESS, c.log_on('alice'))
    t.story(smbd, 'negotiate allowed', 'session allowed', AUTH_FAILED,
            'session allowed')
    check_failure(t, t.one(smbd.events(event='auth_failed')), 'alice')


# RAP

def test_rap_is_told_once_a_tree(t):
    smbd = server(t)
    with Smb1(smbd.port) as c:
        t.equal(SUCCESS, c.log_on('alice'))
        for share in ('IPC$', 'open'):
            t.equal(SUCCESS, c.tree(share))
            for name in (RAP, '\\pipe\\lanman', '\\PIPELANMAN',
                         '\\GUARDED\\PIPE\\LANMAN'):
                status, answers = c.message(rap_shares(name))
                t.equal(SUCCESS, status)
                t.contains(b'open', answers[0][3])
    told = smbd.events(event='pipe_open')
    t.equal(['IPC$', 'open'], [e['share'] for e in told])
    for event in t.each(told, 2):
        t.fields(event, outcome='allowed', severity='info', pipe='LANMAN',
                 account='alice', clientAddress='127.0.0.1')


def test_rap_at_a_printer(t):
    """smbd asks no module there, and answers all the same."""
    smbd = server(t, shares={'laser': {'printable': 'yes', 'path': '/tmp'}})
    with Smb1(smbd.port) as c:
        t.equal(SUCCESS, c.log_on('alice'))
        t.equal(SUCCESS, c.tree('laser'))
        for _ in range(2):
            t.equal(SUCCESS, c.message(rap_shares())[0])
    t.story(smbd, 'negotiate allowed', 'session allowed',
            'pipe_open allowed laser')
    t.fields(smbd.events()[-1], pipe='LANMAN', account='alice')


def test_rap_in_one_message_with_its_tree(t):
    smbd = server(t)
    with Smb1(smbd.port) as c:
        status, answers = c.message(session_setup(''), tree_connect('IPC$'),
                                    rap_shares())
        t.equal(SUCCESS, status)
        t.contains(b'open', b''.join(data for *_, data in answers))
        t.equal(SUCCESS, c.log_on('alice'))
        t.equal(SUCCESS, c.message(tree_connect('IPC$'))[0])
    event = t.one(smbd.events(event='pipe_open'))
    t.fields(event, pipe='LANMAN', account='ANONYMOUS LOGON', share='IPC$')


def test_what_is_no_rap(t):
    smbd = server(t)
    with Smb1(smbd.port) as c:
        t.equal(SUCCESS, c.log_on('alice'))
        t.equal(SUCCESS, c.tree('IPC$'))
        for name in ('\\PIPE\\LANMAN2', '\\PIPE\\XLANMAN', '\\LANMAN',
                     'PIPE\\LANMAN', '\\PIPE\\srvsvc'):
            t.true(c.message(rap_shares(name))[0] != SUCCESS, name)
        t.equal([], smbd.wait_for_events(0, event='pipe_open'))
        t.equal(SUCCESS, c.message(rap_shares())[0])
    t.one(smbd.events(event='pipe_open'))


# How messages come

def in_pieces(c, message, *cuts, pause=0.05):
    """Send it so that smbd finds a part of it first."""
    data = wire.netbios(message)
    for start, end in zip((0,) + cuts, cuts + (len(data),)):
        c.send(data[start:end])
        if end < len(data):
            time.sleep(pause)


def test_message_in_pieces(t):
    smbd = server(t)
    with Smb1(smbd.port) as c:
        for cuts in ((1,), (4,), (20,), (41,), (60,), (1, 4, 41, 80)):
            in_pieces(c, c.packed(plain_setup('alice', 'wrong'), uid=0), *cuts)
            t.equal(FAILED, c.answers()[0], cuts)
        t.equal(SUCCESS, c.log_on('alice'))
    for event in t.each(smbd.events(event='auth_failed'), 6):
        check_failure(t, event, 'alice')
    t.story(smbd, 'negotiate allowed', *[AUTH_FAILED] * 6, 'session allowed')


def test_message_in_slow_pieces(t):
    """A second in all is waited; then smbd waits alone, and we do not see it."""
    smbd = server(t)
    with Smb1(smbd.port) as c:
        in_pieces(c, c.packed(plain_setup('alice', 'wrong'), uid=0), 50,
                  pause=1.3)
        t.equal(FAILED, c.answers()[0])
        t.equal(SUCCESS, c.log_on('alice'))
        t.equal(FAILED, log_on(c, plain_setup('alice', 'wrong')))
    t.story(smbd, 'negotiate allowed', 'session allowed', AUTH_FAILED)


def memory_of(pid):
    """In KiB."""
    with open('/proc/%d/status' % pid, encoding='ascii') as f:
        return next(int(line.split()[1]) for line in f
                    if line.startswith('VmRSS'))


def test_many_messages(t):
    """No memory is kept for what has been seen."""
    smbd = server(t)
    with Smb1(smbd.port) as c:
        t.equal(SUCCESS, c.log_on('alice'))
        t.equal(SUCCESS, c.tree('IPC$'))
        pid = smbd.wait_for_events(1, event='session')[0]['pid']

        def rounds(count):
            for _ in range(count):
                t.equal(FAILED, log_on(c, plain_setup('x' * 99, 'wrong')))
                c.message(rap_shares())
                c.message(echo())
        rounds(100)
        before = memory_of(pid)
        rounds(400)
        grown = memory_of(pid) - before
    t.true(grown < 400, 'no growth, not %d KiB' % grown)
    t.equal(500, len(smbd.events(event='auth_failed')))
    t.one(smbd.events(event='pipe_open'))
