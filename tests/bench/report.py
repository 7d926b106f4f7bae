#!/usr/bin/python3
# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long `smbguard report` takes for a long log, beside jq.

What: writes N events (5,000,000 unless told otherwise; about 700 bytes each),
and has `smbguard report` and jq count who was refused, on the same file: time,
peak memory, and how many refusals each of them found.  Then what only report
does: a what-if, the html page, and the refusals of a compressed log.

--refusals is a log of which every second event is a refusal (300,000 events
unless told otherwise, 200 clients): report and jq in turns, the median of each,
and how many times as fast report is.

How: four events a visit of 500 clients, 20 accounts and 10 shares; one visit in
ten is refused.  A first run of `cat` has the file in memory as far as it goes.
Peak memory is VmHWM as the kernel tells it, looked at every 10 ms, of report or
of jq alone; jq's rows are counted by sort and uniq.

How it fails: it judges nothing; exit 1 if a command cannot be run or jq and
report do not agree on the number of refusals.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SMBGUARD = os.path.join(ROOT, 'build/stage/bin/smbguard')
EVENTS = 5000000
VISIT = 4  # events of one
REFUSALS = 300000  # events of which half are refusals
CLIENTS = 200  # of them
PAIRS = 5

SELECT = '''select(.outcome == "denied" or .outcome == "would_deny")
    | [.outcome, .event, .clientAddress, .account, .share, .dialect, .cipher,
       .policy.option] | @tsv'''
JQ = ['jq', '-r', SELECT]

COMMON = ('"type":"smbguard","version":{"major":1,"minor":0},"event":"%s",'
          '"outcome":"%s","severity":"info","connectionId":"0x%016x","pid":%d,'
          '"serverName":"GUARDED","localAddress":"192.0.2.1",'
          '"clientAddress":"10.0.%d.%d","clientPort":49152,')
WHO = ('"clientName":"PC","sessionId":"0x%016x","account":"user%d",'
       '"domain":"EXAMPLE","sid":"S-1-5-21-1-2-3-%d","authMechanism":"krb5",')
OLD = '"dialect":"SMB2_10","signingAlgorithm":"HMAC-SHA256",'
NEW = ('"dialect":"SMB3_11","cipher":"AES-128-GCM",'
       '"signingAlgorithm":"AES-128-GMAC",')
OFFER = ('"offer":{"dialects":["SMB3_11","SMB2_10"],"ciphers":["AES-128-GCM"],'
         '"signingAlgorithms":["AES-128-GMAC"],"securityMode":1,'
         '"capabilities":127},')
POLICY = ('"policy":{"option":"smbguard:encryption","scope":"share%d",'
          '"required":"required","actual":"none"},')
ALLOWED = 'Allowed: no smbguard option asks for anything here.'
REFUSED = ('Refused: user from an address (SMB2_10) speaks a dialect that '
           'cannot encrypt, and smbguard:encryption = required in a share.')


