# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard check: each broken configuration is named, and nothing else.

What: the examples are clean; each case of broken_confs is found, at its line,
and without it nothing is; options of the table are known, each of them;
includes and copies are read as smbd reads them.  (The registry has tests of
its own.)
"""

import datetime
import json
import os
import re
import subprocess

import broken_confs
import tables
from check_tool import (CLEAN, SHARE, SMBGUARD, check, clean, expect, fake, fill,
                        found, line_of, run, write)
from harness import EXAMPLES, STAGE


def broken(case):
    def test(t):
        clean(t)
        lines = [line for line in CLEAN if not case.drop or
                 case.drop not in line]
        path = write(t, lines + list(case.add) + SHARE + list(case.share) +
                     list(case.more))
        expect(t, path, case.found)
    return test


for _name, _case in broken_confs.CASES.items():
    globals()['test_broken_' + _name] = broken(_case)


def test_what_could_be_right_is_not_told(t):
    """Beside the broken ones: an exception for guests, SMB1 that is served,
    servers that take Kerberos."""
    bare = [line for line in CLEAN if line != broken_confs.KERBEROS]
    guests = ['map to guest = Bad User', 'guest ok = yes']
    expect(t, write(t, CLEAN + guests + broken_confs.exception(
        'allow = unencrypted') + SHARE), [])
    expect(t, write(t, CLEAN + broken_confs.exception('allow = smb1') + [
        'server min protocol = NT1', 'smbguard:min protocol = SMB2_02'
        ] + SHARE), [])
    acls = ['vfs objects = smbguard acl_xattr']
    bare = [line for line in bare if 'vfs objects' not in line]
    for line in ('security = ads', 'server role = member server',
                 'kerberos method = dedicated keytab'):
        expect(t, write(t, bare + acls + [line, 'smbguard:ntlm = deny'] +
                        SHARE), [])


def test_transports_without_quic_are_not_told(t):
    for line in ('server smb transports = tcp, nbt:1139', 'smb ports = 1445',
                 'server smb transports = -quic',
                 'server smb encryption over quic = yes',
                 'client smb transports = tcp',
                 'client smb encryption over quic = yes'):
        expect(t, write(t, CLEAN + [line] + SHARE), [])


def test_names_that_could_be_right_are_not_told(t):
    "Beside the broken ones: names with a domain, and bare ones elsewhere."
    ads = broken_confs.MEMBER
    bare = [line for line in CLEAN if 'vfs objects' not in line]
    alone = ['vfs objects = smbguard']
    checked = 0
    for users, more in (('TEST\\alice', ads), ('alice@TEST.EXAMPLE', ads),
                        ('root', alone),
                        ('alice', ads + ['winbind use default domain = yes']),
                        ('TEST/alice', ads + ['winbind separator = /'])):
        expect(t, write(t, bare + broken_confs.exception('users = ' + users) +
                        more + SHARE), [])
        checked += 1
    t.equal(5, checked, 'names')


def test_names_that_nobody_has_and_those_that_work(t):
    """The remedy names the form, and check has nothing against that one."""
    ads = broken_confs.MEMBER + ['workgroup = TEST']
    alone = ['vfs objects = smbguard']
    bare = [line for line in CLEAN if 'vfs objects' not in line]
    plus = ads + ['winbind separator = +']
    short = ads + ['winbind use default domain = yes']
    checked = 0
    for key, written, more, belongs, right in (
            ('users', 'alice', ads, 'users', 'TEST\\alice'),
            ('users', 'alice', plus, 'users', 'TEST+alice'),
            ('users', 'TEST/alice', ads, 'users', 'TEST\\alice'),
            ('users', 'OTHER/alice', short, 'users', 'OTHER\\alice'),
            ('users', 'GUARDED/alice', alone, 'users', 'GUARDED\\alice'),
            ('users', '@staff', ads, 'groups', 'TEST\\staff'),
            ('users', '@staff', short, 'groups', 'staff'),
            ('users', '+TEST/staff', plus, 'groups', 'TEST+staff'),
            ('groups', '@staff', alone, 'groups', 'staff'),
            ('groups', 'staff', ads, 'groups', 'TEST\\staff'),
            ('groups', '@TEST\\staff', ads, 'groups', 'TEST\\staff'),
            ('users', 'S-1-5-32-545', alone, None,
             '--sid-to-name=S-1-5-32-545'),
            ('groups', '@S-1-5-32-545', ads, None,
             '--sid-to-name=S-1-5-32-545')):
        result = check(t, write(t, bare + broken_confs.exception(
            '%s = %s' % (key, written)) + more + SHARE))[1]
        finding = t.one(result['findings'], 'finding for ' + written)
        t.equal('exception-name', finding['id'], written)
        t.contains('"%s"' % written, finding['what'])
        if belongs:
            t.equal('Write %s into "smbguard:scanner %s".' % (right, belongs),
                    finding['remedy'])
            expect(t, write(t, bare + broken_confs.exception(
                '%s = %s' % (belongs, right)) + more + SHARE), [])
        else:
            t.contains(right, finding['remedy'])
        checked += 1
    t.equal(13, checked, 'names')


def test_examples_are_clean(t):
    names = [n for n in sorted(os.listdir(EXAMPLES)) if n.endswith('.conf')]
    checked = 0
    for name in names:
        with open(os.path.join(EXAMPLES, name), encoding='utf-8') as f:
            text = f.read()
        if '[global]' not in text:
            continue  # of another program
        # The dates in them pass.
        text = re.sub(r'until = \S+', 'until = @DAYS+100@', text)
        path = write(t, [text.replace('@MODULESDIR@', STAGE).replace(
            '/var/log/samba', '@DIR@/log')], name)
        status, result = check(t, path)
        t.equal([], [f for f in found(result) if f[0] != 'note'], name)
        t.equal(0, status, name)
        status, output, error = run(path)
        t.equal((0, ''), (status, error), name)
        t.contains('nothing is wrong', output, name)
        checked += 1
    t.true(checked >= 7, 'examples')


def known_as(result):
    """Findings of the option's own: not that files have no events here."""
    return [f[1] for f in found(result)
            if '@@' in f[3] and not f[1].startswith('file-events-')]


