# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second channel of a client: negotiated and judged for itself.

What: refused at the negotiate gate and at the session gate, while the first
channel and its session go on as they were.
"""

import subprocess

import impacket_client
import sandbox
from harness import DENIED, visit
from ntlm_client import BINDING, Logons, status_name


def server(t, options=None):
    """Without a history: clients of all kinds come from one address."""
    return t.smbd(options=dict({'smbguard:history': 'no'}, **options or {}))


def bind(t, smbd, share, name):
    """smbtorture's second channel.  Did smbd do as the test expects?"""
    done = subprocess.run(
        ['smbtorture', '--configfile=' + smbd.conf, '-p', str(smbd.port),
         '--user=alice%' + sandbox.USERS['alice'], '//127.0.0.1/' + share,
         'smb2.session.' + name],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, cwd=t.directory, check=False)
    return '\nsuccess: ' in done.stdout


# Of smbtorture's tests, what the second channel may not have.
CHANNELS = (
    ('bind_negative_smb3to2s', 'min protocol', 'SMB3_00'),
    ('bind_negative_smb3signGtoCs', 'signing algorithms', 'AES-128-GMAC'),
)


def test_at_the_negotiate_gate(t):
    """Each channel is negotiated for itself, and judged for itself."""
    for name, option, value in CHANNELS:
        loose = server(t)
        t.true(bind(t, loose, 'open', name), 'without the option: ' + name)
        t.equal([], loose.events(outcome='denied'))
        smbd = server(t, {'smbguard:' + option: value})
        t.true(not bind(t, smbd, 'open', name), 'refused: ' + name)
        t.true(smbd.events(event='share_connect', outcome='allowed'),
               'the first channel has its tree')
        denied = t.one(smbd.events(outcome='denied'))
        t.fields(denied, event='negotiate',
                 policy__option='smbguard:' + option)
        same = smbd.events(event='negotiate', outcome='allowed',
                           clientGuid=denied['clientGuid'])
        t.true(same, 'another channel of the same client was allowed')


def test_of_an_encrypted_share(t):
    smbd = server(t)
    for name in ('bind1', 'bind2'):
        t.true(bind(t, smbd, 'secret', name), name)
    t.equal(['allowed'], sorted({e['outcome'] for e in smbd.events()}))
    for event in t.each(smbd.events(event='share_connect'), 4):
        t.fields(event, share='secret', encrypted=True)


def test_is_judged_as_a_session(t):
    """A bind is a session setup: the session gate sees who and how."""
    loose = server(t)
    t.true(bind(t, loose, 'open', 'bind1'), 'without the option')
    sessions = loose.events(event='session')
    t.true(len({e['connectionId'] for e in sessions}) > 1, 'two channels')
    smbd = server(t, {'smbguard:ntlm': 'deny'})
    t.true(not bind(t, smbd, 'open', 'bind1'), 'refused')
    t.equal({'denied'}, {e['outcome'] for e in smbd.events(event='session')})


def second_channel(smbd, client, source='127.0.0.1', **more):
    """How smbd ends a second channel's session setup, here by NTLM."""
    guid = client.connection.getSMBServer().ClientGuid.encode()
    with Logons(smbd.port, 'SMB3_00', source, guid) as channel:
        return channel.attempt('alice', session=channel.bind_to(client),
                               **more)


def test_does_not_change_the_session(t):
    """How it was authenticated is no fact of the session."""
    for more in ({}, {'password': 'wrong'}):
        smbd = server(t)
        with smbd.impacket(smb2=True) as client:
            t.equal('ok', impacket_client.status(client.tree, 'open'))
            second_channel(smbd, client, ntlmv2=False, **more)
            t.equal('ok', impacket_client.status(client.tree, 'open'))
        before, after = smbd.events(event='share_connect')
        t.equal('NTLMv1', smbd.events()[-4]['passwordType'])
        for event in (before, after):
            t.fields(event, passwordType='NTLMv2', authMechanism='NTLMSSP',
                     clientName=before.get('clientName'))


