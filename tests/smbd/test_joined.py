# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tree is judged for one logon, and then others use it.

What: whoever authenticates a session again, adds a channel to it, or logs on to
an SMB1 connection is held against the trees that are open there, and refused
where one of them would be refused to it; the event names the share.  In SMB1 a
new tree is held against those who are logged on already.
"""

import os

import impacket_client
import smb1
from clients import ANONYMOUS
from harness import DENIED
from ntlm_client import Logons
from smb1 import Smb1
from torture import torture

SUCCESS = 'NT_STATUS_SUCCESS'
HELLO = b'hello\n'
CALM = {'smbguard:history': 'no'}
GUEST_OK = {'map to guest': 'Bad User'}
SECRET = {'secret': {'smbguard:encryption': 'required'}}


def excepted(allow, **more):
    """[global] options of an exception."""
    options = {'allow': allow, 'until': '2099-12-31', 'reason': 'a test',
               **more}
    return dict({'smbguard:exceptions': 'one'},
                **{'smbguard:one ' + key: value
                   for key, value in options.items()})


def server(t, options=None, shares=None):
    return t.smbd(options=dict(CALM, **options or {}), shares=shares)


# SMB2: the same session again

def again(t, smbd, share, first, second):
    """first connects, second takes the session over: what the latter gets."""
    with Logons(smbd.port, 'SMB2_10') as c:
        session = c.log_on(first)
        tree = c.tree(share, session)
        t.equal(HELLO, c.read_file(tree, session))
        got = c.attempt(second, password=None if second else '',
                        session=session)
        return got, c.read_file(tree, session)


def refused_again(t, smbd, share, first, second, option, **fields):
    got, read = again(t, smbd, share, first, second)
    t.equal(DENIED, got)
    t.true(read != HELLO, 'nothing is read: %r' % read)
    before, event = smbd.events(event='session')[-2:]
    t.equal(before['sessionId'], event['sessionId'])
    t.fields(event, outcome='denied', share=share, policy__option=option,
             policy__scope=share, **fields)
    t.contains('[%s]' % share, event['reason'])
    t.contains('open already', event['reason'])
    t.equal([], smbd.events(event='reauthentication'))


def test_user_of_an_exception(t):
    """bob alone may be unencrypted, and hands his session to alice."""
    smbd = server(t, excepted('unencrypted', users='bob'), SECRET)
    t.equal(DENIED, smbd.smbclient('secret', 'SMB2_10').got)
    refused_again(t, smbd, 'secret', 'bob', 'alice', 'smbguard:encryption',
                  account='alice')
    t.equal((SUCCESS, HELLO), again(t, smbd, 'secret', 'bob', 'bob'))
    t.equal((SUCCESS, HELLO), again(t, smbd, 'open', 'bob', 'alice'))


def test_ntlm(t):
    smbd = server(t, excepted('ntlm', users='bob'), {
        'kerb': {'smbguard:ntlm': 'deny', 'smbguard:signing': 'optional'}})
    refused_again(t, smbd, 'kerb', 'bob', 'alice', 'smbguard:ntlm',
                  account='alice', authMechanism='NTLMSSP')
    t.equal((SUCCESS, HELLO), again(t, smbd, 'kerb', 'bob', 'bob'))


def test_anonymous(t):
    shares = {'ng': {'guest ok': 'yes', 'smbguard:guest': 'deny'},
              'open': {'guest ok': 'yes'}}
    smbd = server(t, shares=shares)
    refused_again(t, smbd, 'ng', 'alice', ANONYMOUS, 'smbguard:guest')
    t.equal((SUCCESS, HELLO), again(t, smbd, 'open', 'alice', ANONYMOUS))
    smbd = server(t, {'smbguard:guest': 'deny'}, {'open': {'guest ok': 'yes'}})
    got, read = again(t, smbd, 'open', 'alice', ANONYMOUS)
    t.equal(DENIED, got)
    t.true(read != HELLO, 'nothing is read')


def test_audit_mode(t):
    """It is told, and nobody is refused."""
    smbd = server(t, {'smbguard:mode': 'audit',
                      **excepted('unencrypted', users='bob')}, SECRET)
    t.equal((SUCCESS, HELLO), again(t, smbd, 'secret', 'bob', 'alice'))
    t.fields(smbd.events(event='session')[-1], outcome='would_deny',
             account='alice', share='secret',
             policy__option='smbguard:encryption', policy__scope='secret')


def test_change_of_account_is_told(t):
    smbd = server(t)
    again(t, smbd, 'open', 'bob', 'bob')
    t.equal([], smbd.events(event='reauthentication'))
    again(t, smbd, 'open', 'bob', 'alice')
    event = t.one(smbd.events(event='reauthentication'))
    t.fields(event, outcome='detected', severity='warning', account='alice',
             previousAccount='bob', dialect='SMB2_10',
             sessionId=smbd.events(event='session')[-1]['sessionId'])
    t.contains('bob', event['reason'])
    t.contains('alice', event['reason'])


def test_keys_of_the_first_logon(t):
    """A session keeps them, so that anonymous logons can sign in it."""
    names = tuple('smb2.session.reauth%d' % number for number in (1, 2, 3, 4))
    acls = {'open': {'vfs objects': 'acl_xattr',  # reauth4 sets one
                     'acl_xattr:ignore system acls': 'yes'}}
    stock = t.smbd(stock=True, options={'server signing': 'mandatory'},
                   shares=acls)
    torture(t, stock, 'open', names)
    smbd = server(t, {'smbguard:signing': 'required'}, acls)
    torture(t, smbd, 'open', names)
    anonymous = [e for e in smbd.events(event='session')
                 if e['account'] == 'ANONYMOUS LOGON']
    for event in t.each(anonymous, 3, 'anonymous logons'):
        t.fields(event, outcome='allowed', signed=True,
                 policy__option='smbguard:signing')
    # Without a user's logon before, there is no key.
    t.equal(DENIED, smbd.smbclient('IPC$', user=ANONYMOUS).got)


# SMB2: another channel

def bind(smbd, client, source):
    guid = client.connection.getSMBServer().ClientGuid.encode()
    with UnableLogons(smbd.port, 'SMB3_00', source, guid) as channel:
        return channel.attempt('alice', session=channel.bind_to(client))


class UnableLogons(Logons):
    capabilities = 0


def test_channel_from_another_address(t):
    """The exception is for one address; the session gets a second one."""
    smbd = server(t, excepted('unencrypted', hosts='127.0.0.2'), SECRET)
    with impacket_client.unable():
        with smbd.impacket(source='127.0.0.2', smb2=True) as client:
            t.equal(HELLO, client.read(client.tree('open')))
            t.equal(SUCCESS, bind(smbd, client, '127.0.0.1'), 'no tree there')
        with smbd.impacket(source='127.0.0.2', smb2=True) as client:
            tree = client.tree('secret')
            t.equal(HELLO, client.read(tree))
            t.equal(SUCCESS, bind(smbd, client, '127.0.0.2'))
            t.equal(DENIED, bind(smbd, client, '127.0.0.1'))
            t.equal(HELLO, client.read(tree), 'the session lives on')
    event = t.one(smbd.events(outcome='denied'))
    t.fields(event, event='session', share='secret', account='alice',
             clientAddress='127.0.0.1', policy__option='smbguard:encryption')


def through_both(t, smbd, share, first, second):
    """A session with a channel from each address gets a tree through the first
    of them.  What the second one reads in it, or how it was refused."""
    with smbd.impacket(source=first, smb2=True) as client:
        guid = client.connection.getSMBServer().ClientGuid.encode()
        with UnableLogons(smbd.port, 'SMB3_00', second, guid) as channel:
            session = channel.bind_to(client)
            t.equal(SUCCESS, channel.attempt('alice', session=session))
            trees = []
            got = impacket_client.status(
                lambda: trees.append(client.tree(share)))
            if got != 'ok':
                t.equal(HELLO, client.read(client.tree('open')),
                        'the session lives on')
                return got
            channel.key = None
            return channel.read_file(trees[0], session)


def test_tree_of_a_session_with_two_channels(t):
    """Whichever asks, what it gets can be used through the other."""
    a, b = '127.0.0.2', '127.0.0.1'
    options = excepted('unencrypted', hosts=a)
    for mode, got in (('audit', HELLO), ('enforce', DENIED)):
        smbd = server(t, {'smbguard:mode': mode, **options}, SECRET)
        with impacket_client.unable():
            t.equal(HELLO, through_both(t, smbd, 'secret', a, a))
            t.equal(got, through_both(t, smbd, 'secret', a, b))
        event = t.one(smbd.events(event='share_connect', share='secret',
                                  outcome='denied' if got == DENIED
                                  else 'would_deny'))
        t.fields(event, account='alice', clientAddress=a,
                 policy__option='smbguard:encryption',
                 policy__scope='secret')
        t.contains('alice from ' + b, event['reason'])
        t.contains('can be used through the channel from %s as well.' % b,
                   event['reason'])


def test_another_account_of_a_session_with_two_channels(t):
    """bob may come from one address alone, and gets alice's tree, which can be
    used from the other."""
    a, b = '127.0.0.2', '127.0.0.1'
    options = excepted('unencrypted', users='alice')
    options.update({name.replace(':one', ':two'): value
                    for name, value in options.items()})
    options.update({'smbguard:exceptions': 'one two',
                    'smbguard:two users': 'bob', 'smbguard:two hosts': a})
    smbd = server(t, options, SECRET)
    for first, share, got in ((a, 'secret', SUCCESS), (b, 'open', SUCCESS),
                              (b, 'secret', DENIED)):
        with impacket_client.unable(), \
                smbd.impacket(source=first, smb2=True) as client:
            guid = client.connection.getSMBServer().ClientGuid.encode()
            with UnableLogons(smbd.port, 'SMB3_00', a, guid) as channel:
                session = channel.bind_to(client)
                t.equal(SUCCESS, channel.attempt('alice', session=session))
                client.tree(share)
                channel.key = None
                t.equal(got, channel.attempt('bob', session=session))
    event = t.one(smbd.events(outcome='denied'))
    t.fields(event, event='session', account='bob', clientAddress=a,
             share='secret', policy__option='smbguard:encryption')
    t.contains('would be used by this logon as well, through the channel '
               'from %s.' % b, event['reason'])
    t.equal(2, len(smbd.events(event='reauthentication')))


# SMB1: all users of a connection

def test_smb1_user_who_comes_later(t):
    smbd = server(t, excepted('unencrypted', users='bob'), SECRET)
    with Smb1(smbd.port) as c:
        t.equal(SUCCESS, c.log_on('bob'))
        t.equal(SUCCESS, c.tree('secret'))
        t.equal(HELLO, c.read_file())
        bob = c.uid
        t.equal(DENIED, c.log_on('alice'))
        t.equal(HELLO, c.read_file(uid=bob), "bob's session lives on")
    event = smbd.events(event='session')[-1]
    t.fields(event, outcome='denied', account='alice', share='secret',
             policy__option='smbguard:encryption', policy__scope='secret')
    with Smb1(smbd.port) as c:
        for user in ('bob', 'alice'):
            t.equal(SUCCESS, c.log_on(user))
            t.equal(SUCCESS, c.tree('open'))
            t.equal(HELLO, c.read_file())


def test_smb1_user_who_was_there(t):
    """alice has logged on; the tree that bob gets would be hers as well."""
    smbd = server(t, excepted('unencrypted', users='bob'), SECRET)
    with Smb1(smbd.port) as c:
        t.equal(SUCCESS, c.log_on('alice'))
        t.equal(SUCCESS, c.log_on('bob'))
        t.equal(DENIED, c.tree('secret'))
        t.equal(SUCCESS, c.tree('open'))
    event = t.one(smbd.events(event='share_connect', share='secret'))
    t.fields(event, outcome='denied', account='bob',
             policy__option='smbguard:encryption')
    t.contains('alice from 127.0.0.1', event['reason'])
    with Smb1(smbd.port) as c:
        t.equal(SUCCESS, c.log_on('bob'))
        t.equal(SUCCESS, c.tree('secret'))
        t.equal(HELLO, c.read_file())


def guests_at(name):
    return {name: {'guest ok': 'yes', 'smbguard:guest': 'deny'}}


def anonymous_through(t, smbd, share):
    """An anonymous logon uses alice's tree: what it reads."""
    with Smb1(smbd.port) as c:
        t.equal(SUCCESS, c.log_on('alice'))
        t.equal(SUCCESS, c.tree(share))
        t.equal(HELLO, c.read_file())
        alice = c.uid
        status = c.log_on(ANONYMOUS)
        read = c.read_file() if status == SUCCESS else status
        t.equal(HELLO, c.read_file(uid=alice), "alice's session lives on")
        return read


