# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is raised of shares stays raised, whatever smbd does to them.

What: smbd sets parameters of the registry's shares outside of its loads, makes
shares of other sections and keeps them, and takes connections from other
addresses into the process of a client.  Each share is held as it was before, by
the options of now.
"""

import os
import struct

import impacket_client
import smb1
from clients import ANONYMOUS
from harness import DENIED
from ntlm_client import TREE_CONNECT, Logons, signing_key, status_name
from reloads import sighup, smbcontrol
from smb1 import Smb1

ENCRYPTION = 'smbguard:encryption'
REQUIRED = {ENCRYPTION: 'required'}
OWN = {'vfs objects': 'acl_xattr'}
CALM = {'smbguard:history': 'no'}
SUCCESS = 'NT_STATUS_SUCCESS'
NO_SHARE = 'NT_STATUS_BAD_NETWORK_NAME'
HELLO = b'hello\n'
HOW = (smbcontrol, sighup)


def server(t, options=None, shares=None):
    return t.smbd(options=dict(CALM, **options or {}), shares=shares)


def net_conf(t, smbd, *words):
    status, output = t.run('net', '--configfile=' + smbd.conf, '--',
                           'conf', *words)
    t.equal(0, status, output)


def add_to_registry(t, smbd, name, **options):
    """A share with `vfs objects` of its own."""
    net_conf(t, smbd, 'addshare', name, smbd.config.get('open', 'path'),
             'writeable=y', 'guest_ok=y', '')
    for option, value in dict(OWN, **options).items():
        net_conf(t, smbd, 'setparm', name, option, value)


def log_on(t, c, user='alice'):
    """Logged on, and with a tree of IPC$; its number."""
    t.equal(SUCCESS, c.log_on(user))
    t.equal(SUCCESS, c.tree('IPC$'))
    return c.tid


def outcomes(smbd, *shares):
    return [(e['share'], e['outcome'], (e.get('policy') or {}).get('option'))
            for e in smbd.events(event='share_connect')
            if e['share'] in shares]


# Parameters that smbd sets outside of its loads

def test_listing_of_shares(t):
    """RAP's NetShareEnum has smbd set what all shares of the registry say."""
    smbd = server(t, {'registry shares': 'yes'})
    add_to_registry(t, smbd, 'own', **REQUIRED)
    add_to_registry(t, smbd, 'native', **{
        'server smb encrypt': 'if_required', **REQUIRED})
    add_to_registry(t, smbd, 'free')
    with Smb1(smbd.port) as c:
        ipc = log_on(t, c)
        for _ in range(2):
            for share, got in (('own', DENIED), ('native', DENIED),
                               ('free', SUCCESS)):
                t.equal(got, c.tree(share), share)
            t.equal(HELLO, c.read_file())
            names = c.list_shares(ipc)
            for name in ('own', 'native', 'free', 'open'):
                t.true(name in names, '%s in %s' % (name, names))
    t.equal([('own', 'denied', ENCRYPTION), ('native', 'denied', ENCRYPTION),
             ('free', 'allowed', None)] * 2,
            outcomes(smbd, 'own', 'native', 'free'))


def test_listing_and_printers(t):
    """No gate stands before them, so they are closed, and stay so."""
    printer = {'printable': 'yes', 'available': 'yes', 'print command': 'rm %s'}
    smbd = server(t, {'registry shares': 'yes'})
    add_to_registry(t, smbd, 'shut', **{'smbguard:ntlm': 'deny', **printer})
    add_to_registry(t, smbd, 'coded', **{
        'server smb encrypt': 'if_required', **REQUIRED, **printer})
    add_to_registry(t, smbd, 'usable', **printer)
    with Smb1(smbd.port) as c:
        ipc = log_on(t, c)
        for _ in range(2):
            t.equal(NO_SHARE, c.tree('shut'))
            for share, encrypts in (('coded', True), ('usable', False)):
                c.tid = ipc  # it is in the header, too
                t.equal(SUCCESS, c.tree(share), share)
                t.equal(encrypts, c.read_file() == DENIED, share)
            t.true('usable' in c.list_shares(ipc), 'listed')
    t.equal([], outcomes(smbd, 'shut', 'coded', 'usable'))