def test_each_option_of_the_table_is_known(t):
    rows = tables.options()
    t.true(len(rows) >= 16, 'the whole table')
    status, output, _ = run('--options', '--format=json')
    t.equal(0, status)
    listed = [row['name'] for row in json.loads(output)]
    t.equal(list(rows),
            [name for name in listed if not name.startswith('NAME ')])
    for name, row in rows.items():
        # any text is a list of names
        bad = [] if row['type'] == 'names' else ['bad-value']
        # known by name, in any case and with any blanks
        written = 'smbguard : %s = @@' % name.upper().replace(' ', '  ')
        path = write(t, CLEAN + [written] + SHARE)
        _, result = check(t, path)
        ids = known_as(result)
        t.true('unknown-option' not in ids and
               (ids[:1] == bad or name == 'exceptions'),
               '%s to be known, not %s' % (name, ids))
        t.true(name in result['global'], '%s in the policy' % name)
        # known in its place
        path = write(t, CLEAN + SHARE + [written])
        _, result = check(t, path)
        ids = known_as(result)
        share = 'share' in row['where']
        t.equal(bad if share else ['misplaced-option'], ids[:1], name)
        t.equal(share, name in result['shares'][0], name + ' of the share')


def test_nearest_name_is_told(t):
    for wrong, right in (('encrypton', 'encryption'),
                         ('min protocl', 'min protocol'),
                         ('audit fil', 'audit file'),
                         ('exeptions', 'exceptions'),
                         ('scanner unti', 'scanner until')):
        path = write(t, CLEAN + broken_confs.exception() +
                     ['smbguard:%s = x' % wrong] + SHARE)
        _, result = check(t, path)
        finding = t.one([f for f in result['findings']
                         if f['id'] == 'unknown-option'])
        t.contains('"smbguard:%s"' % right, finding['remedy'])