def chained_through(t, smbd, share):
    """The same in one message: the logon, the open and the read."""
    with Smb1(smbd.port) as c:
        t.equal(SUCCESS, c.log_on('alice'))
        t.equal(SUCCESS, c.tree(share))
        status, answers = c.message(c.logon(ANONYMOUS), smb1.create('hello.txt'),
                                    smb1.read(), uid=0)
        return smb1.contents(answers) if status == SUCCESS else status


def test_smb1_anonymous(t):
    for options, shares, share in (
            ({}, guests_at('ng'), 'ng'),
            ({'smbguard:guest': 'deny'}, {'open': {'guest ok': 'yes'}},
             'open'),
            (excepted('unencrypted', users='alice'), {
                'secret': {'guest ok': 'yes',
                           'smbguard:encryption': 'required'}}, 'secret')):
        loose = server(t, {'smbguard:mode': 'audit', **options}, shares)
        smbd = server(t, options, shares)
        for way in (anonymous_through, chained_through):
            t.equal(HELLO, way(t, loose, share), way.__name__)
            read = way(t, smbd, share)
            t.true(read != HELLO, 'nothing is read: %r' % read)
            refused = smbd.events(event='session')[-1]
            t.fields(refused, outcome='denied', account='ANONYMOUS LOGON')
            told = loose.events(event='session')[-1]
            t.fields(told, outcome='would_deny', account='ANONYMOUS LOGON')


