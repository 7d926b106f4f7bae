# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard enable and disable: what they write, and what they leave alone.

What: each of many files comes back byte by byte; what smbd has by itself stays;
audit mode is written where smbguard is new alone; errors, questions, --dry-run
and --purge.  (How files are written: test_setup_write.  The registry:
test_setup_registry.)

How: `smbguard check` tells how the result is read.
"""

import json
import os
import random
import re
import subprocess

from check_tool import SMBGUARD, check
from setup_tool import MODULE, answer, copies, listing, must, put, read, run

SHARE = '[team]\n\tpath = /srv\n'
PLAIN = '[global]\n\tworkgroup = X\n\n' + SHARE
# name: a file that is to come back as it was
FILES = {
    'plain': PLAIN,
    'comments': '# mine\n;[global]\n[global]\n; vfs objects = no\n\t# x \\\n'
                'workgroup = X # no comment\n' + SHARE,
    'crlf': PLAIN.replace('\n', '\r\n'),
    'mixed': '[global]\r\n workgroup = X\n\r\n[team]\r\npath = /srv\n',
    'list': '[global]\n  vfs objects = recycle acl_xattr\n' + SHARE,
    'commas': '[global]\nvfs objects=recycle,acl_xattr ;\n' + SHARE,
    'quotes': '[global]\nvfs objects = "recycle" "acl_xattr"\n' + SHARE,
    'spelt': '[global]\nVFS  Object =recycle\nPreload\tModules = /lib/x.so\n'
             + SHARE,
    'continued': '[global]\n\tvfs objects = recycle \\\n  acl_xattr \\ \n'
                 '  # no comment\n' + SHARE,
    'continued first': '[global]\nvfs objects = \\\n\trecycle\n' + SHARE,
    'continued name': '[global]\nvfs \\\nobjects = recycle\n' + SHARE,
    'preload': '[global]\npreload modules = /lib/a.so, /lib/b.so\n' + SHARE,
    'no global': SHARE,
    'above all': 'workgroup = X\n' + SHARE,
    'share first': SHARE + '[global]\nworkgroup = X\n',
    'share first, list': SHARE + '[global]\nvfs objects = recycle\n',
    'twice': PLAIN + '[global]\nvfs objects = recycle\n[more]\npath = /x\n'
             '[GLOBALS]\nvfs objects = acl_xattr\n',
    'empty': '',
    'no newline': '[global]\nworkgroup = X',
    'no newline, list': '[global]\nvfs objects = recycle',
    'header': '[global] ; all of them\n\n\n' + SHARE,
    'not utf-8': '[global]\nserver string = \udcff\udcfe\x07\n' + SHARE,
    'indented': '   [global]\n        workgroup = X\n   ' + SHARE,
    'bom': '\ufeff[global]\nworkgroup = X\n' + SHARE,
}


def conf(t, text, name='smb.conf'):
    path = os.path.join(t.directory, name)
    put(path, text.encode('utf-8', 'surrogateescape'))
    return path


def lists(path):
    """What smbd's own program says that [global] has."""
    values = []
    for name in ('preload modules', 'vfs objects'):
        done = subprocess.run(['testparm', '-s', '--parameter-name', name, path],
                              capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL)
        values.append(done.stdout.strip())
    return values


def there_and_back(text):
    def test(t):
        path = conf(t, text)
        before = read(path)
        must(t, ['enable'], path)
        enabled = read(path)
        preload, vfs = lists(path)
        t.equal([MODULE, 'smbguard'], [preload.split(' ')[0].strip(','),
                                       vfs.split(' ')[0].strip(',')])
        t.equal('audit', check(t, path)[1]['global']['mode'])
        old = iter(before.splitlines())
        line = next(old, None)
        for new in enabled.splitlines():
            if line is not None and (new == line or re.sub(
                    rb'(smbguard|\S+/smbguard\.so) ', b'', new) == line):
                line = next(old, None)
        t.equal(None, line, 'a line that is not there any more')
        output = run(['enable'], path)
        t.equal((0, ''), (output[0], output[2]), 'once more')
        t.contains('enabled already', output[1])
        t.equal(enabled, read(path))
        must(t, ['disable'], path)
        back = read(path)
        if 'no newline' in t.name and b'=' not in before:
            back = back.rstrip(b'\n')
        t.equal(before, back, 'there and back')
        t.equal(2, len(copies(t.directory)), 'copies')
        t.contains('not enabled', run(['disable'], path)[1])
    return test


