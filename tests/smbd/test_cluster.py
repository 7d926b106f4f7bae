# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history where Samba is clustered.

What: the history lies in the cluster, outlives smbd, tells downgrades, and
forgets who is too old.  One node; what several do to each other is not tested.
"""

import os
import struct
import time

import records
from cluster import Cluster

HISTORY = {'smbguard:history': 'yes'}
OLD = ['address/10.0.%d.%d' % (n >> 8, n & 255) for n in range(1200)]


def visit(t, smbd, protocol='SMB3_11'):
    t.equal('ok', smbd.smbclient('open', protocol).got)
    smbd.settle()


def test_history_in_a_cluster(t):
    with Cluster(t.directory) as cluster:
        smbd = t.smbd(options={**HISTORY, **cluster.options()})
        cluster.add_accounts(smbd)
        visit(t, smbd)
        kept = cluster.keys(records.NAME)
        t.equal(1, len([k for k in kept if k == 'address/127.0.0.1']))
        t.equal(1, len([k for k in kept if k.startswith('account/127.0.0.1')]))
        t.true(not os.path.exists(records.path_of(smbd)), 'no file beside it')

        # More than goes into one transaction
        old = records.Record(last_seen=1).pack()
        cluster.store(records.NAME, {
            **{key.encode() + b'\0': old for key in OLD},
            records.SWEPT.encode() + b'\0': struct.pack('<Q', 1)})
        t.equal(kept | set(OLD), cluster.keys(records.NAME))
        begin = time.monotonic()
        visit(t, smbd)
        t.equal(kept, cluster.keys(records.NAME))
        t.true(time.monotonic() - begin < 15, 'soon')

        smbd.stop()
        smbd.start()
        visit(t, smbd, 'SMB2_10')
        event = t.one(smbd.events(event='downgrade'))
        t.fields(event, downgrade__was='SMB3_11', downgrade__now='SMB2_10')
        t.equal([], smbd.events(event='policy_error'))
        smbd.stop()
