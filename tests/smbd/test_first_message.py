# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client may send first, honest or not.

What: smbd lives and serves the next client; each connection is one negotiate
event that says what was understood.
"""

import struct

import machine
import processes
import smb1
import wire
from harness import visit
from ntlm_client import Logons

SMB1 = wire.smb1_negotiate('NT LM 0.12')
SMB3 = wire.smb3_negotiate()
NOT_SUPPORTED = 0xC00000BB


def survives(t, smbd, *data, end=True, **expected):
    """Send data on one connection.  Its event has the expected fields."""
    before = len(smbd.events())
    with smbd.raw() as c:
        for piece in data:
            c.send(piece)
        if end:
            c.end_sending()
        c.receive()
    events = smbd.events()[before:]
    event = t.one(events, 'event of %r' % (data,))
    t.fields(event, event='negotiate', **expected)
    return event


def lives(t, smbd):
    before = len(smbd.events())
    t.equal('ok', smbd.smbclient('open').got)
    t.equal(sorted(visit('open')), sorted(smbd.story()[before:]))


def test_nothing_at_all(t):
    smbd = t.smbd()
    with smbd.raw():
        pass
    t.fields(t.one(smbd.events()), event='negotiate', outcome='failed',
             clientAddress='127.0.0.1')
    lives(t, smbd)


def test_empty_and_cut_messages(t):
    smbd = t.smbd()
    survives(t, smbd, b'\0', outcome='failed')
    survives(t, smbd, b'\0\0\0', outcome='failed')
    survives(t, smbd, wire.netbios(b''), outcome='failed')
    for message in (SMB1, SMB3):
        whole = wire.netbios(message)
        for length in (4, 6, 8, 20, 37, 44, len(whole) - 1):
            event = survives(t, smbd, whole[:length])
            t.true(event['offer'].get('problem'),
                   'a problem at %d: %s' % (length, event))
    lives(t, smbd)


def test_garbage(t):
    smbd = t.smbd()
    for data in (b'GET / HTTP/1.0\r\n\r\n', bytes(200), b'\xff' * 200,
                 b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + bytes(500),
                 wire.netbios(b'\xfdSMB' + bytes(100)),
                 wire.netbios(b'\xfcSMB' + bytes(100)),
                 wire.netbios(b'\xffSMB\x73' + bytes(60)),
                 wire.netbios(wire.smb2_header(1) + bytes(30)),
                 b'\0\xff\xff\xff' + bytes(70000)):
        survives(t, smbd, data)
    lives(t, smbd)


def test_broken_fields(t):
    smbd = t.smbd()
    good = bytearray(SMB3)
    for offset, form, value in ((66, '<H', 0), (66, '<H', 0xFFFF),
                                (92, '<I', 0xFFFFFFF0), (92, '<I', 0),
                                (96, '<H', 0xFFFF), (64, '<H', 0)):
        bad = bytearray(good)
        struct.pack_into(form, bad, offset, value)
        survives(t, smbd, wire.netbios(bytes(bad)))
    bad = bytearray(SMB1)
    struct.pack_into('<H', bad, 33, 0xFFFF)
    survives(t, smbd, wire.netbios(bytes(bad)))
    bad = bytearray(SMB1[:-1] + b'X')
    survives(t, smbd, wire.netbios(bytes(bad)))
    lives(t, smbd)


def test_one_byte_at_a_time(t):
    smbd = t.smbd()
    for message, dialect in ((SMB3, 'SMB3_11'), (SMB1, 'NT1')):
        before = len(smbd.events())
        with smbd.raw() as c:
            c.send_slowly(wire.netbios(message))
            t.true(c.receive(), 'an answer')
        t.fields(t.one(smbd.events()[before:]), event='negotiate',
                 outcome='allowed', dialect=dialect, offer__problem=None)
    lives(t, smbd)


def test_offer_is_told_in_full(t):
    smbd = t.smbd()
    with smbd.raw() as c:
        t.equal(0x0311, wire.smb2_negotiated(c.ask(wire.smb2_negotiate(
            *wire.DIALECTS, contexts=(
                wire.preauth_context(),
                wire.encryption_context(wire.AES256_GCM, wire.AES128_CCM, 99),
                wire.context(wire.CONTEXT_SIGNING,
                             struct.pack('<HHH', 2, 2, 1)),
                wire.netname_context('fileserver'))))))
    event = t.one(smbd.events())
    t.equal({'dialects': list(wire.DIALECTS),
             'ciphers': ['AES-256-GCM', 'AES-128-CCM', '0x0063'],
             'signingAlgorithms': ['AES-128-GMAC', 'AES-128-CMAC'],
             'securityMode': 1, 'capabilities': 0x40,
             'serverName': 'fileserver'}, event['offer'])


def test_what_newer_clients_offer_is_passed_over(t):
    """Unix extensions, compression, and QUIC's encryption."""
    smbd = t.smbd()
    with smbd.raw() as c:
        t.equal(0x0311, wire.smb2_negotiated(c.ask(wire.smb2_negotiate(
            'SMB3_11', contexts=(
                wire.context(0x0100, bytes(range(16))),
                wire.preauth_context(),
                wire.context(0x0003, struct.pack('<HHIHH', 2, 0, 1, 1, 2)),
                wire.encryption_context(wire.AES128_GCM),
                wire.context(0x0006, struct.pack('<I', 1)))))))
    event = t.one(smbd.events())
    t.fields(event, event='negotiate', outcome='allowed', dialect='SMB3_11',
             cipher='AES-128-GCM')
    t.equal({'dialects': ['SMB3_11'], 'ciphers': ['AES-128-GCM'],
             'securityMode': 1, 'capabilities': 0x40}, event['offer'])