for _name, _text in FILES.items():
    globals()['test_back_' + re.sub(r'\W+', '_', _name)] = \
        there_and_back(_text)


def global_lines(t, text):
    """What [global] gets, in front of what was there."""
    path = conf(t, '[global]\n' + text + SHARE)
    must(t, ['enable'], path)
    return [line.strip().replace(MODULE, '@') for line in
            read(path).decode().split('[team]')[0].splitlines()
            if line.strip() and not line.strip().startswith('#')][1:]


def test_what_each_role_gets(t):
    ours, audit = 'preload modules = @', 'smbguard:mode = audit'
    roles = {
        '': ['vfs objects = smbguard'],
        'server role = active directory domain controller\n':
            ['vfs objects = smbguard dfs_samba4 acl_xattr'],
        'server role = dc\nxattr_tdb:file = /x\n':
            ['vfs objects = smbguard dfs_samba4 acl_xattr xattr_tdb'],
        'server role = domain controller\nposix:eadb = /x\n':
            ['vfs objects = smbguard dfs_samba4 acl_xattr posix_eadb'],
        'security = ads\n': ['vfs objects = smbguard'],
    }
    for text, expected in t.each(list(roles.items()), 5, 'roles'):
        t.equal([ours] + expected + [audit] + text.splitlines(),
                global_lines(t, text))
        path = os.path.join(t.directory, 'smb.conf')
        must(t, ['disable'], path)
        t.equal(('[global]\n' + text + SHARE).encode(), read(path))
    for text in t.each(['vfs objects = dfs_samba4 acl_xattr\n'
                        'server role = dc\n',
                        'vfs objects = acl_xattr\nsecurity = ads\n'], 2):
        t.equal([ours, audit] + text.replace(
            '= ', '= smbguard ', 1).splitlines(), global_lines(t, text))
    output = run(['enable'], conf(t, '[global]\nsecurity = ads\n'),
                 '--dry-run')[1]
    t.contains('no acl_xattr', output)


def test_audit_mode_only_where_it_is_new(t):
    """Elsewhere it would open what is held."""
    ours = 'preload modules = ' + MODULE + '\n'
    for text in t.each(['smbguard:mode = enforce\n', ours,
                        'vfs objects = smbguard\n'], 3):
        path = conf(t, '[global]\n' + text + SHARE)
        must(t, ['enable'], path)
        t.true(b'audit' not in read(path), text)
        t.equal([MODULE, 'smbguard'], lists(path))
    path = conf(t, PLAIN + 'vfs objects = smbguard\n')
    must(t, ['enable'], path)
    t.true(b'audit' not in read(path), 'a share has it')
    path = conf(t, '[global]\nsmbguard:encryption = required\n' + SHARE)
    must(t, ['enable'], path)
    t.equal('audit', check(t, path)[1]['global']['mode'], 'new')


def test_shares_of_their_own(t):
    text = PLAIN + 'vfs objects = recycle\n[b]\npath=/b\nvfs objects = '\
        'acl_xattr\n[c]\npath=/c\ncopy = b\n'
    path = conf(t, text)
    output = must(t, ['enable'], path)
    t.contains('3 shares have "vfs objects" of their own', output)
    t.equal(1, read(path).count(b'vfs objects = smbguard'))
    output = must(t, ['enable'], path, '--shares')
    t.true('of their own' not in output, 'nothing is left to say')
    t.equal(3, read(path).count(b'vfs objects = smbguard'))
    must(t, ['disable'], path)
    t.equal(text.encode(), read(path))


