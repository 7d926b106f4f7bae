# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the contract says that each client gets under each value of an option.

What: CLIENTS and VALUES are the axes of the table; expected() is its cell: what
the client got, at which step, and every event with the option that decided.
check_global() and its likes fill the table with a real smbd's answers.

How: the rules are written down once more, from the table of options in the
design, not taken from the core.  A cell connects to a loopback address of its
own, which its events then name (localAddress); so the cells of one server can
run side by side, and nothing but the expected may be told of an address.

What is left out, and why:
- guests where only the offer counts (the floor and both lists): theirs is a
  user's;
- lists of algorithms beyond each single one, a pair and an exclusion: the parser
  makes the same set of bits of any, and has tests of its own;
- values that cannot be parsed: test_faulty_options.py, each option in each
  scope and mode;
- Kerberos clients: test_kerberos.py, with a KDC;
- options that do not judge a client by what it negotiated: "auth failure delay"
  (test_auth_failure.py), "audit", "audit file", "audit failure"
  (test_sinks*.py), "history", "history days", "downgrade" (test_history.py,
  test_downgrade.py), "exceptions" (test_exceptions.py);
- pairs of values of [global] and a share for each option: two options of two
  kinds stand for all, since the precedence is one function (sections.c).

How it fails: one Failure that lists every cell that is not as expected.
"""

import collections
import concurrent.futures
import dataclasses
import itertools

import clients
import eventlog
from harness import DENIED, Failure

DIALECTS = ('NT1', 'SMB2_02', 'SMB2_10', 'SMB3_00', 'SMB3_02', 'SMB3_11')
# In the order in which smbd prefers them.
CIPHERS = ('AES-128-GCM', 'AES-128-CCM', 'AES-256-GCM', 'AES-256-CCM')
SIGNERS = ('AES-128-GMAC', 'AES-128-CMAC', 'HMAC-SHA256')
# Threads of a test; the clients spend half of their time waiting for smbd.
THREADS = 3
USER, GUEST, ANONYMOUS = 'user', 'guest', 'anonymous'

OK = ('ok', '')
# What refuses at which gate, as the client sees it.
AT_NEGOTIATE = 'protocol negotiation'
AT_SESSION = (DENIED, 'session setup')
AT_SHARE = (DENIED, 'tree connect')
NO_COMMON_DIALECT = {
    'NT1': ('NT_STATUS_INVALID_NETWORK_RESPONSE', AT_NEGOTIATE),
    'other': ('NT_STATUS_NOT_SUPPORTED', AT_NEGOTIATE)}
NO_COMMON_ALGORITHM = ('NT_STATUS_INVALID_PARAMETER', AT_NEGOTIATE)


@dataclasses.dataclass(frozen=True)
class Client:
    dialect: str
    ciphers: tuple = CIPHERS  # what it offers, if it is one of 3.1.1
    signers: tuple = SIGNERS
    who: str = USER
    extra: tuple = ()  # OLD_LOGON, MULTI_PROTOCOL

    def __str__(self):
        parts = [self.dialect]
        if self.extra:
            parts.append(self.extra[0])
        if self.ciphers != CIPHERS:
            parts.append(' '.join(self.ciphers))
        if self.signers != SIGNERS:
            parts.append(' '.join(self.signers))
        if self.who != USER:
            parts.append(self.who)
        return '/'.join(parts)

    @property
    def is_311(self):
        return self.dialect == 'SMB3_11'

    @property
    def is_seen_late(self):
        """smbd asks nobody about it, so that it is judged when it is used."""
        return self.extra == OLD_LOGON and self.who == ANONYMOUS

    @property
    def logon(self):
        """What is told of every logon, whatever the policy."""
        # smbd makes a guest of a logon that failed.
        return [event('auth_failed', 'failed')] if self.who == GUEST else []

    def run(self, smbd, share, host):
        options = list(self.extra)
        if self.ciphers != CIPHERS:
            options.append('client smb3 encryption algorithms=' +
                           ' '.join(self.ciphers))
        if self.signers != SIGNERS:
            options.append('client smb3 signing algorithms=' +
                           ' '.join(self.signers))
        account = {USER: {}, ANONYMOUS: {'user': clients.ANONYMOUS},
                   GUEST: {'user': 'mallory', 'password': 'x'}}[self.who]
        answer = smbd.smbclient(share, self.dialect, options=options,
                                host=host, **account)
        return answer.got, answer.step


# SMB1 without extended security.
OLD_LOGON = ('client use spnego=no', 'client ntlmv2 auth=no')
# It asks in SMB1 and is answered in SMB2.
MULTI_PROTOCOL = ('client min protocol=NT1',)
USERS = [Client(dialect) for dialect in DIALECTS] + [
    Client('SMB3_11', (cipher,), (signer,))
    for cipher in CIPHERS for signer in SIGNERS] + [
    Client('NT1', extra=OLD_LOGON), Client('SMB3_11', extra=MULTI_PROTOCOL)]
GUESTS = [Client(dialect, who=who, extra=extra)
          for dialect, extra in [(d, ()) for d in DIALECTS] + [
              ('NT1', OLD_LOGON)]
          for who in (GUEST, ANONYMOUS)]


@dataclasses.dataclass(frozen=True)
class Option:
    name: str
    values: tuple  # as written in smb.conf
    lax: tuple  # those that ask for nothing
    gates: tuple  # the events where [global]'s value is judged
    guests: bool  # does it make a difference who the client is?


ALL_GATES = ('negotiate', 'session', 'share_connect')
OPTIONS = {o.name: o for o in (
    Option('min protocol', DIALECTS, (), ('negotiate', 'share_connect'),
           False),
    Option('encryption', ('optional', 'required'), ('optional',),
           ('session', 'share_connect'), True),
    Option('encryption algorithms',
           CIPHERS + ('AES-256-GCM, AES-256-CCM', '-AES-128-CCM'), (),
           ALL_GATES, False),
    Option('signing', ('optional', 'required'), ('optional',),
           ('session', 'share_connect'), True),
    Option('signing algorithms',
           SIGNERS + ('AES-128-GMAC AES-128-CMAC', '-HMAC-SHA256'), (),
           ALL_GATES, False),
    Option('guest', ('allow', 'deny'), ('allow',),
           ('session', 'share_connect'), True),
    Option('ntlm', ('allow', 'deny'), ('allow',),
           ('session', 'share_connect'), True),
)}


def clients_for(option):
    """All of them.  Guests are left out where only the offer counts: theirs
    is a user's."""
    return USERS + (GUESTS if option.guests else [])