def test_smb1_anonymous_of_extended_security(t):
    """A connection of SPNEGO takes an anonymous logon without it as well."""
    for options, shares, got in (({'smbguard:guest': 'deny'}, {}, DENIED),
                                 ({}, guests_at('open'), DENIED),
                                 ({}, {}, SUCCESS)):
        shares.setdefault('open', {})['guest ok'] = 'yes'
        smbd = server(t, options, shares)
        with Smb1(smbd.port, extended=True) as c:
            t.equal(SUCCESS, c.log_on(ANONYMOUS))
            t.equal(got, c.tree('open'))
        with Smb1(smbd.port, extended=True) as c:
            status, _ = c.message(c.logon(ANONYMOUS), smb1.tree_connect('open'))
            t.equal(got, status, 'in one message')
        for event in t.each(smbd.events(event='share_connect'), 2):
            t.fields(event, account='ANONYMOUS LOGON',
                     outcome='denied' if got == DENIED else 'allowed')


def test_smb1_chain_into_a_share_with_its_own_list(t):
    """smbd loads smb.conf within the logon, and the tree connect follows in
    the same message."""
    shares = {'own': {'vfs objects': 'acl_xattr', 'guest ok': 'yes',
                      'available': 'yes', 'server smb encrypt': 'default',
                      'smbguard:encryption': 'required'}}
    for user in ('alice', ANONYMOUS):
        smbd = server(t, shares=shares)
        with Smb1(smbd.port) as c:
            status, _ = c.message(c.logon(user), smb1.tree_connect('own'))
            t.equal(DENIED, status, user)
        event = t.one(smbd.events(event='share_connect'))
        t.fields(event, outcome='denied', share='own',
                 policy__option='smbguard:encryption')
        with Smb1(smbd.port) as c:
            status, _ = c.message(c.logon('alice'), smb1.tree_connect('open'))
            t.equal(SUCCESS, status)


