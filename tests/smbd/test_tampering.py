# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody in between changes the negotiate: who is told of it, who is not.

What: up to 3.0.2 the client's own account of its negotiate gives it away, and
negotiate_tampered has both sides; at 3.1.1 the client falls silent, and
integrity_suspected counts that.  Honest clients of all kinds leave neither.
What only a client can notice is listed, too.
"""

import concurrent.futures
import contextlib
import os
import signal
import struct
import time

import eventlog
import processes
import proxy
import wire
from harness import visit
from ntlm_client import ECHO, Logons
from torture import CHANNELS, SMB2, torture

HISTORY = {'smbguard:history': 'yes'}
TAMPERED, SUSPECTED = 'negotiate_tampered', 'integrity_suspected'
# All dialects from 2.0.2 up to the client's best.
WIDE = ('client min protocol=SMB2_02', 'client ipc min protocol=SMB2_02')
OLD = ('client min protocol=NT1', 'client ipc min protocol=NT1')
GONE = ('NT_STATUS_CONNECTION_DISCONNECTED', 'tree connect')
ALL_302 = ['SMB2_02', 'SMB2_10', 'SMB3_00', 'SMB3_02']
IOCTL = 11
VALIDATE_NEGOTIATE_INFO = 0x00140204


def through(smbd, change, protocol='SMB3_02', share='open', **more):
    """smbclient behind a proxy.  Returns what it got, and where."""
    with proxy.Proxy(smbd, change, **more) as between:
        answer = between.smbclient(share, protocol, options=WIDE)
    return answer.got, answer.step


def signs(smbd):
    """The events of tampering, in order."""
    return [e for e in smbd.events() if e['event'] in (TAMPERED, SUSPECTED)]


def check_no_signs(t, smbd):
    t.equal([], [e['reason'] for e in signs(smbd)])


def check_honest(t, smbd, protocol='SMB3_02'):
    """The same client leaves no sign where nobody is in between."""
    before = len(signs(smbd))
    t.equal(('ok', ''), through(smbd, None, protocol))
    t.equal('ok', smbd.smbclient('open', protocol, options=WIDE).got)
    t.equal(before, len(signs(smbd)))


def test_cut_dialects_are_told(t):
    smbd = t.smbd(options=HISTORY)
    for left in (['SMB2_02', 'SMB2_10', 'SMB3_00'], ['SMB2_02', 'SMB2_10'],
                 ['SMB2_10'], ['SMB2_02']):
        before = len(signs(smbd))
        t.equal(GONE, through(smbd, proxy.only_dialects(*left)), left[-1])
        event = t.one(signs(smbd)[before:], 'sign at ' + left[-1])
        t.fields(event, event=TAMPERED, outcome='detected',
                 severity='critical', windowsEventId=1005, share='open',
                 account='alice', dialect=left[-1], authMechanism='NTLMSSP',
                 clientAddress='127.0.0.1', expected__dialect=left[-1],
                 expected__dialects=left, received__dialect='SMB3_02',
                 received__dialects=ALL_302)
        t.equal({name: value for name, value in event['expected'].items()
                 if not name.startswith('dialect')},
                {name: value for name, value in event['received'].items()
                 if not name.startswith('dialect')})
        t.contains('the dialects (%s became %s). smbd has disconnected' % (
            ', '.join(ALL_302), ', '.join(left)), event['reason'])
    check_honest(t, smbd)


def test_changed_fields_are_told(t):
    smbd = t.smbd(options=HISTORY)
    guid = bytes(range(16))
    for change, name, was, now, words in (
            (proxy.without_capabilities(wire.CAP_ENCRYPTION), 'capabilities',
             0x7f, 0x3f, 'the capabilities (0x0000007f became 0x0000003f).'),
            (proxy.with_security_mode(3), 'securityMode', 1, 3,
             'the security mode (0x0001 became 0x0003).'),
            (proxy.with_guid(guid), 'clientGuid', None,
             '03020100-0504-0706-0809-0a0b0c0d0e0f', 'the client GUID.')):
        before = len(signs(smbd))
        t.equal(GONE, through(smbd, change), name)
        event = t.one(signs(smbd)[before:], 'sign of another ' + name)
        t.fields(event, event=TAMPERED, outcome='detected',
                 windowsEventId=1005, dialect='SMB3_02',
                 **{'expected__' + name: now})
        if was is not None:
            t.equal(was, event['received'][name])
        # Nothing else differs.
        t.equal([name], [key for key in event['expected']
                         if event['expected'][key] != event['received'][key]])
        t.contains('was changed on its way: ' + words, event['reason'])
    check_honest(t, smbd)


def test_several_changes_are_one_event(t):
    smbd = t.smbd(options=HISTORY)

    def change(negotiate):
        proxy.only_dialects('SMB2_10')(negotiate)
        proxy.with_security_mode(0)(negotiate)
        proxy.with_guid(bytes(16))(negotiate)
    for number in (1, 2):
        t.equal(GONE, through(smbd, change))
        t.equal(number, len(signs(smbd)))
    for event in t.each(signs(smbd), 2):
        t.contains('became SMB2_10), the security mode (0x0001 became 0x0000)'
                   ', the client GUID. smbd', event['reason'])


def test_on_an_encrypted_tree(t):
    smbd = t.smbd(options=HISTORY)
    guid = proxy.with_guid(bytes(range(16)))
    t.equal(GONE, through(smbd, guid, share='secret'))
    t.fields(t.one(signs(smbd), 'sign'), event=TAMPERED, share='secret',
             encrypted=True)


def test_without_history_and_in_audit_mode(t):
    smbd = t.smbd(options={'smbguard:history': 'no',
                           'smbguard:mode': 'audit'})
    ciphers = proxy.with_algorithms(wire.CONTEXT_ENCRYPTION, wire.AES128_CCM)
    t.equal(GONE, through(smbd, proxy.only_dialects('SMB2_10')))
    for _ in range(2):
        through(smbd, ciphers, 'SMB3_11')
    t.equal([(TAMPERED, None), (SUSPECTED, 1), (SUSPECTED, 1)],
            [(e['event'], e.get('count')) for e in signs(smbd)])


def test_same_choice_from_another_list(t):
    """smbd lets that pass; MS-SMB2 3.3.5.15.12 does not."""
    smbd = t.smbd(options=HISTORY)
    t.equal(('ok', ''), through(smbd, proxy.without_dialects('SMB2_02')))
    event = t.one(signs(smbd), 'sign')
    t.fields(event, event=TAMPERED, outcome='detected', windowsEventId=1005,
             account='alice', expected__dialects=ALL_302[1:],
             received__dialects=ALL_302, expected__dialect='SMB3_02',
             received__dialect='SMB3_02')
    t.contains('smbd lets that pass', event['reason'])
    check_honest(t, smbd)


def validate_request(*dialects):
    """FSCTL_VALIDATE_NEGOTIATE_INFO, MS-SMB2 2.2.31."""
    numbers = [wire.DIALECTS[name] for name in dialects]
    data = struct.pack('<I16sHH%dH' % len(numbers), wire.CAP_ENCRYPTION,
                       wire.GUID, wire.SIGNING_ENABLED, len(numbers), *numbers)
    return struct.pack('<HHI16sIIIIIIII', 57, 0, VALIDATE_NEGOTIATE_INFO,
                       b'\xff' * 16, 64 + 56, len(data), 0, 0, 0, 24, 1,
                       0) + data


def test_validation_at_311(t):
    """No client validates there; smbd lets that pass, too."""
    smbd = t.smbd(options=HISTORY)
    with Logons(smbd.port) as client:
        t.equal('NT_STATUS_SUCCESS', client.attempt('alice'))
        client.request(IOCTL, validate_request('SMB3_02', 'SMB3_11'))
        client.answer()
    event = t.one(signs(smbd), 'sign')
    t.fields(event, event=TAMPERED, dialect='SMB3_11', account='alice',
             received__dialects=['SMB3_02', 'SMB3_11'],
             expected__dialects=['SMB3_11'])
    t.contains('asked for its validation at SMB3_11', event['reason'])


def test_messages_that_are_no_validation(t):
    """Cut, with lengths that lie, or another control code."""
    smbd = t.smbd(options=HISTORY)
    good = validate_request('SMB3_11')
    bad = [good[:n] for n in (2, 8, 55, 56, 57, 79, len(good) - 1)]
    for at, value in ((24, 0), (24, 1 << 31), (28, 0xffffffff), (28, 23),
                      (4, 0x00140205)):
        bad.append(good[:at] + struct.pack('<I', value) + good[at + 4:])
    bad.append(good[:56 + 22] + b'\xff\xff' + good[56 + 24:])
    for message in bad:
        with Logons(smbd.port) as client:
            t.equal('NT_STATUS_SUCCESS', client.attempt('alice'))
            client.request(IOCTL, message)
            client.receive()
    check_no_signs(t, smbd)
    t.equal('ok', smbd.smbclient('open').got)


def test_validation_in_pieces(t):
    """Whoever is in between may cut it, for nobody to see it."""
    smbd = t.smbd(options=HISTORY)
    with Logons(smbd.port) as client:
        t.equal('NT_STATUS_SUCCESS', client.attempt('alice'))
        message = client.message(IOCTL, validate_request('SMB3_11'))
        client.send(message[:90])
        time.sleep(0.2)  # or the kernel would put the pieces together
        client.send(message[90:])
        client.answer()
    t.fields(t.one(signs(smbd), 'sign'), event=TAMPERED, dialect='SMB3_11')


def in_pieces(smbd, client, count):
    """Send an echo in so many bytes and a rest.  How long smbd took for the
    bytes."""
    message = client.message(ECHO, struct.pack('<HH', 4, 0))
    begin = time.monotonic()
    for number in range(count):
        client.send(message[number:number + 1])
        smbd.wait_until_read(client)
    took = time.monotonic() - begin
    client.send(message[count:])
    return took


def test_many_pieces_take_a_second_in_all(t):
    """Eight messages are looked at, and each could be late."""
    smbd = t.smbd(options=HISTORY)
    with Logons(smbd.port, 'SMB3_02') as client:
        for expected in (1.0, 0.0):
            t.equal('NT_STATUS_SUCCESS', client.attempt('alice'))
            took = in_pieces(smbd, client, 8)
            t.true(expected - 0.1 < took < expected + 2, 'took %.2f' % took)
            t.equal((ECHO, 0), client.answer()[:2])
    check_no_signs(t, smbd)


def test_pieces_do_not_hold_up_another_connection(t):
    """Of the same process: it waits for none of them."""
    smbd = t.smbd(options=HISTORY)
    with Logons(smbd.port, 'SMB3_02') as one, \
            Logons(smbd.port, 'SMB3_02') as other:
        t.equal('NT_STATUS_SUCCESS', one.attempt('alice'))
        t.equal('NT_STATUS_SUCCESS', other.attempt('alice'))
        smbd.wait_for_connections(1)
        took = in_pieces(smbd, other, 3)
        one.send_echo()
        t.equal((ECHO, 0), one.answer()[:2])
        t.true(took < 0.7, 'took %.2f' % took)
        t.equal((ECHO, 0), other.answer()[:2])
    check_no_signs(t, smbd)


def test_suspicion_at_311(t):
    smbd = t.smbd(options=HISTORY)
    check_honest(t, smbd, 'SMB3_11')
    kinds = (
        proxy.with_algorithms(wire.CONTEXT_ENCRYPTION, wire.AES128_CCM),
        proxy.with_algorithms(wire.CONTEXT_SIGNING, 0),
        proxy.with_algorithms(wire.CONTEXT_SIGNING),
        proxy.without_dialects('SMB2_02'),
        proxy.without_capabilities(wire.CAP_ENCRYPTION),
        proxy.with_security_mode(3),
    )
    for number, change in enumerate(kinds, 1):
        got = through(smbd, change, 'SMB3_11')
        t.equal(('NT_STATUS_ACCESS_DENIED', 'session setup'), got)
        t.equal(number, len(signs(smbd)))
        event = signs(smbd)[-1]
        t.fields(event, event=SUSPECTED, outcome='detected',
                 severity='warning', count=number, account='alice',
                 dialect='SMB3_11', share=None, windowsEventId=None)
        t.contains('It may have other reasons; number %d from' % number,
                   event['reason'])
    # smbd's answer counts as well: the server's GUID
    got = through(smbd, None, 'SMB3_11', change_answer=lambda answer: (
        answer[:72] + bytes(16) + answer[88:]))
    t.equal('NT_STATUS_ACCESS_DENIED', got[0])
    t.equal(7, signs(smbd)[-1]['count'])
    # Another address has a count of its own.
    through(smbd, kinds[0], 'SMB3_11', source='127.0.0.2')
    t.fields(signs(smbd)[-1], count=1, clientAddress='127.0.0.2')
    check_honest(t, smbd, 'SMB3_11')


def test_311_cut_to_less(t):
    """A client of 3.1.1 that was made to use less validates as well."""
    smbd = t.smbd(options=HISTORY)
    t.equal(GONE, through(smbd, proxy.without_dialects('SMB3_11'), 'SMB3_11'))
    event = t.one(signs(smbd), 'sign')
    t.fields(event, event=TAMPERED, expected__dialect='SMB3_02',
             received__dialect='SMB3_11')


def test_what_only_a_client_can_see(t):
    smbd = t.smbd(options=HISTORY)

    def without_encryption(answer):
        capabilities = struct.unpack_from('<I', answer, 88)[0]
        return (answer[:88] + struct.pack('<I', capabilities & ~0x40) +
                answer[92:])
    # The answer was changed: the client compares it with the FSCTL's.
    got = through(smbd, None, change_answer=without_encryption)
    t.true(got[0] != 'ok' and got[1] == 'tree connect', 'no access: %s' % (
        got,))
    # A client that does not validate, as impacket.
    with proxy.Proxy(smbd, proxy.with_security_mode(3)) as between, \
            between.impacket(dialect='SMB3_00') as client:
        client.read(client.tree('open'))
    check_no_signs(t, smbd)


def ordinary(smbd, number):
    """A visit of some kind.  Returns what it got, and what it should get."""
    kinds = (
        (lambda: smbd.smbclient('open').got, 'ok'),
        (lambda: smbd.smbclient('secret').got, 'ok'),
        (lambda: smbd.smbclient(None).got, 'ok'),
        (lambda: smbd.smbclient('no such share').got,
         'NT_STATUS_BAD_NETWORK_NAME'),
        (lambda: smbd.smbclient('open', password='wrong').got,
         'NT_STATUS_LOGON_FAILURE'),
        (lambda: smbd.smbclient('open', command='logoff').got, 'ok'),
        (lambda: smbd.smbclient('open', command='tdis; logoff').got, 'ok'),
        (lambda: smbd.smbclient('open', user='bob').got, 'ok'),
        (lambda: smbd.smbclient('open', 'SMB3_02', options=WIDE).got, 'ok'),
        (lambda: smbd.smbclient('open', 'SMB2_10', options=WIDE).got, 'ok'),
        # SMB1's negotiate first, and then SMB2's or none
        (lambda: smbd.smbclient('open', 'SMB3_02', options=OLD).got, 'ok'),
        (lambda: smbd.smbclient('open', 'SMB2_02', options=OLD).got, 'ok'),
        (lambda: log_off_without_tree(smbd), 'ok'),
    )
    visit_it, expected = kinds[number % len(kinds)]
    return visit_it(), expected


def log_off_without_tree(smbd):
    for dialect in ('SMB2_02', 'SMB2_10', 'SMB3_00'):
        with smbd.impacket(dialect=dialect) as client:
            client.connection.logoff()
    return 'ok'


def test_ordinary_clients_are_not_suspected(t):
    smbd = t.smbd(options=HISTORY)
    log_off_without_tree(smbd)  # imports what threads must not import at once
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for got, expected in pool.map(lambda n: ordinary(smbd, n),
                                      range(100)):
            t.equal(expected, got)
    smbd.smbclient('open', user='')
    for _ in range(3):
        with smbd.raw():
            pass  # not a byte
    smbd.nmap('smb-protocols', 'smb2-capabilities', 'smb2-security-mode',
              'smb2-time', 'smb-os-discovery')
    t.run('nmap', '-Pn', '-n', '-sT', '-p', str(smbd.port), '127.0.0.1')
    check_no_signs(t, smbd)


def test_smbtorture_is_not_suspected(t):
    smbd = t.smbd(options=HISTORY, shares={'noperm': {}})
    os.chmod(smbd.config.get('noperm', 'path'), 0)
    torture(t, smbd, 'open', SMB2 + (
        'smb2.ioctl.bug14788.VALIDATE_NEGOTIATE',))
    check_no_signs(t, smbd)


def test_channels_are_no_suspects(t):
    """A channel may be bound, wait for work, and go away without any."""
    smbd = t.smbd(options=HISTORY)
    torture(t, smbd, 'open', CHANNELS)
    check_no_signs(t, smbd)


class Plain(Logons):
    """At 3.1.1, and without any cipher."""
    contexts = (wire.preauth_context(),)
    capabilities = 0


def test_refused_clients_are_no_suspects(t):
    """By smbguard, by smbd itself, at the logon and at the tree connect."""
    smbd = t.smbd(options={**HISTORY, 'server smb encrypt': 'required'})
    with Plain(smbd.port) as client:
        t.equal('NT_STATUS_ACCESS_DENIED', client.attempt('alice'))
    # smbd says so after the session gate has let it in.
    t.story(smbd, 'negotiate allowed', 'session allowed')
    smbd = t.smbd(options={**HISTORY, 'smbguard:encryption': 'required'})
    with Plain(smbd.port) as client:
        t.equal('NT_STATUS_ACCESS_DENIED', client.attempt('alice'))
    t.story(smbd, 'negotiate allowed', 'session denied')
    smbd = t.smbd(options=HISTORY, shares={
        'secret': {'smbguard:ntlm': 'deny'}})
    t.equal('NT_STATUS_ACCESS_DENIED', smbd.smbclient('secret').got)
    t.story(smbd, *visit('secret', 'denied'))


def test_smbd_that_ends_suspects_nobody(t):
    """Its clients have sent nothing yet, and it is not they who hang up."""
    smbd = t.smbd(options=HISTORY)
    with contextlib.ExitStack() as stack:
        for number in range(5):
            client = stack.enter_context(
                Logons(smbd.port, source='127.0.0.%d' % (2 + number)))
            t.equal('NT_STATUS_SUCCESS', client.attempt('alice'))
        processes.send(smbd.connections() + [smbd.pid], signal.SIGTERM)
        smbd.process.wait()
        t.equal(5, len(eventlog.select(eventlog.read_events(smbd.audit),
                                       event='session')))
    smbd.stop()
    smbd.start()
    check_no_signs(t, smbd)


def test_client_that_dies_at_work(t):
    smbd = t.smbd(options=HISTORY)
    with smbd.connected('open') as client:
        os.kill(client.pid, signal.SIGKILL)
    t.story(smbd, *visit('open'))


def test_session_of_a_guest(t):
    """Without a key there is no signature that could be wrong."""
    smbd = t.smbd(options={**HISTORY, 'map to guest': 'Bad User'},
                  shares={'open': {'guest ok': 'yes'}})
    with Logons(smbd.port) as client:
        t.equal('NT_STATUS_SUCCESS', client.attempt('nosuch', 'x'))
    t.story(smbd, 'negotiate allowed', 'auth_failed failed', 'session allowed')
