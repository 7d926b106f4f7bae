# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""./waf install: completion, and logrotate's file, which is the administrator's.

What: it is installed where none is, left alone where it was changed, and
removed with the rest if it was not.
"""

import os

from harness import ROOT


def waf(t, command, to):
    status, output = t.run('sh', os.path.join(ROOT, 'waf'), command,
                           '--destdir=' + to)
    t.equal(0, status, output)
    return output


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def test_logrotate(t):
    to = os.path.join(t.directory, 'installed')
    rotate = to + '/etc/logrotate.d/smbguard'
    complete = to + '/usr/share/bash-completion/completions/smbguard'
    original = read(os.path.join(ROOT, 'examples/logrotate/smbguard'))
    waf(t, 'install', to)
    t.equal(original, read(rotate))
    t.equal(read(os.path.join(ROOT, 'tools/completion.bash')), read(complete))
    changed = original.replace('weekly', 'daily')
    with open(rotate, 'w', encoding='utf-8') as f:
        f.write(changed)
    t.contains('is left as it is', waf(t, 'install', to))
    t.equal(changed, read(rotate))
    waf(t, 'uninstall', to)
    t.equal((True, False), (os.path.exists(rotate), os.path.exists(complete)))
    with open(rotate, 'w', encoding='utf-8') as f:
        f.write(original)
    waf(t, 'install', to)
    waf(t, 'uninstall', to)
    t.equal(False, os.path.exists(rotate))
