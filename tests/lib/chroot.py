# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian system in a directory, to install packages and run things in.

What: make() has mmdebstrap make a system as a tarball; Chroot(path, tarball)
unpacks one, Chroot(path) takes one that is there; sh() runs a script in it;
apt() runs apt-get in it.

How: each script has mount, process and, unless it needs the network, network
namespaces of its own; what it started ends with it.  The directory is made a
mount point and the root of the namespace, so that a private mount can be made
inside as on a machine.  Services are kept from starting by policy-rc.d.

How it fails: with Failure, which has the output's end.
"""

import os
import re
import shutil
import socket
import subprocess

ENTER = '''
root=$1 run=$2; shift 2
[ "$run" = online ] || ip link set lo up
mount --bind "$root" "$root" && cd "$root" && mkdir -p .old &&
mount -t proc proc proc && mount --rbind /dev dev && mount --rbind /sys sys &&
pivot_root . .old || exit 70
exec chroot . sh -c 'umount -l /.old && exec "$@"' sh "$@"
'''
ONLINE = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork',
          '--kill-child']
OFFLINE = ONLINE + ['--net']
ENVIRONMENT = {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL': 'C.UTF-8',
               'DEBIAN_FRONTEND': 'noninteractive', 'HOME': '/root'}


class Failure(Exception):
    """A step that later ones need did not work."""


def make(suite, tarball, include=()):
    """A minimal system of a suite of Debian's, as a tarball."""
    options = ['--include=' + ','.join(include)] if include else []
    options += ['--aptopt=' + line for line in
                ['Acquire::Retries "3"', _age_check()] if line]
    done = subprocess.run(
        ['mmdebstrap', '--variant=minbase'] + options + [suite, tarball],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors='replace', check=False)
    if done.returncode:
        errors = [line for line in done.stdout.splitlines()
                  if line.startswith('E: ')]
        raise Failure('mmdebstrap made no system of %s: %s' % (
            suite, '\n'.join(errors)))


def _age_check():
    """May an archive be out of date?  As the machine's own apt has it."""
    name = 'Acquire::Check-Valid-Until'
    said = subprocess.run(['apt-config', 'dump', name], text=True, check=False,
                          stdout=subprocess.PIPE).stdout
    return '%s "false"' % name if '"false"' in said else ''


class Chroot:
    """See above.  offline and user are for sh()."""

    def __init__(self, path, tarball=None):
        self.path = path
        if tarball:
            self._unpack(tarball)

    def _unpack(self, tarball):
        os.makedirs(self.path)
        subprocess.run(['tar', 'xpf', tarball, '-C', self.path, '--numeric-owner'],
                       check=True)
        # Samba looks its own name up, and without an answer waits for DNS.
        self.write('etc/hosts', '127.0.0.1 localhost %s\n' % socket.gethostname())
        shutil.copyfile('/etc/resolv.conf', self.file('etc/resolv.conf'))
        self.write('usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', 0o755)
        self.write('etc/dpkg/dpkg.cfg.d/fast', 'force-unsafe-io\n')
        self.write('etc/apt/apt.conf.d/retries', 'Acquire::Retries "3";\n')
        self.apt('update')

    def file(self, name):
        return os.path.join(self.path, name)

    def write(self, name, text, mode=0o644):
        os.makedirs(os.path.dirname(self.file(name)), exist_ok=True)
        with open(self.file(name), 'w', encoding='utf-8') as f:
            f.write(text)
        os.chmod(self.file(name), mode)

    def take_project(self, root, name):
        """Copy what git knows or would add there, without what was built."""
        names = subprocess.run(
            ['git', '-C', root, 'ls-files', '-co', '-z', '--exclude-standard'],
            stdout=subprocess.PIPE, check=True).stdout.decode().split('\0')
        for source in filter(None, names):
            if os.path.isfile(os.path.join(root, source)):
                path = self.file(os.path.join(name, source))
                os.makedirs(os.path.dirname(path), exist_ok=True)
                shutil.copy(os.path.join(root, source), path)

    def command(self, argv, offline=True):
        """What to run, so that argv is run inside."""
        return ((OFFLINE if offline else ONLINE) +
                ['sh', '-c', ENTER, 'sh', self.path,
                 'offline' if offline else 'online'] + argv)

    def sh(self, script, offline=True, user=None, check=True):
        """Run a script; return its output, stderr included, and status."""
        argv = ['runuser', '-u', user, '--'] if user else []
        argv += ['sh', '-c', script]
        done = subprocess.run(
            self.command(argv, offline), env=ENVIRONMENT,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors='replace', check=False)
        if check and done.returncode:
            raise Failure('%s\n%s\nexit %d' % (
                script, '\n'.join(done.stdout.splitlines()[-25:]), done.returncode))
        return done.stdout, done.returncode

    def apt(self, command, check=True):
        return self.sh('apt-get -q -y --no-install-recommends ' + command,
                       offline=False, check=check)[0]

    def mirror(self):
        """The archive that it was made from."""
        with open(self.file('etc/apt/sources.list'), encoding='utf-8') as f:
            return re.search(r'^deb (?:\[[^]]*\] )?(\S+) ', f.read(), re.M)[1]

    def pin_samba(self, version):
        """Let apt take this version of Samba and no other; None: any."""
        text = ''
        if version:
            text = ('Package: src:samba\nPin: version *%s\nPin-Priority: 1001\n'
                    % version.split(':')[-1])
        self.write('etc/apt/preferences.d/samba', text)

    def version(self, package):
        return self.sh("dpkg-query -W -f '${Version}' %s" % package)[0].strip()