def listed(value, everything):
    """The algorithms of a list as written."""
    words = value.replace(',', ' ').split()
    if words[0].startswith('-'):
        return [x for x in everything if '-' + x not in words]
    return [x for x in everything if x in words]


# What smbd and a client agree on.

def cipher_of(client, server=CIPHERS):
    if client.dialect < 'SMB3' or not client.dialect.startswith('SMB3'):
        return None
    if not client.is_311:
        return 'AES-128-CCM'
    return next((c for c in server if c in client.ciphers), None)


def signer_of(client, server=SIGNERS):
    if client.dialect == 'NT1':
        return 'MD5'
    if client.dialect.startswith('SMB2'):
        return 'HMAC-SHA256'
    if not client.is_311:
        return 'AES-128-CMAC'
    return next((s for s in server if s in client.signers), 'AES-128-CMAC')


def lacks(option, value, client, cipher, signer):
    """Does this client, with what was negotiated, fall short?"""
    if value in option.lax:
        return False
    if option.name == 'min protocol':
        return DIALECTS.index(client.dialect) < DIALECTS.index(value)
    if option.name == 'encryption':
        return cipher is None or client.who != USER
    if option.name == 'encryption algorithms':
        return cipher is not None and cipher not in listed(value, CIPHERS)
    if option.name == 'signing':
        # Without extended security there is no key.
        return client.who != USER or client.extra == OLD_LOGON
    if option.name == 'signing algorithms':
        return signer not in listed(value, SIGNERS)
    if option.name == 'guest':
        return client.who != USER
    assert option.name == 'ntlm'
    return True  # nobody here has a Kerberos ticket


Cell = collections.namedtuple('Cell', 'got story')


def event(name, outcome, option=None, scope=None):
    if option is None:
        return (name, outcome, None, None)
    return (name, outcome, 'smbguard:' + option.name, scope)


