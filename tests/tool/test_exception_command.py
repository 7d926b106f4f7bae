# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard exception: listed with their use, added, taken from events, ended.

What: a refused client's event becomes an exception for that client alone, a real
smbd takes it, the next event names it and the list tells its use; what would not
hold is not written; add and end give the same bytes back.
"""

import datetime
import gzip
import json
import os
import subprocess

from check_tool import SMBGUARD
from harness import DENIED
from setup_tool import MODULE, listing, must, put, read, run

CONF = '''[global]
	preload modules = %s
	vfs objects = smbguard
	smbguard:audit file = @/audit.jsonl
	smbguard:min protocol = SMB2_02
	smbguard:ntlm = deny
	kerberos method = system keytab
[team]
	path = /srv
	smbguard:encryption = required
''' % MODULE
GOOD = ['--hosts', '192.0.2.7', '--allow', 'smb1', '--reason', 'Why']


def day(days):
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return str(today + datetime.timedelta(days))


def conf(t, more=''):
    path = os.path.join(t.directory, 'smb.conf')
    put(path, CONF.replace('@', t.directory).replace('[team]', more + '[team]'))
    return path


def listed(path, *arguments, status=0):
    done = subprocess.run([SMBGUARD, 'exception', 'list', '--smb-conf', path,
                           '--format=json', *arguments], capture_output=True,
                          check=False, stdin=subprocess.DEVNULL)
    if done.returncode != status:
        raise AssertionError((done.returncode, done.stdout, done.stderr))
    return json.loads(done.stdout)


def test_add_and_end(t):
    path = conf(t)
    before = read(path)
    output = must(t, ['exception', 'add', 'scanner'], path, *GOOD, '--until',
                  day(90))
    t.contains('smbcontrol all reload-config', output)
    must(t, ['exception', 'add', 'x-1'], path, '--hosts',
         '2001:db8::/64, 192.0.2.0/24', '--users', 'root', '--shares', 'team',
         '--allow', 'unencrypted', '--until', day(7), '--reason', 'It  is\told'
         .replace('\t', ' '))
    lines = [line.strip() for line in read(path).decode().splitlines()
             if 'smbguard:' in line]
    at = lines.index('smbguard:exceptions = scanner x-1')
    t.equal(['smbguard:scanner hosts = 192.0.2.7',
             'smbguard:scanner allow = smb1',
             'smbguard:scanner until = ' + day(90),
             'smbguard:scanner reason = Why',
             'smbguard:x-1 hosts = 2001:db8::/64, 192.0.2.0/24',
             'smbguard:x-1 users = root', 'smbguard:x-1 shares = team',
             'smbguard:x-1 allow = unencrypted', 'smbguard:x-1 until = ' + day(7),
             'smbguard:x-1 reason = It  is old'], lines[at + 1:at + 11])
    found = listed(path)['exceptions']
    t.equal([('scanner', 'holds', 90), ('x-1', 'holds', 7)],
            [(e['name'], e['state'], e['daysLeft']) for e in found])
    must(t, ['exception', 'end', 'SCANNER'], path)
    t.equal(['x-1'], [e['name'] for e in listed(path)['exceptions']])
    must(t, ['exception', 'end', 'x-1'], path)
    t.equal(before, read(path), 'there and back')


def test_what_would_not_hold_is_not_written(t):
    path = conf(t)
    before = read(path)
    until = ['--until', day(9)]
    cases = [
        ('a', GOOD, 'takes the last day'),
        ('a', GOOD[:4] + until, 'few words on why'),
        ('a', GOOD[2:] + until, 'hosts, users, groups or shares'),
        ('a', GOOD + ['--until', day(-1)], 'is over'),
        ('a', GOOD + ['--until', '2027-02-30'], 'takes the last day'),
        ('a', GOOD + ['--until', 'tomorrow'], 'takes the last day'),
        ('a', ['--allow', 'smb2'] + GOOD[:2] + GOOD[4:] + until, 'a list of'),
        ('a', ['--hosts', '192.0.2.7/24'] + GOOD[2:] + until, 'addresses'),
        ('a', GOOD + until + ['--users', 'root'], 'without users'),
        ('a', ['--shares', 'team', '--allow', 'ntlm', '--reason', 'x'] + until,
         'before a share is known'),
        ('a b', GOOD + until, 'letters, digits'),
        ('a\nb', GOOD + until, 'control character'),
        ('a]', GOOD + until, 'letters, digits'),
        ('', GOOD + until, 'letters, digits'),
        ('a', GOOD[:4] + until + ['--reason', 'x\nsmbguard:ntlm = allow'],
         '--reason has a control character'),
        ('a', GOOD[:4] + until + ['--reason', 'x\\'], 'backslash'),
        ('a', GOOD[:4] + until + ['--reason', 'x' * 5000], 'too long'),
        ('a', GOOD + ['--connection', '0x1'], 'needs --from-event'),
    ]
    for name, arguments, why in t.each(cases, 18, 'cases'):
        status, _, error = run(['exception', 'add', name], path, '--yes',
                               *arguments)
        t.equal((2, before), (status, read(path)), repr((name, arguments)))
        t.contains(why, ' '.join(error.split()))
        t.true('\x1b' not in error, error)
    t.equal(['output', 'smb.conf'], listing(t.directory))
    must(t, ['exception', 'add', 'a'], path, *GOOD, *until)
    for name in t.each(['a', 'A'], 2, 'names'):
        status, _, error = run(['exception', 'add', name], path, '--yes', *GOOD,
                               *until)
        t.equal(2, status)
        t.contains('already', error)
    status, _, error = run(['exception', 'end', 'b\x1b'], path, '--yes')
    t.equal(2, status)
    t.contains('no exception b\\x1b', error)
    for words in t.each([[], ['end'], ['add'], ['end', 'a', 'b'], ['lost']], 5):
        t.equal(2, run(['exception'] + words, path)[0], words)
    t.equal(2, run(['exception', 'add', 'b'], path, *GOOD, *until)[0],
            'nobody can be asked')
    t.equal(0, run(['exception', 'add', 'b'], path, *GOOD, *until,
                   '--dry-run')[0])


def test_options_that_stand_there(t):
    """Of one that was ended by hand: they are not taken for the new one's."""
    path = conf(t, '\tsmbguard:old hosts = 0.0.0.0/0\n')
    status, _, error = run(['exception', 'add', 'old'], path, '--yes', *GOOD,
                           '--until', day(9))
    t.equal(2, status)
    t.contains('"smbguard:old hosts" stands there already', error)
    must(t, ['exception', 'end', 'OLD'], path)
    t.equal(CONF.replace('@', t.directory).encode(), read(path))


