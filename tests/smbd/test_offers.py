# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""That a negotiate event says what smbd did, whatever was offered.

What: each offer, odd or broken, is answered by a real smbd; the answer is held
against the event, and smbguard itself finds no difference
(negotiate_mismatch).

How: the odd ones are written down; the broken ones are made from honest ones by
a generator with a fixed seed, and are the same in each run.  A second message
follows each, at which smbguard looks at what smbd has chosen.
"""

import random
import struct

import wire

ALL = list(wire.DIALECTS)
NAMES = {number: name for name, number in wire.DIALECTS.items()}
CIPHERS = {1: 'AES-128-CCM', 2: 'AES-128-GCM', 3: 'AES-256-CCM',
           4: 'AES-256-GCM'}
SIGNERS = {0: 'HMAC-SHA256', 1: 'AES-128-CMAC', 2: 'AES-128-GMAC'}
PREAUTH = wire.preauth_context()
GOOD = (PREAUTH, wire.encryption_context(wire.AES128_GCM, wire.AES128_CCM))
LITTLE = {'server smb3 encryption algorithms': 'AES-256-GCM',
          'server smb3 signing algorithms': 'HMAC-SHA256',
          'server min protocol': 'SMB2_10', 'server max protocol': 'SMB3_11'}


def ids(kind, *numbers):
    return wire.context(kind, struct.pack('<%dH' % (1 + len(numbers)),
                                          len(numbers), *numbers))


def ask(smbd, message):
    """What smbd chose; more follows."""
    with smbd.raw() as c:
        answer = c.ask(message)
        try:
            c.ask(wire.smb2_header(13, 1) + struct.pack('<HH', 4, 0))
        except OSError:
            pass  # it has hung up already
    return wire.smb2_chosen(answer) if answer else None


def differs(event, chosen):
    """What the event says otherwise than smbd; '' if nothing."""
    if chosen is None:
        return 'allowed' if event['outcome'] == 'allowed' else ''
    dialect, cipher, signer = chosen
    if event['outcome'] == 'failed':
        # What is not understood whole may be taken by smbd all the same.
        return '' if event['offer'].get('problem') else 'no problem'
    expected = {'dialect': NAMES[dialect]}
    # Without a context of the client's, smbd's answer has none.
    if cipher:
        expected['cipher'] = CIPHERS[cipher]
    if signer is not None:
        expected['signingAlgorithm'] = SIGNERS[signer]
    told = {key: event.get(key) for key in expected}
    return '' if (told, event['outcome']) == (expected, 'allowed') else (
        '%s %s, smbd: %s' % (event['outcome'], told, expected))


def compare(t, smbd, messages):
    wrong = []
    chosen = [ask(smbd, message) for message in messages]
    events = smbd.events()
    t.equal(['negotiate'] * len(messages), [e['event'] for e in events],
            'one event for each, and no mismatch')
    for message, choice, event in zip(messages, chosen, events):
        difference = differs(event, choice)
        if difference:
            wrong.append('%s: %s' % (message.hex(), difference))
    t.equal([], wrong)
    return chosen, events


def mutated(source, count):
    """Offers that have up to three bytes, or two of their parts, exchanged."""
    for _ in range(count):
        contexts = list(source.choice((
            GOOD, (*GOOD, ids(wire.CONTEXT_SIGNING, 2, 1, 0)),
            (wire.netname_context('srv'), *reversed(GOOD)), (PREAUTH,),
            GOOD[1:])))
        source.shuffle(contexts)
        dialects = source.sample(ALL, source.randint(1, len(ALL)))
        message = bytearray(wire.smb2_negotiate(
            *dialects, contexts=contexts if 'SMB3_11' in dialects else (),
            capabilities=source.choice((0, wire.CAP_ENCRYPTION, 0x7f))))
        for _ in range(source.randint(0, 3)):
            # behind the header, whose fields smbd looks at for itself
            at = source.randrange(64, len(message))
            message[at] = source.choice((0, 1, 2, 3, 4, 0xff,
                                         source.randrange(256)))
        yield bytes(message)


def test_broken_offers(t):
    source = random.Random(9)
    smbd = t.smbd(options={'server smb3 signing algorithms':
                           'AES-128-GMAC AES-128-CMAC HMAC-SHA256'})
    chosen, events = compare(t, smbd, list(mutated(source, 400)))
    # It must have been worth it: all of these came about.
    t.true(sum(choice is None for choice in chosen) > 40, 'refused')
    t.true(sum(choice is not None for choice in chosen) > 100, 'taken')
    t.true(sum(e['outcome'] == 'failed' for e in events) > 40, 'failed')


def test_broken_offers_to_a_server_that_takes_little(t):
    source = random.Random(10)
    smbd = t.smbd(options=LITTLE)
    compare(t, smbd, list(mutated(source, 150)))


def test_long_lists(t):
    """smbd chooses among all that there are, not among the first 64."""
    many = list(range(0x4000, 0x4000 + 100))
    messages = [
        wire.smb2_negotiate(*many, 'SMB2_10'),
        wire.smb2_negotiate(*many, 'SMB3_11', contexts=GOOD),
        wire.smb2_negotiate('SMB3_11', contexts=(
            PREAUTH, ids(wire.CONTEXT_ENCRYPTION, *many, wire.AES256_GCM),
            ids(wire.CONTEXT_SIGNING, *many, 1))),
    ]
    smbd = t.smbd()
    chosen, events = compare(t, smbd, messages)
    t.equal([(0x0210, 0, None), (0x0311, wire.AES128_GCM, None),
             (0x0311, wire.AES256_GCM, 1)], chosen)
    t.equal([37, 37, 74], [e['offer']['leftOut'] for e in events])
    t.equal([64, 64, 1], [len(e['offer']['dialects']) for e in events])


def test_smb1_strings_without_end(t):
    """The floor holds, and the event is right, behind a hundred others."""
    strings = ['X%d' % number for number in range(100)]
    smbd = t.smbd(options={'server min protocol': 'NT1'})
    with smbd.raw() as c:
        answer = c.ask(wire.smb1_negotiate(*strings, 'NT LM 0.12'))
        t.equal(100, wire.smb1_choice(answer))
    event = t.one(smbd.events())
    t.fields(event, event='negotiate', outcome='allowed', dialect='NT1')
    t.equal(101, len(event['offer']['smb1']) + event['offer']['leftOut'])


def test_without_preauth(t):
    """3.1.1 without it, or with a hash that nobody knows: MS-SMB2 3.3.5.4."""
    smbd = t.smbd()
    other = wire.context(wire.CONTEXT_PREAUTH, struct.pack('<HHHI', 1, 4, 2, 0))
    messages = [wire.smb2_negotiate('SMB3_11', contexts=contexts)
                for contexts in (GOOD[1:], (other,), (PREAUTH,))]
    chosen, events = compare(t, smbd, messages)
    t.equal([None, None, (0x0311, 0, None)], chosen)
    t.equal(['failed', 'failed', 'allowed'], [e['outcome'] for e in events])
    for event in events[:2]:
        t.contains('preauth integrity context', event['reason'])


def test_wildcard_that_smbd_refuses(t):
    """Its own list of algorithms counts for the interim answer as well."""
    smbd = t.smbd(options={'server smb3 signing algorithms': 'AES-128-GMAC'})
    with smbd.raw() as c:
        t.equal(None, wire.smb2_chosen(c.ask(
            wire.smb1_negotiate('NT LM 0.12', 'SMB 2.???'))))
    t.fields(t.one(smbd.events()), event='negotiate', outcome='denied',
             dialect='SMB2_10', policy__scope='native',
             policy__option='server smb3 signing algorithms')


def test_wildcard_and_away(t):
    """Who was answered \"SMB 2.???\" and left was not refused."""
    for mode in ('audit', 'enforce'):
        smbd = t.smbd(options={'smbguard:min protocol': 'SMB3_00',
                               'smbguard:mode': mode})
        with smbd.raw() as c:
            answer = c.ask(wire.smb1_negotiate('NT LM 0.12', 'SMB 2.???'))
            t.equal(0x02FF, wire.smb2_negotiated(answer))
        event = t.one(smbd.events())
        t.fields(event, event='negotiate', outcome='failed', dialect=None)
        t.contains('did not come back', event['reason'])
