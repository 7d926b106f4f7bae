# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to a server when Samba is updated underneath: see run.py.

Each function is a scene, played in a Chroot in the state that the one before
left it in.

How: an update that the archive does not have is simulated: Samba's packages
are taken apart, given another version, and offered by an archive in a folder.

How it fails: as scenes.py, with check() and chroot.Failure.
"""

import re

from scenes import (GUARDED, add, check, configure, print_said, said, serve,
                    visit)


def archive(system, change, smbd=None):
    """Offer Samba's packages anew, their control files changed.

    change: a sed script, for the packages as the archive first had them;
    smbd: a program to put in the place of smbd."""
    system.apt('install dpkg-dev')
    system.sh('''
set -e
mkdir -p /archive/new && chmod 777 /archive && cd /archive
if [ ! -e names ]; then
	dpkg-query -W -f '${source:Package} ${Package}=${Version}\n' |
		sed -n 's/^samba //p' >names
	apt-get -q download $(cat names) >/dev/null
fi
for deb in *.deb; do
	dpkg-deb -R "$deb" tree
	sed -i -E '/^(Version|Depends|Pre-Depends|Source|Breaks|Replaces|Provides|Recommends):/{ %s }' \\
		tree/DEBIAN/control
	if [ -n "%s" ] && [ -e tree/usr/sbin/smbd ]; then
		cp "%s" tree/usr/sbin/smbd
	fi
	dpkg-deb --root-owner-group -Znone -b tree new/ >/dev/null
	rm -rf tree
done
cd new && dpkg-scanpackages -m . >Packages 2>/dev/null
echo 'deb [trusted=yes] file:/archive/new ./' >/etc/apt/sources.list.d/new.list
''' % (change, smbd or '', smbd or ''), offline=False)
    system.pin_samba(None)
    system.apt('update')


def withdraw(system):
    system.sh('rm -rf /archive/new /etc/apt/sources.list.d/new.list')
    system.apt('update')


def rename(old, new):
    """The sed script that gives packages another version."""
    pattern = re.sub(r'([.+])', r'[\1]', old.split(':')[-1])
    return 's/%s/%s/g' % (pattern, new.split(':')[-1])


def same_release(system, samba):
    print('Samba gets a security update of the same release (simulated)')
    newer = samba + '.1'
    archive(system, rename(samba, newer))
    after_update(system, newer, system.apt('upgrade'))
    withdraw(system)


def after_update(system, newer, out):
    check('apt upgrade installs it, and keeps smbguard',
          system.version('samba') == newer and system.version('smbguard'), out)
    check('it is told that the module was built for another one',
          any(newer in line for line in said(out)) and
          any('It loads' in line for line in said(out)), out)
    print_said(out)
    lines = visit(system)
    check('the shares are served and guarded as before',
          lines == GUARDED, '\n'.join(lines))
    out = system.sh('smbguard check', check=False)[0]
    check('smbguard check says it as well', 'was built for Samba' in out, out)


def other_release(system):
    print('Samba gets another release (simulated)')
    release = system.sh("smbd -V | sed 's/Version //; s/-.*//'")[0].strip()
    parts = release.split('.')
    other = '.'.join(parts[:2] + [str(int(parts[2]) + 1)])
    archive(system, rename(release, other))
    out = system.apt('-s upgrade')
    kept = re.search(r'kept back:\n((?:  .*\n)+)', out)
    check('apt upgrade keeps Samba back, and says so',
          bool(kept) and ' samba' in kept[1], out)
    check('and touches neither', 'Inst samba ' not in out and
          'Remv smbguard' not in out, out)
    out = system.apt('-s dist-upgrade')
    print('       dist-upgrade: %s' % (', '.join(
        re.findall(r'^(?:Remv|Inst) (?:smbguard|samba) ', out, re.M)) or
        'neither Samba nor smbguard is touched'))
    check('apt dist-upgrade does not install it beside this module',
          'Inst samba ' not in out or 'Remv smbguard' in out, out)
    withdraw(system)


def does_not_load(system, samba):
    print('Samba gets an smbd that lacks what the module needs (simulated)')
    newer = samba + '.2'
    archive(system, rename(samba, newer), smbd='/bin/true')
    out = system.apt('upgrade')
    print_said(out)
    check('it is told what is missing, and what that means',
          any('WARNING: it does not fit' in line for line in said(out)) and
          'undefined symbol' in out, out)
    withdraw(system)
    system.pin_samba(samba)
    out = system.apt('--allow-downgrades dist-upgrade')
    check('back at the right Samba, nothing is said',
          system.version('samba') == samba and not said(out), out)
    lines = visit(system)
    check('and the shares are served', lines == GUARDED, '\n'.join(lines))


def real(system, package, samba):
    """From the older version, whose package is given, to the newest."""
    print('Samba is updated from %s to the newest of the archive' % samba)
    serve(system, samba)
    add(system, package)
    configure(system)
    lines = visit(system)
    check('before, the shares are served and guarded',
          lines == GUARDED, '\n'.join(lines))
    system.pin_samba(None)
    out = system.apt('upgrade')
    newer = system.version('samba')
    check('there is a newer one', newer != samba, newer)
    after_update(system, newer, out)


def backports(system, package, suite):
    """To another minor version, if Debian's backports have one."""
    system.write('etc/apt/sources.list.d/backports.list',
                 'deb %s %s main\n' % (system.mirror(), suite))
    system.pin_samba(None)
    system.apt('update', check=False)
    before = system.version('samba')
    out = system.apt('-s -t %s install samba' % suite, check=False)
    if 'Inst samba ' not in out:
        print('note: %s cannot be reached, or has no newer Samba' % suite)
        return
    out, status = system.sh('apt-get -q -y -d --no-install-recommends -t %s '
                            'install samba smbclient' % suite, offline=False,
                            check=False)
    if status:
        print('note: the Samba of %s cannot be fetched:\n%s' % (
            suite, '\n'.join(out.splitlines()[-3:])))
        return
    add(system, package)
    configure(system)
    out = system.apt('-s upgrade')
    check('apt upgrade leaves other minor versions alone',
          'Inst samba ' not in out and 'Remv smbguard' not in out, out)
    out = system.apt('-t %s install samba smbclient' % suite)
    print('Samba is updated from %s to %s' % (before, system.version('samba')))
    print_said(out)
    check('smbguard is removed, with a warning',
          'Removing smbguard' in out and 'WARNING: smb.conf still names' in out,
          out)
    out = system.sh('dpkg --force-depends -i /root/smbguard.deb')[0]
    print_said(out)
    check('forced back, it warns that it does not fit',
          'WARNING: a module that was built for Samba' in out and
          '/etc/samba/guard.conf:1' in out, out)
    lines = visit(system)
    check('nobody gets in', len(lines) == 4 and
          not [line for line in lines if line.endswith('OK')], '\n'.join(lines))
    out = system.sh('smbguard check; cat /var/log/samba/*', check=False)[0]
    check('smbguard check and the log of smbd say why',
          'was built for Samba ' + before in out and
          'cannot open shared object file' in out and
          "error probing vfs module 'smbguard'" in out, out)
    check('no smbd crashed', 'PANIC' not in out and
          'INTERNAL ERROR' not in out, out)