def test_smb1_refused_anonymous_does_not_stand_in_the_way(t):
    """It was refused, so a user's tree is not refused for it."""
    smbd = server(t, {'smbguard:guest': 'deny'})
    with Smb1(smbd.port) as c:
        t.equal(SUCCESS, c.log_on(ANONYMOUS))
        nobody = c.uid
        t.equal(DENIED, c.tree('open'))
        t.equal(SUCCESS, c.log_on('alice'))
        t.equal(SUCCESS, c.tree('open'))
        t.equal(HELLO, c.read_file())
        t.true(c.read_file(uid=nobody) != HELLO, 'nothing for nobody')


def test_unsigned_channel_from_another_address(t):
    """Who is excepted need not sign, as long as all channels are."""
    a, b = '127.0.0.2', '127.0.0.1'
    smbd = server(t, excepted('unsigned', hosts=a),
                  {'signs': {'smbguard:signing': 'required'}})
    for second, got in ((a, HELLO), (b, DENIED)):
        with smbd.impacket(source=a, smb2=True) as client:
            tree = client.tree('signs')
            t.equal(HELLO, client.read(tree))
            guid = client.connection.getSMBServer().ClientGuid.encode()
            with Logons(smbd.port, 'SMB3_00', second, guid) as channel:
                session = channel.bind_to(client)
                t.equal(SUCCESS, channel.attempt('alice', session=session))
                channel.key = None
                t.equal(got, channel.read_file(tree, session), second)