def test_listing_and_anonymous_logons(t):
    """They are refused at an open tree by "invalid users"."""
    for guest in (None, 'deny'):
        smbd = server(t, {'registry shares': 'yes'})
        more = {'smbguard:guest': guest} if guest else {}
        add_to_registry(t, smbd, 'own', **{'invalid users': 'root'}, **more)
        with Smb1(smbd.port) as c:
            ipc = log_on(t, c)
            t.equal(SUCCESS, c.tree('own'))
            c.list_shares(ipc)
            t.equal(HELLO, c.read_file(), 'alice')
            read = chained_read(c)
            if guest:
                t.true(read != HELLO, 'nothing is read: %r' % read)
            else:
                t.equal(HELLO, read)


def chained_read(c):
    """An anonymous logon reads through the open tree, in one message."""
    status, answers = c.message(c.logon(ANONYMOUS), smb1.create('hello.txt'),
                                smb1.read(), uid=0)
    return smb1.contents(answers) if status == SUCCESS else status


# Templates of shares

def add_usershare(smbd, name):
    directory = smbd.config.get('global', 'usershare path')
    file = os.path.join(directory, name)
    with open(file + '.new', 'w', encoding='ascii') as f:
        f.write('#VERSION 2\npath=%s\ncomment=\nusershare_acl=S-1-1-0:F\n'
                'guest_ok=y\nsharename=%s\n' % (
                    smbd.config.get('open', 'path'), name))
    os.chmod(file + '.new', 0o644)
    os.rename(file + '.new', file)


def usershares(t, options=None, template=None):
    """A server whose usershares are made of [template]."""
    directory = os.path.join(t.directory, 'usershares%d' % len(t.servers))
    os.makedirs(directory)
    os.chmod(directory, 0o1770)
    return server(t, {
        'usershare path': directory, 'usershare max shares': '10',
        'usershare owner only': 'no', 'usershare allow guests': 'yes',
        'usershare template share': 'template', **(options or {})},
                  {'template': template} if template else None)


HIDDEN = dict(OWN, **{'-valid': 'no'})


def test_template_that_is_no_share(t):
    """Usershares that appear under a client are made of it all the same."""
    for more, got in ((REQUIRED, DENIED), ({}, 'ok')):
        smbd = usershares(t, template=dict(HIDDEN, **more))
        with smbd.impacket(dialect='SMB2_10') as client:
            t.equal('ok', impacket_client.status(client.tree, 'open'))
            add_usershare(smbd, 'new')
            t.equal(got, impacket_client.status(client.tree, 'new'))
        t.equal([('new', 'denied' if more else 'allowed',
                  ENCRYPTION if more else None)], outcomes(smbd, 'new'))


def test_template_and_a_share_that_goes(t):
    """smbd's list of services has a gap then."""
    smbd = usershares(t, template=dict(HIDDEN, **REQUIRED))
    add_usershare(smbd, 'mine')
    smbd.config.update('late', {'path': smbd.config.get('open', 'path')})
    smbd.reload()
    with smbd.impacket(dialect='SMB2_10') as client:
        t.equal('ok', impacket_client.status(client.tree, 'late'))
        t.equal(DENIED, impacket_client.status(client.tree, 'mine'))
    with smbd.impacket(dialect='SMB2_10') as client:
        t.equal('ok', impacket_client.status(client.tree, 'open'))
        del smbd.config.sections['late']
        smbd.reload()
        t.equal('ok', impacket_client.status(client.tree, 'open'))


def test_template_tells_to_encrypt(t):
    smbd = usershares(t, template=dict(HIDDEN, **REQUIRED))
    with smbd.impacket() as client:
        t.equal('ok', impacket_client.status(client.tree, 'open'))
        add_usershare(smbd, 'new')
        number = client.tree('new')
        t.true(client.is_told_to_encrypt(number), 'told to encrypt')
        t.equal(HELLO, client.read(number))


class Compound(Logons):
    """Several tree connects in one message."""

    def trees(self, session, *shares):
        message = b''
        for number, share in enumerate(shares):
            path = ('\\\\127.0.0.1\\' + share).encode('utf-16-le')
            body = struct.pack('<HHHH', 9, 0, 64 + 8, len(path)) + path
            last = number + 1 == len(shares)
            pad = 0 if last else -len(body) % 8
            self.message_id += 1
            message += struct.pack(
                '<4sHHIHHIIQIIQ16s', b'\xfeSMB', 64, 0, 0, TREE_CONNECT, 31, 0,
                0 if last else 64 + len(body) + pad, self.message_id, 0xFEFF,
                0, session, bytes(16)) + body + bytes(pad)
        answer, at, found = self.ask(message), 0, []
        while True:
            found.append(status_name(struct.unpack_from('<I', answer, at + 8)[0]))
            following = struct.unpack_from('<I', answer, at + 20)[0]
            if following == 0:
                return found
            at += following