def test_end_lets_no_earlier_list_count(t):
    """smbd takes the last list; without it, the one before would hold."""
    path = conf(t, '\tsmbguard:exceptions = everybody\n'
                '\tsmbguard:exceptions = scanner\n' + exception(
                    'everybody', day(9), hosts='0.0.0.0/0') + exception(
                        'scanner', day(9)))
    t.equal(['scanner'], [e['name'] for e in listed(path)['exceptions']])
    must(t, ['exception', 'end', 'scanner'], path)
    t.equal([], listed(path)['exceptions'])
    t.contains(b'\tsmbguard:exceptions = \n', read(path))
    must(t, ['exception', 'add', 'scanner'], path, *GOOD, '--until', day(9))
    t.equal(['scanner'], [e['name'] for e in listed(path)['exceptions']])


def used(name, when, outcome='allowed', **more):
    event = {'timestamp': when, 'type': 'smbguard',
             'version': {'major': 1, 'minor': 0}, 'event': 'share_connect',
             'outcome': outcome, 'severity': 'info', 'connectionId': '0x1',
             'clientAddress': '192.0.2.7',
             'policy': {'option': 'smbguard:encryption', 'scope': 'team',
                        'exception': name}}
    event.update(more)
    if name is None:
        del event['policy']
    return json.dumps(event) + '\n'


def exception(name, until, allow='unencrypted', hosts='192.0.2.7'):
    return ''.join('\tsmbguard:%s %s\n' % (name, rest) for rest in (
        'hosts = ' + hosts, 'allow = ' + allow, 'until = ' + until,
        'reason = Because'))


