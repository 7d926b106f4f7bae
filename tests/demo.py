#!/usr/bin/python3
# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show smbguard at work: real clients, a private smbd, and what both say.

usage: demo.py STAGE [--keep]

What: starts the distro's smbd on loopback with the modules of STAGE and with
examples/demo.conf, lets clients of SMB1, 2.1 and 3.1.1 at its two shares, and
prints what each got beside the event that smbguard wrote of it.  In the last
part somebody sits between client and server (see proxy.py).

How: in a mount namespace with accounts of its own (see sandbox.py), so that the
machine's Samba and accounts are not touched.  --keep leaves one smbd
running, and says how to use it and how to stop it.

How it fails: exit 1 if anything is not as it is announced here.
"""

import argparse
import os
import shutil
import sys
import textwrap

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, 'lib'))
sys.dont_write_bytecode = True

import eventlog  # noqa: E402
import harness  # noqa: E402
import proxy  # noqa: E402
import sandbox  # noqa: E402
import server  # noqa: E402
import wire  # noqa: E402

KEEP_DIR = os.path.join(harness.ROOT, 'build/demo')
AUDIT = os.path.join(KEEP_DIR, 'smbguard.jsonl')
PASSWORD = sandbox.USERS['alice']

OK, DENIED = 'ok', harness.DENIED
NO_TREE = 'refused'  # curl has but one word for all refusals
NO_SMB1 = 'no common dialect'
CUT = 'disconnected'
CURL = 'curl (SMB1)'
PROTOCOLS = {'smbclient NT1': 'NT1', CURL: 'NT1', 'smbclient 2.1': 'SMB2_10',
             'smbclient 3.1.1': 'SMB3_11'}
CLIENT_302, PROXY_302, PROXY_311 = ('smbclient 3.0.2', 'via proxy 3.0.2',
                                    'via proxy 3.1.1')
# These offer all dialects up to their best, and the proxy changes the offer.
OFFERS = {CLIENT_302: ('SMB3_02', None),
          PROXY_302: ('SMB3_02', proxy.only_dialects('SMB2_02', 'SMB2_10')),
          PROXY_311: ('SMB3_11', proxy.with_algorithms(
              wire.CONTEXT_ENCRYPTION, wire.AES128_CCM))}
WIDE = ('client min protocol=SMB2_02',)
CONNECT = 'share_connect'

# (client, share, what it gets, the event that decides, its outcome)
EVERYBODY_ON_OPEN = [
    (client, 'open', OK, CONNECT, 'allowed') for client in PROTOCOLS]
PARTS = [
    ('Audit mode: nobody is refused, and everything is known.',
     'The share [secret] says "smbguard:encryption = required", and [global] '
     'says "smbguard:mode = audit". Every client gets what it always got. '
     'The events say which of them would be refused, and why.',
     {'smbguard:mode': 'audit'},
     EVERYBODY_ON_OPEN + [
         ('smbclient NT1', 'secret', OK, CONNECT, 'would_deny'),
         (CURL, 'secret', OK, CONNECT, 'would_deny'),
         ('smbclient 2.1', 'secret', OK, CONNECT, 'would_deny'),
         ('smbclient 3.1.1', 'secret', OK, CONNECT, 'allowed')]),
    ('Enforced: who cannot encrypt does not get in.',
     'The same [secret] without audit mode, which is the default. A client '
     'that can encrypt is told to, and does. The others get ACCESS_DENIED on '
     'this share, and go on using the other one.',
     {},
     EVERYBODY_ON_OPEN + [
         ('smbclient NT1', 'secret', DENIED, CONNECT, 'denied'),
         (CURL, 'secret', NO_TREE, CONNECT, 'denied'),
         ('smbclient 2.1', 'secret', DENIED, CONNECT, 'denied'),
         ('smbclient 3.1.1', 'secret', OK, CONNECT, 'allowed')]),
    ('No more SMB1, for anybody.',
     'One more line in [global]: "smbguard:min protocol = SMB2_02". '
     '"server min protocol = NT1" still stands in smb.conf; smbguard raises '
     'it for each client, and records who still asks for SMB1.',
     {'smbguard:min protocol': 'SMB2_02'},
     [('smbclient NT1', 'open', NO_SMB1, 'negotiate', 'denied'),
      (CURL, 'open', NO_TREE, 'negotiate', 'denied'),
      ('smbclient 2.1', 'open', OK, CONNECT, 'allowed'),
      ('smbclient 3.1.1', 'secret', OK, CONNECT, 'allowed')]),
    ('Somebody in between.',
     'No option is set, and a proxy changes what clients offer: it takes the '
     'dialects with encryption from one of 3.0.2, and all ciphers but the '
     'oldest from one of 3.1.1. Neither gets through, and smbd alone would '
     'log nothing. At the end alice comes with 2.1, as with an old client, '
     'or with one that was made to believe that the server has no better.',
     {'smbguard:history': 'yes'},
     [(CLIENT_302, 'open', OK, CONNECT, 'allowed'),
      (PROXY_302, 'open', CUT, 'negotiate_tampered', 'detected'),
      ('smbclient 3.1.1', 'open', OK, CONNECT, 'allowed'),
      (PROXY_311, 'open', DENIED, 'integrity_suspected', 'detected'),
      ('smbclient 2.1', 'open', OK, 'downgrade', 'detected')]),
]
KEPT = 1  # the part whose smbd --keep leaves running

COLUMNS = (('client', 15), ('share', 6), ('got', 24), ('event', 19),
           ('outcome', 10), ('reason', 0))
COLOURS = {'allowed': '32', 'denied': '31', 'would_deny': '33',
           'detected': '35'}


def paint(text, code):
    if not sys.stdout.isatty() or 'NO_COLOR' in os.environ:
        return text
    return '\033[%sm%s\033[0m' % (code, text)


def print_row(*cells, outcome=None):
    indent = sum(width + 2 for _, width in COLUMNS[:-1])
    width = max(shutil.get_terminal_size((140, 24)).columns, indent + 30)
    line = ''.join('%-*s  ' % (column[1], cell)
                   for column, cell in zip(COLUMNS, cells[:-1]))
    if outcome in COLOURS:
        line = line.replace(outcome, paint(outcome, COLOURS[outcome]))
    first, *more = textwrap.wrap(cells[-1], width - indent) or ['']
    print(line + first)
    for text in more:
        print(' ' * indent + text)


def ask(smbd, client, share):
    """What this client gets, in words."""
    if client == CURL:
        answer = smbd.curl('%s/hello.txt' % share)
        return OK if answer.output == 'hello\n' else NO_TREE
    if client in OFFERS:
        protocol, change = OFFERS[client]
        with proxy.Proxy(smbd, change) as between:
            answer = (between if change else smbd).smbclient(
                share, protocol, 'get hello.txt -', options=WIDE)
    else:
        answer = smbd.smbclient(share, PROTOCOLS[client], 'get hello.txt -')
    if answer.step == 'protocol negotiation':
        return NO_SMB1
    if answer.error == 'NT_STATUS_CONNECTION_DISCONNECTED':
        return CUT
    return answer.got


def deciding(events):
    """The event that decided: a refusal, or a sign of an attack, or else the
    connect to the share."""
    refusals = [e for e in events if e['outcome'] in ('denied', 'would_deny')]
    signs = [e for e in events if e['outcome'] == 'detected']
    connects = [e for e in events if e['event'] == CONNECT]
    return (refusals or signs or connects or events or [None])[-1]


def show(smbd, client, share, got, event, outcome):
    """One client's visit.  Returns what is not as it should be."""
    before = len(smbd.events())
    really = ask(smbd, client, share)
    found = deciding(smbd.events()[before:])
    if found is None:
        print_row(client, share, really, '', '', 'no event')
        return ['%s on %s: there was no event' % (client, share)]
    words = really
    if found.get('encrypted'):
        words += ', ' + found['cipher']
    print_row(client, share, words, found['event'], found['outcome'],
              found['reason'], outcome=found['outcome'])
    want = (got, event, outcome, share == 'secret' and outcome == 'allowed'
            and smbd.config.get('global', 'smbguard:mode') != 'audit')
    have = (really, found['event'], found['outcome'],
            bool(found.get('encrypted')))
    if want != have:
        return ['%s on %s: expected %s, got %s' % (client, share, want, have)]
    return []