def writer(number, client):
    """A function that makes an event of this visit a line."""
    stamp = '{"timestamp":"2026-%02d-%02dT%02d:%02d:%02d.%06dZ",' % (
        1 + number // 400000 % 12, 1 + number // 20000 % 28,
        number // 1000 % 24, number // 60 % 60, number % 60, number % 1000000)

    def line(event, outcome, middle, reason):
        return ''.join((
            stamp, COMMON % (event, outcome, number, number % 30000,
                             client // 250, client % 250),
            middle, '"reason":"', reason, '"}\n'))
    return line


def visit(number):
    """The events of one visit, as lines."""
    client, user, share = number % 500, number % 20, number % 10
    old = client % 10 == 0
    line = writer(number, client)
    used = OLD if old else NEW
    who = WHO % (number, user, user)
    there = who + '"share":"share%d",' % share + used
    last = (line('share_connect', 'denied', there + POLICY % share, REFUSED)
            if old else line('share_connect', 'allowed', there, ALLOWED))
    return ''.join((line('negotiate', 'allowed', used + OFFER, ALLOWED),
                    line('session', 'allowed', who + used, ALLOWED), last,
                    line('share_disconnect', 'allowed', there,
                         'The tree was disconnected.')))


def refused_visit(number):
    """Two refusals, and what was allowed before each."""
    client, user, share = number % CLIENTS, number % 20, number % 10
    line = writer(number, client)
    who = WHO % (number, user, user)
    there = who + '"share":"share%d",' % share + OLD
    refusal = line('share_connect', 'denied', there + POLICY % share, REFUSED)
    return ''.join((line('negotiate', 'allowed', OLD + OFFER, ALLOWED), refusal,
                    line('session', 'allowed', who + OLD, ALLOWED), refusal))


def write_log(path, events, visit_of=visit):
    with open(path, 'w', encoding='ascii') as log:
        for number in range(events // VISIT):
            log.write(visit_of(number))


def peak_of(pid):
    """The most memory that a process had so far, in KiB; 0 when it is gone."""
    try:
        with open('/proc/%d/status' % pid, encoding='utf-8',
                  errors='replace') as f:
            return max([int(line.split()[1]) for line in f
                        if line.startswith('VmHWM:')], default=0)
    except OSError:
        return 0


def measure(commands, output):
    """(seconds, peak KiB of the first) of a pipeline."""
    children, stdin, peak = [], None, 0
    begin = time.monotonic()
    with open(output, 'wb') as out:
        for command in commands:
            last = command is commands[-1]
            children.append(subprocess.Popen(
                command, stdin=stdin, stdout=out if last else subprocess.PIPE))
            if stdin:
                stdin.close()
            stdin = children[-1].stdout
    while children[0].poll() is None:
        peak = max(peak, peak_of(children[0].pid))
        time.sleep(0.01)
    for child in children:
        if child.wait() not in (0, 1):
            sys.exit('%s: exit %d' % (child.args[0], child.returncode))
    return time.monotonic() - begin, peak


def row(name, figures):
    print('%-42s %8.1f s %10.1f MiB' % (name, figures[0], figures[1] / 1024))
    sys.stdout.flush()


def refusals_of_report(path):
    with open(path, encoding='utf-8') as f:
        return json.load(f)['refused']


def refusals_of_jq(path):
    with open(path, encoding='utf-8') as f:
        return sum(int(line.split(None, 1)[0]) for line in f)


def compare(directory, events):
    log = os.path.join(directory, 'log.jsonl')
    out = os.path.join(directory, 'out')
    report = [SMBGUARD, 'report']
    write_log(log, events)
    print('%d events, %.0f MiB' % (events, os.path.getsize(log) / 2**20))
    row('cat (reading alone)', measure([['cat', log]], '/dev/null'))
    row('smbguard report', measure([report + [log]], out))
    row('smbguard report --format=json', measure(
        [report + ['--format=json', log]], out))
    ours = refusals_of_report(out)
    row('jq | sort | uniq -c', measure(
        [JQ + [log], ['sort'], ['uniq', '-c']], out))
    theirs = refusals_of_jq(out)
    row('smbguard report --if, one share', measure(
        [report + ['--if', 'encryption=required', '--share', 'share3', log]],
        out))
    row('smbguard report --if, [global]', measure(
        [report + ['--if', 'encryption=required', log]], out))
    row('smbguard report --format=html', measure(
        [report + ['--format=html', log]], out))
    subprocess.run(['gzip', '-1', log], check=True)
    row('smbguard report, of a .gz', measure([report + [log + '.gz']],
                                            out))
    print('refusals: %d by report, %d by jq' % (ours, theirs))
    return ours == theirs


def in_turns(directory, events, pairs):
    """report and jq on a log of refusals; how many times as fast."""
    log = os.path.join(directory, 'log.jsonl')
    out = os.path.join(directory, 'out')
    write_log(log, events, refused_visit)
    print('%d events, half of them refusals, %.0f MiB' % (
        events, os.path.getsize(log) / 2**20))
    ours, theirs = [], []
    measure([['cat', log]], '/dev/null')
    for _ in range(pairs):
        ours.append(measure([[SMBGUARD, 'report', log]], out)[0])
        theirs.append(measure([JQ + [log], ['sort'], ['uniq', '-c']], out)[0])
    found = refusals_of_jq(out)
    measure([[SMBGUARD, 'report', '--format=json', log]], out)
    times = [jq / report for jq, report in zip(theirs, ours)]
    print('smbguard report          %6.3f s' % statistics.median(ours))
    print('jq | sort | uniq -c      %6.3f s' % statistics.median(theirs))
    print('times as fast            %6.2f (%.2f to %.2f of %d pairs)' % (
        statistics.median(times), min(times), max(times), pairs))
    return found == refusals_of_report(out)


def main():
    parser = argparse.ArgumentParser(description='Time `smbguard report`.')
    parser.add_argument('events', nargs='?', type=int)
    parser.add_argument('--refusals', action='store_true',
                        help='of a log of which half are refusals')
    parser.add_argument('--pairs', type=int, default=PAIRS, metavar='N',
                        help='runs of each with --refusals [%(default)d]')
    parser.add_argument('--directory', help='where the log is written, about '
                        '700 bytes an event [the system\'s for such]')
    parser.add_argument('--smbguard', default=SMBGUARD, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    globals()['SMBGUARD'] = arguments.smbguard
    with tempfile.TemporaryDirectory(dir=arguments.directory) as directory:
        if arguments.refusals:
            return 0 if in_turns(directory, arguments.events or REFUSALS,
                                 arguments.pairs) else 1
        return 0 if compare(directory, arguments.events or EVENTS) else 1


if __name__ == '__main__':
    sys.exit(main())
