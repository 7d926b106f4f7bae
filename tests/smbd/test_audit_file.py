# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit file: whole lines, whoever writes, wherever it is.

What: many clients at once, logrotate, permissions, the default place, and a
place that cannot be written.
"""

import collections
import os
import stat
import threading

import eventlog
import wire
from harness import visit

CLIENTS, EACH = 8, 25


def mode_and_owner(path):
    found = os.stat(path)
    return stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid


def test_200_connections_from_8_clients_at_once(t):
    smbd = t.smbd()
    failures = []
    counts = collections.Counter()

    def client(number):
        for turn in range(EACH):
            share = ('open', 'secret')[(number + turn) % 2]
            protocol = ('SMB3_11', 'SMB2_10')[turn % 2]
            fits = share == 'open' or protocol == 'SMB3_11'
            counts.update(visit(share, 'allowed' if fits else 'denied'))
            got = smbd.smbclient(share, protocol).got
            if (got == 'ok') != fits:
                failures.append((share, protocol, got))

    smbd.smbclient_command('open')  # writes the configuration that all share
    threads = [threading.Thread(target=client, args=(n,))
               for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    t.equal([], failures)
    t.equal(CLIENTS * EACH, counts['negotiate allowed'])
    t.equal(dict(counts), dict(collections.Counter(smbd.story())))
    ids = {e['connectionId'] for e in smbd.events()}
    t.equal(CLIENTS * EACH, len(ids), 'connection ids')


def test_file_is_roots_alone(t):
    smbd = t.smbd()
    smbd.smbclient('open')
    smbd.settle()
    t.equal((0o600, 0, 0), mode_and_owner(smbd.audit))


def test_logrotate_between_connections(t):
    smbd = t.smbd()
    smbd.smbclient('open')
    smbd.settle()
    os.rename(smbd.audit, smbd.audit + '.1')
    smbd.smbclient('open')
    t.story(smbd, *visit('open'))
    t.equal((0o600, 0, 0), mode_and_owner(smbd.audit))
    t.equal(sorted(visit('open')), sorted(eventlog.story(
        eventlog.read_events(smbd.audit + '.1'))))


def test_logrotate_during_a_connection(t):
    smbd = t.smbd()
    with smbd.connected('open'):
        os.rename(smbd.audit, smbd.audit + '.1')
    t.story(smbd, 'share_disconnect allowed open')
    t.equal((0o600, 0, 0), mode_and_owner(smbd.audit))


def test_default_place_is_beside_smbds_log(t):
    smbd = t.smbd(options={'smbguard:audit file': None})
    smbd.audit = os.path.join(smbd.log_dir, 'smbguard.jsonl')
    t.equal('ok', smbd.smbclient('open').got)
    t.story(smbd, *visit('open'))


def test_failing_file_refuses_nobody_and_is_told_of(t):
    """By default; what is missing is counted, over processes too."""
    smbd = t.smbd()
    os.mkdir(smbd.audit)
    t.equal('ok', smbd.smbclient('open').got)
    smbd.settle()
    t.equal(1, smbd.log_text().count('an audit sink failed (file): Is a '
                                     'directory'))
    with smbd.connected('open'):
        os.rmdir(smbd.audit)
    lost = t.one(smbd.events(event='audit_lost'))
    # a whole visit, and one up to its share_disconnect
    t.equal(4 + 3, lost['lost'])
    t.equal('critical', lost['severity'])
    t.one(smbd.events(event='share_disconnect'))
    t.equal(2, len(smbd.events()))


def test_events_of_a_connection_belong_together(t):
    smbd = t.smbd()
    with smbd.raw(source='127.0.0.6') as c:
        c.ask(wire.smb3_negotiate())
        port = c.client_port
    smbd.smbclient('open')
    first, *others = smbd.events()
    t.fields(first, clientAddress='127.0.0.6', clientPort=port,
             localAddress='127.0.0.1', serverName='GUARDED',
             clientGuid='03020100-0504-0706-0809-0a0b0c0d0e0f')
    t.equal(1, len({e['connectionId'] for e in others}))
    t.true(first['connectionId'] != others[0]['connectionId'], 'two ids')
    times = [e['timestamp'] for e in smbd.events()]
    t.equal(sorted(times), times, 'timestamps')