# What the session was held to, whatever the second logon says

def test_signed_and_encrypted_again(t):
    """smbd holds it to what its first logon made of it.  One that was signed
    is in test_keys_of_the_first_logon."""
    smbd = server(t)
    with Logons(smbd.port, 'SMB3_00') as c:
        session = c.log_on('alice')
        tree = c.tree('open', session)
        smbd.config.update('global', {'smbguard:encryption': 'required'})
        smbd.reload()
        one, challenge, session = c.first_half('bob', session=session)
        c.send_token(c.second_half(one, challenge, 'bob'), session,
                     security_mode=3)
        t.equal(0, c.answer()[1])
        t.equal(HELLO, c.read_file(tree, session), 'as plain as before')
    events = smbd.events(event='session')
    events += smbd.events(event='reauthentication')
    for event in t.each(events, 3):
        t.fields(event, signed=False, encrypted=False)


def test_tree_of_a_share_that_is_gone(t):
    """smbd forgets a usershare in use; its number is another share's then."""
    directory = os.path.join(t.directory, 'usershares')
    os.makedirs(directory)
    os.chmod(directory, 0o1770)
    smbd = server(t, {'usershare path': directory, 'usershare max shares': '9',
                      'usershare owner only': 'no'})
    path = smbd.config.get('open', 'path')
    for name in ('mine', 'other'):
        with open(os.path.join(directory, name), 'w', encoding='ascii') as f:
            f.write('#VERSION 2\npath=%s\ncomment=\nusershare_acl=S-1-1-0:F\n'
                    'guest_ok=n\nsharename=%s\n' % (path, name))
        os.chmod(os.path.join(directory, name), 0o644)
    with Logons(smbd.port, 'SMB2_10') as c:
        session = c.log_on('alice')
        tree = c.tree('mine', session)
        os.unlink(os.path.join(directory, 'mine'))
        t.equal('NT_STATUS_BAD_NETWORK_NAME', c.tree_connect('mine', session))
        t.equal(SUCCESS, c.attempt('alice', session=session))
        t.equal(SUCCESS, c.tree_connect('other', session))
        t.equal(SUCCESS, c.attempt('alice', session=session))
        t.equal(HELLO, c.read_file(tree, session))
    for event in t.each(smbd.events(event='session'), 3):
        t.fields(event, outcome='allowed', account='alice')