def test_list(t):
    path = conf(t, '\tsmbguard:exceptions = one two three four\n' + exception(
        'one', day(3)) + exception('two', day(-2)) + exception(
            'three', day(30), allow='nothing') + exception('four', day(0)))
    found = listed(path)
    t.equal(None, found['recordSince'])
    t.equal([('one', 'holds', 3, None), ('two', 'over', None, None),
             ('three', 'invalid', None, None), ('four', 'holds', 0, None)],
            [(e['name'], e['state'], e['daysLeft'], e['used'])
             for e in found['exceptions']])
    audit = os.path.join(t.directory, 'audit.jsonl')
    put(audit, used('one', '2026-11-20T10:00:00Z', account='alice') +
        used('ONE', '2026-11-21T10:00:00Z', account='bob\x1b', share='team') +
        used('one', '2026-11-22T10:00:00Z', outcome='denied') + 'no event\n' +
        used('gone', '2026-11-22T10:00:00Z'))
    with gzip.open(audit + '.2.gz', 'wt') as f:
        f.write(used(None, '2026-10-01T00:00:00Z') +
                used('four', '2026-10-02T00:00:00Z'))
    found = listed(path)
    t.equal('2026-10-01T00:00:00Z', found['recordSince'])
    t.equal([('one', 2, '2026-11-21T10:00:00Z'), ('two', 0, None),
             ('three', 0, None), ('four', 1, '2026-10-02T00:00:00Z')],
            [(e['name'], e['used'], e['lastUsed'])
             for e in found['exceptions']])
    t.equal(('2026-11-20T10:00:00Z', 'bob\\x1b', 'team', '192.0.2.7'), tuple(
        found['exceptions'][0][key] for key in (
            'firstUsed', 'lastAccount', 'lastShare', 'lastClient')))
    t.equal([0], [e['used'] for e in listed(path, audit + '.2.gz')['exceptions']
                  if e['name'] == 'one'], 'the files that are named')
    output = run(['exception', 'list'], path)[1]
    for text in t.each(['until   %s, in 3 days' % day(3), ', today', 'it is over',
                        'never since 2026-10-01', 'it does not hold: "smbguard',
                        'used    2 times, last 2026-11-21T10:00:00Z by bob\\x1b '
                        'from 192.0.2.7'], 6):
        t.contains(text, output)
    for days, names in t.each([('14', ['one', 'four']), ('2', ['four'])], 2):
        t.equal(names, [e['name'] for e in listed(
            path, '--ending', days, status=1)['exceptions']])
    must(t, ['exception', 'end', 'four'], path)
    t.equal([], listed(path, '--ending=2')['exceptions'])
    t.contains('No exception ends within 2 days',
               run(['exception', 'list'], path, '--ending', '2')[1])
    t.equal(2, run(['exception', 'list'], path, '/no.jsonl')[0])
    t.equal(2, run(['exception', 'list'], path + '.none')[0])
    t.contains('There are no exceptions', run(['exception', 'list'],
                                              conf(t))[1])


def test_list_reads_what_was_rotated_alone(t):
    """A copy would count twice, and a FIFO would be waited for."""
    path = conf(t, '\tsmbguard:exceptions = one\n' + exception('one', day(3)))
    audit = os.path.join(t.directory, 'audit.jsonl')
    for name in t.each(['', '.1', '-20261120', '.bak', '.1.orig', '2'], 6):
        put(audit + name, used('one', '2026-11-20T10:00:00Z'))
    t.equal([3], [e['used'] for e in listed(path)['exceptions']])
    os.mkfifo(audit + '.fifo')
    t.equal([3], [e['used'] for e in listed(path)['exceptions']])
    os.unlink(audit)
    os.mkfifo(audit)
    t.equal([2], [e['used'] for e in listed(path, status=2)['exceptions']])
    done = subprocess.run([SMBGUARD, 'report', '--smb-conf', path], check=False,
                          capture_output=True, text=True, timeout=20)
    t.equal(2, done.returncode)
    t.contains('is no regular file', done.stderr)
    t.contains('no event at all', done.stdout)


def memory(arguments):
    """What it took, in KiB; no less than this process, which it was first."""
    with open(os.devnull, 'wb') as null:
        with subprocess.Popen([SMBGUARD, *arguments], stdout=null) as process:
            usage = os.wait4(process.pid, 0)[2]
            process.returncode = 0
    return usage.ru_maxrss


