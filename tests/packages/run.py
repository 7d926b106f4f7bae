#!/usr/bin/python3
# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the Debian package, and install, upgrade, remove and purge it.

usage: ./waf packages [--tarball FILE] [--samba-source DIR]
                      [--older-source DIR] [--keep DIR]

What: as root; takes some minutes and the network.  In throw-away systems of
their own: dpkg-buildpackage as a plain user and without network, lintian,
installation on a Samba that serves, updates of Samba (one of the same release,
one of another, one that cannot load the modules, one of another minor version),
removal with and without smb.conf edited, purge, an update of smbguard, removal
of Samba, and the steps of the README.  Ends with "N passed, N failed".

--tarball      a minimal Debian system; without it, mmdebstrap makes one
--samba-source the unpacked source of the Samba that this system's archive has;
               without it, build/samba-source names the tree, if it fits
--older-source the same of an older version that the archive still has: then
               the update of Samba is a real one, from this to the newest
--keep         leave systems and packages in DIR

How it fails: exit 1, and a line FAILED for each thing that is not so; a step
that cannot be made at all ends the run, with its output's end.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, 'tests/lib'))
sys.dont_write_bytecode = True

import readme  # noqa: E402
import scenes  # noqa: E402
import updates  # noqa: E402
from chroot import Chroot, Failure, make  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description='Try the Debian package.')
    for option in ('tarball', 'samba-source', 'older-source', 'keep'):
        parser.add_argument('--' + option)
    parser.add_argument('--suite', default=this_suite(), help='[%(default)s]')
    args = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit('smbguard: systems in chroots take root.')
    # The mounts of a chroot are in namespaces that have ended: rmtree is safe.
    work = os.path.abspath(args.keep) if args.keep else tempfile.mkdtemp(
        prefix='smbguard-packages-')
    try:
        run(args, work)
    except Failure as e:
        scenes.check('all steps can be made', False, str(e))
    finally:
        if not args.keep:
            shutil.rmtree(work)
    print('%d passed, %d failed' % (scenes.passed, scenes.failed))
    sys.exit(1 if scenes.failed else 0)


def run(args, work):
    os.makedirs(work, exist_ok=True)
    tarball = args.tarball
    if not tarball:
        tarball = os.path.join(work, 'system.tar')
        make(args.suite, tarball)
    tree = args.samba_source or configured_tree()
    if not offers(Chroot(os.path.join(work, 'archive'), tarball), tree):
        print('note: %s has no Samba as in %s, so its package is not tried' % (
            args.suite, tree))
        return
    package, samba = build(Chroot(os.path.join(work, 'build'), tarball), tree, work)
    target = Chroot(os.path.join(work, 'target'), tarball)
    scenes.install(target, package, samba)
    updates.same_release(target, samba)
    updates.other_release(target)
    updates.does_not_load(target, samba)
    scenes.remove_named(target)
    scenes.remove_not_named(target, package)
    scenes.update_smbguard(target)
    scenes.remove_samba(target, package)
    updates.backports(target, package, args.suite + '-backports')
    target = Chroot(os.path.join(work, 'target-readme'), tarball)
    readme.follow(target, package, samba)
    if args.older_source:
        older, version = build(Chroot(os.path.join(work, 'build-older'), tarball),
                               args.older_source, work)
        target = Chroot(os.path.join(work, 'target-older'), tarball)
        updates.real(target, older, version)


def this_suite():
    """Of Debian's, that this very system is; sid has no name of its own."""
    with open('/etc/os-release', encoding='utf-8') as f:
        text = f.read()
    name = re.search(r'^VERSION_CODENAME=(\w+)', text, re.M)
    return name[1] if name else 'sid'


def offers(system, tree):
    """Has its archive the Samba whose source this is, and its packages?"""
    if not os.path.exists(os.path.join(tree, 'debian/changelog')):
        return False
    return version_of(tree) in system.sh('apt-cache madison samba')[0]


def configured_tree():
    try:
        with open(os.path.join(ROOT, 'build/samba-source'), encoding='utf-8') as f:
            return f.read().strip()
    except OSError:
        raise Failure('no Samba source: ./waf configure build, or '
                      '--samba-source=DIR') from None


def version_of(tree):
    with open(os.path.join(tree, 'debian/changelog'), encoding='utf-8') as f:
        return re.match(r'\S+ \(([^)]+)\)', f.readline())[1]


def build(system, tree, work):
    """Return the path of the package for the Samba in tree, and its version."""
    samba = version_of(tree)
    print('Building for Samba %s' % samba, flush=True)
    system.pin_samba(samba)
    system.sh('useradd -m builder && mkdir -p /build/samba')
    shutil.copytree(tree, system.file('build/samba'), symlinks=True,
                    dirs_exist_ok=True)
    system.take_project(ROOT, 'build/smbguard')
    system.sh('chown builder /build && chown -R builder /build/smbguard')
    system.apt('install build-essential lintian')
    system.apt('build-dep /build/smbguard')
    out, status = system.sh(
        'cd /build/smbguard && SMBGUARD_SAMBA_SOURCE=/build/samba '
        'dpkg-buildpackage -b -us -uc', user='builder', check=False)
    scenes.check('the package is built by a plain user, without network',
                 status == 0, out)
    if status:
        raise Failure('there is no package to go on with')
    out, status = system.sh('cd /build && lintian -EIL +pedantic *.changes',
                            user='builder', check=False)
    scenes.check('lintian has nothing to say', not out and status == 0, out)
    name = system.sh('cd /build && ls smbguard_*.deb')[0].strip()
    scenes.check('its version names Samba\'s',
                 '+samba' + samba.split(':')[-1] in name, name)
    shutil.copy(system.file('build/' + name), work)
    return os.path.join(work, name), samba


if __name__ == '__main__':
    main()
