# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of the README, as lines of a configuration.

What: block() has the lines that stand there; third(), fourth() and fifth() write
those of a step into a smbconf.Config; clean() has it checked.

How: addresses and days of the example are made the test's.

How it fails: a line that the README does not have any more is a Failure.
"""

import datetime
import os
import re

from check_tool import check
from harness import Failure
from sources import text

SCANNER = '127.0.0.7'


def readme():
    return text('README.md').split('## From audit to enforcing')[1]


def has(line):
    if line not in readme():
        raise Failure('the README does not say: ' + line)
    return line


def block(words):
    """{section: {option: value}} of the indented lines with these words."""
    blocks = re.findall(r'(?:^ {8}.*\n|^\n(?= {8}))+', readme(), re.M)
    lines = next((found for found in blocks if words in found), None)
    if lines is None:
        raise Failure('the README has no lines with ' + words)
    section, options = 'global', {}
    for line in filter(None, map(str.strip, lines.splitlines())):
        if line.startswith('['):
            section = line[1:-1]
            continue
        name, _, value = line.partition(' = ')
        options.setdefault(section, {})[name] = value
    return options


def in_days(number):
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return str(today + datetime.timedelta(number))


def clean(t, config, name):
    path = os.path.join(t.directory, 'checked.conf')
    config.write(path)
    status, result = check(t, path)
    t.equal((0, []), (status, [f for f in result['findings']
                               if f['severity'] != 'note']), name)
    return [f['id'] for f in result['findings']]


def third(config):
    config.update('global', block('smbguard:exceptions')['global'])
    config.set('global', 'smbguard:scanner hosts', SCANNER)
    config.set('global', 'smbguard:scanner until', in_days(200))


def fourth(config):
    config.set('private', *has('smbguard:mode = enforce').split(' = '))


def fifth(config):
    config.set('global', 'smbguard:mode', None)
    config.set('global', *has('server min protocol = NT1').split(' = '))