def test_a_long_record_takes_no_more_memory(t):
    path = conf(t, '\tsmbguard:exceptions = one\n' + exception('one', day(3)))
    audit = os.path.join(t.directory, 'audit.jsonl')
    took = []
    for number in t.each([10, 6000], 2, 'lengths'):
        with open(audit, 'w', encoding='utf-8') as f:
            for i in range(number):
                f.write(used('one', '2026-11-20T10:00:00Z',
                             account='%d' % i + 'x' * 12000))
        took.append(memory(['exception', 'list', '--smb-conf', path]))
        t.equal([number], [e['used'] for e in listed(path)['exceptions']])
    t.true(took[1] < took[0] + 20000, '%d KiB, then %d' % tuple(took))


def connection(event):
    return ['--connection', event['connectionId']]


def add_from(t, smbd, name, event, *more):
    """What it proposes, written; {key: value} of the new exception."""
    must(t, ['exception', 'add', name], smbd.conf, '--from-event', smbd.audit,
         *connection(event), '--reason', 'Ticket 17', *more)
    [new] = [e for e in listed(smbd.conf)['exceptions'] if e['name'] == name]
    return {key: new[key] for key in ('hosts', 'users', 'groups', 'shares',
                                      'allow', 'until', 'reason')}


def test_from_an_event(t):
    smbd = t.smbd(options={'smbguard:exceptions': None, 'smbguard:mode': None},
                  shares={'private': {'smbguard:encryption': 'required'},
                          'more': {'smbguard:encryption': 'required'}})
    for user in t.each(['alice', 'bob'], 2, 'users'):
        t.equal(DENIED, smbd.smbclient('private', 'SMB2_10', user=user).got)
    smbd.settle()
    alice = t.one(smbd.events(event='share_connect', account='alice'))
    t.equal('denied', alice['outcome'])
    t.equal({'hosts': '127.0.0.1', 'users': 'alice', 'groups': None,
             'shares': 'private', 'allow': 'unencrypted', 'until': day(30),
             'reason': 'Ticket 17'}, add_from(t, smbd, 'legacy', alice))
    for pid in [smbd.pid] + smbd.connections():
        smbd.control(pid, 'reload-config')
    t.equal('ok', smbd.smbclient('private', 'SMB2_10').got, 'it is let in')
    t.equal(DENIED, smbd.smbclient('private', 'SMB2_10', user='bob').got)
    t.equal(DENIED, smbd.smbclient('more', 'SMB2_10').got, 'no other share')
    smbd.settle()
    for event, lacks in t.each(list(zip(smbd.events(
            event='share_connect', outcome='denied')[-2:],
            ['users" lacks bob', 'shares" lacks more'])), 2):
        t.contains('Exception legacy does not help: "smbguard:legacy ' + lacks,
                   event['reason'])
        t.fields(event, policy__exception=None)
    t.fields(smbd.events(event='share_connect', outcome='allowed')[-1],
             policy__exception='legacy', policy__until=day(30), share='private')
    [legacy] = listed(smbd.conf)['exceptions']
    t.equal((1, 'alice', '127.0.0.1'), (legacy['used'], legacy['lastAccount'],
                                        legacy['lastClient']))


def test_from_a_negotiate_event(t):
    smbd = t.smbd(options={'smbguard:exceptions': None, 'smbguard:mode': None,
                           'smbguard:min protocol': 'SMB3_11'},
                  shares={'private': {}})
    t.true(smbd.smbclient('private', 'SMB3_00').got != 'ok', 'refused')
    smbd.settle()
    event = t.one(smbd.events(event='negotiate', outcome='denied'))
    got = add_from(t, smbd, 'old', event, '--until', day(5), '--hosts',
                   '127.0.0.0/8')
    t.equal(('127.0.0.0/8', None, None, 'dialect', day(5)),
            tuple(got[key] for key in ('hosts', 'users', 'shares', 'allow',
                                       'until')))
    for pid in [smbd.pid] + smbd.connections():
        smbd.control(pid, 'reload-config')
    t.equal('ok', smbd.smbclient('private', 'SMB3_00').got)


def refusal(event, option, number='0x1', outcome='denied', scope='global',
            **more):
    fields = {'event': event, 'connectionId': number, 'reason': 'Refused: it.',
              'policy': {'option': option, 'scope': scope}, 'account': 'alice',
              'domain': 'DOM', 'serverName': 'SRV', 'dialect': 'SMB2_10',
              'sid': 'S-1-5-21-1-2-3-1000'}
    fields.update(more)
    return used('', '2026-11-20T10:00:00Z', outcome=outcome, **fields)