def expected_at_share(option, value, mode, client, share):
    """[global] asks for nothing; the share has the value."""
    before = [event('negotiate', 'allowed'), *client.logon,
              event('session', 'allowed')]
    after = [event('share_disconnect', 'allowed')]
    if value in option.lax:
        return Cell(OK, before + [event('share_connect', 'allowed')] + after)
    # A share comes too late to have a say in what is negotiated.
    short = lacks(option, value, client, cipher_of(client), signer_of(client))
    if not short:
        return Cell(OK, before + [
            event('share_connect', 'allowed', option, share)] + after)
    if mode == 'audit':
        return Cell(OK, before + [
            event('share_connect', 'would_deny', option, share)] + after)
    return Cell(AT_SHARE, before + [
        event('share_connect', 'denied', option, share)])


def enforced_globally(option, value, client):
    """(gate that refuses or None, what the client got)."""
    cipher, signer = cipher_of(client), signer_of(client)
    if value in option.lax:
        return None, OK
    if option.name == 'min protocol':
        if lacks(option, value, client, cipher, signer):
            return 'negotiate', NO_COMMON_DIALECT.get(
                client.dialect, NO_COMMON_DIALECT['other'])
        return None, OK
    if option.name == 'encryption algorithms':
        # smbd negotiates none but these.
        cipher = cipher_of(client, listed(value, CIPHERS))
        if lacks(option, value, client, cipher, signer):
            return 'negotiate', NO_COMMON_ALGORITHM
        return None, OK
    if option.name == 'signing algorithms':
        if client.dialect == 'NT1':  # which has none of these
            return 'negotiate', NO_COMMON_DIALECT['NT1']
        signer = signer_of(client, listed(value, SIGNERS))
        if lacks(option, value, client, cipher, signer):
            return 'negotiate', NO_COMMON_ALGORITHM
        if client.is_311 and signer not in client.signers:
            # Without a common one the protocol falls back to AES-128-CMAC;
            # smbd takes it, and this client does not.
            return 'the client', (DENIED, AT_NEGOTIATE)
        return None, OK
    if not lacks(option, value, client, cipher, signer):
        return None, OK
    return 'session', AT_SHARE if client.is_seen_late else AT_SESSION


def expected_global(option, value, mode, client):
    """[global] has the value, and the share has nothing."""
    if value in option.lax:
        after = ('session', 'share_connect', 'share_disconnect')
        return Cell(OK, [event('negotiate', 'allowed'), *client.logon] + [
            event(name, 'allowed') for name in after])
    by, got = enforced_globally(option, value, client)
    breaks = by is not None
    story = []
    for gate in ALL_GATES:
        if gate == 'session':
            story += client.logon
        judged = [option, 'global'] if gate in option.gates else []
        outcome = 'allowed'
        if mode == 'audit' and breaks and judged:
            outcome = 'would_deny'
        if mode == 'enforce' and gate == by:
            story.append(event(gate, 'denied', *judged))
            if client.is_seen_late and gate == 'session':
                story.append(event('share_connect', 'denied', *judged))
            return Cell(got, story)
        story.append(event(gate, outcome, *judged))
        if mode == 'enforce' and by == 'the client':
            return Cell(got, story)
    return Cell(OK, story + [event('share_disconnect', 'allowed')])


def expected_for_both(option, strict, modes, client, unable, share):
    """[global] and the share have values and modes of their own.

    strict: do they demand the option?  modes: (of [global], of the share or
    None); each for ([global], the share).
    """
    mode, share_mode = modes[0], modes[1] or modes[0]
    gate = option.gates[0]
    told = [option, 'global' if strict[0] else share] if any(strict) else []
    story = []
    for name in ALL_GATES[:2]:
        if name == 'session':
            story += client.logon
        judged = [option, 'global'] if strict[0] and name == gate else []
        if not judged or client != unable:
            story.append(event(name, 'allowed', *judged))
        elif mode == 'audit':
            story.append(event(name, 'would_deny', *judged))
        else:
            return Cell(AT_SESSION, story + [event(name, 'denied', *judged)])
    if told and client == unable:
        if share_mode == 'enforce':
            return Cell(AT_SHARE, story + [
                event('share_connect', 'denied', *told)])
        story.append(event('share_connect', 'would_deny', *told))
    else:
        story.append(event('share_connect', 'allowed', *told))
    return Cell(OK, story + [event('share_disconnect', 'allowed')])


# Filling the table

