# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events that smbguard wrote, read strictly.

What: read_events() parses an audit file, select() picks by field values, and
story() retells events in words short enough to compare whole lists of them.

How: a field may be named with a dot ("policy.option"); a name that is absent
reads as None.

How it fails: BadEvents for a line that is no JSON object, ends nowhere, or
lacks a field that every event has.
"""

import json
import re

ALWAYS = ('timestamp', 'type', 'version', 'event', 'outcome', 'severity',
          'connectionId', 'pid', 'serverName', 'localAddress', 'clientAddress',
          'clientPort', 'reason')
OUTCOMES = ('allowed', 'denied', 'would_deny', 'detected', 'failed')
SEVERITIES = ('info', 'notice', 'warning', 'critical')
TIMESTAMP = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z')


class BadEvents(Exception):
    pass


def _no_duplicates(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError('a field is there twice')
    return result


def _parse_line(line):
    try:
        event = json.loads(line.decode('utf-8'),
                           object_pairs_hook=_no_duplicates)
    except ValueError as e:
        raise BadEvents('no JSON object (%s): %r' % (e, line)) from e
    if not isinstance(event, dict):
        raise BadEvents('no object: %r' % line)
    missing = [name for name in ALWAYS if name not in event]
    if missing:
        raise BadEvents('lacks %s: %r' % (', '.join(missing), line))
    valid = (event['type'] == 'smbguard' and event['outcome'] in OUTCOMES and
             event['severity'] in SEVERITIES and
             TIMESTAMP.fullmatch(event['timestamp']) and event['reason'])
    if not valid:
        raise BadEvents('a field has a value that it cannot have: %r' % line)
    return event


def parse_events(data):
    if data and not data.endswith(b'\n'):
        raise BadEvents('the last line is cut: %r' % data[-200:])
    return [_parse_line(line) for line in data.splitlines()]


def read_events(path):
    """All events of a file; a file that is not there has none."""
    try:
        with open(path, 'rb') as f:
            return parse_events(f.read())
    except FileNotFoundError:
        return []


def field(event, name):
    value = event
    for part in name.split('.'):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def select(events, **fields):
    """Events with these values; policy__option means policy.option."""
    wanted = {name.replace('__', '.'): value for name, value in fields.items()}
    return [event for event in events
            if all(field(event, name) == value
                   for name, value in wanted.items())]


def story(events, ipc=False):
    """["negotiate allowed", "share_connect denied secret", ...]

    ipc: tell what concerns IPC$ too, where clients come and go as they like.
    """
    return [' '.join(filter(None, (e['event'], e['outcome'], e.get('share'))))
            for e in events if ipc or e.get('share') != 'IPC$']


def brief(event):
    """One line for a person who reads of a failed test."""
    names = ('event', 'outcome', 'account', 'share', 'dialect', 'cipher',
             'policy.option', 'policy.scope', 'reason')
    values = ((name, field(event, name)) for name in names)
    return ' '.join('%s=%s' % (name, value) for name, value in values
                    if value is not None)
