# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""samba-tool on a domain controller that smbguard is configured on.

What: sysvolcheck, sysvolreset, ntacl get and an offline backup load the VFS
modules of a share into Python, where there is no client and no gate.  They do
with smbguard in the list what they do without it, in both modes.

How: a domain is provisioned below the test's directory, and no server is
started.  Each command runs in a mount namespace where smbguard lies with Samba's
modules.
"""

import os
import shutil
import subprocess
import tarfile

from harness import MODULE, STAGE, Failure
from machine import built_with
from smbconf import Config

ADMIN, REALM = 'Wonderland-1', 'test.example'
LISTED = 'smbguard dfs_samba4 acl_xattr'
DEMANDS = {'smbguard:encryption': 'required', 'smbguard:ntlm': 'deny'}
SHARES = ('sysvol', 'netlogon')
# As in the folder that a mount goes over.
IN_MODULES = 'mount --bind "$1" "$2" || exit 70; shift 2; exec "$@"'


class Domain:
    """A domain controller's files."""

    def __init__(self, t):
        self.t = t
        self.path = os.path.join(t.directory, 'dc')
        self.vfs = os.path.join(t.directory, 'vfs')
        self.audit = os.path.join(t.directory, 'smbguard.jsonl')
        self.conf = os.path.join(self.path, 'etc/smb.conf')
        modules = os.path.join(built_with('MODULESDIR'), 'vfs')
        shutil.copytree(modules, self.vfs)
        os.symlink(os.path.join(STAGE, 'vfs', MODULE),
                   os.path.join(self.vfs, MODULE))
        template = os.path.join(t.directory, 'template.conf')
        with open(template, 'w', encoding='ascii') as f:
            f.write('[global]\n\tlog file = %s/log\n' % t.directory)
        self.command = ['unshare', '--mount', '--propagation', 'private', 'sh',
                        '-c', IN_MODULES, 'sh', self.vfs, modules]
        self.run('domain', 'provision', '--targetdir=' + self.path,
                 '--realm=' + REALM, '--domain=TEST', '--server-role=dc',
                 '--adminpass=' + ADMIN, '--dns-backend=NONE',
                 '--host-name=guarded', '--host-ip=127.0.0.1', conf=template)
        self.config = Config.load(self.conf)

    @property
    def sysvol(self):
        return self.config.get('sysvol', 'path')

    def tool(self, *arguments, conf=None):
        """Returns its exit status and what it printed."""
        done = subprocess.run(
            [*self.command, 'samba-tool', *arguments, '--configfile=' +
             (conf or self.conf)], text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            cwd=self.t.directory)
        return done.returncode, done.stdout

    def run(self, *arguments, conf=None):
        status, output = self.tool(*arguments, conf=conf)
        if status:
            raise Failure('samba-tool %s:\n%s' % (' '.join(arguments), output))
        return output

    def configure(self, options, own=None):
        """[global] has these options, and the two shares a list."""
        self.config.update('global', dict({
            'vfs objects': None, 'smbguard:mode': None,
            'preload modules': os.path.join(STAGE, MODULE),
            'smbguard:audit file': self.audit}, **DEMANDS))
        self.config.update('global', options)
        for share in SHARES:
            self.config.set(share, 'vfs objects', own)
        self.config.write(self.conf)

    def acl(self, path):
        return self.run('ntacl', 'get', '--as-sddl', '--service=sysvol', path)


def works(t, domain, acls):
    """The ACLs are read and written as in a domain without smbguard."""
    domain.run('ntacl', 'sysvolcheck')
    for path, acl in acls.items():
        t.equal(acl, domain.acl(path), path)
    # What is not as it should be is seen, and mended.
    policies = os.path.join(domain.sysvol, REALM, 'Policies')
    domain.run('ntacl', 'set', 'O:LAG:BAD:(A;;0x001f01ff;;;WD)', policies,
               '--service=sysvol')
    t.contains('WD', domain.acl(policies))
    status, output = domain.tool('ntacl', 'sysvolcheck')
    t.true(status != 0 and 'WD' in output, output)
    domain.run('ntacl', 'sysvolreset')
    domain.run('ntacl', 'sysvolcheck')
    t.equal(acls[policies], domain.acl(policies))


def saves(t, domain):
    target = os.path.join(t.directory, 'backup')
    os.mkdir(target)
    domain.run('domain', 'backup', 'offline', '--targetdir=' + target)
    name = t.each(os.listdir(target), 1)[0]
    with tarfile.open(os.path.join(target, name)) as tar:
        names = [os.path.basename(member) for member in tar.getnames()]
    for part in ('sam.ldb', 'sysvol.tar.gz', 'smb.conf'):
        t.true(part in names, '%s in %s' % (part, names))
    shutil.rmtree(target)


def test_samba_tool_with_smbguard_in_the_list(t):
    domain = Domain(t)
    tree = os.path.join(domain.sysvol, REALM)
    acls = {path: domain.acl(path) for path in (
        domain.sysvol, os.path.join(tree, 'Policies'))}
    for path, acl in acls.items():
        t.true(acl.startswith('O:'), path + acl)
    for mode in ('enforce', 'audit'):
        domain.configure({'vfs objects': LISTED, 'smbguard:mode': mode})
        works(t, domain, acls)
        saves(t, domain)
    domain.configure({}, LISTED)
    works(t, domain, acls)
    t.true(not os.path.exists(domain.audit), 'no event')
    # That it was loaded at all: where it cannot be, they fail.
    os.unlink(os.path.join(domain.vfs, MODULE))
    status, output = domain.tool('ntacl', 'get', domain.sysvol,
                                 '--service=sysvol')
    t.true(status != 0, output)
