# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""journald and syslogd fail, and another sink or the last resort has to do.

What: a daemon that is gone, ended, or stopped with its queue full: nobody
hangs, and each sink tells what it missed itself.
"""

import os
import threading

import eventlog
import log_daemons
from harness import check_lost, visit

STEADY = {'smbguard:history': 'no'}
# smbd's own messages are not in syslog then.
ALONE = {'logging': 'file', **STEADY}
VISIT = len(visit('open'))
CLIENTS = 8


def events_of_syslog(daemon):
    """smbd complains there of the sinks, too."""
    return log_daemons.syslog_events(daemon.messages(), mixed=True)


def test_fallback_is_syslog(t):
    """What the file does not take is there, and the client is let in."""
    smbd = t.smbd(options=STEADY)
    with log_daemons.syslog(smbd) as syslog:
        t.equal('ok', smbd.smbclient('open').got)
        smbd.settle()
        t.equal([], syslog.messages())
        os.rename(smbd.audit, smbd.audit + '.aside')
        os.mkdir(smbd.audit)
        t.equal('ok', smbd.smbclient('open').got)
        smbd.settle()
        t.equal(visit('open'), eventlog.story(
            events_of_syslog(syslog)))
        os.rmdir(smbd.audit)
        t.equal('ok', smbd.smbclient('open').got)
        t.equal(['audit_lost failed'] + visit('open'), smbd.story())
        t.equal([], events_of_syslog(syslog))
    check_lost(t, smbd.events()[0], VISIT)


def test_another_sink_is_enough(t):
    """Nothing is refused, and each sink tells what it missed itself."""
    smbd = t.smbd(options={'smbguard:audit': 'file journal', 'smbguard:audit failure': 'deny',
                          **STEADY})
    with log_daemons.journal(smbd) as journal, \
            log_daemons.syslog(smbd) as syslog:
        os.mkdir(smbd.audit)
        t.equal('ok', smbd.smbclient('open').got)
        smbd.settle()
        os.rmdir(smbd.audit)
        in_journal = [log_daemons.journal_fields(m)['SMBGUARD_EVENT']
                      for m in journal.messages()]
        t.equal([event.split()[0] for event in visit('open')], in_journal)
        journal.end()
        t.equal('ok', smbd.smbclient('open').got)
        t.equal(['audit_lost failed'] + visit('open'), smbd.story())
        check_lost(t, smbd.events()[0], VISIT)
        journal.start()
        t.equal('ok', smbd.smbclient('open').got)
        t.story(smbd, 'audit_lost failed', *visit('open') * 2)
        first = log_daemons.journal_fields(journal.messages()[0])
        t.equal(('audit_lost', str(VISIT), 'journal'), tuple(
            first['SMBGUARD_' + name] for name in
            ('EVENT', 'LOST', 'POLICY_ACTUAL')))
        t.equal([], events_of_syslog(syslog), 'the last resort was not needed')


def events_of(sink, messages):
    """[(event, lost)] of what a daemon got."""
    if sink == 'syslog':
        return [(e['event'], e.get('lost'))
                for e in log_daemons.syslog_events(messages, mixed=True)]
    fields = map(log_daemons.journal_fields, messages)
    return [(f['SMBGUARD_EVENT'],
             'SMBGUARD_LOST' in f and int(f['SMBGUARD_LOST']) or None)
            for f in fields]


def daemon_fails(t, sink):
    """Its socket gone, nobody behind it, and stopped with a full queue."""
    smbd = t.smbd(options={'smbguard:audit': sink, **ALONE})
    start = getattr(log_daemons, sink)
    all_told = [(event.split()[0], None) for event in visit('open')]
    with start(smbd, queue=20) as daemon:
        def gone():
            daemon.end()
            os.unlink(daemon.path)

        def full():
            daemon.stop()
            daemon.fill()

        for break_it, mend in ((gone, daemon.start),
                               (daemon.end, daemon.start),
                               (full, daemon.go_on)):
            break_it()
            for _ in range(2):
                t.equal('ok', smbd.smbclient('open').got)
                smbd.settle()
            mend()
            daemon.messages()  # those that filled the queue
            t.equal('ok', smbd.smbclient('open').got)
            smbd.settle()
            t.equal([('audit_lost', 2 * VISIT)] + all_told,
                    events_of(sink, daemon.messages()))
    t.contains('audit sink failed', smbd.log_text())


def test_journal_fails(t):
    daemon_fails(t, 'journal')


def test_syslog_fails(t):
    daemon_fails(t, 'syslog')


def daemon_is_stopped(t, sink):
    """While its queue fills up, and long after: nobody waits for it."""
    smbd = t.smbd(options={'smbguard:audit': sink, **ALONE})
    trees = 150
    command = ';'.join(['tcon open'] * trees)
    with getattr(log_daemons, sink)(smbd, queue=512) as daemon:
        daemon.stop()
        for _ in range(3):
            t.equal('ok', smbd.smbclient('open', command=command).got)
        smbd.settle()
        daemon.go_on()
        t.equal('ok', smbd.smbclient('open').got)
        smbd.settle()
        told = events_of(sink, daemon.messages())
    lost = sum(number or 0 for _, number in told)
    whole = 3 * (2 + 2 * (trees + 1)) + VISIT
    t.equal(whole, lost + len([e for e, _ in told if e != 'audit_lost']))
    t.true(lost > 0, 'the queue was full')


def test_stopped_journal_hangs_nobody(t):
    daemon_is_stopped(t, 'journal')


def test_stopped_syslog_hangs_nobody(t):
    daemon_is_stopped(t, 'syslog')


def daemon_is_restarted(t, sink):
    """A process that spoke to the old one finds the new one."""
    smbd = t.smbd(options={'smbguard:audit': sink, **ALONE})
    with getattr(log_daemons, sink)(smbd) as daemon:
        with smbd.connected('open'):
            daemon.end()
            daemon.start()
        smbd.settle()
        told = events_of(sink, daemon.messages())
    t.equal([(event.split()[0], None) for event in visit('open')], told)


def test_restarted_journal_loses_nothing(t):
    daemon_is_restarted(t, 'journal')


def test_restarted_syslog_loses_nothing(t):
    daemon_is_restarted(t, 'syslog')


def test_burst(t):
    """Each event is there or counted, when eight clients fill the queue."""
    smbd = t.smbd(options={'smbguard:audit': 'journal syslog', **ALONE})
    trees, visits = 20, 3
    command = ';'.join(['tcon open'] * trees)
    failures = []

    def client():
        for _ in range(visits):
            got = smbd.smbclient('open', command=command).got
            if got != 'ok':
                failures.append(got)

    smbd.smbclient_command('open')  # writes the configuration that all share
    with log_daemons.journal(smbd, queue=10) as journal, \
            log_daemons.syslog(smbd, queue=10) as syslog:
        threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        t.equal('ok', smbd.smbclient('open').got)
        smbd.settle()
        for sink, daemon in (('journal', journal), ('syslog', syslog)):
            told = events_of(sink, daemon.messages())
            lost = sum(number or 0 for _, number in told)
            print('%s: %d lost' % (sink, lost))
            t.equal(CLIENTS * visits * (2 + 2 * (trees + 1)) + VISIT,
                    lost + len([e for e, _ in told if e != 'audit_lost']))
    t.equal([], failures)


def test_stopped_syslog_as_last_resort(t):
    """smbd itself would wait for it with each message of level 0."""
    smbd = t.smbd(options=STEADY)
    with log_daemons.syslog(smbd, queue=20) as daemon:
        daemon.stop()
        daemon.fill()
        os.mkdir(smbd.audit)
        t.equal('ok', smbd.smbclient('open').got)
        smbd.settle()
        os.rmdir(smbd.audit)
        t.equal('ok', smbd.smbclient('open').got)
        t.equal(['audit_lost failed'] + visit('open'), smbd.story())
    check_lost(t, smbd.events()[0], VISIT)