def test_from_several_refusals(t):
    path = conf(t)
    events = os.path.join(t.directory, 'events.jsonl')
    put(events, refusal('session', 'smbguard:ntlm', outcome='would_deny') +
        refusal('share_connect', 'smbguard:encryption', share='team',
                scope='team', outcome='would_deny') +
        refusal('session', 'smbguard:downgrade', number='0x2') +
        used(None, '2026-11-20T10:00:00Z') +
        refusal('negotiate', 'smbguard:min protocol', number='0x3',
                dialect='NT1') +
        refusal('share_connect', 'smbguard:encryption', number='0x4',
                share='team', scope='team', sid='S-1-5-32-546',
                account='nobody') +
        refusal('policy_error', 'preload modules', number='0x5') +
        refusal('share_connect', 'smbguard:encryption', number='0x6',
                share='a,b', scope='a,b', account='x,y') +
        ''.join(refusal('share_connect', 'smbguard:encryption', number=number,
                        share='team', scope='team', clientAddress=address)
                for number, address in (('0x7', '0.0.0.0/0'),
                                        ('0x8', '192.0.2.7 0.0.0.0/0'))) +
        ''.join(refusal('share_connect', 'smbguard:encryption', number='0xa',
                        share=share, scope=share, account=account)
                for account, share in (('alice', 'team'), ('bob', 'TEAM'),
                                       ('ALICE', 'more'))))

    def proposal(number, *more):
        status, output, error = run(
            ['exception', 'add', 'new'], path, '--dry-run', '--from-event',
            events, '--connection', number, '--reason', 'x', *more)
        return error if status else {
            line.partition('new ')[2].partition(' = ')[0]:
            line.partition(' = ')[2] for line in output.splitlines()
            if line.startswith('+\tsmbguard:new')}
    rest = {'hosts': '192.0.2.7', 'until': day(30), 'reason': 'x'}
    # Both refusals of the one, and so no share: the logon has none.
    t.equal(dict(rest, users='alice', allow='unencrypted, ntlm'),
            proposal('0x1'))
    t.equal(dict(rest, users='alice', allow='downgrade'), proposal('0X2'))
    t.equal(dict(rest, allow='smb1'), proposal('0x3'))
    t.equal(dict(rest, shares='team', allow='unencrypted'), proposal('0x4'),
            'a guest has no name')
    t.contains('no exception would have let it in', proposal('0x5'))
    t.contains('Say by --users whom', proposal('0x6'))
    t.equal(dict(rest, users='bob', shares='team', allow='unencrypted'),
            proposal('0x6', '--users', 'bob', '--shares', 'team'),
            'what cannot be told is asked for, not left out')
    t.contains('Say by --shares whom', proposal('0x6', '--users', 'bob'))
    for number in t.each(['0x7', '0x8'], 2, 'no one address'):
        t.contains('give --hosts', proposal(number))
    t.equal(dict(rest, users='alice, bob', shares='team, more',
                 allow='unencrypted'), proposal('0xa'),
            'who was refused, and nobody else')
    t.contains('no refusal of connection 0x9', proposal('0x9'))
    put(events, b''.join(
        refusal('share_connect', 'smbguard:encryption', share='team',
                scope='team', account='account-%d' % i).encode()
        for i in range(20000)))
    t.contains('there are too many. Say by --users', ' '.join(
        proposal('0x1').split()))
    put(events, refusal('session', 'smbguard:downgrade', number='0x2'))
    member = conf(t, '\tsecurity = ads\n\tvfs objects = smbguard acl_xattr\n')
    output = run(['exception', 'add', 'new'], member, '--dry-run',
                 '--from-event', events, '--connection', '0x2', '--reason',
                 'x')[1]
    t.contains('+\tsmbguard:new users = DOM\\alice', output)
    for arguments, why in t.each([([], 'give --reason'),
                                  (['--from-event', '/no'], 'cannot be read')],
                                 2):
        status, _, error = run(['exception', 'add', 'new'], path, '--yes',
                               '--from-event', events, '--connection', '0x2',
                               *arguments)
        t.equal(2, status)
        t.contains(why, error)
