# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many instructions a connection takes, counted by callgrind.

What: a negotiate, a whole visit of smbclient, and a visit where smb.conf has
100 exceptions for other clients, or 100 shares with an option, on each server; and
where() tells in which libraries and functions smbguard's go.

How: `smbd -i` serves one connection without a fork and ends.  Only what happens
inside smbd_process() is counted: all that the process of a connection does, the
loading of modules included, and nothing of smbd's start.  Ordinary visits come
first, so that the history knows the client and each database is there.  The
numbers repeat to a tenth of a percent, whatever else the machine does.

How it fails: RuntimeError if callgrind counted nothing.
"""

import glob
import os
import re
import subprocess

import candidates
import growth
import visits
from machine import SMBD

INSIDE = 'smbd_process'
SERVERS = (candidates.STOCK, candidates.GUARD, candidates.OTHERS)
MANY = 100
# (name, visit, options of smb.conf, servers); a quick run has the first two.
CASES = (('negotiate', visits.negotiate, {}, SERVERS),
         ('visit', visits.smbclient, {}, SERVERS),
         ('visit, %d exceptions' % MANY, visits.smbclient,
          growth.exceptions(MANY), SERVERS[:2]),
         ('visit, %d shares' % MANY, visits.smbclient, growth.shares(MANY),
          SERVERS[:2]))
QUICK = 2
PATIENCE = 60

LINE = re.compile(r'^ *([\d,]+) +(.+?)(?: \[(.*)\])?$')
TOTAL = re.compile(r'^(?:summary|totals): (\d+)', re.M)


def count_one(smbd, visit):
    """The callgrind file of one visit."""
    out = os.path.join(smbd.directory, 'callgrind.%s' % visit.__name__)
    smbd.program = ['valgrind', '--tool=callgrind', '--toggle-collect=' +
                    INSIDE, '--callgrind-out-file=%s.%%p' % out, SMBD, '-i']
    smbd.start()
    pid = smbd.pid
    visit(smbd)
    smbd.process.wait(PATIENCE)
    smbd.stop()
    # What smbd has started writes files of its own.
    return '%s.%d' % (out, pid)


def total(path):
    with open(path, encoding='utf-8', errors='replace') as f:
        found = TOTAL.findall(f.read())
    if not found or not int(found[-1]):
        raise RuntimeError('callgrind counted nothing in %s()' % INSIDE)
    return int(found[-1])


def profile(case, name):
    """The callgrind file of this case on this server."""
    _, visit, more, _ = case
    smbd = candidates.make(name, **more)
    smbd.start()
    for _ in range(2):
        visits.smbclient(smbd)
        smbd.settle()
    smbd.stop()
    return count_one(smbd, visit)


def functions(annotated):
    """{(function, library): [instructions]} of what callgrind_annotate says.

    The path of a source file is left out: a function has a number for each of
    the files that it was compiled from, and one for each depth of recursion.
    """
    found = {}
    # The total stands before this head.
    for line in annotated.split(' file:function')[-1].splitlines():
        match = LINE.match(line)
        if not match:
            continue
        name = re.sub(r"'\d+$", '', match[2].rpartition(':')[2])
        key = name, os.path.basename(match[3] or '')
        found.setdefault(key, []).append(int(match[1].replace(',', '')))
    return found


def merged(found, join):
    """{key: instructions}, with what was told without its library in it."""
    libraries = {}
    for name, library in found:
        libraries.setdefault(name, set()).add(library)
    result = {}
    for (name, library), values in found.items():
        others = libraries[name] - {''}
        if not library and len(others) == 1:
            library = next(iter(others))
        key = name, library
        result[key] = join([result.get(key, 0)] + values)
    return result


def annotate(path, inclusive):
    done = subprocess.run(
        ['callgrind_annotate', '--threshold=100', '--show-percs=no',
         '--auto=no', '--inclusive=' + ('yes' if inclusive else 'no'), path],
        stdout=subprocess.PIPE, check=True)
    return merged(functions(done.stdout.decode('utf-8', 'replace')),
                  max if inclusive else sum)


def difference(base, other):
    """[(instructions, key)] that other has more, the most first."""
    more = {key: other.get(key, 0) - base.get(key, 0)
            for key in set(base) | set(other)}
    return sorted(((number, key) for key, number in more.items() if number),
                  key=lambda pair: (-pair[0], pair[1]))


def by_library(pairs):
    found = {}
    for number, (_, library) in pairs:
        found[library] = found.get(library, 0) + number
    return sorted(((number, ('', library)) for library, number in
                   found.items()), key=lambda pair: -pair[0])


def where(base, other, rows):
    """Text: where the instructions go that other takes more than base."""
    own = difference(annotate(base, False), annotate(other, False))
    # Without main() and the like, which have it all below them.
    whole = total(other) - total(base)
    below = [pair for pair in difference(annotate(base, True),
                                         annotate(other, True))
             if pair[0] < whole]
    ours = [pair for pair in below if pair[1][1].startswith('smbguard')]
    lines = []
    for head, pairs in (('libraries, what they do themselves', by_library(own)),
                        ('functions, what they do themselves', own),
                        ('functions, with all that they call', below),
                        ('functions of smbguard, with all that they call',
                         ours)):
        lines.append('  ' + head)
        lines += ['    %11s  %s' % ('{:+,}'.format(number),
                                    ' '.join(filter(None, key)) or '?')
                  for number, key in pairs[:rows]]
    return '\n'.join(lines)


def run(quick, rows=0):
    """The rows of all cases, and with rows, prints where they go."""
    found = []
    for case in CASES[:QUICK] if quick else CASES:
        paths = {name: profile(case, name) for name in case[3]}
        found += [{'case': case[0], 'server': name,
                   'instructions': total(path)}
                  for name, path in paths.items()]
        if rows:
            print('%s: %s over %s' % (case[0], candidates.GUARD,
                                      candidates.STOCK))
            print(where(paths[candidates.STOCK], paths[candidates.GUARD],
                        rows), flush=True)
    return found
