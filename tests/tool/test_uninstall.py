# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is uninstalled while smb.conf lists the module.

What: the lists are found however they are written; options alone are none;
`./waf uninstall` refuses, and says what to do.  (Removal of the package:
tests/packages.)

How: the machine's /etc/samba is covered by the test's, and /usr cannot be
written.
"""

import os
import subprocess

from harness import ROOT
from setup_tool import put

NOTICE = os.path.join(ROOT, 'packaging/package-notice')
COVER = '''
set -e
mount --bind "$1" "$2"
mount --bind /usr /usr
mount -o remount,ro,bind /usr
shift 2
exec "$@"
'''


def covered(t, text, *command, **files):
    """(status, output) of a command where these are in /etc/samba."""
    folder = os.path.join(t.directory, 'samba')
    os.makedirs(folder, exist_ok=True)
    put(os.path.join(folder, 'smb.conf'), text)
    for name, content in files.items():
        put(os.path.join(folder, name + '.conf'), content)
    done = subprocess.run(['unshare', '--mount', '--propagation', 'private',
                           'sh', '-c', COVER, 'sh', folder,
                           os.path.realpath('/etc/samba'), *command],
                          capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, cwd=ROOT)
    return done.returncode, done.stdout + done.stderr


def test_lists_are_found(t):
    for line in t.each(['vfs objects = smbguard', 'VFS object=a, smbguard',
                        'preload modules = /x/smbguard.so',
                        'preload modules = \\\n /x/smbguard.so',
                        'v f sobjects = smbguard'], 5, 'lines'):
        status, output = covered(t, '[global]\n%s\n' % line, 'sh', NOTICE,
                                 'named')
        t.equal(0, status, output)
        t.true('/etc/samba/smb.conf:2' in output or 'testparm' in output,
               line + ' is found: ' + output)
        status, output = covered(t, '[global]\n%s\n' % line, 'sh', NOTICE,
                                 'removal')
        t.contains('smbguard:   smbguard disable', output)
    output = covered(t, '[global]\n', 'sh', NOTICE, 'named',
                     other='vfs objects = smbguard\n')[1]
    t.equal('/etc/samba/other.conf:1 \n', output, 'another file')


def test_options_alone_are_no_list(t):
    text = '[global]\n# vfs objects = smbguard\nsmbguard:mode = audit\n'\
        'vfs objects = recycle\n'
    for command in t.each(['named', 'removal'], 2):
        status, output = covered(t, text, 'sh', NOTICE, command, other='')
        t.equal((0, ''), (status, output))


def test_waf_refuses(t):
    status, output = covered(t, '[global]\nvfs objects = smbguard\n', './waf',
                             'uninstall')
    t.true(status != 0, output)
    t.contains('/etc/samba/smb.conf:2', output)
    t.contains('smbguard disable && systemctl restart smbd', output)
    t.contains('./waf uninstall --force', output)
    t.true('- remove' not in output, output)