# A session setup of two requests that do not say the same: smbd goes by the
# one that ends it.

def in_two(client, user, first, second, session=0):
    """How it ends, with these flags (or security mode) in its requests."""
    one, challenge, session = client.first_half(user, session=session, **first)
    client.send_token(client.second_half(one, challenge, user), session,
                      **second)
    return status_name(client.answer()[1]), session


def test_security_mode_of_the_last_request(t):
    enabled, required = {'security_mode': 1}, {'security_mode': 2}
    for first, second, signed in ((enabled, enabled, False),
                                  (required, enabled, False),
                                  (enabled, required, True),
                                  (required, required, True)):
        smbd = server(t)
        with Logons(smbd.port, 'SMB3_00') as client:
            got, session = in_two(client, 'alice', first, second)
            t.equal('NT_STATUS_SUCCESS', got)
            # This is not signed: smbd's own word on it.
            t.equal(DENIED if signed else 'NT_STATUS_SUCCESS',
                    client.tree_connect('open', session))
        t.fields(t.one(smbd.events(event='session')), signed=signed)


def test_binding_flag_of_the_last_request(t):
    """Without it, the session goes on as somebody else's: no other channel."""
    plain, binding = {'flags': 0}, {'flags': BINDING}
    for user, first, second, got, changes in (
            ('alice', binding, binding, 'NT_STATUS_SUCCESS', []),
            ('bob', binding, plain, 'NT_STATUS_SUCCESS', ['bob']),
            ('alice', binding, plain, 'NT_STATUS_SUCCESS', [])):
        smbd = server(t)
        with smbd.impacket(source='127.0.0.2', smb2=True) as client:
            guid = client.connection.getSMBServer().ClientGuid.encode()
            with Logons(smbd.port, 'SMB3_00', guid=guid) as channel:
                session = channel.bind_to(client)
                t.equal(got, in_two(channel, user, first, second, session)[0])
        t.story(smbd, *['negotiate allowed', 'session allowed'] * 2,
                *['reauthentication detected'] * len(changes))
        t.equal(changes, [e['account'] for e in
                          smbd.events(event='reauthentication')])
    # The other way round it is none to smbd, either.
    smbd = server(t)
    with Logons(smbd.port, 'SMB3_00') as client:
        session = client.log_on('alice')
        t.equal('NT_STATUS_INVALID_PARAMETER',
                in_two(client, 'bob', plain, binding, session)[0])
    t.story(smbd, 'negotiate allowed', 'session allowed')


def test_is_refused_at_the_session_gate(t):
    """The first one is let in, by an exception for its address."""
    allow = {'smbguard:exceptions': 'first',
             'smbguard:first hosts': '127.0.0.2',
             'smbguard:first until': '2099-12-31',
             'smbguard:first reason': 'a test'}
    loose = server(t)
    with loose.impacket(source='127.0.0.2', smb2=True) as client:
        t.equal('NT_STATUS_SUCCESS', second_channel(loose, client))
        t.equal('NT_STATUS_LOGON_FAILURE',
                second_channel(loose, client, password='wrong'))
        client.tree('open')
    t.story(loose, *['negotiate allowed', 'session allowed'] * 2,
            'negotiate allowed', 'auth_failed failed',
            *visit('open')[2:])
    smbd = server(t, dict(allow, **{'smbguard:ntlm': 'deny',
                                    'smbguard:first allow': 'ntlm'}))
    with smbd.impacket(source='127.0.0.2', smb2=True) as client:
        t.equal('NT_STATUS_SUCCESS',
                second_channel(smbd, client, '127.0.0.2'))
        t.equal(DENIED, second_channel(smbd, client))
        # The session lives on, on the channels that it has.
        t.equal(b'hello\n', client.read(client.tree('open')))
    denied = t.one(smbd.events(outcome='denied'))
    t.fields(denied, event='session', clientAddress='127.0.0.1',
             account='alice', policy__option='smbguard:ntlm')
    t.equal(1, len({e['sessionId'] for e in smbd.events(event='session')}))
