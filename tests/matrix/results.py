# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of each suite: kept for each commit, and shown as a table.

What: Results(suite, commit, arguments) is one row; table() is all of them.

How: a file of JSON for each commit and words for `./waf check`, written anew
after each step, under a temporary name first.

How it fails: a file that cannot be read counts as none.
"""

import hashlib
import json
import os

from system import CACHE

STEPS = ('demo', 'check')


class Results:
    """One suite's."""

    def __init__(self, suite, commit, arguments=''):
        self.suite = suite
        self.folder = os.path.join(CACHE, suite)
        name = commit
        if arguments:
            name += '-' + hashlib.sha256(arguments.encode()).hexdigest()[:8]
        self.path = os.path.join(self.folder, 'results', name + '.json')
        self.data = {'samba': '', 'reason': '', 'steps': {}}
        try:
            with open(self.path, encoding='utf-8') as f:
                self.data.update(json.load(f))
        except (OSError, ValueError):
            pass

    def log(self, step):
        return os.path.join(self.folder, step + '.log')

    def has(self, step):
        return step in self.data['steps']

    def complete(self):
        return all(self.has(step) for step in STEPS)

    def failed(self):
        return any(step['status'] for step in self.data['steps'].values())

    def forget(self):
        self.data['steps'] = {}
        self._write()

    def set_samba(self, version):
        self.data['samba'] = version

    def cannot(self, reason):
        """It could not be tried, or not to the end; the next run tries again."""
        self.data['reason'] = reason
        self._write()

    def can(self):
        self.data['reason'] = ''

    def add(self, step, done):
        self.data['steps'][step] = done._asdict()
        self._write()

    def _write(self):
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path + '.new', 'w', encoding='utf-8') as f:
            json.dump(self.data, f, indent=1)
        os.rename(self.path + '.new', self.path)

    def cells(self):
        """This row of the table: suite, Samba, a cell for each step."""
        cells = [self.suite, self.data['samba'] or '-']
        for name in STEPS:
            step = self.data['steps'].get(name)
            if step is None:
                cells.append('not tried')
                continue
            # The demo's last words are no result.
            line = step['line'] if step['status'] or name == 'check' else 'works'
            cells.append('%s (%.1f min)' % (line[:60], step['minutes']))
        return cells


def table(rows):
    """Lines for a terminal, the reasons below."""
    cells = [['suite', 'Samba'] + ['./waf ' + step for step in STEPS]]
    cells += [row.cells() for row in rows]
    widths = [max(len(line[at]) for line in cells) for at in range(len(cells[0]))]
    lines = ['  '.join(cell.ljust(width) for cell, width in
                       zip(line, widths)).rstrip() for line in cells]
    for row in rows:
        if row.data['reason']:
            lines.append('%s: %s' % (row.suite, row.data['reason']))
    return '\n'.join(lines)
