# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a visit costs the server, the more exceptions or shares there are.

What: smb.conf with 1, 100, 1,000 and 10,000 exceptions for other clients, and
with 1, 100 and 1,000 shares that have smbguard options of their own.  Each is
measured with smbguard, and beside it on a stock smbd with the very same lines:
smbd's own reading of smb.conf grows with them as well, and faster than they do.

How: the processor time of smbd and of the connections that ended below it, as
/proc tells it, over as many visits of smbclient as fill half a second.  It goes
by clock ticks, hence so many.  A visit that is not over in time is ended, and
what it took so far is reported as "more than"; so is an smbd that does not start in
that time, since it takes as long again to read smb.conf in each visit.

How it fails: RuntimeError if a visit was refused.
"""

import os
import subprocess
import time

import candidates
import processes
import server

EXCEPTIONS, SHARES = 'exceptions', 'shares'
COUNTS = {EXCEPTIONS: (1, 100, 1000, 10000), SHARES: (1, 100, 1000)}
QUICK = {EXCEPTIONS: (1, 100), SHARES: (1, 100)}
SERVERS = (candidates.STOCK, candidates.GUARD)
LIMIT = 60.0  # seconds, for one visit or for smbd's start
ENOUGH = 0.5  # seconds of processor time
VISITS = 30  # at most
LONG = 5.0  # a first visit that took so long needs no other

TICKS = os.sysconf('SC_CLK_TCK')


def exceptions(count):
    """[global] with so many exceptions, of which none is for this client."""
    names = ['e%d' % number for number in range(count)]
    options = {'smbguard:min protocol': 'SMB2_02',
               'smbguard:exceptions': ' '.join(names)}
    for number, name in enumerate(names):
        options.update({
            'smbguard:%s hosts' % name: '10.%d.%d.%d' % (
                number >> 16, number >> 8 & 255, number & 255),
            'smbguard:%s allow' % name: 'smb1',
            'smbguard:%s until' % name: '2099-12-31',
            'smbguard:%s reason' % name: 'Waits for its replacement'})
    return {'options': options}


def shares(count):
    """So many shares that must be encrypted."""
    return {'shares': {'s%d' % number: {'smbguard:encryption': 'required'}
                       for number in range(count)}}


MAKE = {EXCEPTIONS: exceptions, SHARES: shares}


def stat(pid):
    """(state, own seconds, seconds of children that have ended)"""
    with open('/proc/%d/stat' % pid, encoding='utf-8', errors='replace') as f:
        fields = f.read().rpartition(')')[2].split()
    own, below = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
    return fields[0], own / TICKS, below / TICKS


def spent(smbd):
    """Processor time of smbd, and of connections that ended or go on."""
    _, own, below = stat(smbd.pid)
    running = 0
    for pid in smbd.connections():
        try:
            running += sum(stat(pid)[1:])
        except OSError:
            pass  # it ended; a limit was passed anyway
    return own + below + running


def visit(smbd, limit):
    """One smbclient.  Was it let in, and done in time?"""
    command = smbd.smbclient_command('open') + [
        '--command=quit', '--timeout=%d' % limit]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=limit)
    except subprocess.TimeoutExpired:
        return False
    if done.returncode:
        raise RuntimeError('a visit failed: %r' % done.stdout)
    smbd.settle()
    return True


def reaped(smbd):
    """Wait until smbd has taken notice of all that ended: then it counts."""
    deadline = time.monotonic() + server.PATIENCE
    while time.monotonic() < deadline:
        children = [pid for pid in processes.all_pids()
                    if processes.parent(pid) == smbd.pid]
        if not any(processes.is_zombie(pid) for pid in children):
            return
        time.sleep(0.005)


def measure(smbd, limit, enough):
    """(seconds a visit, how many visits, whether it was given up)"""
    before = spent(smbd)
    if not visit(smbd, limit):
        return spent(smbd) - before, 0, True
    reaped(smbd)
    first = spent(smbd) - before
    if first > LONG:
        return first, 1, False
    before, count, used = spent(smbd), 0, 0.0
    while count < VISITS and used < enough:
        visit(smbd, limit)
        reaped(smbd)
        count += 1
        used = spent(smbd) - before
    return used / count, count, False


def start(smbd, limit):
    """Did it start in time?"""
    begin = time.monotonic()
    try:
        smbd.start()
    except server.ServerError:
        if time.monotonic() - begin < limit:
            raise
        return False
    return True


def row(of, count, name, limit, enough=ENOUGH):
    smbd = candidates.make(name, **MAKE[of](count))
    try:
        started = start(smbd, limit)
        seconds, number, given_up = measure(smbd, limit, enough) \
            if started else (limit, 0, True)
    finally:
        smbd.stop()
    return {'of': of, 'count': count, 'server': name, 'seconds': seconds,
            'visits': number, 'more_than': given_up, 'started': started}


def run(quick, limit=LIMIT):
    server.PATIENCE = limit
    found = []
    for of, counts in (QUICK if quick else COUNTS).items():
        for count in counts:
            for name in SERVERS:
                found.append(row(of, count, name, limit,
                                 ENOUGH / 4 if quick else ENOUGH))
    return found
