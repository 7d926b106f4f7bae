# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes through the pipes of IPC$, where smbguard is not asked.

What: each pipe that is opened is told of; [IPC$] options, and smbd's own
"restrict anonymous", close them to whom they do not suit.  What can be had
through a pipe all the same is shown here, as docs/limits.md says it: guesses at
passwords, and the owner and ACL of a file in a share that was refused.
"""

import contextlib

import sandbox
import smb1
from clients import ANONYMOUS
from harness import DENIED
from ntlm_client import Logons

from impacket import nt_errors, smbconnection
from impacket.dcerpc.v5 import rpcrt, samr, transport

CALM = {'smbguard:history': 'no'}
OLD_LOGON = ['client use spnego=no', 'client ntlmv2 auth=no']
REQUIRED = {'smbguard:encryption': 'required'}


def server(t, options=None, shares=None):
    return t.smbd(options=dict(CALM, **options or {}), shares=shares)


def closed(**options):
    """[IPC$] with options of its own; it needs a path as any share."""
    return {'IPC$': dict({'path': '/tmp'}, **options)}


def acl_of_hello(t, smbd, protocol):
    """What srvsvc says of a file in [secret]."""
    _, output = t.run('rpcclient', *smbd.rpc_options(protocol),
                      '--user=alice%' + sandbox.USERS['alice'], '127.0.0.1',
                      '--command=netfilegetsec secret /hello.txt')
    return output


@contextlib.contextmanager
def pipe(smbd, name, user='', password=''):
    """A DCERPC connection through an anonymous session's IPC$."""
    way = transport.DCERPCTransportFactory('ncacn_np:127.0.0.1[\\pipe\\%s]'
                                           % name)
    way.set_dport(smbd.port)
    with smbd.impacket('', 'SMB2_10') as client:
        way.set_smb_connection(client.connection)
        rpc = way.get_dce_rpc()
        if user:
            rpc.set_credentials(user, password)
            rpc.set_auth_level(rpcrt.RPC_C_AUTHN_LEVEL_PKT_INTEGRITY)
        rpc.connect()
        yield rpc


def guess(smbd, password):
    """Is it alice's?  By a bind to SAMR with NTLMSSP, of an anonymous session."""
    try:
        with pipe(smbd, 'samr', 'alice', password) as rpc:
            rpc.bind(samr.MSRPC_UUID_SAMR)
            samr.hSamrConnect(rpc)
    except rpcrt.DCERPCException:
        return False
    except smbconnection.SessionError as e:
        # smbd 4.22 hangs up on a wrong password.
        if e.getErrorCode() != nt_errors.STATUS_PIPE_DISCONNECTED:
            raise
        return False
    return True


def test_pipe_is_told_of(t):
    smbd = server(t)
    t.equal('ok', smbd.smbclient(None).got)
    event = t.one(smbd.events(event='pipe_open'))
    t.fields(event, outcome='allowed', severity='info', share='IPC$',
             pipe='srvsvc', account='alice', clientAddress='127.0.0.1')
    t.equal('ok', smbd.smbclient('open').got)
    t.one(smbd.events(event='pipe_open'), 'a file is none')


def test_who_opens_a_pipe_through_anothers_tree(t):
    """Not who connected it: an SMB1 tree serves all users of its connection,
    and a session may have become somebody else's."""
    smbd = server(t)
    with smb1.Smb1(smbd.port) as c:
        t.equal(smb1.SUCCESS, c.log_on(''))
        t.equal(smb1.SUCCESS, c.tree('IPC$'))
        t.equal(smb1.SUCCESS, c.log_on('bob'))
        t.equal(smb1.SUCCESS, c.message(smb1.create('\\srvsvc'))[0])
        t.true('open' in c.list_shares(), 'RAP')
    tree = smbd.events(event='share_connect')[0]
    bob = smbd.events(event='session')[-1]
    for event in t.each(smbd.events(event='pipe_open'), 2):
        t.fields(event, account='bob', sid=bob['sid'], share='IPC$',
                 authMechanism='NTLM')
        t.true(event['sessionId'] != tree['sessionId'], 'his own session')
        t.contains('bob', event['reason'])
    smbd = server(t)
    with Logons(smbd.port, 'SMB2_10') as c:
        session = c.log_on('alice')
        tree = c.tree('IPC$', session)
        t.equal(session, c.log_on('bob', session=session, ntlmv2=False))
        t.equal('NT_STATUS_SUCCESS', c.open_pipe('srvsvc', tree, session))
    t.fields(t.one(smbd.events(event='pipe_open')), account='bob',
             share='IPC$', passwordType='NTLMv1', authMechanism='NTLMSSP')


