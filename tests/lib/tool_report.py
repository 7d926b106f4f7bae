# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The smbguard command, and events made by hand for it.

What: event() and allowed() make events as smbguard writes them, lines() puts
them into a log, report() and those after it ask `smbguard report`.  HOSTILE has
names that try to be HTML, a formula, a terminal's command, or two lines.

How it fails: harness.Failure for another exit status than was expected.
"""

import json
import os
import subprocess

import harness

TOOL = os.path.join(harness.ROOT, 'build/stage/bin/smbguard')
HOSTILE = ('<script>alert(1)</script>', '"><img src=x onerror=alert(1)>',
           '=HYPERLINK("http://x","y")', '+1', '-1', '@SUM(1)',
           'a\x1b[31mb', '\u009b2J', 'two\nlines', 'tab\there', 'a\0b', 'a\\x00b',
           "it's", 'a,b', 'quote"d', 'back\\slash', '\u202egnp.exe',
           '\u65e5\u672c', '&amp;')
# A NUL is shown like that in all formats.
NAMES = {name.replace('\0', '\\x00') for name in HOSTILE}


def event(number=0, **more):
    """A share_connect as smbguard writes it, refused for its dialect."""
    made = {
        'timestamp': '2026-11-22T12:00:%02d.000000Z' % number,
        'type': 'smbguard', 'version': {'major': 1, 'minor': 0},
        'event': 'share_connect', 'outcome': 'denied', 'severity': 'warning',
        'connectionId': '0x%016x' % (number + 1), 'pid': 1, 'serverName': 'S',
        'localAddress': '192.0.2.1', 'clientAddress': '192.0.2.7',
        'clientPort': 1, 'account': 'alice', 'domain': 'D',
        'sid': 'S-1-5-21-1-2-3-1000', 'authMechanism': 'NTLMSSP',
        'share': 'secret', 'dialect': 'SMB2_10',
        'signingAlgorithm': 'HMAC-SHA256',
        'policy': {'option': 'smbguard:encryption', 'scope': 'secret',
                   'required': 'required', 'actual': 'none'},
        'windowsEventId': 1046, 'reason': 'Refused.'}
    made.update(more)
    return {name: value for name, value in made.items() if value is not None}


def allowed(number=0, **more):
    return event(number, **{'outcome': 'allowed', 'policy': None,
                            'windowsEventId': 4000, **more})


STRONG = {'dialect': 'SMB3_11', 'cipher': 'AES-128-GCM',
          'signingAlgorithm': 'AES-128-GMAC'}


def lines(events):
    return b''.join(json.dumps(e, ensure_ascii=False).encode() + b'\n'
                    for e in events)


def report(arguments, data=None, status=None):
    """(exit status, stdout, stderr) as bytes; data goes to standard input."""
    done = subprocess.run([TOOL, 'report', *arguments], input=data or b'',
                          capture_output=True, check=False)
    if status is not None and done.returncode != status:
        raise harness.Failure('exit %d instead of %d: %r %r' % (
            done.returncode, status, done.stdout, done.stderr))
    return done.returncode, done.stdout, done.stderr


def as_json(arguments, data=None, status=None):
    return json.loads(report(['--format=json', *arguments], data, status)[1])


def steady(found):
    """What as_json() found, without what differs from one run to the next."""
    return {name: value for name, value in found.items() if name != 'made'}


def rows(arguments, data=None, status=None):
    """[(outcome, event, account, share, actual, count)]"""
    return [(r['outcome'], r['event'], r.get('account'), r.get('share'),
             r.get('actual'), r['count'])
            for r in as_json(arguments, data, status)['rows']]


def hostile_log():
    return lines([event(n, account=name, share=name, domain=name,
                        clientAddress=name)
                  for n, name in enumerate(HOSTILE)])
