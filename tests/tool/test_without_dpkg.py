# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A system without apt and dpkg: the project is built, installed and shown there.

What: with --samba-source=DIR, the commands of the README work; what is missing
is named, with the packages of the distro that /etc/os-release names.

How: in a mount namespace whose /usr/bin has no apt and no dpkg, and whose /etc
and /var have none of their folders.  cmocka is hidden as well: it is for tests.
The programs, the headers and Samba are Debian's all the same.
"""

import os

from harness import ROOT

HIDE = '''
set -e
room=$1 os=$2; shift 2
mount -t tmpfs none "$room"
hide()
{
	folder=$1 layer=$(mktemp -d -p "$room"); shift
	mkdir "$layer/up" "$layer/work"
	mount -t overlay none "$folder" \\
		-o "lowerdir=$folder,upperdir=$layer/up,workdir=$layer/work"
	(cd "$folder" && rm -rf "$@")
}
hide /usr/bin $(cd /usr/bin && ls -d apt* dpkg*) $HIDDEN
hide /usr/include cmocka.h
for folder in /etc/apt /etc/dpkg /var/lib/dpkg /var/lib/apt /usr/lib/dpkg \\
	/usr/share/dpkg; do
	[ ! -d $folder ] || mount -t tmpfs none $folder
done
[ -z "$os" ] || mount --bind "$os" "$(readlink -f /etc/os-release)"
for name in apt apt-get apt-cache dpkg dpkg-query dpkg-architecture; do
	if command -v $name; then exit 1; fi
done
exec "$@"
'''
# (os-release, the command, and what tevent and jansson come from there)
DISTROS = (
    ('ID=fedora\n', 'dnf install scdoc', 'libtevent-devel', 'jansson-devel'),
    ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'dnf install scdoc',
     'libtevent-devel', 'jansson-devel'),
    ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', 'zypper install scdoc',
     'libtevent-devel', 'libjansson-devel'),
    ('ID=manjaro\nID_LIKE=arch\n', 'pacman -S scdoc', 'tevent', 'jansson'),
    ('ID=ubuntu\nID_LIKE=debian\n', 'apt-get install scdoc', 'libtevent-dev',
     'libjansson-dev'))


def hidden(t, *command, os_release='', more=''):
    """Run this where there is no apt; more: other programs to be hidden."""
    room = os.path.join(t.directory, 'room')
    os.makedirs(room, exist_ok=True)
    path = ''
    if os_release:
        path = os.path.join(t.directory, 'os-release')
        with open(path, 'w', encoding='utf-8') as f:
            f.write(os_release)
    return t.run('unshare', '--mount', '--propagation', 'private', 'env',
                 'HIDDEN=' + more, 'sh', '-c', HIDE, 'sh', room, path, *command)


def copy(t):
    """The project, without what was built or fetched here."""
    path = os.path.join(t.directory, 'project')
    os.mkdir(path)
    status, output = t.run(
        'sh', '-c', 'tar -C "$1" --exclude=./build --exclude=./.cache '
        '--exclude=./.git -cf - . | tar -C "$2" -xf -', 'sh', ROOT, path)
    t.equal(0, status, output)
    return path


def files(top):
    return sorted(os.path.relpath(os.path.join(folder, name), top)
                  for folder, _, names in os.walk(top) for name in names)


def test_build_install_and_demo(t):
    project, to = copy(t), os.path.join(t.directory, 'installed')
    waf = os.path.join(project, 'waf')
    with open(os.path.join(ROOT, 'build/samba-source'), encoding='utf-8') as f:
        tree = f.read().strip()

    status, output = hidden(t, waf, 'configure', 'build')
    t.equal(1, status, output)
    t.contains('there is no apt here to fetch the source of Samba', output)
    t.contains('./waf --samba-source=DIR', output)

    status, output = hidden(t, waf, '--samba-source=' + tree, 'configure', 'build')
    t.equal(0, status, output)
    status, output = hidden(t, waf, 'install', '--destdir=' + to)
    t.equal(0, status, output)
    t.equal(sorted(map(os.path.basename, files(os.path.join(ROOT, 'build/stage')))),
            sorted(map(os.path.basename, files(to))))
    status, output = hidden(t, waf, 'demo')
    t.equal(0, status, output)
    t.contains('NT_STATUS_ACCESS_DENIED', output)
    t.true('Installing' not in output, 'no package was asked for')

    said = t.run('smbd', '-V')[1].split()[1]
    output = t.run(os.path.join(to, 'usr/bin/smbguard'), '--version')[1]
    t.contains('built for Samba ' + said, output)


test_build_install_and_demo.time_limit = 400


def test_what_is_missing_is_named(t):
    """By each distro's own names; nothing is said if all is there."""
    script = os.path.join(ROOT, 'buildtools/packages')
    status, output = hidden(t, 'sh', script, 'name', 'build', 'demo')
    t.equal((0, ''), (status, output))
    for release, command, *packages in t.each(DISTROS, 5, 'distros'):
        for word in ('name', 'install'):
            status, output = hidden(
                t, 'env', 'PKG_CONFIG_LIBDIR=/nowhere', 'sh', script, word,
                'build', os_release=release, more='scdoc')
            t.equal(1, status, output)
            t.contains('these are missing: scdoc pkg:talloc', output)
            line = output.splitlines()[-1]
            t.contains(command, line)
            t.equal(packages, [word for word in line.split() if word in packages])


def test_distro_that_is_not_known(t):
    script = os.path.join(ROOT, 'buildtools/packages')
    status, output = hidden(t, 'sh', script, 'name', 'build',
                            os_release='ID=another\n', more='scdoc')
    t.equal(1, status, output)
    t.contains('these are missing: scdoc\n', output)
    t.contains('no packages of this distro. In Debian they are called: scdoc',
               output)