def test_netbios_session_request_first(t):
    smbd = t.smbd()
    with smbd.raw() as c:
        c.send(wire.session_request())
        c.send(wire.netbios(SMB3))
        answer = c.receive() or c.receive()  # the session response is empty
        t.equal(0x0311, wire.smb2_negotiated(answer))
    t.fields(t.one(smbd.events()), event='negotiate', outcome='allowed',
             dialect='SMB3_11')
    lives(t, smbd)


def test_floor_holds_behind_a_session_request(t):
    smbd = t.smbd(options={'smbguard:min protocol': 'SMB2_02'})
    with smbd.raw() as c:
        c.send(wire.session_request())
        c.send(wire.netbios(SMB1))
        answer = c.receive() or c.receive()
        t.equal(0xFFFF, wire.smb1_choice(answer))
    t.fields(t.one(smbd.events()), event='negotiate', outcome='denied',
             dialect='NT1')


def test_multi_protocol_negotiate(t):
    smbd = t.smbd()
    with smbd.raw() as c:
        answer = c.ask(wire.smb1_negotiate('NT LM 0.12', 'SMB 2.002',
                                           'SMB 2.???'))
        t.equal(0x02FF, wire.smb2_negotiated(answer))
        c.send(wire.netbios(wire.smb2_negotiate('SMB2_10', 'SMB3_00',
                                                message_id=1)))
        t.equal(0x0300, wire.smb2_negotiated(c.receive()))
    event = t.one(smbd.events())
    t.fields(event, event='negotiate', outcome='allowed', dialect='SMB3_00')
    t.equal(['NT LM 0.12', 'SMB 2.002', 'SMB 2.???'], event['offer']['smb1'])
    t.equal(['SMB2_10', 'SMB3_00'], event['offer']['dialects'])
    lives(t, smbd)


def test_multi_protocol_negotiate_that_stops_half_way(t):
    smbd = t.smbd()
    with smbd.raw() as c:
        answer = c.ask(wire.smb1_negotiate('NT LM 0.12', 'SMB 2.???'))
        t.equal(0x02FF, wire.smb2_negotiated(answer))
    t.equal(['NT LM 0.12', 'SMB 2.???'],
            t.one(smbd.events())['offer']['smb1'])
    lives(t, smbd)


def test_wildcard_behind_what_is_no_offer(t):
    smbd = t.smbd()
    with smbd.raw() as c:
        c.send(wire.netbios(b'x', 1))
        answer = c.ask(wire.smb1_negotiate('NT LM 0.12', 'SMB 2.???'))
        t.equal(0x02FF, wire.smb2_negotiated(answer))
        c.send(wire.netbios(wire.smb2_negotiate('SMB3_00', message_id=1)))
        t.equal(0x0300, wire.smb2_negotiated(c.receive()))
    other, event = smbd.events()
    t.fields(other, event='negotiate', outcome='failed')
    t.fields(event, event='negotiate', outcome='allowed', dialect='SMB3_00')
    t.equal(['NT LM 0.12', 'SMB 2.???'], event['offer']['smb1'])


