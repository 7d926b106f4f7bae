# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialect floor, of [global] and of a share.

What: with "server min protocol = NT1" in smb.conf throughout, so that what
refuses SMB1 is smbguard.
"""

import re

import wire
from harness import DENIED, visit

OPTION = 'smbguard:min protocol'
NO_SMB1 = {OPTION: 'SMB2_02'}
SMB1_NAME = 'NT LM 0.12'
# By nmap 7.93, 7.95, and later.
BY_NMAP = (('202', '2:0:2', '2.0.2'), ('210', '2:1:0', '2.1'),
           ('300', '3:0:0', '3.0'), ('302', '3:0:2', '3.0.2'),
           ('311', '3:1:1', '3.1.1'))


def test_without_the_option_smb1_works_and_is_recorded(t):
    smbd = t.smbd()
    t.equal('ok', smbd.smbclient('open', 'NT1').got)
    t.equal('hello\n', smbd.curl('open/hello.txt', source='127.0.0.3').output)
    t.contains(SMB1_NAME, smbd.nmap('smb-protocols').output)
    events = smbd.events(event='negotiate')
    t.fields(events[0], outcome='allowed', dialect='NT1', windowsEventId=3000,
             clientAddress='127.0.0.1', policy__option=None)
    t.contains(SMB1_NAME, events[0]['offer']['smb1'])
    t.fields(events[1], outcome='allowed', dialect='NT1', windowsEventId=3000,
             clientAddress='127.0.0.3')
    t.contains(SMB1_NAME, events[1]['offer']['smb1'])


def test_floor_refuses_smb1_only_clients(t):
    smbd = t.smbd(options=NO_SMB1)
    answer = smbd.smbclient('open', 'NT1')
    t.true(answer.status != 0 and answer.step == 'protocol negotiation',
           'no SMB1: %s' % answer)
    answer = smbd.curl('open/hello.txt', source='127.0.0.3')
    t.true(answer.status != 0 and 'hello' not in answer.output,
           'no curl: %s' % answer)
    events = smbd.events()
    t.equal(['127.0.0.1', '127.0.0.3'], [e['clientAddress'] for e in events])
    for event in events:
        t.fields(event, event='negotiate', outcome='denied', dialect='NT1',
                 policy__option=OPTION, policy__scope='global',
                 policy__required='SMB2_02', policy__actual='NT1',
                 windowsEventId=1001, severity='warning')
        t.contains(SMB1_NAME, event['offer']['smb1'])
        t.contains('smbguard:min protocol = SMB2_02', event['reason'])


def test_floor_lets_smb2_and_smb3_in(t):
    smbd = t.smbd(options=NO_SMB1)
    for protocol in ('SMB2_02', 'SMB2_10', 'SMB3_00', 'SMB3_11'):
        t.equal('ok', smbd.smbclient('open', protocol).got, protocol)
        t.fields(smbd.events(event='negotiate')[-1], outcome='allowed',
                 dialect=protocol, policy__option=OPTION)
    t.story(smbd, *visit('open') * 4)


def test_nmap_finds_no_smb1(t):
    smbd = t.smbd(options=NO_SMB1)
    output = smbd.nmap('smb-protocols', 'smb2-capabilities').output
    t.true(SMB1_NAME not in output, 'no SMB1 in ' + output)
    found = set(re.findall(r'^\|[_ ]+(\d[\d.:]*\d)\b', output, re.M))
    for spellings in BY_NMAP:
        t.true(found & set(spellings), '%s in %s' % (spellings, output))
    events = smbd.events()
    t.true(all(e['event'] == 'negotiate' for e in events), 'negotiates only')
    smb1 = [e for e in events if SMB1_NAME in e['offer'].get('smb1', ())]
    t.true(smb1 and all(e['outcome'] == 'denied' for e in smb1),
           'nmap was refused SMB1')


def test_floor_above_smb2(t):
    smbd = t.smbd(options={OPTION: 'SMB3_00'})
    t.true(smbd.smbclient('open', 'SMB2_10').status != 0, 'no SMB2')
    t.equal('ok', smbd.smbclient('open', 'SMB3_00').got)
    t.story(smbd, 'negotiate denied', *visit('open'))
    event = t.one(smbd.events(outcome='denied'))
    t.fields(event, dialect='SMB2_10', policy__required='SMB3_00')
    t.equal(['SMB2_10'], event['offer']['dialects'])


def test_multi_protocol_offer_gets_smb2(t):
    """An offer of SMB1 and SMB2 in one message is no SMB1-only client."""
    smbd = t.smbd(options=NO_SMB1)
    with smbd.raw() as c:
        answer = c.ask(wire.smb1_negotiate(SMB1_NAME, 'SMB 2.002'))
        t.equal(0x0202, wire.smb2_negotiated(answer))
    event = t.one(smbd.events())
    t.fields(event, event='negotiate', outcome='allowed', dialect='SMB2_02',
             windowsEventId=None)
    t.equal([SMB1_NAME, 'SMB 2.002'], event['offer']['smb1'])
    with smbd.raw() as c:
        answer = c.ask(wire.smb1_negotiate('LANMAN1.0', SMB1_NAME))
        t.equal(0xFFFF, wire.smb1_choice(answer))
    t.fields(smbd.events()[1], outcome='denied', dialect='NT1')


def test_share_floor(t):
    smbd = t.smbd(shares={'secret': {'smbguard:encryption': None,
                                     OPTION: 'SMB3_11'}})
    for protocol in ('NT1', 'SMB2_10', 'SMB3_02'):
        answer = smbd.smbclient('secret', protocol)
        t.equal((DENIED, 'tree connect'), (answer.got, answer.step), protocol)
        t.fields(smbd.events(event='share_connect')[-1], outcome='denied',
                 dialect=protocol, policy__option=OPTION,
                 policy__scope='secret', policy__required='SMB3_11',
                 policy__actual=protocol, windowsEventId=1006)
    t.equal('ok', smbd.smbclient('secret', 'SMB3_11').got)
    t.equal('ok', smbd.smbclient('open', 'NT1').got)
    t.story(smbd, *visit('secret', 'denied') * 3, *visit('secret'),
            *visit('open'))


def test_share_cannot_loosen_the_floor(t):
    smbd = t.smbd(options={OPTION: 'SMB3_11'},
                  shares={'open': {OPTION: 'SMB2_02'}})
    t.true(smbd.smbclient('open', 'SMB2_10').status != 0, 'no SMB2')
    t.equal('ok', smbd.smbclient('open', 'SMB3_11').got)
    t.story(smbd, 'negotiate denied', *visit('open'))


def test_unknown_floor_refuses_all_and_says_so(t):
    smbd = t.smbd(options={OPTION: 'SMB4'})
    t.true(smbd.smbclient('open', 'SMB2_10').status != 0, 'refused')
    t.true(smbd.smbclient('open', 'SMB3_11').status != 0, 'refused')
    faults = smbd.events(event='policy_error')
    for fault in t.each(faults, 2):
        t.fields(fault, policy__option=OPTION, policy__actual='SMB4',
                 policy__scope='global')
        t.contains('SMB3_11', fault['reason'])
    t.equal([], smbd.events(event='share_connect', outcome='allowed'))


def test_native_floor_is_not_loosened(t):
    smbd = t.smbd(options={'server min protocol': 'SMB3_00', OPTION: 'NT1'})
    t.true(smbd.smbclient('open', 'SMB2_10').status != 0, 'no SMB2')
    t.true(smbd.smbclient('open', 'NT1').status != 0, 'no SMB1')
    t.equal('ok', smbd.smbclient('open').got)
    t.story(smbd, 'negotiate denied', 'negotiate denied', *visit('open'))
    for event in t.each(smbd.events(outcome='denied'), 2):
        t.fields(event, policy__option='server min protocol')
