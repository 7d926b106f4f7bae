# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that is not loaded, is loaded twice, or was built for another smbd.

What: without its line in `preload modules`, and with another layout, protected
shares refuse everybody, unprotected ones work, and smbd's log and a
policy_error say what is wrong; in another release, and without the second name,
every share is refused.  Under either name, in any number and order, it is at
work once.
"""

import os
import shutil
import subprocess

import sandbox
from harness import DENIED, MODULE, ROOT, STAGE, visit

FAULTS = os.path.join(ROOT, 'build/tests')
PROTOCOLS = ('SMB3_11', 'SMB2_10', 'NT1')
SECOND_NAME = 'vfs/smbguard.so'
CALM = {'smbguard:history': 'no'}
LISTED = {name: {'vfs objects': 'smbguard'} for name in ('open', 'secret')}


def fault(name):
    return os.path.join(FAULTS, name + '-fault/modules')


def mixed(t, preload, vfs):
    """A stage whose two names are files of two builds."""
    stage = os.path.join(t.directory, 'mixed')
    os.makedirs(os.path.join(stage, 'vfs'))
    shutil.copy(os.path.join(preload, MODULE), stage)
    shutil.copy(os.path.join(vfs, MODULE), os.path.join(stage, SECOND_NAME))
    return stage


def only_open(t, smbd, count):
    """[secret] refuses everybody, [open] nobody.  Returns so many errors."""
    for protocol in PROTOCOLS:
        t.equal(DENIED, smbd.smbclient('secret', protocol).got, protocol)
        t.equal('ok', smbd.smbclient('open', protocol).got, protocol)
    connects = smbd.events(event='share_connect')
    t.equal([('secret', 'denied'), ('open', 'allowed')] * 3,
            [(e['share'], e['outcome']) for e in connects])
    errors = smbd.events(event='policy_error')
    for event in t.each(errors, count):
        t.fields(event, severity='critical', policy__option='preload modules')
    return errors


def refuses_all(t, smbd):
    for share in ('open', 'secret'):
        for protocol in PROTOCOLS:
            t.true(smbd.smbclient(share, protocol).status != 0, share)
    t.equal([], smbd.events(event='share_connect'))


def works_once(t, smbd):
    """As one that is loaded as it should be, with each event once."""
    t.equal('ok', smbd.smbclient('secret').got)
    for protocol in ('SMB2_10', 'NT1'):
        t.equal(DENIED, smbd.smbclient('secret', protocol).got)
        t.equal('ok', smbd.smbclient('open', protocol).got)
    t.story(smbd, *visit('secret'), *visit('secret', 'denied') * 2,
            *visit('open') * 2)


def test_no_preload_line(t):
    smbd = t.smbd(options=CALM, preload=None)
    for event in only_open(t, smbd, 3):
        t.fields(event, share='secret')
        t.contains('smbguard was not loaded when', event['reason'])
        t.contains('smbguard.so in "preload modules"', event['reason'])
    t.contains('smbguard: Refused: alice', smbd.log_text())


def test_preload_line_that_leads_nowhere(t):
    """Those of versions before, which had three modules."""
    smbd = t.smbd(options=CALM, preload=' '.join(
        os.path.join(STAGE, 'smbguard', name)
        for name in ('negotiate.so', 'session.so')))
    for event in only_open(t, smbd, 3):
        t.contains('smbguard.so in "preload modules"', event['reason'])


def test_no_preload_line_in_audit_mode(t):
    smbd = t.smbd(options={'smbguard:mode': 'audit'}, preload=None)
    t.equal('ok', smbd.smbclient('secret').got)
    t.fields(t.one(smbd.events(event='share_connect')), outcome='would_deny',
             policy__option='preload modules')
    t.one(smbd.events(event='policy_error'))


def test_no_vfs_line(t):
    """The preload line is enough, as long as the second name is there."""
    works_once(t, t.smbd(options={'vfs objects': None, **CALM}))


def test_vfs_lists_of_global(t):
    """Whatever stands there: a connection loads smb.conf several times."""
    for objects in ('acl_xattr', 'acl_xattr smbguard', 'smbguard smbguard',
                    '"smbguard :x" acl_xattr'):
        works_once(t, t.smbd(options={'vfs objects': objects, **CALM}))


def test_listed_twice_without_a_preload_line(t):
    smbd = t.smbd(options={'vfs objects': 'smbguard "smbguard :x"', **CALM},
                  preload=None)
    only_open(t, smbd, 3)


def test_no_second_name(t):
    """smbd's own doing: a module of `vfs objects` that does not load."""
    stage = os.path.join(t.directory, 'stage')
    os.makedirs(stage)
    shutil.copy(os.path.join(STAGE, MODULE), stage)
    refuses_all(t, t.smbd(stage=stage))


def test_no_module_behind_the_second_name(t):
    stage = os.path.join(t.directory, 'stage')
    os.makedirs(os.path.join(stage, 'vfs'))
    shutil.copy(os.path.join(STAGE, SECOND_NAME), os.path.join(stage, 'vfs'))
    smbd = t.smbd(stage=stage, preload=None)
    refuses_all(t, smbd)
    for part in ('NT_STATUS_DLL_NOT_FOUND', 'smbguard.so, built for Samba 4.',
                 'Install the smbguard that was built for this Samba'):
        t.contains(part, smbd.log_text())