def test_effective_policy(t):
    path = write(t, CLEAN + [
        'smbguard:min protocol = SMB3_00', 'smbguard:mode = audit',
        'smbguard:encryption algorithms = AES-256-GCM AES-128-GCM',
        *broken_confs.exception()] + SHARE + [
            'smbguard:min protocol = SMB3_11', 'smbguard:mode = enforce',
            'smbguard:encryption algorithms = AES-256-GCM',
            'smbguard:guest = deny'])
    result = expect(t, path, [])
    t.equal({'share': 'team', 'guarded': True, 'mode': 'enforce',
             'min protocol': 'SMB3_11', 'encryption': 'required',
             'encryption algorithms': 'AES-256-GCM', 'signing': 'optional',
             'signing algorithms': 'any', 'guest': 'deny', 'ntlm': 'allow',
             'file events': 'none', 'file events ignore': 'none',
             'file events ignore users': 'none',
             'file events ignore groups': 'none'},
            result['shares'][0])
    t.equal(('IPC$', True, 'audit', 'SMB3_00'),
            tuple(t.one(result['shares'][1:], 'share more')[n] for n in (
                'share', 'guarded', 'mode', 'min protocol')))
    t.equal(('audit', 'SMB3_00', 'AES-128-GCM, AES-256-GCM'),
            tuple(result['global'][n] for n in (
                'mode', 'min protocol', 'encryption algorithms')))
    # what counts where nothing is set
    t.equal(('0', 'file', 'continue', 'yes', '90', 'record'), tuple(
        result['global'][n] for n in (
            'auth failure delay', 'audit', 'audit failure', 'history',
            'history days', 'downgrade')))
    t.equal(('scanner', True, 'old firmware'), tuple(
        t.one(result['exceptions'], 'exception')[n]
        for n in ('name', 'holds', 'reason')))
    _, output, _ = run(path)
    rows = [re.split(r'  +', line) for line in output.splitlines()]
    heading = next(row for row in rows if row[0] == 'share')
    team = next(row for row in rows if row[0] == 'team')
    t.equal(len(heading), len(team), 'columns')
    t.equal('SMB3_11', team[heading.index('min protocol')])
    t.true(any(row[0] == 'scanner' for row in rows), 'the exception')


def test_client_is_named_as_in_windows(t):
    path = clean(t)
    _, result = check(t, path)
    t.true(any('Send unencrypted password to third-party' in
               row['windowsPolicy'] and row['windowsValue'] == 'Disabled'
               for row in result['client']), 'the policy for passwords')
    path = write(t, CLEAN + ['client signing = required'] + SHARE)
    result = expect(t, path, [])
    t.equal(['Enabled', 'Enabled'], [
        row['windowsValue'] for row in result['client']
        if row['setting'] == 'client signing'])


def test_exit_status(t):
    path = clean(t)
    t.equal(0, run(path)[0])
    t.equal(1, run(write(t, CLEAN + ['smbguard:mod = audit'] + SHARE))[0])
    for arguments, message in (
            ((path + '.not',), 'No such file'),
            ((t.directory,), t.directory),
            ((path, path), 'one FILE'),
            (('--format=xml', path), 'text or json'),
            (('--nonsense',), '--nonsense')):
        status, output, error = run(*arguments)
        t.equal((2, ''), (status, output), str(arguments))
        t.contains(message, error)
    path = write(t, ['[global', 'x = y'])
    status, output, error = run(path)
    t.equal((2, ''), (status, output))
    t.contains(path + ':1: ', error)


def test_help(t):
    status, output, _ = run('--help')
    t.equal(0, status)
    for part in ('--format', 'Exit status', 'smbguard check'):
        t.contains(part, output)


def test_no_colour_in_a_file(t):
    path = write(t, CLEAN + ['smbguard:mod = audit'] + SHARE)
    _, output, _ = run(path, env=dict(os.environ, TERM='xterm'))
    t.true('\033' not in output, 'no colour without a terminal')
    done = subprocess.run(
        ['script', '-qec', '%s check %s' % (SMBGUARD, path), '/dev/null'],
        env=dict(os.environ, TERM='xterm'), capture_output=True, check=False,
        stdin=subprocess.DEVNULL)
    t.true(b'\033[31merror' in done.stdout, 'colour on a terminal')


def test_hostile_names_do_not_reach_the_terminal(t):
    path = write(t, CLEAN + ['smbguard:\x1b]0;x\x07y = \x1b[2J'] +
                 SHARE + ['[a\x1b[2Jb\udcff]', 'path = /srv',
                          '[\u202egnp]', 'path = /srv'])
    status, output, _ = run(path)
    t.equal(1, status)
    t.true('\x1b' not in output and '\x07' not in output, 'no escapes')
    t.contains('\\u{202e}gnp ', output, 'nothing that turns a line round')
    status, result = check(t, path)
    t.equal(1, status)
    t.true(any('\\xff' in s['share'] for s in result['shares']),
           'a share with its bytes')


