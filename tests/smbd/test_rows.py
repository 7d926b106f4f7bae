# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every row of the option table does in a real smbd what the row says.

What: each option that refuses, with its strictest value, in [global] and in a
share, printers among them.  A client that meets none of them is refused by the
gate that the row names, with that option in the event; and let in by the words
that the row has for exceptions.  `smbguard check` says the same of each.

How: the rows come from the command (lib/tables.py), so that a new one is tried
without a line here, if this client does not meet it: one that speaks SMB 3.0,
is anonymous, and cannot use Kerberos.
"""

import os

import check_tool
import conformance
import eventlog
import tables
from clients import ANONYMOUS
from conformance import OLD_LOGON, patient
from harness import DENIED

OLD = 'SMB3_00'
PUBLIC = {'guest ok': 'yes'}
PRINTER = {'printable': 'yes', 'guest ok': 'yes', 'read only': 'yes',
           'print command': 'mv %s %s.done', 'lpq command': 'true',
           'lprm command': 'true'}
CLOSED = 'NT_STATUS_BAD_NETWORK_NAME'
BASE = {**conformance.BASE, 'smbguard:history': 'yes'}
EVENTS = {'negotiate': 'negotiate', 'session': 'session',
          'share': 'share_connect'}
# Who does not meet it, where that is not the anonymous client.
OTHERS = {'downgrade': 'alice'}
# Without a cipher there is none that is not accepted.
MET_BY_SMB1 = {'encryption algorithms'}


def rows():
    found = tables.rules()
    assert len(found) >= 8, found
    return found


def asked(row):
    return {'smbguard:' + row['name']: row['strictest']}


def exception(row):
    return {'smbguard:exceptions': 'old', 'smbguard:old hosts': '127.0.0.0/8',
            'smbguard:old allow': ' '.join(row['rule']['exceptions']),
            'smbguard:old until': '2099-12-31',
            'smbguard:old reason': 'It is replaced next year'}


def comes(smbd, row, share):
    return smbd.smbclient(share, OLD,
                          user=OTHERS.get(row['name'], ANONYMOUS))


def prints(t, smbd, share, protocol, **more):
    """(what the client got, whether there is one more job)"""
    source = os.path.join(t.directory, 'job.txt')
    with open(source, 'w', encoding='ascii') as f:
        f.write('hello\n')
    path = smbd.config.get(share, 'path')
    before = os.listdir(path)
    answer = smbd.smbclient(share, protocol, 'print ' + source, **more)
    smbd.settle()
    return answer.got, len(os.listdir(path)) > len(before)


def decided(smbd, row, event, outcome):
    """The events of a gate that name the option as what decided."""
    return [e for e in smbd.events(event=event, outcome=outcome) if
            eventlog.field(e, 'policy.option') == 'smbguard:' + row['name']]


def check_agrees(t, smbd, row, scope):
    """What counts by `check` is what was asked for, and nothing is wrong."""
    _, result = check_tool.check(t, smbd.conf)
    policy = result['global'] if scope == 'global' else t.one(
        [share for share in result['shares'] if share['share'] == scope],
        'share')
    t.equal(row['strictest'], policy[row['name']], 'what counts')
    t.equal([], [f for f in check_tool.found(result) if f[0] == 'error'],
            'errors that check finds')


def check_global(t, row):
    smbd = t.smbd(options={**BASE, **asked(row)},
                  shares={'open': PUBLIC, 'printer': PRINTER})
    # so that alice was seen with better than OLD
    smbd.smbclient('open')
    gate = EVENTS[next(gate for gate in EVENTS
                       if gate in row['rule']['heldBy'])]
    answer = comes(smbd, row, 'open')
    t.true(answer.status != 0, '%s refuses' % row['name'])
    refusals = decided(smbd, row, gate, 'denied')
    t.fields(refusals[-1] if refusals else {'event': 'none'},
             policy__scope='global', policy__required=row['strictest'],
             dialect=OLD)
    t.equal([], smbd.events(event='share_connect', dialect=OLD))
    # A logon that nobody sees, at a share that no gate stands before
    _, printed = prints(t, smbd, 'printer', 'NT1', user=ANONYMOUS,
                        options=OLD_LOGON)
    t.equal(row['name'] in MET_BY_SMB1, printed, row['name'] + ', at a printer')
    if 'share' in row['where']:  # what [global] alone has is no share's
        check_agrees(t, smbd, row, 'global')

    smbd.config.update('global', exception(row))
    smbd.reload()
    before = len(decided(smbd, row, gate, 'allowed'))
    t.equal('ok', comes(smbd, row, 'open').got, row['name'] + ', excepted')
    allowed = decided(smbd, row, gate, 'allowed')[before:]
    t.fields(t.one(allowed), policy__exception='old', dialect=OLD)


def test_the_table_of_conformance_has_each_row(t):
    """All but what is no matter of what a client negotiates."""
    t.equal({row['name'] for row in rows() if row['rule']['foreseen']},
            set(conformance.OPTIONS))
    for row in rows():
        option = conformance.OPTIONS.get(row['name'])
        if option:
            t.equal(tuple(EVENTS[gate] for gate in EVENTS
                          if gate in row['rule']['heldBy']), option.gates,
                    row['name'])
            t.true(row['strictest'] in option.values, row['name'])


@patient
def test_global(t):
    for row in rows():
        check_global(t, row)


def test_nobody_is_refused_where_nothing_is_asked_for(t):
    """The same clients, and the same shares."""
    smbd = t.smbd(options=BASE, shares={'open': PUBLIC, 'printer': PRINTER})
    t.equal('ok', smbd.smbclient('open').got)
    for user in (ANONYMOUS, 'alice'):
        t.equal('ok', smbd.smbclient('open', OLD, user=user).got)
    t.equal(('ok', True), prints(t, smbd, 'printer', 'NT1', user=ANONYMOUS,
                                 options=OLD_LOGON))
    t.equal([], smbd.events(outcome='denied'))


@patient
def test_shares(t):
    mine = [row for row in rows() if 'share' in row['where']]
    t.true(len(mine) >= 7, 'rows of shares')
    shares = {row['name']: {**PUBLIC, **asked(row)} for row in mine}
    smbd = t.smbd(options=BASE, shares={'open': PUBLIC, **shares})
    for row in mine:
        name = row['name']
        t.true('share' in row['rule']['heldBy'], name)
        answer = comes(smbd, row, name)
        t.equal((DENIED, 'tree connect'), (answer.got, answer.step), name)
        event = t.one(smbd.events(event='share_connect', share=name))
        t.fields(event, outcome='denied', policy__scope=name,
                 policy__option='smbguard:' + name,
                 policy__required=row['strictest'])
        t.equal('ok', comes(smbd, row, 'open').got)
        check_agrees(t, smbd, row, name)
    for row in mine:
        smbd.config.update('global', exception(row))
        smbd.reload()
        t.equal('ok', comes(smbd, row, row['name']).got, row['name'])
        event = smbd.events(event='share_connect', share=row['name'])[-1]
        t.fields(event, outcome='allowed', policy__exception='old')


@patient
def test_printers(t):
    """smbd itself holds some, and what nobody holds is closed."""
    mine = [row for row in rows() if 'share' in row['where']]
    t.true(len(mine) >= 7, 'rows of shares')
    shares = {row['name']: {**PRINTER, **asked(row)} for row in mine}
    smbd = t.smbd(options=BASE, shares={'open': PUBLIC, **shares})
    _, result = check_tool.check(t, smbd.conf)
    graded = {f['section']: f['severity'] for f in result['findings']
              if f['id'] == 'printer'}
    t.equal(set(shares), set(graded), 'printers that check tells of')
    for row in mine:
        name = row['name']
        by_smbd = 'smbd' in row['rule']['heldBy']
        t.equal('note' if by_smbd else 'error', graded[name], name)
        t.equal((DENIED if by_smbd else CLOSED, False),
                prints(t, smbd, name, OLD, user=ANONYMOUS), name)
        t.equal(('ok' if by_smbd else CLOSED, by_smbd),
                prints(t, smbd, name, 'SMB3_11'), name)
        t.equal([], smbd.events(event='share_connect', share=name))
        errors = [e for e in smbd.events(event='policy_error')
                  if e['policy']['scope'] == name]
        t.equal(not by_smbd, bool(errors), 'a policy_error of ' + name)
    t.equal('ok', smbd.smbclient('open').got)
    for row in mine:
        smbd.config.set(row['name'], 'smbguard:mode', 'audit')
    smbd.reload()
    for row in mine:
        t.equal(('ok', True), prints(t, smbd, row['name'], OLD, user=ANONYMOUS),
                row['name'] + ' in audit mode')


def test_printer_that_enforces_what_global_audits(t):
    """Its mode counts for what [global] asks for, and no gate stands there."""
    smbd = t.smbd(options={**BASE, 'smbguard:mode': 'audit',
                           'smbguard:guest': 'deny'}, shares={
        'open': PUBLIC, 'strict': PRINTER, 'printer': PRINTER})
    smbd.config.set('strict', 'smbguard:mode', 'enforce')
    smbd.reload()
    t.equal('ok', smbd.smbclient('open', user=ANONYMOUS).got)
    for share, expected in (('printer', ('ok', True)),
                            ('strict', (CLOSED, False))):
        t.equal(expected, prints(t, smbd, share, 'SMB3_11', user=ANONYMOUS),
                share)
    t.fields(smbd.events(event='policy_error')[0], policy__scope='strict')
    _, result = check_tool.check(t, smbd.conf)
    t.equal({('strict', 'error'), ('printer', 'note')},
            {(f['section'], f['severity']) for f in result['findings']
             if f['id'] == 'printer'})