def test_included_files(t):
    main = conf(t, '[global]\ninclude = %s/more.conf\n%s' % (t.directory,
                                                            SHARE))
    more = conf(t, 'vfs objects = recycle\n# end\n', 'more.conf')
    before = read(main), read(more)
    must(t, ['enable'], main)
    t.equal(b'vfs objects = smbguard recycle\n# end\n', read(more))
    t.equal([MODULE, 'smbguard recycle'],
            [value.replace(', ', ' ') for value in lists(main)])
    must(t, ['disable'], main)
    t.equal(before, (read(main), read(more)))
    t.equal(4, len(copies(t.directory)), 'copies of both')


def test_nothing_without_an_answer(t):
    path = conf(t, PLAIN)
    status, output, error = run(['enable'], path)
    t.equal(2, status)
    t.contains('+\tpreload modules = ' + MODULE, output)
    t.contains('Give --yes', error)
    t.equal((0, 0), (run(['enable'], path, '--dry-run')[0],
                     run(['enable'], path, '--dry-run', '--yes')[0]))
    for text in t.each(['n\n', '\n', 'yep\n', '\x04'], 4):
        t.equal(1, answer(['enable'], path, text)[0], text)
    t.equal((PLAIN.encode(), ['output', 'smb.conf']), (
        read(path), listing(t.directory)))
    for text in t.each(['y\n', 'YES\n'], 2):
        status, said = answer(['enable'], path, text)
        t.equal(0, status, said)
        t.contains('systemctl restart smbd', said)
        status, said = answer(['disable'], path, text)
        t.equal((0, PLAIN.encode()), (status, read(path)), said)


def test_not_with_errors_that_were_not_there(t):
    """And with those that were: they are none of its business."""
    lone = os.path.join(t.directory, 'smbguard.so')
    put(lone, read(MODULE))
    path = conf(t, PLAIN)
    status, output, error = run(['enable'], path, '--yes', '--module', lone)
    t.equal((2, PLAIN.encode()), (status, read(path)), output)
    t.contains('vfs/smbguard.so', output)
    t.contains('1 error', error)
    t.equal(2, run(['enable'], path, '--yes', '--module', '/no.so')[0])
    wrong = '[global]\nvfs objects = no_such_module\n' + SHARE
    path = conf(t, wrong)
    must(t, ['enable'], path)
    must(t, ['disable'], path)
    t.equal(wrong.encode(), read(path))


def test_what_cannot_be_read(t):
    for text in t.each(['[global\n', '[global]\n= x\n'], 2):
        path = conf(t, text)
        status, _, error = run(['enable'], path, '--yes')
        t.equal(2, status)
        t.contains('smbd cannot read this line', error)
        t.equal(text.encode(), read(path))
    for path in t.each([t.directory, t.directory + '/none', '/dev/null/x'], 3):
        t.equal(2, run(['enable'], path, '--yes')[0], path)
    os.mkfifo(os.path.join(t.directory, 'pipe'))
    t.equal(2, run(['enable'], os.path.join(t.directory, 'pipe'), '--yes')[0])


def test_a_module_that_is_not_there_any_more(t):
    text = '[global]\npreload modules = /gone/smbguard.so\n' + SHARE
    path = conf(t, text)
    status, _, error = run(['enable'], path, '--yes')
    t.equal((2, text.encode()), (status, read(path)))
    t.contains('smb.conf:2: "preload modules" lists /gone/smbguard.so', error)
    must(t, ['disable'], path)
    t.equal(('[global]\n' + SHARE).encode(), read(path))