def test_second_offer_after_a_refusal(t):
    smbd = t.smbd(options={'smbguard:min protocol': 'SMB3_00'})
    with smbd.raw() as c:
        answer = c.ask(wire.smb2_negotiate('SMB2_10'))
        t.equal(NOT_SUPPORTED, wire.smb2_status(answer))
        answer = c.ask(wire.smb2_negotiate('SMB3_00', message_id=1))
        t.equal(0x0300, wire.smb2_negotiated(answer))
    t.equal([('denied', 'SMB2_10'), ('allowed', 'SMB3_00')],
            [(e['outcome'], e['dialect']) for e in smbd.events()])


def test_no_process_stays_behind(t):
    """smbd 4.22 alone keeps one for good: after a refused offer and no other."""
    smbd = t.smbd()
    echo = wire.smb2_header(13, 1) + struct.pack('<HH', 4, 0)
    refused = wire.smb2_negotiate('SMB3_11', contexts=())
    for messages in ((SMB3, echo), (refused, SMB3), (refused, echo),
                     (refused, refused, echo), (echo,)):
        with smbd.raw() as c:
            for message in messages:
                try:
                    c.ask(message)
                except OSError:
                    break  # it has hung up
    smbd.settle()
    t.equal([], smbd.connections())
    lives(t, smbd)


def memory_of_connection(smbd, first, offers):
    """Send these bytes and refused offers.  KiB of the process that has them."""
    with smbd.raw() as c:
        c.send(first)
        for number in range(offers):
            answer = c.ask(wire.smb2_negotiate('SMB3_11', message_id=number))
            assert wire.smb2_status(answer) == NOT_SUPPORTED
        return processes.memory(*smbd.connections())


def test_many_messages_leave_few_events_and_no_memory(t):
    smbd = t.smbd(options={'server max protocol': 'SMB3_00'})
    little = memory_of_connection(smbd, b'', 1)
    for message, failed in ((wire.netbios(b'', 0x85), 0),
                            (wire.netbios(b'', 1), 1)):
        before = len(smbd.events())
        much = memory_of_connection(smbd, message * 20000, 30)
        t.true(much - little < 4096, '%d KiB, then %d' % (little, much))
        dialects = [e.get('dialect') for e in smbd.events()[before:]]
        t.equal([None] * failed + ['SMB3_11'] * (8 - failed), dialects)


def test_client_that_is_slow(t):
    """Half a message must not keep other clients waiting."""
    smbd = t.smbd()
    with smbd.raw() as c:
        c.send(wire.netbios(SMB3)[:30])
        t.equal('ok', smbd.smbclient('open').got, 'another client')
        c.send(wire.netbios(SMB3)[30:])
        t.equal(0x0311, wire.smb2_negotiated(c.receive()))
    t.story(smbd, 'negotiate allowed', *visit('open'))


# SMB2 where SMB1 was chosen already: smbd takes it, until a request came that
# is SMB1's.

PRINTER = {'printer': {'printable': 'yes', 'path': '/tmp'}}


def test_smb2_after_smb1_was_chosen(t):
    """From then on it is a client of SMB2, in all that follows from that."""
    smbd = t.smbd(options={'smbguard:guest': 'deny'}, shares=PRINTER)
    with Logons(smbd.port, 'SMB3_00', first=SMB1) as c:
        t.equal(0, wire.smb1_choice(c.first_answer))
        session = c.log_on('alice')
        tree = c.tree('open', session)
        t.equal(b'hello\n', c.read_file(tree, session))
        # Only SMB1 could reach it as a guest.
        t.equal('NT_STATUS_SUCCESS', c.tree_connect('printer', session))
    # The printer was closed, for as long as it spoke SMB1.
    t.story(smbd, 'negotiate allowed', 'policy_error denied', *visit('open'))
    first, second = smbd.events(event='negotiate')
    t.fields(first, dialect='NT1', offer__smb1=['NT LM 0.12'])
    t.fields(second, dialect='SMB3_00', offer__dialects=['SMB3_00'],
             offer__smb1=None, cipher='AES-128-CCM')
    t.equal(first['connectionId'], second['connectionId'])
    with smb1.Smb1(smbd.port) as c:
        t.equal('NT_STATUS_SUCCESS', c.log_on('alice'))
        t.true(c.tree('printer') != 'NT_STATUS_SUCCESS', 'closed to SMB1')
    lives(t, smbd)