def test_second_name_far_from_the_module(t):
    """What is loaded already does."""
    stage = os.path.join(t.directory, 'stage')
    os.makedirs(os.path.join(stage, 'vfs'))
    shutil.copy(os.path.join(STAGE, SECOND_NAME), os.path.join(stage, 'vfs'))
    works_once(t, t.smbd(options=CALM, stage=stage,
                         preload=os.path.join(STAGE, MODULE)))


def test_loaded_more_than_once(t):
    """Twice, under both names, and as copies that the loader tells apart."""
    first, second = (os.path.join(STAGE, name)
                     for name in (MODULE, SECOND_NAME))
    copies = mixed(t, STAGE, STAGE)
    for preload in ((first, first), (second,), (second, first, second),
                    (first, os.path.join(copies, MODULE)),
                    (os.path.join(copies, MODULE), first)):
        works_once(t, t.smbd(options=CALM, preload=' '.join(preload)))
    for stage in (copies,):
        smbd = t.smbd(options=CALM, stage=stage)
        os.unlink(os.path.join(smbd.vfs_dir, 'smbguard.so'))
        shutil.copy(os.path.join(stage, SECOND_NAME), smbd.vfs_dir)
        works_once(t, smbd)


def test_beside_another_build(t):
    """As after an installation, as long as nobody has restarted smbd."""
    other = fault('build')
    smbd = t.smbd(options=CALM, stage=mixed(t, other, STAGE))
    only_open(t, smbd, 3)
    both = '%s %s' % (os.path.join(STAGE, MODULE), os.path.join(other, MODULE))
    smbd = t.smbd(options=CALM, preload=both)
    works_once(t, smbd)
    t.contains('another build of it is at work', smbd.log_text())


def test_another_release(t):
    """Functions may have gone or changed, so nothing is called.

    This build needs some that no Samba has, and can say what is wrong all the
    same: as preloaded module, and as share gate.
    """
    for stage in (fault('version'), mixed(t, fault('version'),
                                          fault('version'))):
        for more in ({}, {'preload': None}, {'options': {'vfs objects': None},
                                             'shares': LISTED}):
            smbd = t.smbd(stage=stage, **more)
            refuses_all(t, smbd)
            t.equal([], smbd.events())
            for part in ('smbguard: it was built for Samba', 'and this is 4.',
                         'Install the smbguard that was built for this Samba',
                         './waf configure build install'):
                t.contains(part, smbd.log_text())
            t.true('undefined symbol' not in smbd.log_text(), 'it loads')


def test_function_that_has_gone(t):
    """From an smbd of the same release."""
    for more in ({}, {'preload': None}):
        smbd = t.smbd(stage=fault('symbol'), **more)
        refuses_all(t, smbd)
        t.equal([], smbd.events())
        t.contains('smbguard: this smbd has no smbguard_test_gone',
                   smbd.log_text())
    # Nor is it called by one that is no smbd.
    status, output = t.run(os.path.join(ROOT, 'build/tests/module/test_modules'),
                           os.path.dirname(fault('symbol')))
    t.true(status != 0, output)
    t.contains('smbguard_test_gone is not in smbd nor its libraries', output)


def test_another_layout(t):
    smbd = t.smbd(options=CALM, stage=fault('layout'))
    # two other gates, each told of to six clients; and three refusals
    only_open(t, smbd, 15)
    t.contains('that smbguard was built for', smbd.log_text())


def test_another_layout_and_a_list_of_its_own(t):
    """Its place in the lists of shares needs no struct, so that it refuses."""
    share = {'secret': {'vfs objects': 'acl_xattr'}}
    smbd = t.smbd(options=CALM, stage=fault('layout'), shares=share)
    only_open(t, smbd, 15)
    smbd.reload()
    t.equal(DENIED, smbd.smbclient('secret').got)
    # Where it is not loaded at all, nobody is there to refuse.
    smbd = t.smbd(options=CALM, preload=None, shares=share)
    t.equal('ok', smbd.smbclient('secret', 'SMB2_10').got)
    t.equal([], smbd.events())


def test_one_of_another_layout(t):
    """In either role."""
    for preload, vfs in ((fault('layout'), STAGE), (STAGE, fault('layout'))):
        smbd = t.smbd(options=CALM, stage=mixed(t, preload, vfs))
        t.equal(DENIED, smbd.smbclient('secret').got)
        t.true(smbd.events(event='policy_error'), 'a policy_error')
        t.contains('that smbguard was built for', smbd.log_text())
        shutil.rmtree(os.path.join(t.directory, 'mixed'))


# samba.samba3.smbd of Samba's Python, as samba-tool ntacl uses it.
READ_ACL = '''
import sys
from samba.auth_util import system_session_unix
from samba.dcerpc import security
from samba.samba3 import param, smbd
lp = param.get_context()
lp.load(sys.argv[1])
session = system_session_unix()
sd = smbd.get_nt_acl(sys.argv[2], security.SECINFO_OWNER, session,
                     service=sys.argv[3])
print(sd.owner_sid)
'''


def test_in_a_program_that_is_not_smbd(t):
    """It loads VFS modules, too, and has Samba's library for itself alone."""
    smbd = t.smbd()
    for share in ('open', 'secret'):
        path = os.path.join(smbd.config.get(share, 'path'), 'hello.txt')
        output = subprocess.run(
            ['nsenter', '--mount=/proc/%d/ns/mnt' % smbd.pid, sandbox.PYTHON,
             '-c', READ_ACL, smbd.conf, path, share], text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        t.true(output.startswith('S-1-'), share + ': ' + output)
    t.equal([], smbd.events())