def start(number, stage, options):
    directory = os.path.join(sandbox.run_dir(), str(number))
    os.mkdir(directory)
    smbd = harness.make_smbd(directory, stage=stage, options=dict(
        options, **{'smbguard:audit file': AUDIT}))
    return smbd.start()


def run_part(smbd, title, text, visits):
    print('\n' + paint(title, '1'))
    print(textwrap.fill(text, 78) + '\n')
    print_row(*(name for name, _ in COLUMNS))
    print_row(*('-' * (width or 6) for _, width in COLUMNS))
    wrong = []
    for row in visits:
        wrong += show(smbd, *row)
    crash = smbd.crash()
    return wrong + (['smbd crashed: ' + crash] if crash else [])


def tell_how_to_use(smbd):
    logon = '-p %d -U alice%%%s' % (smbd.port, PASSWORD)
    print('''
smbd is still running, with examples/demo.conf. In another terminal:

  smbclient //127.0.0.1/secret %(logon)s -m SMB3 -c ls
  smbclient //127.0.0.1/secret %(logon)s -m SMB2_10 -c ls    (refused)
  smbclient //127.0.0.1/open %(logon)s -m NT1 \\
      --option='client min protocol=NT1' -c ls
  tail -f %(audit)s

Its configuration: %(conf)s
To stop it:        kill %(pid)d; rm -r %(directory)s''' % {
        'logon': logon, 'audit': AUDIT, 'conf': smbd.conf, 'pid': smbd.pid,
        'directory': sandbox.run_dir()})