def test_disable_without_enable(t):
    """Lines of an administrator's own; a list that others had stays."""
    cases = {
        '[global]\npreload modules = /x/smbguard.so\nvfs objects = smbguard\n'
        'smbguard:mode = audit\n': '[global]\nsmbguard:mode = audit\n',
        '[global]\nvfs objects = acl_xattr, smbguard, recycle\n':
        '[global]\nvfs objects = acl_xattr, recycle\n',
        '[global]\nvfs objects = acl_xattr "smbguard:x" smbguard\n':
        '[global]\nvfs objects = acl_xattr\n',
        '[global]\nvfs objects = smbguard smbguard \\\n acl_xattr\n':
        '[global]\nvfs objects = \\\n acl_xattr\n',
        '[global]\nvfs objects = smbguard_not acl_xattr\n': None,
        # [global] has more, which this share did not have
        '[global]\nvfs objects = recycle\n[a]\nvfs objects = smbguard\n':
        '[global]\nvfs objects = recycle\n[a]\nvfs objects = \n',
        '[global]\nvfs objects = smbguard\n[a]\nvfs objects = smbguard\n':
        '[global]\n[a]\n',
        '[global]\nvfs objects = recycle\nvfs objects = smbguard\n':
        '[global]\nvfs objects = recycle\nvfs objects = \n',
    }
    for text, expected in t.each(list(cases.items()), 8, 'cases'):
        path = conf(t, text)
        must(t, ['disable'], path)
        t.equal(expected or text, read(path).decode())


def test_a_whole_path_is_the_module_too(t):
    """smbd takes it for the same, and refuses the share when it is gone."""
    whole = os.path.join(os.path.dirname(MODULE), 'vfs/smbguard.so')
    text = '[global]\npreload modules = %s\nvfs objects = recycle %%s\n%s' % (
        MODULE, SHARE)
    path = conf(t, text % whole)
    before = read(path)
    must(t, ['enable'], path)
    t.equal(before, read(path), 'it is listed')
    for word in t.each(['', ':x'], 2, 'words'):
        path = conf(t, text % (whole + word))
        must(t, ['disable'], path)
        t.equal(('[global]\nvfs objects = recycle\n' + SHARE).encode(),
                read(path))
    other = '[global]\nvfs objects = /smbguard/a.so /x/smbguard2.so\n' + SHARE
    path = conf(t, other)
    t.contains('It is not enabled', must(t, ['disable'], path))
    t.equal(other.encode(), read(path))


def test_files_for_some_clients_alone(t):
    """Their shares would be gone with the module."""
    path = conf(t, '[global]\nvfs objects = smbguard\ninclude = /x/%m\x1b\n' +
                SHARE)
    output = must(t, ['disable'], path)
    t.contains(path + ':3 includes another file for each client,\n  /x/%m\\x1b',
               output)
    t.contains('NOT LOOKED INTO', must(t, ['disable'], path))
    t.true('NOT LOOKED' not in must(t, ['disable'], conf(t, PLAIN)), 'others')


def test_purge(t):
    text = '[global]\n\tsmbguard:mode = enforce\n# mine\n\tworkgroup = X\n'\
        '[team]\n\tpath = /srv\n\tSMBguard: Encryption = required\n'
    path = conf(t, text)
    must(t, ['enable'], path)
    output = must(t, ['disable'], path)
    t.equal(text.encode(), read(path), 'options stay')
    t.contains('--purge', output)
    must(t, ['disable'], path, '--purge')
    t.equal(b'[global]\n# mine\n\tworkgroup = X\n[team]\n\tpath = /srv\n',
            read(path))


def test_what_was_opened_for_exceptions(t):
    held = '[global]\npreload modules = %s\nvfs objects = smbguard\n'\
        'smbguard:min protocol = SMB2_02\nserver min protocol = NT1\n' % MODULE
    path = conf(t, held)
    status, output, error = run(['disable'], path)
    t.equal((2, held.encode()), (status, read(path)))
    t.contains('smb.conf:5: server min protocol = NT1', output)
    t.contains('Take these lines out first, or give --yes', error)
    said = answer(['disable'], path, 'y\n')
    t.equal((2, held.encode()), (said[0], read(path)), 'nor at a terminal')
    output = must(t, ['disable'], path)
    t.contains('server min protocol = NT1', output)
    audit = held + 'smbguard:mode = audit\n'
    path = conf(t, audit)
    t.true('WARNING' not in must(t, ['disable'], path),
           'in audit mode it was open already')