def test_includes_take_their_place(t):
    """What an include ends with stays open, and the last line counts."""
    inner = write(t, ['smbguard:mode = audit', '[extra]', 'path = /srv',
                      'smbguard:encrypton = required'], 'inner.conf')
    path = write(t, CLEAN + ['include = ' + inner,
                             # this belongs to [extra] now, as smbd has it
                             'smbguard:guest = deny'] + SHARE)
    result = expect(t, path, [
        ('error', 'unknown-option', 'extra', 'encrypton')])
    finding = t.one(result['findings'], 'finding')
    t.equal((inner, 4), (finding['file'], finding['line']))
    t.equal('audit', result['global']['mode'])
    t.equal([('extra', 'deny'), ('team', 'allow'), ('IPC$', 'allow')],
            [(s['share'], s['guest']) for s in result['shares']])


def test_a_pipe_is_not_waited_for(t):
    pipe = os.path.join(t.directory, 'pipe')
    os.mkfifo(pipe)
    for path in (write(t, CLEAN + ['include = ' + pipe] + SHARE), pipe):
        status, _, error = run(path, timeout=20)
        t.equal(2, status, error)
        t.contains(pipe, error)


def test_lines_are_counted_as_written(t):
    path = write(t, ['# a comment \\', '', CLEAN[0], '  vfs  objects = \\',
                     '\tsmbguard', '; more'] + [
                         line for line in CLEAN[1:] if 'vfs' not in line] +
                 SHARE + ['smbguard:min \\', 'protocl = SMB3_11'])
    result = expect(t, path, [
        ('error', 'unknown-option', 'team', 'smbguard:min')])
    t.contains('"smbguard:min protocol"', result['findings'][0]['remedy'])


def test_copy_and_second_section(t):
    path = write(t, CLEAN + SHARE + ['smbguard:ntlm = deny', '[twin]',
                                     'copy = team', 'path = /srv', '[TEAM]',
                                     'smbguard:guest = deny'])
    result = expect(t, path, [])
    t.equal([('team', 'deny', 'deny'), ('twin', 'deny', 'allow'),
             ('IPC$', 'allow', 'allow')],
            [(s['share'], s['ntlm'], s['guest']) for s in result['shares']])


def test_audit_file_that_others_read(t):
    path = clean(t)
    log = os.path.join(t.directory, 'log/smbguard.jsonl')
    with open(log, 'w', encoding='ascii'):
        pass
    os.chmod(log, 0o600)
    expect(t, path, [])
    os.chmod(log, 0o644)
    expect(t, path, [('warning', 'audit-file-readable', 'global', 'audit')])
    os.chmod(log, 0o600)
    os.chmod(os.path.dirname(log), 0o777)
    expect(t, path, [('warning', 'audit-directory-open', 'global', 'audit')])


def test_another_samba(t):
    path = clean(t)
    for version, expected in (('2:4.99.0+dfsg-1', [('error', 1)]),
                              ('', [])):
        env = fake(t, 'dpkg-query', 'echo -n "%s"' % version if version else
                   'exit 1')
        status, result = check(t, path, env=env)
        t.equal(expected, [(f['severity'], status) for f in result['findings']
                           if f['id'] == 'samba-mismatch'])
    fake(t, 'smbd', 'echo Version 4.98.1-Debian')
    status, result = check(t, path, env=env)
    t.equal(['samba-mismatch'], [f['id'] for f in result['findings']])
    t.contains('4.98.1', result['findings'][0]['what'])


def test_guarded_is_who_smbd_guards(t):
    """Without the preload line: a share has of [global] what stands above it, and
    testparm says the same."""
    late = ['[late]', 'path = @DIR@']
    lines = ([line for line in CLEAN if 'vfs objects' not in line] + SHARE +
             ['[global]', 'vfs objects = smbguard'] + late +
             ['[team]', 'read only = no'])
    path = write(t, [line for line in lines if 'preload' not in line])
    _, result = check(t, path)
    told = {share['share']: share['guarded'] for share in result['shares']}
    for name in ('team', 'late'):
        status, output = t.run(
            'sh', '-c', 'testparm -s --section-name=%s '
            '--parameter-name="vfs objects" "%s" 2>/dev/null' % (name, path))
        t.equal(0, status, output)
        t.equal('smbguard' in output, told[name], name)
    t.equal({'team': False, 'late': True, 'IPC$': True}, told)
    # Once smbguard is loaded, it guards both.
    _, result = check(t, write(t, lines))
    t.equal([True] * 3, [share['guarded'] for share in result['shares']])
