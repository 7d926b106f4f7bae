#!/usr/bin/python3
# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the README's two commands on each Samba that Debian has.

usage: ./waf matrix [SUITE...] [--samba-source SUITE:DIR]... [--refresh] [--again]
                    [--check ARGUMENTS]
       ./waf matrix --upgrades [SUITE...] [--samba-source SUITE:DIR]...

What: as root; takes the network, and some twenty minutes a suite.  For each
suite a system of its own, the project in it as it is committed, `./waf demo` and
`./waf check`.  Ends with a table of versions, results and minutes.  With
--upgrades, instead, each build in the smbd of each other minor version: see
upgrades.py.

SUITE           bookworm, bookworm-backports, trixie, trixie-backports, forky, sid,
                or another of Debian's; without any, the first four and sid
--samba-source  the source of that suite's Samba, where its archive has none
--refresh       make the systems anew
--again         run what has a result for this commit already, too
--check         words for `./waf check`, in one argument: "-k 'REGEX'" say

How: systems, logs and results are kept in .cache/matrix/SUITE, a result for each
commit and step.  A run that was interrupted goes on where it was.

How it fails: exit 1 if a command failed.  What could not be tried is a row that
says why, and no failure.
"""

import argparse
import os
import shlex
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, 'tests/lib'))
sys.dont_write_bytecode = True

import results  # noqa: E402
import system  # noqa: E402
import upgrades  # noqa: E402

SUITES = ['bookworm', 'bookworm-backports', 'trixie', 'trixie-backports', 'sid']


def main():
    args = parse_arguments()
    if os.geteuid() != 0:
        sys.exit('smbguard: systems in chroots take root.')
    commit = committed()
    if args.upgrades:
        sys.exit(1 if upgrades.run(args.suites or SUITES, args, ROOT) else 0)
    rows = []
    for suite in args.suites or SUITES:
        known = results.Results(suite, commit, args.check)
        try:
            run_suite(suite, args, known)
        except KeyboardInterrupt:
            print('\ninterrupted; the same command goes on from here')
            break
        finally:
            rows.append(known)
    print('\n' + results.table(rows))
    sys.exit(1 if any(row.failed() for row in rows) else 0)


def parse_arguments():
    parser = argparse.ArgumentParser(
        description='Run the two commands of the README on other systems.')
    parser.add_argument('suites', metavar='SUITE', nargs='*',
                        help='[%s]' % ' '.join(SUITES))
    parser.add_argument('--samba-source', metavar='SUITE:DIR', action='append',
                        default=[], help='the source of the Samba of a suite')
    parser.add_argument('--refresh', action='store_true',
                        help='make the systems anew')
    parser.add_argument('--again', action='store_true',
                        help='also what has a result for this commit')
    parser.add_argument('--check', metavar='ARGUMENTS', default='',
                        help='words for `./waf check`')
    parser.add_argument('--upgrades', action='store_true',
                        help='a module of each Samba in the smbd of the others')
    args = parser.parse_args()
    args.trees = {}
    for pair in args.samba_source:
        suite, _, tree = pair.partition(':')
        if not os.path.exists(os.path.join(tree, 'VERSION')):
            parser.error('%s is not SUITE:DIR with a source of Samba' % pair)
        args.trees[suite] = os.path.abspath(tree)
    return args


def committed():
    """What is tried: the last commit, and not what came after it."""
    def git(*words):
        return subprocess.run(['git', '-C', ROOT] + list(words), text=True,
                              stdout=subprocess.PIPE, check=True).stdout.strip()
    try:
        commit = git('rev-parse', 'HEAD')
        changed = git('status', '--porcelain')
    except (OSError, subprocess.CalledProcessError):
        sys.exit('smbguard: the matrix copies the project by git, and this is '
                 'no clone of it.')
    print('Trying %s' % git('log', '-1', '--format=%h %s'), flush=True)
    if changed:
        print('What is not committed is not tried.')
    return commit


def run_suite(suite, args, known):
    """Do what has no result yet; leaves what came of it in known."""
    if args.again or args.refresh:
        known.forget()
    if known.complete():
        return
    print('\n%s' % suite, flush=True)
    try:
        here = system.prepare(suite, args.refresh)
        known.set_samba(here.samba())
        here.take_commit(ROOT)
        options = here.take_source(args.trees.get(suite))
    except system.Failure as e:
        known.cannot(str(e))
        print('  ' + str(e).splitlines()[0], flush=True)
        return
    known.can()
    words = ' '.join(map(shlex.quote, shlex.split(args.check)))
    for step, more in (('demo', ''), ('check', words)):
        if known.has(step):
            continue
        print('  ./waf %s ' % step, end='', flush=True)
        done = here.run('./waf %s %s %s' % (options, step, more),
                        known.log(step))
        if here.lacks_source(known.log(step)):
            known.cannot('its archive has no source of Samba %s, see %s' % (
                here.samba(), os.path.relpath(known.log(step), ROOT)))
            print('no source', flush=True)
            return
        known.add(step, done)
        print('%s, %.1f minutes' % (done.line, done.minutes), flush=True)
        known.set_samba(here.samba())


if __name__ == '__main__':
    main()
