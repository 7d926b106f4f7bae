# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard doctor: is the running smbd guarded?

What: the command looks at a private smbd that is well, and at others of which
one thing each is wrong: the module, its build, smb.conf, the disk.
"""

import json
import os
import shutil
import subprocess

import harness
import log_daemons
from check_tool import SMBGUARD, fake

IDS = ('running', 'module', 'config', 'event', 'last-event', 'disk')
SHARES = {'secret': {'smbguard:encryption': 'required'}}


def run(*arguments, **more):
    done = subprocess.run([SMBGUARD, 'doctor', *arguments], check=False,
                          capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, **more)
    return done.returncode, done.stdout, done.stderr


def doctor(t, smbd, *arguments, **more):
    """(exit status, what it says as JSON)"""
    code, output, error = run('--format=json', '--smb-conf=' + smbd.conf,
                              *arguments, **more)
    t.equal('', error, 'standard error')
    return code, json.loads(output)


def grades(said):
    """{id: grade}"""
    return {row['id']: row['grade'] for row in said['checks']}


def wrong(said):
    return sorted(i for i, grade in grades(said).items() if grade == 'wrong')


def got(said):
    return {row['dialect']: row['got'] for row in said['dialects']}


def copied_stage(t):
    """Modules of a test's own, which it may replace."""
    stage = os.path.join(t.directory, 'stage')
    shutil.copytree(harness.STAGE, stage)
    return stage


def replace(path, other):
    """As an installation does it: another file gets the name."""
    shutil.copy2(other, path + '.new')
    os.rename(path + '.new', path)


def test_all_is_well(t):
    smbd = t.smbd(options={'smbguard:min protocol': 'SMB2_10',
                           'smbguard:history': 'yes'}, shares=SHARES)
    code, said = doctor(t, smbd)
    t.equal((0, 'ok', smbd.pid), (code, said['answer'], said['pid']), str(said))
    for name in t.each(IDS, 6, 'answers'):
        t.equal('ok', grades(said).get(name), name)
    process = t.one(said['processes'], 'process')
    t.equal((True, 'installed', '127.0.0.1'), tuple(
        process[key] for key in ('probe', 'module', 'clientAddress')))
    t.equal({'NT1': 'refused_by_smbguard', 'SMB2_02': 'refused_by_smbguard',
             'SMB2_10': 'in', 'SMB3_00': 'in', 'SMB3_02': 'in',
             'SMB3_11': 'in'}, got(said))
    policy = {row['dialect']: row['policy'] for row in said['dialects']}
    t.equal(('refuses: smbguard:min protocol = SMB2_10',
             'lets in, but not to [secret]', 'lets in'), tuple(
                 policy[name] for name in ('SMB2_02', 'SMB2_10', 'SMB3_11')))
    # What it did is on record, and is no attempt to log on with an account.
    events = smbd.events(event='negotiate')
    t.equal(['allowed'] * 4 + ['denied'] * 2 + ['failed'],
            sorted(e['outcome'] for e in t.each(events, 7)))
    t.equal([], smbd.events(event='auth_failed'))
    t.equal([], smbd.events(event='downgrade'))


def test_text_begins_with_a_summary(t):
    smbd = t.smbd()
    code, output, error = run('--smb-conf=' + smbd.conf)
    t.equal((0, ''), (code, error))
    t.equal('smbguard doctor: OK: smbd %d is guarded, and events arrive.' %
            smbd.pid, output.splitlines()[0])
    for part in ('SMB3_11', 'let in', 'free'):
        t.contains(part, output)
    t.equal([], [line for line in output.splitlines() if len(line) > 80 and
                 '/' not in line])


def test_one_connection_and_none(t):
    smbd = t.smbd()
    code, said = doctor(t, smbd, '--no-dialects')
    t.equal((0, []), (code, said['dialects']))
    t.equal(['failed'], [e['outcome'] for e in smbd.events()])
    code, said = doctor(t, smbd, '--no-probe')
    t.equal((2, 'unknown', 1), (code, said['answer'], len(smbd.events())))
    t.equal('unknown', grades(said)['no-process'])
    with smbd.connected('open'):
        code, said = doctor(t, smbd, '--no-probe')
    t.equal((0, 'installed', False), (code, *(
        t.one(said['processes'], 'process')[key]
        for key in ('module', 'probe'))))


