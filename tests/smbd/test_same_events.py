# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same configurations and clients give the same events with every Samba.

What: clients of every dialect, a wrong password and an anonymous one visit each
share of examples/*.conf.  What they got, and every field of every event but what
differs from run to run, must be what tests/smbd/same_events.txt has, whatever
release of Samba is installed.

How: SMBGUARD_WRITE_EVENTS=1 has the test write the file anew, to be read before
it is committed.

How it fails: with the lines that differ.
"""

import difflib
import gc
import json
import os
import struct

from impacket import nmb

import impacket_client
from harness import EXAMPLES, Failure

EXPECTED = os.path.join(os.path.dirname(__file__), 'same_events.txt')
# Of a member of a domain; events of files depend on what smbd opens, and when.
LEFT_OUT = ['ad-member.conf', 'file-events.conf']
SCANNER = '127.0.0.2'
# Not the same twice, or the machine's; and an offer is the client's own matter.
OF_THE_RUN = ['timestamp', 'connectionId', 'sessionId', 'pid', 'clientPort', 'sid',
              'clientName', 'clientGuid', 'offer', 'duration']
OF_ALL = ['type', 'version', 'serverName', 'localAddress', 'clientAddress']


def test_events_are_the_same(t):
    lines = []
    names = sorted(name for name in os.listdir(EXAMPLES)
                   if name.endswith('.conf') and name not in LEFT_OUT)
    for name in t.each(names, 6, 'examples'):
        lines += story_of(t, name)
    text = ''.join(line + '\n' for line in lines)
    if os.environ.get('SMBGUARD_WRITE_EVENTS'):
        with open(EXPECTED, 'w', encoding='utf-8') as f:
            f.write(text)
    with open(EXPECTED, encoding='utf-8') as f:
        expected = f.read()
    differ = list(difflib.unified_diff(expected.splitlines(), lines, 'expected',
                                       'got', n=1, lineterm=''))
    if differ:
        raise Failure('\n'.join(differ))


test_events_are_the_same.time_limit = 300


def story_of(t, name):
    options = {'smbguard:auth failure delay': None}
    if name == 'legacy-scanner.conf':
        options['smbguard:scanner hosts'] = SCANNER
    smbd = t.smbd(name, options)
    shares = sorted(share for share in smbd.config.sections if share != 'global')
    lines, seen = ['== ' + name], 0
    for who, visit in visits(smbd, name):
        before = set()
        for share in shares:
            lines.append('%s, %s: %s' % (share, who, visit(share)))
            events = smbd.events()
            for line in map(told, events[seen:]):
                lines.append('  the same' if line in before else line)
                before.add(line)
            seen = len(events)
    return lines


def visits(smbd, name):
    """[(who, function(share))], the function says what the client got."""
    def older(dialect, user='alice', source=None):
        def go(share):
            with smbd.impacket(user, dialect, source) as client:
                client.read(client.tree(share))

        def visit(share):
            try:
                got = impacket_client.status(go, share)
            except (nmb.NetBIOSError, OSError, struct.error):
                got = 'no dialect'
            gc.collect()  # of what failed, which closes its socket
            return got
        return visit

    def newest(password):
        return lambda share: smbd.smbclient(
            share, command='get hello.txt /dev/null', password=password).got
    found = [(dialect, older(dialect)) for dialect in impacket_client.DIALECTS]
    found += [('SMB3_11', newest(None)), ('a wrong password', newest('wrong')),
              ('anonymous', older('SMB3_00', ''))]
    if name == 'legacy-scanner.conf':
        found.append(('the scanner', older('NT1', source=SCANNER)))
    return found


def told(event):
    return '  ' + json.dumps({key: value for key, value in event.items()
                              if key not in OF_THE_RUN + OF_ALL}, sort_keys=True)
