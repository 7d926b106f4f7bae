# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to a server when packages come and go: see run.py.

Each function is a scene, played in a Chroot in the state that the one before
left it in.  check() prints a line for each thing that must be so.

How it fails: check() counts; what cannot be done at all raises chroot.Failure.
"""

import re
import shutil

passed = failed = 0

PASSWORD = 'Wonderland-1'
SHARES = '''
[open]
	path = /srv
[secret]
	path = /srv
	smbguard:encryption = required
'''
MODULES = '''	preload modules = %s/smbguard/negotiate.so \\
		%s/smbguard/session.so
	vfs objects = smbguard
'''
INCLUDE = '\tinclude = /etc/samba/guard.conf\n'

# Who gets in?  A line a client: OK or the NTSTATUS.
VISIT = '''
mkdir -p /run/samba; smbd -D --no-process-group
for i in $(seq 100); do
	smbclient //127.0.0.1/none -U alice%%x -c ls 2>&1 |
		grep -q CONNECTION_REFUSED || break
	sleep 0.1
done
visit() {
	out=$(smbclient //127.0.0.1/$1 -U alice%%%s -m $2 -c ls 2>&1) &&
		echo $1 $2 OK || echo $1 $2 $(echo "$out" | grep -o 'NT_STATUS_[A-Z_]*')
}
visit open SMB2_10; visit open SMB3_11; visit secret SMB2_10; visit secret SMB3_11
''' % PASSWORD
GUARDED = ['open SMB2_10 OK', 'open SMB3_11 OK',
           'secret SMB2_10 NT_STATUS_ACCESS_DENIED', 'secret SMB3_11 OK']
UNGUARDED = ['open SMB2_10 OK', 'open SMB3_11 OK', 'secret SMB2_10 OK',
             'secret SMB3_11 OK']

SNAPSHOT = ('find /etc /srv /var/lib/samba -type f ! -name "*.tdb" '
            '-exec sha256sum {} + | sort -k2')
TRACES = ("find / -xdev -name '*smbguard*' ! -path '/var/cache/*' "
          "! -path '/proc/*' ! -path '/root/*'")


def check(name, ok, text=''):
    global passed, failed
    print('%-6s %s' % ('ok' if ok else 'FAILED', name), flush=True)
    if ok:
        passed += 1
    else:
        failed += 1
        print('\n'.join('       ' + line for line in text.splitlines()[-40:]),
              flush=True)


def said(text):
    """The lines of package-notice."""
    return [line for line in text.splitlines() if line.startswith('smbguard: ')]


def print_said(text):
    print(''.join('       %s\n' % line for line in said(text)), end='')


def visit(system):
    return system.sh(VISIT)[0].splitlines()


def serve(system, samba):
    """Samba as of this version, with two shares and an account."""
    system.pin_samba(samba)
    system.apt('install samba smbclient procps')
    system.sh('useradd -m alice; (echo %s; echo %s) | smbpasswd -s -a alice'
              % (PASSWORD, PASSWORD))
    with open(system.file('etc/samba/smb.conf'), 'a', encoding='utf-8') as f:
        f.write(SHARES)


def add(system, package):
    shutil.copy(package, system.file('root/smbguard.deb'))
    return system.apt('install /root/smbguard.deb')


def configure(system):
    """The modules, by a file that smb.conf includes."""
    where = system.sh("smbd -b | sed -n 's/^ *MODULESDIR: //p'")[0].strip()
    system.write('etc/samba/guard.conf', MODULES % (where, where))
    edit(system, lambda text: text.replace('[global]\n', '[global]\n' + INCLUDE, 1))


def unconfigure(system):
    edit(system, lambda text: text.replace(INCLUDE, '').replace(
        '\tsmbguard:encryption = required\n', ''))
    system.sh('rm /etc/samba/guard.conf')


def edit(system, change):
    path = system.file('etc/samba/smb.conf')
    with open(path, encoding='utf-8') as f:
        text = f.read()
    with open(path, 'w', encoding='utf-8') as f:
        f.write(change(text))


def install(system, package, samba):
    serve(system, samba)
    before = system.sh(SNAPSHOT)[0].splitlines()
    out = add(system, package)
    after = system.sh(SNAPSHOT)[0].splitlines()
    check('installing says nothing', not said(out), out)
    new = sorted(set(after) ^ set(before))
    check('it adds a snippet for logrotate, and changes nothing',
          len(new) == 1 and new[0].endswith('/etc/logrotate.d/smbguard'),
          '\n'.join(new))
    print(system.sh("dpkg -L smbguard | grep -v '/doc/' | while read -r f; do "
                    "[ -d $f ] || echo \"       $f\"; done")[0], end='')
    out, status = system.sh('smbguard --version', check=False)
    check('the command says what it was built for',
          status == 0 and samba in out, out)
    edit(system, lambda text: text.replace('\tsmbguard:', '#\tsmbguard:'))
    out, status = system.sh('smbguard check', check=False)
    check('smbguard check runs, and says that nothing is configured',
          status == 1 and 'does not mention smbguard' in out, out)
    check('before smb.conf is edited, everybody gets in',
          visit(system) == UNGUARDED, str(visit(system)))
    edit(system, lambda text: text.replace('#\tsmbguard:', '\tsmbguard:'))
    configure(system)
    out, status = system.sh('smbguard check', check=False)
    check('configured, smbguard check finds no error',
          status in (0, 1) and 'error' not in out.lower(), out)
    lines = visit(system)
    check('configured, who cannot encrypt is refused at that share',
          lines == GUARDED, '\n'.join(lines))


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


def update_same_release(system, samba):
    print('Samba gets a security update of the same release (simulated)')
    newer = samba + '.1'
    archive(system, rename(samba, newer))
    after_update(system, newer, system.apt('upgrade'))
    withdraw(system)


def after_update(system, newer, out):
    check('apt upgrade installs it, and keeps smbguard',
          system.version('samba') == newer and system.version('smbguard'), out)
    check('it is told that the modules were built for another one',
          any(newer in line for line in said(out)) and
          any('They load' in line for line in said(out)), out)
    print_said(out)
    lines = visit(system)
    check('the shares are served and guarded as before',
          lines == GUARDED, '\n'.join(lines))
    out = system.sh('smbguard check', check=False)[0]
    check('smbguard check says it as well', 'was built for Samba' in out, out)


def update_other_release(system):
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
    check('apt dist-upgrade does not install it beside these modules',
          'Inst samba ' not in out or 'Remv smbguard' in out, out)
    withdraw(system)


def update_does_not_load(system, samba):
    print('Samba gets an smbd that cannot load the modules (simulated)')
    newer = samba + '.2'
    archive(system, rename(samba, newer), smbd='/bin/true')
    out = system.apt('upgrade')
    print_said(out)
    check('it is told which symbol is missing, and what that means',
          any('WARNING: smbd cannot load' in line for line in said(out)) and
          'undefined symbol' in out, out)
    withdraw(system)
    system.pin_samba(samba)
    out = system.apt('--allow-downgrades dist-upgrade')
    check('back at the right Samba, nothing is said',
          system.version('samba') == samba and not said(out), out)
    lines = visit(system)
    check('and the shares are served', lines == GUARDED, '\n'.join(lines))


def remove_named(system):
    print('smbguard is removed while smb.conf names it')
    out = system.apt('remove smbguard')
    print_said(out)
    check('removal warns, with file and line',
          any('WARNING' in line for line in said(out)) and
          '/etc/samba/guard.conf:1' in out, out)
    lines = visit(system)
    check('as it said, nobody gets in',
          not [line for line in lines if line.endswith('OK')] and len(lines) == 4,
          '\n'.join(lines))
    print('       ' + '; '.join(lines))
    unconfigure(system)
    lines = visit(system)
    check('with the lines taken out, everybody does',
          lines == UNGUARDED, '\n'.join(lines))


def remove_not_named(system, package):
    print('smbguard is purged when smb.conf does not name it')
    out = add(system, package)
    check('it can be installed again', not said(out), out)
    left = system.sh(TRACES)[0]
    check('what the modules wrote is still there',
          'smbguard.jsonl' in left and 'smbguard_history.tdb' in left, left)
    out = system.apt('purge smbguard')
    check('purging says nothing', not said(out), out)
    left = system.sh(TRACES)[0]
    check('it leaves nothing', not left, left)


def update_real(system, package, samba):
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
