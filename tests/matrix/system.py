# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A system of one suite of Debian's, kept, with the project in it.

What: prepare() makes it or takes the one that is there; System runs the commands
of the README in it, as a user would on a fresh machine.

How: see tests/lib/chroot.py.  What the commands install stays for the next run.
In a system of SUITE-backports, apt prefers the Samba of the backports and what
is built from its source.  The network is the machine's, since the commands fetch
packages; processes and mounts are the system's own.

How it fails: with chroot's Failure.
"""

import collections
import os
import re
import shutil
import subprocess
import time

import chroot
from chroot import Failure

CACHE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), '.cache/matrix')
PROJECT, SOURCE = 'root/smbguard', 'root/samba-source'
NO_SOURCE = 'apt cannot fetch the source of the installed samba'
BACKPORTS = '-backports'
# Samba, what Debian builds from its source or in older releases from their own,
# and the libraries that it needs newer ones of.
PIN = '''Package: src:samba src:talloc src:tevent src:tdb src:ldb src:ngtcp2 src:nghttp3
Pin: release n=%s
Pin-Priority: 900
'''
TIME_LIMIT = 2 * 60 * 60
# In the environment of what runs in a system, so that it makes none itself.
WITHIN = 'SMBGUARD_MATRIX'

# line: what it said last
Done = collections.namedtuple('Done', 'status line minutes')


def prepare(suite, anew=False):
    """The system of a suite; made if there is none, or if it is to be anew."""
    folder = os.path.join(CACHE, suite)
    path = os.path.join(folder, 'system')
    # The mounts are in namespaces that have ended: rmtree is safe.
    for old in [path + '.new'] + ([path] if anew else []):
        if os.path.isdir(old):
            shutil.rmtree(old)
    if not os.path.isdir(path):
        print('  making a system', flush=True)
        _make(suite, path + '.new')
        os.rename(path + '.new', path)
    return System(path)


def _make(suite, path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    tarball = path + '.tar'
    try:
        chroot.make(suite.removesuffix(BACKPORTS), tarball, ['ca-certificates', 'git'])
        made = chroot.Chroot(path, tarball)
    finally:
        if os.path.exists(tarball):
            os.unlink(tarball)
    if suite.endswith(BACKPORTS):
        made.write('etc/apt/sources.list.d/backports.list',
                   'deb %s %s main\n' % (made.mirror(), suite))
        made.write('etc/apt/preferences.d/backports', PIN % suite)
        made.apt('update')


class System(chroot.Chroot):
    """See above."""

    def samba(self):
        """The version of Samba that is installed, or that apt would install."""
        text = self.sh("dpkg-query -W -f 'Candidate: ${Version}' samba "
                       '2>/dev/null || apt-cache policy samba', check=False)[0]
        found = re.search(r'Candidate: (?:\d+:)?(\d\S*)', text)
        if not found:
            raise Failure('its archive has no Samba')
        return found[1]

    def take_commit(self, root):
        """Copy the last commit in; what its commands fetched before stays."""
        path = self.file(PROJECT)
        os.makedirs(path, exist_ok=True)
        script = ('git init -q && git fetch -q --depth=1 "file://$1" HEAD && '
                  'git checkout -qf --detach FETCH_HEAD && '
                  'git clean -qffdx -e /.cache/')
        done = subprocess.run(['sh', '-c', script, 'sh', root], cwd=path,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
        if done.returncode:
            raise Failure('the project cannot be copied:\n' + done.stdout)

    def take_tree(self, root):
        """Copy the tree in as it is; what was built of the last one stays."""
        path = self.file(PROJECT)
        script = ('mkdir -p "$1" && cd "$1" && '
                  'find . -mindepth 1 -maxdepth 1 ! -name .cache ! -name build '
                  '-exec rm -rf {} +')
        subprocess.run(['sh', '-c', script, 'sh', path], check=True)
        self.take_project(root, PROJECT)

    def take_source(self, tree):
        """Copy a source of Samba in; returns the option for `./waf`."""
        path = self.file(SOURCE)
        if os.path.isdir(path):
            shutil.rmtree(path)
        if tree is None:
            return ''
        shutil.copytree(tree, path, symlinks=True)
        return '--samba-source=/' + SOURCE

    def run(self, command, log):
        """Run a command of the README in the project."""
        os.makedirs(os.path.dirname(log), exist_ok=True)
        begin = time.monotonic()
        with open(log, 'w', encoding='utf-8') as f:
            try:
                status = subprocess.run(
                    self.command(['sh', '-c', 'cd /%s && exec %s' % (
                        PROJECT, command)], offline=False),
                    env=dict(chroot.ENVIRONMENT, **{WITHIN: '1'}),
                    stdin=subprocess.DEVNULL, stdout=f, stderr=f,
                    timeout=TIME_LIMIT, check=False).returncode
            except subprocess.TimeoutExpired:
                status = 124
                f.write('\nwas not done after %d minutes\n' % (TIME_LIMIT / 60))
        lines = [line.strip() for line in _read(log).splitlines()]
        return Done(status, next((line for line in reversed(lines) if line), ''),
                    (time.monotonic() - begin) / 60)

    def lacks_source(self, log):
        return NO_SOURCE in _read(log)


def _read(path):
    with open(path, encoding='utf-8', errors='replace') as f:
        return f.read()
