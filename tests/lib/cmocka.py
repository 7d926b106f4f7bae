# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a cmocka program and tell its cases apart.

What: job() makes what tests/run.py runs: one result for each case.  The program
runs in the project's root.

How: cmocka prints what passes on stdout, and what fails on stderr, behind the
messages of that case.

How it fails: a program that dies, or ends with an error that no case explains,
is a failed result under the program's own name.
"""

import os
import re
import subprocess

CASE = re.compile(r'^\[ +(OK|FAILED|SKIPPED) +\] (\w+)$')
VALGRIND = ['valgrind', '--quiet', '--error-exitcode=99', '--leak-check=full',
            '--errors-for-leak-kinds=definite']


def cases(text):
    """{case: (verdict, the lines before it)} of one stream, in order."""
    found, lines = {}, []
    for line in text.splitlines():
        match = CASE.match(line)
        if match is None:
            lines.append(line)
        elif match.group(2) not in found:  # failures are listed once more
            found[match.group(2)] = (match.group(1), '\n'.join(lines))
            lines = []
    return found


def results(name, status, stdout, stderr):
    result = []
    passed, failed = cases(stdout), cases(stderr)
    for case, (verdict, _) in passed.items():
        if verdict == 'OK' and case not in failed:
            result.append(('%s.%s' % (name, case), ''))
    for case, (verdict, text) in failed.items():
        if verdict == 'FAILED':
            result.append(('%s.%s' % (name, case), text or 'failed'))
    explained = any(problem for _, problem in result)
    if status != 0 and not explained or not result:
        result.append((name, 'exit status %d\n%s\n%s' % (status, stderr,
                                                         stdout)))
    return result


def job(name, path, root, valgrind=False):
    def run(_):
        if not os.access(path, os.X_OK):
            return [(name, 'was not built: %s' % path)]
        done = subprocess.run((VALGRIND if valgrind else []) + [path],
                              cwd=root, capture_output=True, check=False)
        return results(name, done.returncode,
                       done.stdout.decode(errors='replace'),
                       done.stderr.decode(errors='replace'))
    return run