def address(number):
    return '127.0.%d.%d' % (7 + number // 250, 1 + number % 250)


def listen_on(count):
    return ' '.join(address(n) + '/8' for n in range(count))


BASE = {'map to guest': 'Bad User', 'server min protocol': 'NT1',
        'ntlm auth': 'ntlmv1-permitted', 'smbguard:history': 'no'}
SHARE = {'guest ok': 'yes'}


def tell(e):
    return (e['event'], e['outcome'], eventlog.field(e, 'policy.option'),
            eventlog.field(e, 'policy.scope'))


def compare(t, smbd, cells):
    """cells: [(what, share, client, expected)].  Returns what is wrong."""
    smbd.smbclient_command('open')  # writes the configuration of them all

    def run(number):
        _, share, client, _ = cells[number]
        return client.run(smbd, share, address(number))

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        got = list(pool.map(run, range(len(cells))))
    told = collections.defaultdict(list)
    for e in smbd.events():
        told[e['localAddress']].append(tell(e))
    wrong = []
    for number, (what, _, client, cell) in enumerate(cells):
        is_cell = Cell(got[number], told.pop(address(number), []))
        if is_cell != cell:
            wrong.append('%s, %s:\n  expected %s\n    %s\n  got      %s\n'
                         '    %s' % (what, client, cell.got,
                                     '\n    '.join(map(str, cell.story)),
                                     is_cell.got,
                                     '\n    '.join(map(str, is_cell.story))))
    wrong += ['of nobody: %s' % events for events in told.values()]
    return wrong


def patient(test):
    """A test of hundreds of clients, on a machine that has much to do."""
    test.time_limit = 600
    return test


def finish(count, wrong):
    print('%d cells, %d of them not as expected' % (count, len(wrong)))
    if wrong or not count:
        raise Failure('%d of %d cells:\n%s' % (len(wrong), count,
                                               '\n'.join(wrong)))


def check_shares(t, name):
    """One server; a share for each value and mode."""
    option = OPTIONS[name]
    shares, cells = {}, []
    for value in option.values:
        for mode in ('enforce', 'audit'):
            share = 's%d' % len(shares)
            shares[share] = dict(SHARE, **{'smbguard:mode': mode,
                                           'smbguard:' + name: value})
            cells += [('%s = %s in a share, %s' % (name, value, mode), share,
                       client, expected_at_share(option, value, mode, client,
                                                 share))
                      for client in clients_for(option)]
    smbd = t.smbd(shares=shares, options=dict(
        BASE, **{'interfaces': listen_on(len(cells))}))
    finish(len(cells), compare(t, smbd, cells))


def check_global(t, name):
    """A server for each value and mode."""
    option = OPTIONS[name]
    wrong, count = [], 0
    for value in option.values:
        for mode in ('enforce', 'audit'):
            cells = [('%s = %s in [global], %s' % (name, value, mode), 'open',
                      client, expected_global(option, value, mode, client))
                     for client in clients_for(option)]
            smbd = t.smbd(shares={'open': SHARE}, options=dict(BASE, **{
                'interfaces': listen_on(len(cells)), 'smbguard:mode': mode,
                'smbguard:' + name: value}))
            wrong += compare(t, smbd, cells)
            count += len(cells)
    finish(count, wrong)


def check_modes(t, name, able, unable):
    """Every pair of modes and values; a server for each of [global]'s."""
    option = OPTIONS[name]
    lax, strict = option.values
    wrong, count = [], 0
    for mode, value in itertools.product(('enforce', 'audit'), option.values):
        shares, cells = {}, []
        for own_mode, own_value in itertools.product(
                (None, 'enforce', 'audit'), (None, lax, strict)):
            share = 's%d' % len(shares)
            shares[share] = dict(SHARE, **{'smbguard:mode': own_mode,
                                           'smbguard:' + name: own_value})
            cells += [('%s = %s in [global], %s; %s in a share, %s' % (
                name, value, mode, own_value, own_mode), share, client,
                       expected_for_both(option, (value == strict,
                                                  own_value == strict),
                                         (mode, own_mode), client, unable,
                                         share))
                      for client in (able, unable)]
        smbd = t.smbd(shares=shares, options=dict(BASE, **{
            'interfaces': listen_on(len(cells)), 'smbguard:mode': mode,
            'smbguard:' + name: value}))
        wrong += compare(t, smbd, cells)
        count += len(cells)
    finish(count, wrong)