def test_template_that_is_asked_for(t):
    """smbd then sets its parameters, in the same message if so wished."""
    for more, got in ((REQUIRED, DENIED), ({}, SUCCESS)):
        smbd = usershares(t, {'registry shares': 'yes'})
        add_to_registry(t, smbd, 'template', **dict(more, **{'-valid': 'no'}))
        with Compound(smbd.port, 'SMB2_10') as c:
            session = c.log_on('alice')
            add_usershare(smbd, 'one')
            t.equal([NO_SHARE, got], c.trees(session, 'template', 'one'))
            add_usershare(smbd, 'two')
            t.equal([NO_SHARE], c.trees(session, 'template'))
            t.equal([got], c.trees(session, 'two'))
        outcome = 'denied' if more else 'allowed'
        option = ENCRYPTION if more else None
        t.equal([('one', outcome, option), ('two', outcome, option)],
                outcomes(smbd, 'one', 'two'))


# Shares that were made of others go by the options of now

HOME = {'path': None, 'read only': 'no'}


def test_homes_change_under_a_client(t):
    for dialect in ('SMB2_10', 'NT1'):
        for change in HOW:
            smbd = server(t, shares={'homes': HOME})
            with smbd.impacket(dialect=dialect) as client:
                t.equal('ok', impacket_client.status(client.tree, 'alice'))
                for value, got in (('required', DENIED), (None, 'ok'),
                                   ('wurst', DENIED), ('optional', 'ok')):
                    smbd.config.set('homes', ENCRYPTION, value)
                    change(smbd)
                    t.equal(got, impacket_client.status(client.tree, 'alice'),
                            '%s %s' % (dialect, value))
            t.equal(['allowed', 'denied'] * 2 + ['allowed'],
                    [outcome for _, outcome, _ in outcomes(smbd, 'alice')])
            for event in t.each(smbd.events(outcome='denied',
                                            event='share_connect'), 2):
                t.fields(event, policy__option=ENCRYPTION,
                         policy__scope='homes')


def test_homes_tell_a_client_to_encrypt(t):
    for change in HOW:
        smbd = server(t, shares={'homes': HOME})
        with smbd.impacket() as client:
            t.true(not client.is_told_to_encrypt(client.tree('alice')), 'plain')
            smbd.config.update('homes', REQUIRED)
            change(smbd)
            number = client.tree('alice')
            t.true(client.is_told_to_encrypt(number), 'told to encrypt')
            smbd.config.set('homes', ENCRYPTION, None)
            change(smbd)
            number = client.tree('alice')
            t.true(not client.is_told_to_encrypt(number), 'no more')


def test_home_that_gets_a_section(t):
    """It has the options of that one then, and no more those of [homes]."""
    own = {'read only': 'no', 'path': '/tmp'}
    for homes, alice, got in (({}, REQUIRED, DENIED), (REQUIRED, {}, 'ok')):
        smbd = server(t, shares={'homes': dict(HOME, **homes)})
        with smbd.impacket(dialect='SMB2_10') as client:
            t.equal(DENIED if homes else 'ok',
                    impacket_client.status(client.tree, 'alice'))
            smbd.config.update('alice', dict(own, **alice))
            for _ in range(2):
                smbd.reload()
                t.equal(got, impacket_client.status(client.tree, 'alice'))
        if alice:
            t.fields(smbd.events(event='share_connect')[-1],
                     policy__option=ENCRYPTION, policy__scope='alice')


def test_section_that_copies_homes(t):
    """With `copy = homes` it is a section of its own all the same."""
    smbd = server(t, shares={'homes': HOME, 'twin': {
        'copy': 'homes', 'path': '/tmp', **REQUIRED}})
    with smbd.impacket(dialect='SMB2_10') as client:
        for _ in range(2):
            t.equal(DENIED, impacket_client.status(client.tree, 'twin'))
            t.equal('ok', impacket_client.status(client.tree, 'alice'))
            smbd.reload()
    t.fields(smbd.events(event='share_connect')[0], share='twin',
             policy__option=ENCRYPTION, policy__scope='twin')


