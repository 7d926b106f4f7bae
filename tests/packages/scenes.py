# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to a server when packages come and go: see run.py.

Each function is a scene, played in a Chroot in the state that the one before
left it in.  check() prints a line for each thing that must be so.

How it fails: check() counts; what cannot be done at all raises chroot.Failure.
"""

import shutil
import time

passed = failed = 0

PASSWORD = 'Wonderland-1'
SHARES = '''
[open]
	path = /srv
[secret]
	path = /srv
	smbguard:encryption = required
'''
MODULES = '''	preload modules = %s/smbguard.so
	vfs objects = smbguard
'''
# One that depends on the client, one that is not there, one without an end.
PIPES = ('\tinclude = /etc/samba/%m.conf\n\tinclude = /nowhere.conf\n'
         '\tinclude = /etc/samba/pipe\n')
INCLUDE = '\tinclude = /etc/samba/guard.conf\n'

START = '''
mkdir -p /run/samba; smbd -D --no-process-group
for i in $(seq 100); do
	smbclient //127.0.0.1/none -U alice%x -c ls 2>&1 |
		grep -q CONNECTION_REFUSED || break
	sleep 0.1
done
'''
# Who gets in?  A line a client: OK or the NTSTATUS.
VISIT = START + '''
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
    """The module, by a file that smb.conf includes."""
    where = system.sh("smbd -b | sed -n 's/^ *MODULESDIR: //p'")[0].strip()
    system.write('etc/samba/guard.conf', MODULES % where)
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


def remove_named(system):
    print('smbguard is removed while smb.conf names it, and cannot be read')
    edit(system, lambda text: text.replace(INCLUDE, PIPES + INCLUDE, 1))
    system.sh('mkfifo /etc/samba/pipe')
    start = time.monotonic()
    out = system.apt('remove smbguard')
    seconds = time.monotonic() - start
    system.sh('rm /etc/samba/pipe')
    edit(system, lambda text: text.replace(PIPES, ''))
    check('includes that never end delay it for seconds only',
          seconds < 60, '%.0f s' % seconds)
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


def update_smbguard(system):
    print('smbguard is updated')
    system.sh('''
set -e
dpkg-deb -R /root/smbguard.deb /root/tree
sed -i 's/^Version: .*/Version: 0.0.1/' /root/tree/DEBIAN/control
echo '# of an older version' >>/root/tree/etc/logrotate.d/smbguard
dpkg-deb --root-owner-group -Znone -b /root/tree /root/older.deb
rm -r /root/tree
''')
    out = system.apt('install /root/older.deb')
    check('an older one can be installed', not said(out) and
          system.version('smbguard') == '0.0.1', out)
    system.sh('sed -i s/weekly/daily/ /etc/logrotate.d/smbguard')
    out = system.apt('-o Dpkg::Options::=--force-confold install '
                     '/root/smbguard.deb')
    check('it is updated without a word', not said(out) and
          system.version('smbguard') != '0.0.1', out)
    out = system.sh('cat /etc/logrotate.d/smbguard')[0]
    check('the snippet for logrotate is still the administrator\'s',
          'daily' in out, out)
    system.apt('purge smbguard')


def remove_samba(system, package):
    print('Samba is removed, smb.conf names smbguard')
    add(system, package)
    configure(system)
    out = system.sh('''
dpkg --force-depends -r samba
for how in configure "triggered /usr/sbin/smbd"; do
	/var/lib/dpkg/info/smbguard.postinst $how || echo postinst failed
done
dpkg --force-depends --configure -a || echo dpkg failed
''')[0]
    check('without an smbd nothing is said, and nothing fails',
          'failed' not in out and not said(out), out)
    system.apt('install samba /root/smbguard.deb')
    out = system.apt('remove samba')
    print_said(out)
    check('it takes smbguard with it, with the warning',
          'Removing smbguard' in out and 'WARNING: smb.conf still names' in out,
          out)
    unconfigure(system)
    system.apt('purge smbguard')
    system.apt('install samba')
