# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an idle connection has of memory that it shares with nobody.

What: clients that have logged on, are connected to a share and do nothing more.
A row has the median of their processes' private memory.

How: Private_Clean and Private_Dirty of /proc/PID/smaps_rollup.  With several
clients at once, a page that is the same in all of them is shared.

How it fails: RuntimeError if the processes are not as many as the clients.
"""

import contextlib
import re
import statistics

import candidates

SERVERS = (candidates.STOCK, candidates.GUARD, candidates.OTHERS)
CLIENTS = 10
PRIVATE = re.compile(r'^Private_(?:Clean|Dirty): +(\d+) kB', re.M)


def private(pid):
    """In KiB."""
    with open('/proc/%d/smaps_rollup' % pid, encoding='ascii') as f:
        return sum(map(int, PRIVATE.findall(f.read())))


def row(name, smbd, clients):
    with contextlib.ExitStack() as stack:
        for _ in range(clients):
            stack.enter_context(smbd.impacket()).tree('open')
        pids = smbd.connections()
        if len(pids) != clients:
            raise RuntimeError('%d processes of %d clients' % (
                len(pids), clients))
        sizes = [private(pid) for pid in pids]
    smbd.settle()
    return {'server': name, 'connections': clients,
            'private_kib': statistics.median(sizes)}


def run(_, clients=CLIENTS):
    with candidates.started(*SERVERS) as servers:
        return [row(name, smbd, clients) for name, smbd in servers.items()]
