#!/usr/bin/python3
# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What smbguard costs, measured beside a stock smbd.

What: five parts, each a file here: connection (how long a visit takes), growth
(the server's processor time with many exceptions and shares), instructions
(counted by callgrind), memory (of idle connections) and files (what recording
them costs).  Prints a table a part,
and writes build/bench.json.  --document writes the tables and a plot of them into
docs/performance.*.

How: in the sandbox of the tests, on loopback.  Times are of the machine as it is:
run it when nothing else runs.  Instructions do not depend on that.

How it fails: it judges nothing; exit 1 only if a server or a visit failed.
"""

import argparse
import datetime
import json
import os
import platform
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'lib'))
sys.dont_write_bytecode = True

import connection  # noqa: E402
import document  # noqa: E402
import files  # noqa: E402
import growth  # noqa: E402
import harness  # noqa: E402
import instructions  # noqa: E402
import memory  # noqa: E402
import sandbox  # noqa: E402
import server  # noqa: E402
import columns  # noqa: E402
from machine import SMBD  # noqa: E402

RESULTS = os.path.join(ROOT, 'build/bench.json')
WHERE = 25
PARTS = ('connection', 'growth', 'instructions', 'memory', 'files')


def first(path, expression, default='unknown'):
    """What the expression finds in a file first."""
    try:
        with open(path, encoding='utf-8', errors='replace') as f:
            match = re.search(expression, f.read(), re.M)
    except OSError:
        match = None
    return match[1].strip() if match else default


def machine():
    """What it was measured on."""
    virtual = first('/proc/cpuinfo', r'^flags.*\b(hypervisor)\b', '')
    kib = int(first('/proc/meminfo', r'^MemTotal: +(\d+)', '0'))
    return {
        'date': datetime.date.today().isoformat(),
        'processor': first('/proc/cpuinfo', r'^model name\s*: (.*)$') +
        (', in a virtual machine' if virtual else ''),
        'processors': str(os.cpu_count()),
        'memory': '%.0f GiB' % (kib / 2**20),
        'system': '%s, Linux %s' % (
            first('/etc/os-release', r'^PRETTY_NAME="(.*)"$'),
            platform.release().split('-')[0]),
        'Samba': subprocess.run([SMBD, '-V'], stdout=subprocess.PIPE, text=True,
                                check=True).stdout.split()[-1],
        'load when it began': ' '.join('%.1f' % x for x in os.getloadavg()),
        'command': '`./waf bench%s`' % ''.join(
            ' ' + word for word in sys.argv[1:]),
    }


def show(results):
    for part in columns.TABLES:
        if part in results:
            print('\n%s\n%s' % (part, columns.text(
                columns.TABLES[part](results[part]))), flush=True)


def measure(arguments):
    runs = {'connection': lambda: connection.run(arguments.quick,
                                                 arguments.rounds),
            'growth': lambda: growth.run(arguments.quick, arguments.limit),
            'instructions': lambda: instructions.run(arguments.quick,
                                                     arguments.where),
            'memory': lambda: memory.run(arguments.quick),
            'files': lambda: files.run(arguments.quick, arguments.rounds)}
    results = {'machine': machine()}
    show(results)
    for part in arguments.only:
        results[part] = runs[part]()
        show({part: results[part]})
    return results


def inside(arguments):
    server.prepare_accounts(sandbox.run_dir())
    harness.prepare_process()
    sandbox.write_report(json.dumps(measure(arguments)))
    return 0


def outside(arguments):
    if not os.path.exists(harness.STAGE):
        print('smbguard: nothing is built yet; `./waf bench` does that.')
        return 2
    status, report, left = sandbox.run(
        [os.path.abspath(__file__)] + sys.argv[1:])
    for line in left:
        print('Left behind: ' + line)
    if status or left or not report:
        return 1
    results = json.loads(report)
    document.save(arguments.output, results)
    if arguments.document:
        document.write(results)
    return 0


def parse_arguments():
    parser = argparse.ArgumentParser(
        description='Measure what smbguard costs.')
    parser.add_argument('--quick', action='store_true', help='less of '
                        'everything, in less than a minute')
    parser.add_argument('--only', metavar='PART,...',
                        help='of ' + ', '.join(PARTS))
    parser.add_argument('--rounds', type=int, metavar='N',
                        help='of each kind of visit, or of work on files')
    parser.add_argument('--limit', type=float, default=growth.LIMIT,
                        metavar='SECONDS', help='after which a visit of growth '
                        'is given up [%(default).0f]')
    parser.add_argument('--where', type=int, nargs='?', const=WHERE, default=0,
                        metavar='N', help='say in which libraries and '
                        'functions the instructions go, N of each [%d]; '
                        'measure only those, unless --only says more' % WHERE)
    parser.add_argument('--output', metavar='FILE', default=RESULTS,
                        help='where results go [build/bench.json]')
    parser.add_argument('--document', action='store_true', help='write the '
                        'results into docs/performance.*')
    parser.add_argument('--from', dest='source', metavar='FILE', help='measure '
                        'nothing; the results are in FILE')
    arguments = parser.parse_args()
    usual = 'instructions' if arguments.where else ','.join(PARTS)
    arguments.only = (arguments.only or usual).split(',')
    if not set(arguments.only) <= set(PARTS):
        parser.error('--only: there are ' + ', '.join(PARTS))
    if arguments.document and not arguments.source and (
            arguments.quick or set(arguments.only) != set(PARTS)):
        parser.error('--document: takes a run of everything')
    return arguments


def main():
    arguments = parse_arguments()
    if arguments.source:
        with open(arguments.source, encoding='utf-8') as f:
            results = json.load(f)
        show(results)
        if arguments.document:
            document.write(results)
        return 0
    return inside(arguments) if sandbox.run_dir() else outside(arguments)


if __name__ == '__main__':
    sys.exit(main())
