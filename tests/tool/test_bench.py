# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""`./waf bench`: what becomes of the results, not the results.

What: tables, plot and document are made from a few results that are written
here; what callgrind_annotate says is read as it is; docs/performance.* belong
together.

How it fails: a Failure; ValueError where a document and its results differ.
"""

import json
import os
import shutil
import sys
import xml.etree.ElementTree as ElementTree

from harness import ROOT, Failure

sys.path.insert(0, os.path.join(ROOT, 'tests/bench'))

import document  # noqa: E402
import growth  # noqa: E402
import instructions  # noqa: E402
import plot  # noqa: E402
import columns  # noqa: E402

RUN = os.path.join(ROOT, 'tests/bench/run.py')


def grown(of, count, server, seconds, more_than=False, started=True):
    return {'of': of, 'count': count, 'server': server, 'seconds': seconds,
            'visits': 3, 'more_than': more_than, 'started': started}


RESULTS = {
    'machine': {'date': '2026-11-26', 'processors': '2'},
    'connection': [
        {'visit': 'logon', 'server': server, 'rounds': 9, 'seconds': seconds,
         'ratio': seconds / .01, 'low': seconds / .011, 'high': seconds / .009}
        for server, seconds in (('stock', .01), ('stock again', .0101),
                                ('smbguard', .012), ('full_audit', .015))],
    'growth': [
        grown('exceptions', 1, 'stock', .01),
        grown('exceptions', 1, 'smbguard', .02),
        grown('exceptions', 10000, 'stock', 8.0),
        grown('exceptions', 10000, 'smbguard', 120.0, True),
        grown('shares', 100, 'stock', 2.0, True),
        grown('shares', 100, 'smbguard', 3.0),
        grown('shares', 1000, 'stock', 60.0, True, False),
        grown('shares', 1000, 'smbguard', 60.0, True, False)],
    'instructions': [
        {'case': 'visit', 'server': 'stock', 'instructions': 7000000},
        {'case': 'visit', 'server': 'smbguard', 'instructions': 8500000}],
    'memory': [{'server': 'stock', 'connections': 2, 'private_kib': 700},
               {'server': 'smbguard', 'connections': 2, 'private_kib': 650}],
    'files': [
        {'work': 'a small file', 'server': server, 'rounds': 9,
         'time': [1, 1.5, 2], 'processor': [.5, .75, 1],
         'added': [added / 2, added, added * 2], 'instructions': instructions,
         'records': records, 'bytes': 800 * records}
        for server, added, instructions, records in (
            ('stock', 0, 1000000, 0), ('smbguard, files', .1, 1150000, 8),
            ('full_audit, fewest', .4, 1500000, 16))],
}

ANNOTATED = '''--------------------------------
Ir
--------------------------------
11,261,414  PROGRAM TOTALS

--------------------------------
Ir         file:function
--------------------------------
5,853,022  ./string/strcmp-sse2.S:strcmp [/usr/lib/ld-linux-x86-64.so.2]
   12,110  ./elf/dl-new-hash.h:_dl_lookup_symbol_x
    9,362  ./elf/dl-lookup.c:_dl_lookup_symbol_x [/usr/lib/ld-linux-x86-64.so.2]
    6,814  ???:0x0000000000004350'2 [/usr/lib/libtalloc.so.2.4.0]
    2,000  ???:0x0000000000004350 [/usr/lib/libtalloc.so.2.4.0]
      100  ???:std::function [/usr/lib/libx.so]
'''
LINKER, TALLOC = 'ld-linux-x86-64.so.2', 'libtalloc.so.2.4.0'


def test_tables(t):
    def rows(part):
        return columns.TABLES[part](RESULTS[part])[1]
    t.equal(['logon', 'smbguard', '9', '12.00', '1.200', '1.091 to 1.333'],
            rows('connection')[2])
    t.equal([['1 exception', '10.0 ms', '20.0 ms', '+10.0 ms',
              '2.00', '1.00'],
             ['10,000 exceptions', '8,000.0 ms', 'more than 120,000.0 ms', '-',
              'more than 15.00', 'more than 6000.00'],
             ['100 shares', 'more than 2,000.0 ms', '3,000.0 ms', '-', '-',
              '1.00'],
             ['1,000 shares', 'no start in 60 s', 'no start in 60 s', '-', '-',
              '-']], rows('growth'))
    t.equal(['visit', 'smbguard', '8,500,000', '+1,500,000'],
            rows('instructions')[1])
    t.equal(['smbguard', '2', '650 KiB', '-50 KiB'], rows('memory')[1])
    t.equal([['a small file', 'stock', '9', '1.50 (1.00 to 2.00)',
              '0.75 (0.50 to 1.00)', '-', '-', '1,000,000', '-', '0', '0'],
             ['a small file', 'smbguard, files', '9', '1.50 (1.00 to 2.00)',
              '0.75 (0.50 to 1.00)', '0.10 (0.05 to 0.20)', '25 %', '+150,000',
              '30 %', '8', '6,400'],
             ['a small file', 'full_audit, fewest', '9', '1.50 (1.00 to 2.00)',
              '0.75 (0.50 to 1.00)', '0.40 (0.20 to 0.80)', '100 %', '+500,000',
              '100 %', '16', '12,800']], rows('files'))
    t.equal('a     b\nlong  c', columns.text((['a', 'b'], [['long', 'c']])))
    t.equal('| a | b |\n| --- | --- |\n| c | d |',
            columns.markdown((['a', 'b'], [['c', 'd']])))


def numbers(element, names):
    return [float(element.get(name)) for name in names if element.get(name)]


def test_plot(t):
    """It is SVG, has every value as a label, and nothing outside its edges."""
    text = plot.svg(RESULTS)
    elements = list(ElementTree.fromstring(text).iter())
    t.true(len(elements) > 100, 'there is something in it')
    for element in elements:
        t.true(all(0 <= x <= plot.WIDTH for x in numbers(
            element, ('x', 'x1', 'x2', 'cx'))), str(element.attrib))
        t.true(all(0 <= y <= plot.HEIGHT for y in numbers(
            element, ('y', 'y1', 'y2', 'cy'))), str(element.attrib))
    labels = [element.text for element in elements
              if element.tag.endswith('text')]
    for label in ('1', '10,000', '>120,000', '8,000', '>2,000', 'no start', '8.5', '7',
                  '650', 'logon', 'visit', 'stock again', 'millions'):
        t.true(label in labels, label)


def test_plot_of_less(t):
    """What was not measured leaves no picture, and does no harm."""
    for results in ({}, {'growth': RESULTS['growth'][:1]},
                    {'memory': RESULTS['memory'][:1]},
                    {'connection': RESULTS['connection'][:1]}):
        ElementTree.fromstring(plot.svg(results))


def test_round_numbers_of_axes(t):
    for value, expected in ((0.3, .5), (1, 1), (1.01, 2), (21, 25), (600, 1000),
                            (0, 1)):
        t.equal(expected, plot.round_up(value), str(value))


def test_what_callgrind_says(t):
    found = instructions.functions(ANNOTATED)
    t.equal({('strcmp', LINKER): [5853022],
             ('_dl_lookup_symbol_x', ''): [12110],
             ('_dl_lookup_symbol_x', LINKER): [9362],
             ('0x0000000000004350', TALLOC): [6814, 2000],
             ('function', 'libx.so'): [100]}, found)
    own = instructions.merged(found, sum)
    t.equal(21472, own['_dl_lookup_symbol_x', LINKER])
    t.equal(8814, own['0x0000000000004350', TALLOC])
    t.equal(6814, instructions.merged(found, max)['0x0000000000004350', TALLOC])
    more = instructions.difference({('a', 'x'): 5, ('b', 'y'): 7, ('c', 'y'): 1},
                                   {('a', 'x'): 9, ('b', 'y'): 4, ('c', 'y'): 1})
    t.equal([(4, ('a', 'x')), (-3, ('b', 'y'))], more)
    t.equal([(4, ('', 'x')), (-3, ('', 'y'))], instructions.by_library(more))


def test_totals_of_callgrind(t):
    path = os.path.join(t.directory, 'callgrind')
    for text, expected in (('events: Ir\nfn=(1)\n1 7\ntotals: 42\n', 42),
                           ('summary: 41\ntotals: 41\n', 41)):
        with open(path, 'w', encoding='ascii') as f:
            f.write(text)
        t.equal(expected, instructions.total(path))
    for text in ('', 'totals: 0\n'):
        with open(path, 'w', encoding='ascii') as f:
            f.write(text)
        try:
            instructions.total(path)
        except RuntimeError:
            continue
        raise Failure('nothing counted, and nothing said: %r' % text)


def test_configurations(t):
    options = growth.exceptions(300)['options']
    t.equal(2 + 4 * 300, len(options))
    t.equal('10.0.1.43', options['smbguard:e299 hosts'])
    t.equal(300, len(options['smbguard:exceptions'].split()))
    t.equal(100, len(growth.shares(100)['shares']))


def copy_of_document(t):
    for ending in ('.md', '.json', '.svg'):
        shutil.copy(os.path.join(document.DOCS, document.NAME + ending),
                    t.directory)
    return os.path.join(t.directory, document.NAME)


def test_document(t):
    """Tables go into their sections, and all that is between them stays."""
    base = copy_of_document(t)
    before = document.read(base + '.md')
    document.write(RESULTS, t.directory)
    page = document.read(base + '.md')
    t.equal(document.SECTION.split(before)[::4],
            document.SECTION.split(page)[::4], 'what is written by hand')
    for part, rows in RESULTS.items():
        t.contains(columns.markdown(columns.TABLES[part](rows)), page)
    t.equal(RESULTS, json.loads(document.read(base + '.json')))
    t.contains('8.5', document.read(base + '.svg'))
    document.write(RESULTS, t.directory)
    t.equal(page, document.read(base + '.md'), 'written twice')
    for wrong in (page.replace('measured: memory', 'measured: colour'),
                  page.replace('measured: memory', 'memory')):
        try:
            document.fill(wrong, RESULTS)
        except ValueError:
            continue
        raise Failure('sections and results differ, and nothing was said')


def test_documents_belong_together(t):
    """docs/performance.md and .svg are what its .json makes of them."""
    base = copy_of_document(t)
    old = {ending: document.read(base + ending) for ending in ('.md', '.svg')}
    document.write(json.loads(document.read(base + '.json')), t.directory)
    for ending, text in old.items():
        t.equal(text, document.read(base + ending), ending)
    parts = json.loads(document.read(base + '.json'))
    t.equal(sorted(columns.TABLES), sorted(parts))


def test_command(t):
    path = os.path.join(t.directory, 'results.json')
    document.save(path, RESULTS)
    status, output = t.run(sys.executable, RUN, '--from', path)
    t.equal(0, status, output)
    for part, rows in RESULTS.items():
        t.contains(columns.text(columns.TABLES[part](rows)), output)
    for arguments in (['--only', 'colour'], ['--quick', '--document']):
        t.equal(2, t.run(sys.executable, RUN, *arguments)[0], str(arguments))
