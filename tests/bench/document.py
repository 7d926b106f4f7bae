# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/performance: the sections that are made from results, and the plot.

What: write() puts results into docs/performance.json, the tables made of them
into the marked sections of docs/performance.md, and the plot of them into
docs/performance.svg.  The text around the sections is written by hand.

How: a section is what stands between `<!-- measured: NAME -->` and
`<!-- end -->`.

How it fails: ValueError if a part of the results has no section, or a section
no results.
"""

import json
import os
import re

import plot
import columns

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
DOCS = os.path.join(ROOT, 'docs')
NAME = 'performance'
SECTION = re.compile(r'(<!-- measured: (\w+) -->\n).*?(<!-- end -->)', re.S)


def fill(page, results):
    """The page with the tables of these results in it."""
    found = [name for _, name, _ in SECTION.findall(page)]
    if sorted(found) != sorted(columns.TABLES) or \
            set(found) - set(results):
        raise ValueError('sections %s, results %s' % (
            sorted(found), sorted(results)))

    def one(match):
        table = columns.TABLES[match[2]](results[match[2]])
        return '%s\n%s\n\n%s' % (match[1], columns.markdown(table), match[3])
    return SECTION.sub(one, page)


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def save(path, results):
    with open(path, 'w', encoding='utf-8') as f:
        json.dump(results, f, indent=1)
        f.write('\n')


def write(results, folder=DOCS):
    base = os.path.join(folder, NAME)
    page = fill(read(base + '.md'), results)
    save(base + '.json', results)
    for ending, text in (('.md', page), ('.svg', plot.svg(results))):
        with open(base + ending, 'w', encoding='utf-8') as f:
            f.write(text)