def test_smbd_itself_refuses(t):
    smbd = t.smbd(options={'server min protocol': 'SMB3_00'})
    code, said = doctor(t, smbd)
    t.equal((0, 'refused_by_smbd', 'in'), (
        code, got(said)['SMB2_10'], got(said)['SMB3_00']))
    row = next(r for r in said['dialects'] if r['dialect'] == 'SMB2_10')
    t.equal('refuses: smbd: server min protocol = SMB3_00', row['policy'])


def test_logon_without_an_account_is_refused(t):
    smbd = t.smbd(options={'smbguard:guest': 'deny'})
    code, said = doctor(t, smbd)
    t.equal((0, 'no_logon'), (code, got(said)['SMB3_11']))
    row = next(r for r in said['dialects'] if r['dialect'] == 'SMB3_11')
    t.equal('lets in', row['policy'])
    t.contains('smbguard:guest', row['reason'])


def test_audit_mode_lets_in(t):
    smbd = t.smbd(options={'smbguard:mode': 'audit',
                           'smbguard:min protocol': 'SMB3_00'})
    code, said = doctor(t, smbd)
    t.equal((0, 'in'), (code, got(said)['SMB2_10']))
    row = next(r for r in said['dialects'] if r['dialect'] == 'SMB2_10')
    t.equal('would refuse: smbguard:min protocol = SMB3_00', row['policy'])
    t.equal('note', grades(said)['audit-mode'])
    code, output, _ = run('--smb-conf=' + smbd.conf, '--no-dialects')
    t.equal((0, 'smbguard doctor: OK: smbd %d is guarded, in audit mode, and '
             'events arrive.' % smbd.pid), (code, output.splitlines()[0]),
            'who looks at nothing else is not told that it refuses')


def test_module_is_not_in_the_running_one(t):
    """The line of smb.conf came later, and a client was there before."""
    smbd = t.smbd(preload='')
    line = os.path.join(harness.STAGE, harness.MODULE)
    smbd.config.set('global', 'vfs objects', None)
    smbd.reload()
    with smbd.connected('open'):
        code, said = doctor(t, smbd, '--no-dialects')
        t.equal((1, True), (code, 'module-missing' in wrong(said)), str(said))
        t.equal({'none'}, {p['module'] for p in t.each(
            said['processes'], 2, 'processes')})
        t.true('event-missing' in wrong(said), 'no event')
        # Now it is there for those who come, and for nobody else.
        smbd.config.set('global', 'preload modules', line)
        smbd.config.set('global', 'vfs objects', 'smbguard')
        smbd.config.write(smbd.conf)
        code, said = doctor(t, smbd, '--no-dialects')
        t.equal((1, ['config-newer', 'module-missing']), (code, wrong(said)))
        t.equal([(False, 'none'), (True, 'installed')], sorted(
            (p['probe'], p['module']) for p in said['processes']))
    smbd.settle()
    t.equal(0, doctor(t, smbd, '--no-dialects')[0])


def test_old_build_is_still_mapped(t):
    stage = copied_stage(t)
    smbd = t.smbd(stage=stage)
    module = os.path.join(stage, harness.MODULE)
    with smbd.connected('open'):
        t.equal(0, doctor(t, smbd, '--no-dialects')[0])
        # The same build once more is no other one.
        replace(module, os.path.join(harness.STAGE, harness.MODULE))
        t.equal(0, doctor(t, smbd, '--no-dialects')[0])
        replace(module, os.path.join(
            harness.ROOT, 'build/tests/build-fault/modules/smbguard.so'))
        code, said = doctor(t, smbd, '--no-probe')
        t.equal((1, ['module-old']), (code, wrong(said)), str(said))
        t.equal('other', t.one(said['processes'], 'process')['module'])


def test_smb_conf_was_changed_since(t):
    smbd = t.smbd()
    with smbd.connected('open'):
        t.equal('ok', grades(doctor(t, smbd, '--no-probe')[1])['config'])
        later = os.stat(smbd.conf).st_mtime + 60
        os.utime(smbd.conf, (later, later))
        code, said = doctor(t, smbd, '--no-probe')
        t.equal((1, ['config-newer'], 'note'), (
            code, wrong(said), grades(said)['config-changed']))
    smbd.settle()
    code, said = doctor(t, smbd, '--no-dialects')
    t.equal('note', grades(said)['config-changed'])