def test_hostile_text_is_shown_harmless(t):
    path = conf(t, '[global]\nserver string = \x1b[2J\u202e\n' + SHARE)
    output = must(t, ['enable'], path)
    t.true('\x1b' not in output and '\u202e' not in output, output)
    t.contains('\\x1b[2J', output)


def made_up(chance):
    """A file of odd lines, in any order, with any ends."""
    ends = chance.choice([['\n'], ['\r\n'], ['\n', '\r\n', '\n\n', ' \n']])
    lists = ['recycle', 'acl_xattr', '"a b"', 'x:y', 'streams_xattr', ',', ';',
             '\\\n', '\\ \r\n\t', '#', '"c"', 'smbguardian']
    lines = ['[global]', '[GLOBAL]', ' [team] x', '[homes]', '# c \\', ';c', '',
             '\t \t', 'workgroup = X', 'comment = a\\\nb = c', 'no equals',
             'path=/srv', 'vfs object\\\ns = recycle', '= \x01'[2:] + 'x=y',
             'smbguard:encryption = required', 'include = /none', 'copy = team']
    text = ''
    for _ in range(chance.randrange(30)):
        line = chance.choice(lines)
        if chance.random() < 0.3:
            name = chance.choice(['vfs objects', 'VFS  object', 'preload modules',
                                  'Pre load modules'])
            line = name + chance.choice([' = ', '=', '\t=\t']) + chance.choice(
                [' ', ', ']).join(chance.choices(lists, k=chance.randint(1, 5)))
        text += chance.choice(['', '\t', '   ']) + line + chance.choice(ends)
    return text


def test_made_up_files_come_back(t):
    """Byte by byte, and twice is once."""
    chance = random.Random(12)
    for _ in range(150):
        path = conf(t, made_up(chance))
        before = read(path)
        must(t, ['enable'], path, '--shares')
        t.true(read(path) != before, 'it is another')
        t.contains('enabled already', run(['enable'], path, '--shares')[1])
        must(t, ['disable'], path)
        t.equal(before, read(path))


def test_help(t):
    for name in t.each(['enable', 'disable'], 2):
        done = subprocess.run([SMBGUARD, name, '--help'], check=False,
                              capture_output=True, text=True)
        t.equal((0, ''), (done.returncode, done.stderr))
        for option in t.each(['--smb-conf', '--dry-run', '--yes'], 3):
            t.contains(option, done.stdout)
        done = subprocess.run([SMBGUARD, name, 'word'], check=False,
                              capture_output=True, text=True)
        t.equal((2, ''), (done.returncode, done.stdout))


def test_the_difference_is_one(t):
    """patch(1)'s form: what git apply takes makes the same file of it."""
    text = PLAIN + ''.join('[s%d]\npath = /srv\n%s' % (
        i, 'vfs objects = recycle\n' if i % 7 == 0 else '')
        for i in range(100))
    path = conf(t, text)
    status, output, _ = run(['enable'], path, '--dry-run', '--shares')
    t.equal(0, status)
    patch = output[output.index('---'):output.index('Nothing was')]
    patch = patch.replace(path + ' (new)', 'b/smb.conf').replace(
        path, 'a/smb.conf')
    done = subprocess.run(['git', 'apply', '--unsafe-paths', '-'], text=True,
                          input=patch.rstrip('\n') + '\n', check=False,
                          cwd=t.directory, capture_output=True)
    t.equal((0, ''), (done.returncode, done.stderr), patch)
    patched = read(path)
    put(path, text)
    must(t, ['enable'], path, '--shares')
    t.equal(read(path), patched)
    t.true(json.dumps(text) != json.dumps(patched.decode()), 'it is another')