def test_pipes_of_an_anonymous_client(t):
    """Guessing through SAMR: no failure is seen, but that it opens pipes."""
    smbd = server(t)
    for protocol in ('SMB3_11', 'SMB2_02', 'NT1'):
        for _ in range(3):
            t.run('rpcclient', *smbd.rpc_options(protocol), '--user=%',
                  '127.0.0.1', '--command=enumdomains')
    pipes = smbd.events(event='pipe_open')
    t.true(len(pipes) >= 9, 'pipes: %d' % len(pipes))
    for event in pipes:
        t.fields(event, account='ANONYMOUS LOGON', share='IPC$')
    t.true({'samr', 'lsarpc'} & {event['pipe'] for event in pipes}, 'samr')


def test_pipes_are_closed_by_the_options_of_ipc(t):
    """What [IPC$] demands is demanded of who opens pipes."""
    for option, value, anonymous, old in (
            ('guest', 'deny', False, True), ('encryption', 'required', False,
                                             False)):
        smbd = server(t, shares=closed(**{'smbguard:' + option: value}))
        t.equal('ok', smbd.smbclient(None).got)
        t.true(smbd.smbclient(None, user=ANONYMOUS).status != 0, option)
        for more in ([], OLD_LOGON):
            got = smbd.smbclient('IPC$', 'NT1', 'exit', options=more)
            t.equal(old, got.status == 0, '%s %s' % (option, more))
        t.equal({'alice'}, {e['account']
                            for e in smbd.events(event='pipe_open')})


def test_acl_of_a_file_in_a_refused_share(t):
    """srvsvc opens files itself.  What [IPC$] demands is demanded of it."""
    smbd = server(t, shares={'secret': REQUIRED})
    t.equal(DENIED, smbd.smbclient('secret', 'SMB2_10').got)
    for protocol in ('SMB3_11', 'SMB2_10'):
        t.contains('Owner SID', acl_of_hello(t, smbd, protocol), protocol)
    told = smbd.events(event='pipe_open', pipe='srvsvc')
    t.true(len(told) >= 2, 'pipes: %d' % len(told))
    smbd = server(t, shares=closed(**REQUIRED))
    t.true('Owner SID' not in acl_of_hello(t, smbd, 'SMB2_10'), 'refused')
    t.fields(smbd.events(event='share_connect')[-1], outcome='denied',
             share='IPC$', policy__option='smbguard:encryption')


def test_passwords_are_guessed(t):
    """Nobody sees the guesses; the pipe is told of, and can be closed."""
    smbd = server(t)
    t.equal([False, False, True], [guess(smbd, password) for password in
                                   ('wrong', 'x', sandbox.USERS['alice'])])
    t.equal([], smbd.events(event='auth_failed'))
    for event in t.each(smbd.events(event='pipe_open', pipe='samr'), 3):
        t.fields(event, account='ANONYMOUS LOGON', clientAddress='127.0.0.1')


def test_restrict_anonymous(t):
    """smbd's own: no anonymous session gets to IPC$."""
    smbd = server(t, {'restrict anonymous': '2'})
    t.true(smbd.smbclient(None, user=ANONYMOUS).status != 0, 'anonymous')
    t.equal('ok', smbd.smbclient(None).got)
    t.equal({'alice'}, {e['account'] for e in smbd.events(event='pipe_open')})