def test_included_file_was_changed_since(t):
    more = os.path.join(t.directory, 'more.conf')
    with open(more, 'w', encoding='ascii') as f:
        f.write('\tsmbguard:mode = audit\n')
    smbd = t.smbd(options={'include': more})
    later = os.stat(more).st_mtime + 60
    os.utime(more, (later, later))
    _, said = doctor(t, smbd, '--no-dialects')
    row = t.one([r for r in said['checks'] if r['id'] == 'config-changed'])
    t.contains(more, row['what'])


def test_policy_and_server_agree(t):
    """Whatever is asked for, what is expected is what a dialect gets."""
    smbd = t.smbd()
    names = ('encryption', 'encryption algorithms', 'signing', 'ntlm', 'guest',
             'signing algorithms', 'min protocol', 'mode', 'exceptions')
    for options in t.each((
            {'encryption': 'required'}, {'signing': 'required'},
            {'encryption algorithms': 'AES-256-GCM'},
            {'encryption algorithms': 'AES-256-GCM, AES-256-CCM',
             'encryption': 'required', 'signing': 'required',
             'signing algorithms': 'AES-128-GMAC'},
            {'encryption algorithms': '-AES-128-CCM'},
            {'signing algorithms': 'AES-128-CMAC', 'signing': 'required'},
            {'signing algorithms': 'HMAC-SHA256'},
            {'ntlm': 'deny', 'guest': 'deny'},
            {'encryption': 'wurst'}, {'min protocol': 'SMB3_11',
                                      'exceptions': 'here'}), 10, 'policies'):
        for name in names:
            smbd.config.set('global', 'smbguard:' + name, options.get(name))
        smbd.config.update('global', {
            'smbguard:here hosts': '127.0.0.1', 'smbguard:here allow': 'smb1',
            'smbguard:here until': '2999-12-31', 'smbguard:here reason': 'x'})
        smbd.reload()
        _, said = doctor(t, smbd)
        t.equal([], [(row['dialect'], row['got'], row['policy'], row['reason'])
                     for row in t.each(said['dialects'], 6, 'dialects')
                     if row['differs']], str(options))


def test_policy_of_the_registry(t):
    smbd = t.smbd()
    smbd.config.set('global', 'include', 'registry')
    smbd.reload()
    subprocess.run(['net', '--configfile=' + smbd.conf, 'conf', 'setparm',
                    'global', 'smbguard:min protocol', 'SMB3_00'], check=True)
    code, said = doctor(t, smbd)
    t.equal((0, 'note', 'refused_by_smbguard', 'in'), (
        code, grades(said).get('config-registry'), got(said)['SMB2_10'],
        got(said)['SMB3_00']), str(said))


def test_policy_and_answer_differ(t):
    """The command is asked about another policy than the one that runs."""
    smbd = t.smbd()
    smbd.config.set('global', 'smbguard:min protocol', 'SMB3_00')
    other = os.path.join(t.directory, 'other.conf')
    smbd.config.write(other)
    code, output, _ = run('--format=json', '--smb-conf=' + other)
    said = json.loads(output)
    t.equal(1, code)
    t.equal(['differs', 'other-config'], wrong(said))
    t.equal([True] * 3 + [False] * 3,
            [row['differs'] for row in said['dialects']])


def test_disk_is_full(t):
    audit = os.path.join(t.directory, 'small')
    os.mkdir(audit)
    smbd = t.smbd(options={'smbguard:audit file': audit + '/a.jsonl'})
    t.equal(0, doctor(t, smbd, '--no-dialects')[0])
    smbd.settle()
    smbd.inside('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', audit)
    smbd.inside('sh', '-c', 'cat /dev/zero >%s/fill 2>/dev/null || true' % audit)
    code, said = doctor(t, smbd, '--no-dialects')
    t.equal((1, True), (code, 'disk-full' in wrong(said)), str(said))
    t.true('event-missing' in wrong(said), 'no event')
    smbd.settle()
    smbd.inside('umount', audit)


