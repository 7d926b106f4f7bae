# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a visit takes, beside a stock smbd.

What: four servers at once, see candidates.  Each round visits each of them
once, in a random order.  A row has the median, and the median of the rounds'
ratios to the first stock server with its 95 % interval.  The second stock
server shows how much of that is noise.

How: the interval is bootstrapped over rounds, whose visits are neighbours in
time.  Two servers that are the same differ by some percent for as long as they
run, and the first of them the most.  So all are started anew several times, each
time in another order.

How it fails: it judges nothing; AssertionError if a visit itself failed.
"""

import random
import statistics
import time

import candidates
import visits

SERVERS = (candidates.STOCK, candidates.AGAIN, candidates.GUARD,
           candidates.OTHERS)
RESAMPLES = 2000
# (visit, how many rounds of it)
VISITS = ((visits.negotiate, 400), (visits.logon, 200),
          (visits.smbclient, 100))
BATCHES = 5
QUICK = 20  # so many times fewer


def measure(visit, servers, rounds):
    """{server: [seconds of each round]}, after a few rounds to warm up."""
    times = {name: [] for name in servers}
    for number in range(-5, rounds):
        for name in random.sample(list(servers), len(servers)):
            begin = time.perf_counter()
            visit(servers[name])
            if number >= 0:
                times[name].append(time.perf_counter() - begin)
            # The server's process ends on the other core; let it.
            servers[name].settle()
    return times


def ratio_interval(base, other):
    """The median of the rounds' ratios, and the middle 95 % of resamples."""
    ratios = [b / a for a, b in zip(base, other)]
    medians = sorted(statistics.median(random.choices(ratios, k=len(ratios)))
                     for _ in range(RESAMPLES))
    return (statistics.median(ratios), medians[RESAMPLES // 40],
            medians[-RESAMPLES // 40])


def rows(visit, times):
    rounds = len(times[candidates.STOCK])
    found = []
    for name in times:
        ratio, low, high = ratio_interval(times[candidates.STOCK], times[name])
        found.append({'visit': visit.__name__, 'server': name,
                      'rounds': rounds, 'ratio': ratio, 'low': low,
                      'high': high,
                      'seconds': statistics.median(times[name])})
    return found


def run(quick, rounds=None):
    """The rows of all visits."""
    batches = 1 if quick else BATCHES
    times = {visit: {name: [] for name in SERVERS} for visit, _ in VISITS}
    for _ in range(batches):
        order = random.sample(SERVERS, len(SERVERS))
        with candidates.started(*order) as servers:
            for visit, usual in VISITS:
                count = rounds or (usual // QUICK if quick else usual)
                more = measure(visit, servers, max(count // batches, 1))
                for name in SERVERS:
                    times[visit][name] += more[name]
    return [row for visit, _ in VISITS for row in rows(visit, times[visit])]