def test_template_changes_under_a_client(t):
    for template in (OWN, HIDDEN):
        smbd = usershares(t, template=template)
        add_usershare(smbd, 'mine')
        with smbd.impacket(dialect='SMB2_10') as client:
            t.equal('ok', impacket_client.status(client.tree, 'mine'))
            for value, got in (('required', DENIED), (None, 'ok')):
                smbd.config.set('template', ENCRYPTION, value)
                smbd.reload()
                t.equal(got, impacket_client.status(client.tree, 'mine'))
        t.equal(['allowed', 'denied', 'allowed'],
                [outcome for _, outcome, _ in outcomes(smbd, 'mine')])
        t.fields(smbd.events(outcome='denied')[0], policy__option=ENCRYPTION,
                 policy__scope='template')


def test_default_service_changes_under_a_client(t):
    """smbd makes a share of it where its name has a "_", which becomes "/"."""
    smbd = server(t, {'default service': 'a_b'}, {'a_b': {}})
    with smbd.impacket(dialect='SMB2_10') as client:
        for value, got in ((None, 'ok'), ('required', DENIED), (None, 'ok')):
            smbd.config.set('a_b', ENCRYPTION, value)
            smbd.reload()
            t.equal(got, impacket_client.status(client.tree, 'other'), value)
    t.fields(smbd.events(outcome='denied')[0], share='a/b',
             policy__option=ENCRYPTION, policy__scope='a_b')


# Open trees of SMB1, and anonymous logons

def test_anonymous_logons_after_a_reload(t):
    """The trees that are open are looked at again by the new options."""
    for section in ('open', 'global'):
        for change in HOW:
            smbd = server(t, shares={'open': {'guest ok': 'yes'}})
            with Smb1(smbd.port) as c:
                t.equal(SUCCESS, c.log_on('alice'))
                t.equal(SUCCESS, c.tree('open'))
                for value, reads in ((None, True), ('deny', False),
                                     ('allow', True)):
                    smbd.config.set(section, 'smbguard:guest', value)
                    change(smbd)
                    t.equal(HELLO, c.read_file(), 'alice')
                    t.equal(reads, chained_read(c) == HELLO,
                            '%s %s' % (section, value))


def test_anonymous_logons_after_a_change_of_the_registry(t):
    smbd = server(t, {'registry shares': 'yes'})
    add_to_registry(t, smbd, 'own')
    with Smb1(smbd.port) as c:
        t.equal(SUCCESS, c.log_on('alice'))
        t.equal(SUCCESS, c.tree('own'))
        t.equal(HELLO, chained_read(c))
        net_conf(t, smbd, 'setparm', 'own', 'smbguard:guest', 'deny')
        t.equal(HELLO, c.read_file(), 'alice')
        t.true(chained_read(c) != HELLO, 'nothing is read')
        net_conf(t, smbd, 'delparm', 'own', 'smbguard:guest')
        t.equal(HELLO, chained_read(c))


# Connections from several addresses

class Channel(Logons):
    """A second channel that cannot encrypt, to be used when it is bound."""
    capabilities = 0

    def second_half(self, *arguments):
        token, key = self.token_and_key(*arguments)
        self.bound_key = signing_key(key)
        return token

    def bind(self, client):
        session = self.bind_to(client)
        got = self.attempt('alice', session=session)
        self.key = self.bound_key
        return got, session


def test_channel_from_an_address_without_the_exception(t):
    """Printers have no gate that could tell the channels apart."""
    smbd = server(t, {
        'smbguard:exceptions': 'one', 'smbguard:one hosts': '127.0.0.2',
        'smbguard:one allow': 'unencrypted', 'smbguard:one reason': 'a test',
        'smbguard:one until': '2099-12-31'},
                  {'coded': dict(REQUIRED, printable='yes')})
    with impacket_client.unable():
        with smbd.impacket(smb2=True) as client:
            t.equal(DENIED, impacket_client.status(client.tree, 'coded'))
        with smbd.impacket(source='127.0.0.2', smb2=True) as client:
            for _ in range(2):
                t.equal('ok', impacket_client.status(client.tree, 'coded'))
                t.equal('ok', impacket_client.status(client.tree, 'open'))
            with Channel(smbd.port, 'SMB3_00', '127.0.0.1',
                         guid_of(client)) as channel:
                got, session = channel.bind(client)
                t.equal(SUCCESS, got)
                t.equal(DENIED, channel.tree_connect('coded', session))
                t.equal(SUCCESS, channel.tree_connect('open', session))
            t.equal(DENIED, impacket_client.status(client.tree, 'coded'))


def guid_of(client):
    return client.connection.getSMBServer().ClientGuid.encode()
