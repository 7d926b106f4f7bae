# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of a bench as tables, for the terminal and for the document.

What: TABLES has for each part of the results a function that turns its rows
into a head and rows of strings; text() and markdown() lay such a table out.

How it fails: KeyError on results that are not those of run.py.
"""

import candidates
from growth import EXCEPTIONS, SHARES

NOTHING = '-'


def connection(rows):
    head = ['visit', 'server', 'rounds', 'median/ms', 'ratio', '95 %']
    return head, [[row['visit'], row['server'], str(row['rounds']),
                   '%.2f' % (row['seconds'] * 1000), '%.3f' % row['ratio'],
                   '%.3f to %.3f' % (row['low'], row['high'])]
                  for row in rows]


def milliseconds(row):
    if not row['started']:
        return 'no start in %.0f s' % row['seconds']
    return '%s%s ms' % ('more than ' if row['more_than'] else '',
                        '{:,.1f}'.format(row['seconds'] * 1000))


def over(row, base):
    if row['more_than'] or base['more_than']:
        return NOTHING
    return '{:+,.1f} ms'.format((row['seconds'] - base['seconds']) * 1000)


def ratio(row, base):
    """How many times of base; at least so many if row was given up."""
    if not row['started'] or not base or base['more_than'] \
            or not base['seconds']:
        return NOTHING
    return '%s%.2f' % ('more than ' if row['more_than'] else '',
                       row['seconds'] / base['seconds'])


def growth_of(of, rows):
    """{count: {server: row}}, from few to many."""
    found = {}
    for row in rows:
        if row['of'] == of:
            found.setdefault(row['count'], {})[row['server']] = row
    return dict(sorted(found.items()))


def growth(rows):
    head = ['smb.conf has', 'stock', 'smbguard', 'over stock', 'to stock',
            'to the fewest']
    table = []
    for of in (EXCEPTIONS, SHARES):
        by_count = growth_of(of, rows)
        first = next(iter(by_count.values()), {}).get(candidates.GUARD)
        for count, servers in by_count.items():
            stock = servers[candidates.STOCK]
            guard = servers[candidates.GUARD]
            table.append(['{:,} {}'.format(count, of[:-1] if count == 1
                                           else of),
                          milliseconds(stock), milliseconds(guard),
                          over(guard, stock),
                          ratio(guard, stock), ratio(guard, first)])
    return head, table


def instructions(rows):
    head = ['case', 'server', 'instructions', 'over stock']
    stock = {row['case']: row['instructions'] for row in rows
             if row['server'] == candidates.STOCK}
    return head, [[row['case'], row['server'],
                   '{:,}'.format(row['instructions']),
                   NOTHING if row['server'] == candidates.STOCK else
                   '{:+,}'.format(row['instructions'] - stock[row['case']])]
                  for row in rows]


def memory(rows):
    head = ['server', 'connections', 'private memory of one', 'over stock']
    stock = next(row['private_kib'] for row in rows
                 if row['server'] == candidates.STOCK)
    return head, [[row['server'], str(row['connections']),
                   '{:,.0f} KiB'.format(row['private_kib']),
                   NOTHING if row['server'] == candidates.STOCK else
                   '{:+,.0f} KiB'.format(row['private_kib'] - stock)]
                  for row in rows]


def quartiles(values):
    """Of [lower quartile, median, upper quartile]."""
    low, middle, high = values
    return '{:,.2f} ({:,.2f} to {:,.2f})'.format(middle, low, high)


def share(value, of, bare):
    return NOTHING if bare or of <= 0 else '%.0f %%' % (100 * value / of)


def counted(row, stock):
    """Instructions: all of the stock server's, what the others have more."""
    if not row['instructions']:
        return NOTHING
    if row is stock:
        return '{:,}'.format(row['instructions'])
    return '{:+,}'.format(row['instructions'] - stock['instructions'])


def files(rows):
    head = ['work', 'server', 'rounds', 'time/ms', 'processor/ms',
            'over stock/ms', 'of full_audit', 'instructions', 'of full_audit',
            'records', 'bytes']
    table = []
    for row in rows:
        stock, other = (next(found for found in rows if found['work'] ==
                             row['work'] and found['server'] == server)
                        for server in (candidates.STOCK, candidates.LEAST))
        bare = row is stock
        more, most = (found['instructions'] - stock['instructions']
                      for found in (row, other))
        table.append([
            row['work'], row['server'], str(row['rounds']),
            quartiles(row['time']), quartiles(row['processor']),
            NOTHING if bare else quartiles(row['added']),
            share(row['added'][1], other['added'][1], bare),
            counted(row, stock), share(more, most, bare),
            '{:,.0f}'.format(row['records']),
            '{:,.0f}'.format(row['bytes'])])
    return head, table


def machine(facts):
    return ['', ''], [[name, value] for name, value in facts.items()]


TABLES = {'machine': machine, 'connection': connection, 'growth': growth,
          'instructions': instructions, 'memory': memory, 'files': files}


def text(table):
    head, rows = table
    lines = [head] * any(head) + rows
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return '\n'.join('  '.join(cell.ljust(width) for cell, width in
                               zip(line, widths)).rstrip() for line in lines)


def markdown(table):
    head, rows = table
    lines = [head, ['---'] * len(head)] + rows
    return '\n'.join('| %s |' % ' | '.join(line) for line in lines)
