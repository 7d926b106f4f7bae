# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/events.schema.json, held against the events that tests see.

What: faults() says in words where events differ from the schema; examples()
has one event of each kind, as smbguard-events(7) shows them.

How: python3-jsonschema of Debian, loaded once for all tests.

How it fails: without that package nothing is checked, which is a fault under
`./waf check` and a note elsewhere.
"""

import functools
import json
import os
import re

try:
    import jsonschema
except ImportError:
    jsonschema = None

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    '../../docs/events.schema.json')
MANUAL = os.path.join(os.path.dirname(PATH), 'man/smbguard-events.7.scd')
MISSING = 'python3-jsonschema is not installed, events are not checked'
AT_MOST = 3


@functools.lru_cache(None)
def schema():
    with open(PATH, encoding='utf-8') as f:
        return json.load(f)


def examples():
    with open(MANUAL, encoding='utf-8') as f:
        blocks = re.findall(r'^```\n(\{\n.*?\n\})\n```$', f.read(),
                            re.M | re.S)
    return [json.loads(block.replace('\\\\', '\\')) for block in blocks]


@functools.lru_cache(None)
def _validator():
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def faults(events):
    """What is wrong with the first few of them, as texts."""
    if jsonschema is None:
        if os.environ.get('SMBGUARD_COMMAND') == 'check':
            return [MISSING]
        print('note: ' + MISSING)
        return []
    found = []
    for event in events:
        for error in _validator().iter_errors(event):
            place = '.'.join(str(part) for part in error.absolute_path)
            found.append('docs/events.schema.json: %s: %s in\n%s' % (
                place or 'the event', error.message, json.dumps(event)))
        if len(found) >= AT_MOST:
            break
    return found[:AT_MOST]