def inside(arguments):
    harness.prepare_process()
    server.prepare_accounts(sandbox.run_dir())
    shutil.rmtree(KEEP_DIR, ignore_errors=True)
    os.makedirs(KEEP_DIR)
    print('Two shares, and one account, alice. [open] has no smbguard option; '
          '[secret] has one:\nsmbguard:encryption = required.')
    servers, wrong = [], ['it did not come to an end']
    try:
        wrong = run_parts(os.path.join(arguments.stage, 'modules'), servers)
        events = eventlog.read_events(AUDIT)
        print('\nAll %d events, one JSON object a line:\n%s' % (len(events),
                                                              AUDIT))
    finally:
        for number, smbd in enumerate(servers):
            if number != KEPT or not arguments.keep or wrong:
                smbd.stop()
    for line in wrong:
        print(paint('Not as announced: ', '31') + line)
    if arguments.keep and not wrong:
        tell_how_to_use(servers[KEPT])
    return 1 if wrong else 0


def run_parts(stage, servers):
    wrong = []
    for number, (title, text, options, visits) in enumerate(PARTS):
        servers.append(start(number, stage, options))
        wrong += run_part(servers[-1], title, text, visits)
    return wrong


def main():
    parser = argparse.ArgumentParser(description='Show smbguard at work.')
    parser.add_argument('stage', help='build/stage')
    parser.add_argument('--keep', action='store_true',
                        help='leave smbd running at the end')
    arguments = parser.parse_args()
    arguments.stage = os.path.abspath(arguments.stage)
    if sandbox.run_dir():
        try:
            return inside(arguments)
        except KeyboardInterrupt:
            return 130
    if not os.path.exists(os.path.join(arguments.stage, 'modules')):
        print('smbguard: nothing is built in %s; `./waf demo` does that.' %
              arguments.stage)
        return 2
    status, _, left = sandbox.run(
        [os.path.abspath(__file__)] + sys.argv[1:], arguments.keep)
    for line in left:
        print('Left behind: ' + line)
    return 1 if left else status


if __name__ == '__main__':
    sys.exit(main())