def test_audit_file_is_gone(t):
    smbd = t.smbd()
    with smbd.connected('open'):
        os.rename(smbd.audit, smbd.audit + '.1')
        code, said = doctor(t, smbd, '--no-probe')
        t.equal((0, 'note'), (code, grades(said)['audit-file-gone']))
    smbd.settle()
    directory = os.path.dirname(smbd.audit)
    os.rename(directory, directory + '.away')
    code, said = doctor(t, smbd, '--no-dialects')
    t.equal((1, ['audit-directory', 'event-missing']), (
        code, [i for i in wrong(said) if i != 'config-errors']), str(said))
    smbd.settle()
    os.rename(directory + '.away', directory)


def test_audit_file_is_a_pipe(t):
    """Which smbd does not write to, and the doctor does not wait for."""
    smbd = t.smbd()
    os.mkfifo(smbd.audit)
    code, said = doctor(t, smbd, '--no-dialects', timeout=60)
    t.equal((1, ['audit-file-kind', 'event-missing']), (
        code, [i for i in wrong(said) if i != 'config-errors']), str(said))
    smbd.settle()
    os.unlink(smbd.audit)


def test_sinks_of_others(t):
    """The journal and syslog, as smbd sees them; neither is read back here."""
    for sink, options in t.each((('syslog', ('--no-dialects',)),
                                 ('journal', ('--no-probe',))), 2, 'sinks'):
        smbd = t.smbd(options={'smbguard:audit': sink})
        with getattr(log_daemons, sink)(smbd) as daemon, \
                smbd.connected('open'):
            code, said = doctor(t, smbd, *options)
            t.equal((0, 'ok', sink == 'syslog'), (
                code, grades(said)['sink'], 'event-untold' in grades(said)))
            daemon.end()
            code, said = doctor(t, smbd, *options)
            t.equal((1, ['sink']), (code, wrong(said)))


def test_smbd_does_not_run(t):
    smbd = t.smbd()
    conf, pid = smbd.conf, smbd.pid
    t.equal(0, doctor(t, smbd, '--no-dialects')[0])
    smbd.stop()
    pid_file = os.path.join(smbd.directory, 'pid/smbd.pid')
    # Left over from somebody who was killed, and then another's number.
    for text in t.each((str(pid), str(os.getpid()), 'wurst', ''), 4, 'texts'):
        with open(pid_file, 'w', encoding='ascii') as f:
            f.write(text + '\n')
        code, output, error = run('--smb-conf=' + conf)
        t.equal((1, ''), (code, error), text)
        t.contains('smbguard doctor: WRONG: smbd is not running',
                   output.splitlines()[0])
    os.remove(pid_file)
    t.equal(1, run('--smb-conf=' + conf)[0])


def test_without_smbclient(t):
    smbd = t.smbd()
    env = fake(t, 'smbclient', 'sleep 60')
    env['PATH'] = os.path.dirname(SMBGUARD) + ':/nonexistent'
    code, said = doctor(t, smbd, env=env)
    t.equal((2, 'unknown'), (code, grades(said)['dialects-untold']))


def test_exit_status(t):
    smbd = t.smbd()
    for arguments, message in t.each((
            (('--smb-conf=%s.not' % smbd.conf,), 'No such file'),
            (('--smb-conf=' + smbd.conf, 'word'), 'too many'),
            (('--format=xml',), 'text or json'),
            (('--nonsense',), '--nonsense')), 4, 'cases'):
        code, output, error = run(*arguments)
        t.equal((2, ''), (code, output), str(arguments))
        t.contains(message, error)
    # The tree may lie where nobody else may look.
    copy = os.path.join(t.directory, 'smbguard')
    shutil.copy(SMBGUARD, copy)
    os.chmod(t.directory, 0o755)
    done = subprocess.run([copy, 'doctor', '--smb-conf=' + smbd.conf],
                          check=False, capture_output=True, text=True,
                          user='nobody', cwd='/')
    t.equal((2, ''), (done.returncode, done.stdout))
    t.contains('be root', done.stderr)


def test_help(t):
    code, output, _ = run('--help')
    t.equal(0, code)
    for part in ('--smb-conf', '--no-probe', '--no-dialects', 'Exit status'):
        t.contains(part, output)
