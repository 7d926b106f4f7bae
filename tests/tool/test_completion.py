# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""bash completes commands, options and values, and help is --help.

What: the function that bash calls, with the words of a command line, beside
what each command's --help says.

How it fails: a Failure names the line that was completed.
"""

import os
import re

import tables
from check_tool import SMBGUARD
from harness import EXAMPLES, ROOT

SCRIPT = '''
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_smbguard
printf '%s\\n' "${COMPREPLY[@]}"
'''


def completed(t, *words):
    status, output = t.run('bash', '-c', SCRIPT, 'bash', os.path.join(
        ROOT, 'tools/completion.bash'), SMBGUARD, *words)
    t.equal(0, status, output)
    return output.split('\n')[:-1] if output.strip() else []


def commands(t):
    status, output = t.run(SMBGUARD, 'help')
    t.equal(0, status)
    return re.findall(r'^  (\w+) +\w', output, re.M)


def helped(t, command):
    status, output = t.run(SMBGUARD, command, '--help')
    t.equal(0, status, output)
    return output.split('\n\n')[0]


def test_commands(t):
    known = commands(t)
    t.true(len(known) > 5 and 'doctor' in known, known)
    t.equal(known + ['help', '--help', '--version'], completed(t, ''))
    t.equal(['watch'], completed(t, 'wa'))
    t.equal(known, completed(t, 'help', ''))


def test_options_of_each_command(t):
    count = 0
    for command in commands(t):
        told = re.findall(r'^ +(?:-\w, +)?(--[a-z][a-z-]*)', helped(t, command),
                          re.M)
        t.true('--help' in told, command)
        t.equal(told, completed(t, command, '--'), command)
        count += 1
    t.true(count > 5, 'commands were looked at')


def test_a_word_is_no_command(t):
    """Of sed, which has one that runs others."""
    made = os.path.join(t.directory, 'made')
    for word in t.each(['--share/e touch %s;#' % made, '--a/b', '--[', '--$(x)'],
                       4, 'words'):
        t.equal([], completed(t, 'watch', word, ''), word)
        t.true(not os.path.exists(made), word)


def test_words_of_exception(t):
    t.equal(['list', 'add', 'end'], completed(t, 'exception', ''))
    t.equal(['end'], completed(t, 'exception', 'e'))


def test_formats_of_each_command(t):
    """What is completed is taken, and nothing that the help names is missing."""
    count = 0
    for command in commands(t):
        if '--format=' not in helped(t, command):
            continue
        t.contains('-f, --format=', helped(t, command), command)
        words = completed(t, command, '--format', '=', '')
        t.true('json' in words and 'text' in words, (command, words))
        t.equal(words, completed(t, command, '--format', ''))
        t.equal(['json'], completed(t, command, '--format', '=', 'js'))
        for word in words:
            _, output = t.run(SMBGUARD, command, '--format=' + word, '--share')
            t.true('not one of' not in output and 'text or json' not in output,
                   (command, word, output))
            count += 1
    t.true(count > 8, 'formats were looked at')


def test_shares_events_and_options(t):
    conf = os.path.join(EXAMPLES, 'demo.conf')
    t.equal(['open', 'secret', r'IPC\$'], completed(
        t, 'watch', '--smb-conf', '=', conf, '--share', ''))
    t.equal(['secret'], completed(t, 'watch', '-s', conf, '--share', 'se'))
    t.equal(sorted(list(tables.events()) + [
        row['name'].replace(' ', r'\ ') for row in tables.options().values()]),
        sorted(completed(t, 'explain', '')))
    t.equal([r'min\ protocol'], completed(t, 'explain', 'min'))


def test_nothing_where_there_is_nothing(t):
    t.equal([], completed(t, 'no-such-command', '--'))
    t.equal([], completed(t, 'watch', '--client', ''))
    t.equal([r'IPC\$'], completed(t, 'watch', '--smb-conf', '/nonexistent',
                                  '--share', ''))


def test_help(t):
    t.equal(t.run(SMBGUARD, '--help'), t.run(SMBGUARD, 'help'))
    for command in t.each(commands(t)[:5], 5, 'commands'):
        t.equal(t.run(SMBGUARD, command, '--help'),
                t.run(SMBGUARD, 'help', command))
    status, output = t.run(SMBGUARD, 'help', 'wurst')
    t.equal(2, status)
    t.contains('there is no command "wurst"', output)
