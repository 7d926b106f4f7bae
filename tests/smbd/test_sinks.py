# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal and syslog as sinks, beside the audit file.

What: the journal's native fields, syslog's lines of JSON under smbd's own
name, and every combination of the three with the same events in each.
"""

import contextlib
import itertools

import log_daemons
from harness import visit
from ntlm_client import Logons

AUTHPRIV = 10 << 3
PRIORITIES = {'info': 6, 'notice': 5, 'warning': 4, 'critical': 2}
SINKS = ('file', 'journal', 'syslog')


@contextlib.contextmanager
def smbd_and_daemons(t, audit, **options):
    smbd = t.smbd(options={'smbguard:audit': audit, 'smbguard:history': 'no',
                           **options})
    with log_daemons.journal(smbd) as journal:
        with log_daemons.syslog(smbd) as syslog:
            yield smbd, journal, syslog


def visit_both(t, smbd):
    """Events of several severities: info, notice, warning."""
    t.equal('ok', smbd.smbclient('open').got)
    t.true(smbd.smbclient('secret', 'SMB2_10').status != 0, 'refused')
    t.true(smbd.smbclient('open', password='wrong').status != 0, 'wrong')
    return visit('open') + visit('secret', 'denied') + [
        'negotiate allowed', 'auth_failed failed']


def test_journal_has_every_field(t):
    with smbd_and_daemons(t, 'file journal') as (smbd, journal, syslog):
        t.story(smbd, *visit_both(t, smbd))
        told = list(map(log_daemons.journal_fields, journal.messages()))
        t.equal([], syslog.messages())
    events = t.each(smbd.events(), 9)
    for event, fields in zip(events, told, strict=True):
        t.equal(event['reason'], fields.pop('MESSAGE'))
        t.equal(str(PRIORITIES[event['severity']]), fields.pop('PRIORITY'))
        t.equal('smbguard', fields.pop('SYSLOG_IDENTIFIER'))
        t.equal(log_daemons.flat(event), fields)
    # Names that an administrator would ask journalctl for:
    denied = told[6]
    t.equal(('share_connect', 'denied', 'alice', 'secret', '127.0.0.1',
             'smbguard:encryption', '1046'), tuple(
                 denied['SMBGUARD_' + name] for name in
                 ('EVENT', 'OUTCOME', 'ACCOUNT', 'SHARE', 'CLIENT_ADDRESS',
                  'POLICY_OPTION', 'WINDOWS_EVENT_ID')))


def test_journal_takes_no_field_from_a_name(t):
    """A newline in a name ends no field of the protocol."""
    name = 'eve\nSMBGUARD_OUTCOME=allowed\nPRIORITY=7'
    with smbd_and_daemons(t, 'journal') as (smbd, journal, _):
        with Logons(smbd.port, 'SMB3_02') as c:
            c.attempt(name, 'wrong', workstation=name)
        smbd.settle()
        failed = log_daemons.journal_fields(journal.messages()[1])
    t.equal(('auth_failed', 'failed', name, name, '5'), tuple(
        failed[key] for key in ('SMBGUARD_EVENT', 'SMBGUARD_OUTCOME',
                                'SMBGUARD_ACCOUNT', 'SMBGUARD_CLIENT_NAME',
                                'PRIORITY')))
    t.contains(name, failed['MESSAGE'])


def test_syslog_has_the_event_as_json(t):
    with smbd_and_daemons(t, 'file syslog') as (smbd, journal, syslog):
        t.story(smbd, *visit_both(t, smbd))
        messages = syslog.messages()
        t.equal([], journal.messages())
    events = smbd.events()
    t.equal(events, log_daemons.syslog_events(messages))
    for event, message in zip(t.each(events, 9), messages, strict=True):
        priority, ident, _ = log_daemons.syslog_parts(message)
        t.equal(AUTHPRIV | PRIORITIES[event['severity']], priority)
        t.contains(ident, ('smbd', 'smbd[%d]' % event['pid']))


def test_smbds_own_messages_keep_their_name(t):
    """smbd logs to syslog itself; in between, we do."""
    own = {'logging': 'syslog@3 file', 'log level': '3'}
    idents = {}
    for audit in ('file', 'syslog'):
        with smbd_and_daemons(t, audit, **own) as (smbd, _, syslog):
            t.equal('ok', smbd.smbclient('open').got)
            smbd.settle()
            parts = list(map(log_daemons.syslog_parts, syslog.messages()))
        ours = [part for part in parts
                if part[2].startswith(log_daemons.COOKIE)]
        t.equal(4 if audit == 'syslog' else 0, len(ours))
        others = [part for part in parts if part not in ours]
        t.true(len(others) > 10, "smbd's own messages")
        if ours:
            behind = parts[parts.index(ours[0]):]
            t.true(len(behind) > 2 * len(ours), 'smbd logs behind ours')
        idents[audit] = {(part[0] & ~7, part[1].partition('[')[0])
                         for part in others}
    t.equal(idents['file'], idents['syslog'], 'facility and name')
    t.equal(['smbd'], sorted({name for _, name in idents['file']}))


def test_every_combination(t):
    """Each sink that is named has each event, the others none."""
    with smbd_and_daemons(t, 'file') as (smbd, journal, syslog):
        seen = 0
        for number in range(1, len(SINKS) + 1):
            for sinks in itertools.combinations(SINKS, number):
                smbd.config.set('global', 'smbguard:audit', ' '.join(sinks))
                smbd.reload()
                t.equal('ok', smbd.smbclient('open').got)
                in_file = smbd.events()[seen:]
                seen += len(in_file)
                in_journal = [log_daemons.journal_fields(m)
                              for m in journal.messages()]
                in_syslog = log_daemons.syslog_events(syslog.messages())
                got = {'file': [e['event'] for e in in_file],
                       'journal': [f['SMBGUARD_EVENT'] for f in in_journal],
                       'syslog': [e['event'] for e in in_syslog]}
                story = [event.split()[0] for event in visit('open')]
                t.equal({sink: story if sink in sinks else []
                         for sink in SINKS}, got, ' '.join(sinks))


def test_unknown_sink(t):
    """It counts as all that there are, and is told of."""
    with smbd_and_daemons(t, 'file wurst') as (smbd, _, _):
        t.true(smbd.smbclient('open').status != 0, 'refused')
        fault = smbd.events(event='policy_error')[0]
        t.fields(fault, policy__option='smbguard:audit', severity='critical')
        t.contains('file, journal, syslog', fault['reason'])
