# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's five steps: nothing is opened, and check is clean at each.

What: `smbguard enable` and the lines for who writes them by hand come to the same.
The README's lines go into a configuration as they stand there, and out again.  A
private smbd shows what clients of SMB1, 2.1 and 3.1.1 get at each step; a member
of a domain, which needs one to start, is shown to check alone.

How: the path of the module and the address of the example are made the test's.
(tests/packages does the same with the package, on a fresh system.)

How it fails: a line that the README does not have any more is a failure.
"""

import json
import os

import smbconf
from check_tool import check
from harness import DENIED, ROOT, STAGE
from readme_steps import block, clean, fifth, fourth, has, third
from setup_tool import must, read
from sources import text

DIALECTS = ('NT1', 'SMB2_10', 'SMB3_11')
# A server that has something of its own before.
BEFORE = {'kerberos method': 'system keytab', 'vfs objects': 'recycle acl_xattr',
          'preload modules': None, 'server min protocol': None,
          'ntlm auth': None}


def first(config, modules):
    """Step 1 by hand, `modules` behind smbguard."""
    for words in ('preload modules', 'smbguard:min protocol'):
        for section, options in block(words).items():
            config.update(section, options)
    config.set('global', 'preload modules', STAGE + '/smbguard.so')
    ours = has('vfs objects = smbguard').partition(' = ')[2]
    config.set('global', 'vfs objects', ' '.join([ours] + modules))


def back(config):
    """All that is smbguard's, and what smbd was opened for."""
    for section, options in config.sections.items():
        for name, _ in list(options.values()):
            if name.startswith('smbguard:'):
                config.set(section, name, None)
    config.update('global', BEFORE)


def restart(smbd):
    smbd.stop()
    smbd.start()


def visits(smbd):
    """What each share gives each dialect, True: it lets it in."""
    return {(share, dialect): smbd.smbclient(share, dialect).got == 'ok'
            for share in ('private', 'open') for dialect in DIALECTS}


def refused(*which):
    none = {(share, 'NT1') for share in ('private', 'open')}
    return {(share, dialect): (share, dialect) not in none | set(which)
            for share in ('private', 'open') for dialect in DIALECTS}


def test_the_steps_with_clients(t):
    smbd = t.smbd(options=BEFORE, shares={'private': {}, 'secret': None})
    t.equal(refused(), visits(smbd), 'before')
    first(smbd.config, ['recycle', 'acl_xattr'])
    clean(t, smbd.config, 'step 1')
    restart(smbd)
    t.equal(refused(), visits(smbd), 'step 1: no share lost, none opened')
    third(smbd.config)
    t.true('exception-smb1' in clean(t, smbd.config, 'step 3'), 'the note')
    smbd.reload()
    t.equal(refused(), visits(smbd), 'step 3: nothing is opened')
    fourth(smbd.config)
    clean(t, smbd.config, 'step 4')
    smbd.reload()
    t.equal(refused(('private', 'SMB2_10')), visits(smbd), 'step 4')
    t.equal(DENIED, smbd.smbclient('private', 'SMB2_10').got)
    fifth(smbd.config)
    clean(t, smbd.config, 'step 5')
    restart(smbd)
    t.equal(refused(('private', 'SMB2_10')), visits(smbd), 'step 5')
    smbd.config.set('global', 'smbguard:scanner hosts', '127.0.0.1')
    smbd.reload()
    t.equal('ok', smbd.smbclient('open', 'NT1').got, 'the excepted one')
    back(smbd.config)
    restart(smbd)
    t.equal(refused(), visits(smbd), 'and back')


def test_the_steps_on_a_member(t):
    has('`smbguard acl_xattr`')
    config = t.smbd(options=BEFORE, shares={'private': {},
                                            'secret': None}).config
    config.update('global', {'server role': None, 'security': 'ads'})
    first(config, ['acl_xattr'])
    for name, step in (('step 1', None), ('step 3', third),
                       ('step 4', fourth), ('step 5', fifth)):
        if step:
            step(config)
        found = clean(t, config, name)
        t.true('vfs-no-acls' not in found, name + ': the ACLs are kept')
    config.set('global', 'vfs objects', 'smbguard')
    t.true('vfs-no-acls' in clean(t, config, 'lost'), 'check has a note')


def test_enable_is_what_is_written_by_hand(t):
    has('smbguard enable')
    for security, modules in t.each([('user', ['recycle', 'acl_xattr']),
                                     ('ads', ['acl_xattr'])], 2, 'servers'):
        config = smbconf.Config()
        config.update('global', {'security': security, 'workgroup': 'X',
                                 'vfs objects': ' '.join(modules)})
        config.set('private', 'path', t.directory)
        path = os.path.join(t.directory, 'smb.conf')
        config.write(path)
        before = read(path)
        must(t, ['enable'], path)
        enabled = smbconf.Config.load(path)
        enabled.update('private', block('smbguard:min')['private'])
        enabled.update('global', block('smbguard:min')['global'])
        first(config, modules)
        t.equal({section: sorted(options.values())
                 for section, options in config.sections.items()},
                {section: sorted(options.values())
                 for section, options in enabled.sections.items()})
        must(t, ['disable'], path)
        t.equal(before, read(path), 'and back to nothing')


def test_the_costs_are_those_that_were_measured(t):
    """Rounded as the README has them."""
    with open(os.path.join(ROOT, 'docs/performance.json'),
              encoding='utf-8') as f:
        measured = json.load(f)
    count = {(row['case'], row['server']): row['instructions']
             for row in measured['instructions']}
    stock, ours, other = (count['visit', name] for name in
                          ('stock', 'smbguard', 'full_audit'))
    memory = {row['server']: row['private_kib'] for row in measured['memory']}
    first_message = {row['server']: row['seconds'] * 1000
                     for row in measured['connection']
                     if row['visit'] == 'negotiate'}
    costs = ' '.join(text('README.md').split('**Costs.**')[1].split(
        '**Risks.**')[0].split())
    for said in t.each([
            '%.0f %% more instructions' % (100 * (ours - stock) / stock),
            '(%.1f million more;' % ((ours - stock) / 1e6),
            'vfs_full_audit %.1f million more' % ((other - stock) / 1e6),
            '%.0f KiB more memory' % (memory['smbguard'] - memory['stock']),
            '%.1f ms instead of %.1f ms' % (first_message['smbguard'],
                                            first_message['stock'])], 5):
        t.contains(said, costs)


def test_the_step_that_was_wrong(t):
    """Opened in audit mode, as the README once had it."""
    smbd = t.smbd(options=BEFORE, shares={'private': {}, 'secret': None})
    first(smbd.config, ['acl_xattr'])
    third(smbd.config)
    smbd.config.set('global', 'server min protocol', 'NT1')
    path = os.path.join(t.directory, 'checked.conf')
    smbd.config.write(path)
    status, result = check(t, path)
    t.equal((1, ['opened-in-audit']), (status, [
        f['id'] for f in result['findings'] if f['severity'] != 'note']))
    restart(smbd)
    t.equal('ok', smbd.smbclient('open', 'NT1').got, 'and it is so')
