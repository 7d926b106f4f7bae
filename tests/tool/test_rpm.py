# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The RPM package, built by Debian's rpmbuild.

What: it builds from the tree that was configured, holds what `./waf install`
installs and the documents, wants the release of Samba that it was built for,
and unpacks with rpm.

How: --nodeps, because an RPM database of what is installed is not there.  So
nothing here says how it fares in a system of RPM's own.
"""

import os
import re

from harness import ROOT

SPEC = os.path.join(ROOT, 'packaging/rpm/smbguard.spec')
# What is in the package besides what `./waf install` installs.
MORE = {'/usr/libexec/smbguard/package-notice',
        '/usr/share/licenses/smbguard/COPYING'}
DOCUMENTS = '/usr/share/doc/smbguard/'
BUILD_IDS = '/usr/lib/.build-id'  # for debuggers, of rpmbuild's own


def build(t):
    """Returns the path of the package."""
    top = os.path.join(t.directory, 'rpmbuild')
    os.makedirs(os.path.join(top, 'SOURCES'))
    with open(os.path.join(ROOT, 'build/samba-source'), encoding='utf-8') as f:
        tree = f.read().strip()
    with open(SPEC, encoding='utf-8') as f:
        version = re.search(r'^Version:\s*(\S+)', f.read(), re.M)[1]
    name = 'smbguard-' + version
    status, output = t.run(
        'tar', '-C', ROOT, '--exclude=./build', '--exclude=./.cache',
        '--exclude=./.git', '--transform=s,^[.],%s,' % name,
        '-czf', os.path.join(top, 'SOURCES', name + '.tar.gz'), '.')
    t.equal(0, status, output)
    status, output = t.run(
        'rpmbuild', '-bb', '--nodeps', '--define', '_topdir ' + top,
        '--define', 'samba_source ' + tree, SPEC)
    t.equal(0, status, output[-3000:])
    return re.search(r'^Wrote: (\S+/%s-\S+[.]rpm)$' % name, output, re.M)[1]


def ask(t, *words):
    status, output = t.run('rpm', '-qp', *words)
    t.equal(0, status, output)
    return output.splitlines()


def test_package(t):
    package = build(t)
    files = set(ask(t, '-l', package))
    to = os.path.join(t.directory, 'installed')
    status, output = t.run('sh', os.path.join(ROOT, 'waf'), 'install',
                           '--destdir=' + to)
    t.equal(0, status, output)
    installed = {os.path.join(folder, name)[len(to):]
                 for folder, _, names in os.walk(to) for name in names}
    t.equal(9, len(installed), str(sorted(installed)))

    # Some rpmbuilds compress the manual.
    names = {re.sub(r'(/man/.*)[.]gz$', r'\1', path) for path in files}
    t.equal(set(), (installed | MORE) - names, 'all is there')
    others = {path for path in names - installed - MORE
              if not path.startswith((DOCUMENTS, BUILD_IDS))}
    t.equal({'/usr/libexec/smbguard', '/usr/share/doc/smbguard',
             '/usr/share/licenses/smbguard'}, others, 'only folders besides')
    for name in ('README.md', 'limits.md', 'upgrade.md', 'events.schema.json',
                 'examples/README.md'):
        t.true(DOCUMENTS + name in files, name)

    wants = ask(t, '-R', package)
    release = re.search(r'\d+[.]\d+[.]\d+', t.run('smbd', '-V')[1])[0]
    major, minor, last = release.split('.')
    for line in ('samba >= ' + release,
                 'samba < %s.%s.%d~' % (major, minor, int(last) + 1)):
        t.true(line in wants, line + ' in\n' + '\n'.join(wants))
    t.equal([], [line for line in wants if line.startswith('libsmbd')])
    t.true('samba' + release in package, package)
    t.equal(['/etc/logrotate.d/smbguard'], ask(t, '-c', package))

    scripts = '\n'.join(ask(t, '--scripts', '--triggers', package))
    t.contains('package-notice removal', scripts)
    t.contains('package-notice samba', scripts)
    check_unpacked(t, package, to)


def check_unpacked(t, package, installed):
    root = os.path.join(t.directory, 'root')
    os.mkdir(root)
    status, output = t.run('rpm', '--root', root, '-i', '--nodeps', '--noscripts',
                           '--notriggers', package)
    t.equal(0, status, output)
    told = [t.run(os.path.join(top, 'usr/bin/smbguard'), '--version')
            for top in (root, installed)]
    t.equal(0, told[0][0], told)
    t.equal(told[1], told[0], 'the command says what it was built for')
    script = os.path.join(root, 'usr/libexec/smbguard/package-notice')
    t.equal((0, ''), t.run('sh', script, 'removal'))
    with open(script, encoding='utf-8') as f:
        text = f.read()
    t.contains('$(rpm -ql smbguard', text)
    t.true('dpkg -L' not in text, 'it asks rpm, not dpkg')


test_package.time_limit = 400
