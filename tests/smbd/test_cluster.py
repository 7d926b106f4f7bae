# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history where Samba is clustered.

What: the history lies in the cluster, outlives smbd and a node, tells
downgrades at every node, and forgets who is too old.  A node that is killed
loses no event of what a client was answered.
"""

import os
import struct
import threading
import time

import eventlog
import records
from cluster import Cluster
from harness import DENIED, Failure, check_lost, visit as visited
from impacket_client import status
from server import LISTEN, PATIENCE, sockets_of

HISTORY = {'smbguard:history': 'yes'}
REFUSE = {**HISTORY, 'smbguard:downgrade': 'refuse'}
OLD = ['address/10.0.%d.%d' % (n >> 8, n & 255) for n in range(1200)]
REFUSED = (DENIED, 'session setup')


def visit(t, smbd, protocol='SMB3_11'):
    t.equal('ok', smbd.smbclient('open', protocol).got)
    smbd.settle()


def listening(smbd):
    return [inode for state, inode in sockets_of(smbd.port) if state == LISTEN]


def in_cluster(t, cluster, options):
    """An smbd at each node, with the same accounts."""
    smbds = [t.smbd(options={**options, **node.options()})
             for node in cluster.nodes]
    cluster.add_accounts(smbds[0])
    return smbds


def test_history_in_a_cluster(t):
    with Cluster(t.directory) as cluster:
        node, = cluster.nodes
        smbd, = in_cluster(t, cluster, HISTORY)
        visit(t, smbd)
        kept = node.keys(records.NAME)
        t.equal(1, len([k for k in kept if k == 'address/127.0.0.1']))
        t.equal(1, len([k for k in kept if k.startswith('account/127.0.0.1')]))
        t.true(not os.path.exists(records.path_of(smbd)), 'no file beside it')

        # More than goes into one transaction
        old = records.Record(last_seen=1).pack()
        node.store(records.NAME, {
            **{key.encode() + b'\0': old for key in OLD},
            records.SWEPT.encode() + b'\0': struct.pack('<Q', 1)})
        t.equal(kept | set(OLD), node.keys(records.NAME))
        begin = time.monotonic()
        visit(t, smbd)
        t.equal(kept, node.keys(records.NAME))
        t.true(time.monotonic() - begin < 15, 'soon')

        smbd.stop()
        smbd.start()
        visit(t, smbd, 'SMB2_10')
        event = t.one(smbd.events(event='downgrade'))
        t.fields(event, downgrade__was='SMB3_11', downgrade__now='SMB2_10')
        t.equal([], smbd.events(event='policy_error'))
        smbd.stop()


def test_what_one_node_knows_the_other_does(t):
    with Cluster(t.directory, 2) as cluster:
        first, second = in_cluster(t, cluster, REFUSE)
        for user in ('alice', 'bob'):
            answer = first.smbclient('open', 'SMB3_11', user=user)
            t.equal('ok', answer.got)
        # bob has not changed.
        t.equal('ok', second.smbclient('open', 'SMB3_11', user='bob').got)
        t.story(second, *visited('open'))
        answer = second.smbclient('open', 'SMB2_10')
        t.equal(REFUSED, (answer.got, answer.step))
        t.story(second, *visited('open'), 'negotiate allowed',
                'downgrade detected', 'session denied')
        t.fields(t.one(second.events(event='downgrade')), clientAddress='127.0.0.1',
                 downgrade__what='dialect', downgrade__was='SMB3_11',
                 downgrade__now='SMB2_10', downgrade__side='client')
        t.fields(t.one(second.events(outcome='denied')), account='alice',
                 dialect='SMB2_10', policy__option='smbguard:downgrade')
        # And back
        answer = first.smbclient('open', 'SMB2_10')
        t.equal(REFUSED, (answer.got, answer.step))
        t.equal('ok', second.smbclient('open', 'SMB3_11').got)
        t.story(first, *visited('open') * 2, 'negotiate allowed',
                'downgrade detected', 'session denied')

        # What one could not write, the other does not tell of.
        os.rename(second.audit, second.audit + '.aside')
        os.mkdir(second.audit)
        for smbd in (second, first):
            visit(t, smbd)
        t.equal([], first.events(event='audit_lost'))
        os.rmdir(second.audit)
        os.rename(second.audit + '.aside', second.audit)
        visit(t, second)
        check_lost(t, t.one(second.events(event='audit_lost')),
                   len(visited('open')))
        for smbd in (first, second):
            t.equal([], smbd.events(event='policy_error'))
            smbd.stop()


class Load:
    """Clients that come again and again, until they get no answer any more.

    Each changes what the history has of it, in two transactions of the whole
    cluster.  What they were answered is kept as (port, event, outcome, share).
    """

    def __init__(self, smbd, user, count=2):
        self.smbd, self.user = smbd, user
        self.answers = []
        self.failed = []
        self._enough = False
        self._threads = [threading.Thread(target=self._run)
                         for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def _run(self):
        number = 0
        while not self._enough:
            number += 1
            try:
                self._visit(('SMB3_00', 'SMB2_10')[number % 2])
            except Exception as e:  # what impacket makes of a killed server
                self.failed.append(e)
                return

    def _visit(self, dialect):
        with self.smbd.impacket(self.user, dialect) as client:
            sock = client.connection.getSMBServer().get_socket()
            port = sock.getsockname()[1]
            self.answers.append((port, 'session', 'allowed', None))
            client.tree('open')
            self.answers.append((port, 'share_connect', 'allowed', 'open'))
            got = status(client.tree, 'secret')
            outcome = {'ok': 'allowed', DENIED: 'denied'}[got]
            self.answers.append((port, 'share_connect', outcome, 'secret'))

    def more(self, count):
        """Wait for so many answers more."""
        wanted = len(self.answers) + count
        deadline = time.monotonic() + PATIENCE
        while len(self.answers) < wanted:
            if time.monotonic() > deadline:
                raise Failure('%d of %d answers; %s' % (
                    len(self.answers), wanted, self.failed))
            time.sleep(0.01)

    def end(self):
        self._enough = True
        for thread in self._threads:
            thread.join()

    def unrecorded(self):
        """The answers that no event tells of.  No line may be cut."""
        events = eventlog.read_events(self.smbd.audit)
        told = {(e['clientPort'], e['event'], e['outcome'], e.get('share'))
                for e in events}
        return [a for a in self.answers if a not in told]


def test_a_node_is_killed(t):
    with Cluster(t.directory, 2) as cluster:
        first, second = in_cluster(t, cluster, HISTORY)
        loads = [Load(first, 'alice'), Load(second, 'bob')]
        for load in loads:
            load.more(30)
        # As if it had lost its power: the other gets no word of it.
        cluster.nodes[1].plug('down')
        second.kill()
        cluster.nodes[1].kill()
        loads[1].end()
        t.equal([], loads[1].unrecorded())
        t.equal(2, len(loads[1].failed), 'clients of the dead node')

        # The other goes on, with whom it knows and whom it does not.
        cluster.wait(cluster.nodes[:1])
        loads[0].more(30)
        loads[0].end()
        t.equal(([], []), (loads[0].failed, loads[0].unrecorded()))
        visit(t, first)
        for protocol in ('SMB3_11', 'SMB2_10'):
            t.equal('ok', first.smbclient('open', protocol, user='bob').got)
        t.fields(first.events(event='downgrade')[-1], account='bob',
                 downgrade__was='SMB3_11', downgrade__now='SMB2_10')

        # It comes back, and learns what it has missed.
        cluster.nodes[1].plug('up')
        cluster.nodes[1].prepare()
        cluster.nodes[1].start()
        cluster.wait(cluster.nodes)
        second.start()
        seen = len(second.events(event='downgrade'))
        visit(t, second, 'SMB2_10')
        event = t.one(second.events(event='downgrade')[seen:])
        t.fields(event, account='alice', downgrade__was='SMB3_11')
        for smbd in (first, second):
            t.equal([], smbd.events(event='policy_error'))
            smbd.stop()


def test_the_own_ctdbd_is_killed(t):
    """smbd ends with it, at once: nobody is served without the history."""
    with Cluster(t.directory) as cluster:
        smbd, = in_cluster(t, cluster, HISTORY)
        with smbd.impacket('bob') as client:
            sock = client.connection.getSMBServer().get_socket()
            sock.settimeout(PATIENCE)
            t.equal(b'hello\n', client.read(client.tree('open')))
            load = Load(smbd, 'alice')
            load.more(30)
            cluster.nodes[0].kill()
            t.equal(b'', sock.recv(1), 'hung up')
        load.end()
        t.equal([], load.unrecorded())
        smbd.process.wait(PATIENCE)
        # A helper of smbd's, just started, may have the socket a little longer.
        deadline = time.monotonic() + PATIENCE
        while listening(smbd) and time.monotonic() < deadline:
            time.sleep(0.01)
        t.equal([], listening(smbd), 'nobody listens')
        events = eventlog.read_events(smbd.audit)
        t.equal([], eventlog.select(events, event='policy_error'))
        t.equal([], eventlog.select(events, event='share_disconnect',
                                    account='bob'))