def test_offers_after_smb1_was_chosen_are_bounded(t):
    smbd = t.smbd(options={'server max protocol': 'SMB3_00'})
    with smbd.raw() as c:
        t.equal(0, wire.smb1_choice(c.ask(SMB1)))
        for number in range(20):
            answer = c.ask(wire.smb2_negotiate('SMB3_02', message_id=number))
            t.equal(NOT_SUPPORTED, wire.smb2_status(answer))
        answer = c.ask(wire.smb2_negotiate('SMB3_00', message_id=20))
        t.equal(0x0300, wire.smb2_negotiated(answer))
    events = smbd.events()
    t.story(smbd, 'negotiate allowed', *['negotiate denied'] * 7)
    t.equal(['NT1'] + ['SMB3_02'] * 7, [e['dialect'] for e in events])


def test_exception_after_smb1_was_chosen(t):
    """Who may use SMB1 may use what is better; both are told."""
    smbd = t.smbd(options={
        'smbguard:min protocol': 'SMB3_00', 'smbguard:exceptions': 'old',
        'smbguard:old hosts': '127.0.0.2', 'smbguard:old allow': 'smb1',
        'smbguard:old until': '2099-12-31', 'smbguard:old reason': 'a test'})
    with smbd.raw('127.0.0.2') as c:
        t.equal(0, wire.smb1_choice(c.ask(SMB1)))
        answer = c.ask(wire.smb2_negotiate('SMB2_10'))
        t.equal(0x0210, wire.smb2_negotiated(answer))
    events = t.each(smbd.events(), 2)
    for event, dialect in zip(events, ('NT1', 'SMB2_10')):
        t.fields(event, event='negotiate', outcome='allowed', dialect=dialect,
                 policy__exception='old', clientAddress='127.0.0.2')
    with smbd.raw() as c:
        t.equal(0xFFFF, wire.smb1_choice(c.ask(SMB1)))
    t.fields(smbd.events()[-1], outcome='denied', dialect='NT1')


def test_smb2_after_a_request_of_smb1(t):
    """Up to 4.20 smbd hangs up; a newer one goes over to it even then."""
    smbd = t.smbd()
    smb1_ends_it = machine.version() < (4, 21)
    with smb1.Smb1(smbd.port) as c:
        t.equal('NT_STATUS_SUCCESS', c.log_on('alice'))
        if smb1_ends_it:
            t.equal(b'', c.ask(wire.smb2_negotiate('SMB3_00')))
        else:
            c = Logons(smbd.port, 'SMB3_00', after=c)
            session = c.log_on('alice')
            t.equal(b'hello\n', c.read_file(c.tree('open', session), session))
    t.story(smbd, 'negotiate allowed', 'session allowed',
            *([] if smb1_ends_it else visit('open')))
    if not smb1_ends_it:
        first, second = smbd.events(event='negotiate')
        t.equal('NT1', first['dialect'])
        t.fields(second, dialect='SMB3_00', offer__dialects=['SMB3_00'],
                 cipher='AES-128-CCM')
    lives(t, smbd)


def test_refused_smb2_after_a_request_of_smb1(t):
    """The newer dialect is judged as any other."""
    smbd = t.smbd(options={
        'smbguard:min protocol': 'SMB3_00', 'smbguard:exceptions': 'old',
        'smbguard:old hosts': '127.0.0.2', 'smbguard:old allow': 'smb1',
        'smbguard:old until': '2099-12-31', 'smbguard:old reason': 'a test'})
    with smb1.Smb1(smbd.port, '127.0.0.2') as c:
        t.equal('NT_STATUS_SUCCESS', c.log_on('alice'))
        answer = c.ask(wire.smb2_negotiate('SMB2_10'))
        if machine.version() < (4, 21):
            t.equal(b'', answer)
        else:
            t.equal(0x0210, wire.smb2_negotiated(answer))
    events = smbd.events(event='negotiate')
    t.equal(['NT1', 'SMB2_10'][:1 if machine.version() < (4, 21) else 2],
            [event['dialect'] for event in events])
    for event in events:
        t.fields(event, outcome='allowed', policy__exception='old',
                 clientAddress='127.0.0.2')
