# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""File events, where records get lost elsewhere: a disk that fills, a process that
is killed.

What: with "audit failure = deny" nothing happens to a file that is not recorded;
without it all goes on, and what is missing is counted.  Whoever kills the
process of a client, what the client had an answer to is in the file.
"""

import contextlib
import os
import signal

import eventlog
import smb2_files as smb2
from file_events import ALL, lines, of_share, tied
from harness import DENIED
from smb2_files import Refused

DENY = {'smbguard:audit failure': 'deny'}
MANY = 2000


def small_disk(smbd, size):
    """The audit file is on a disk of its own from now on."""
    folder = os.path.dirname(smbd.audit)
    smbd.inside('mount', '-t', 'tmpfs', '-o', 'size=' + size, 'tmpfs', folder)
    smbd.audit = smbd.seen_inside(smbd.audit)


def fill(smbd):
    """The rest of that disk.  Returns the file that does."""
    path = os.path.join(os.path.dirname(smbd.audit), 'filler')
    for size in (4096, 1):
        with open(path, 'ab', 0) as f, contextlib.suppress(OSError):
            while f.write(bytes(size)):
                pass
    return path


def attempt(function, *arguments, **more):
    try:
        return 'ok', function(*arguments, **more)
    except Refused as e:
        return str(e), None


@contextlib.contextmanager
def connected(smbd):
    with smbd.impacket() as client:
        yield smb2.Files(client, client.tree('open'))


def work_until_full(files, names):
    """Opens and closes until one is refused: the names of those that were not."""
    opened = []
    for name in names:
        got, handle = attempt(files.create, name, disposition=smb2.MAKE)
        if got != 'ok':
            return opened, got
        opened.append(name)
        files.close(handle)
    return opened, 'ok'


def names_in(events):
    return [e['path'] for e in events
            if e['event'] == 'file_open' and e['outcome'] == 'allowed']


def test_deny_while_a_disk_fills(t):
    """Each file that was made is in the record, and no other was made."""
    smbd = t.smbd(options=DENY, shares={'open': ALL})
    small_disk(smbd, '768k')
    with connected(smbd) as files:
        opened, got = work_until_full(
            files, ('f%04d' % number for number in range(MANY)))
        t.equal(DENIED, got)
        t.true(len(opened) > 10, 'some before that')
        place = smbd.config.get('open', 'path')
        t.equal(sorted(opened + ['hello.txt']), sorted(os.listdir(place)))
        told = of_share(eventlog.read_events(smbd.audit))
        t.equal(opened, names_in(told))
        # Nor is anything else done.
        for name in ('hello.txt', opened[0]):
            t.equal(DENIED, attempt(files.create, name, smb2.READ_DATA)[0])
    smbd.settle()


def rename_until_full(files, handle, names):
    """The names that it got, and how the next one was refused."""
    for number, name in enumerate(names):
        got, _ = attempt(files.rename, handle, name)
        if got != 'ok':
            return names[:number], got
    return names, 'ok'


def test_deny_with_a_file_open(t):
    """It is renamed as long as there is room for a record, and again once there
    is some."""
    smbd = t.smbd(options=DENY, shares={'open': ALL})
    small_disk(smbd, '768k')
    place = smbd.config.get('open', 'path')
    with connected(smbd) as files:
        handle = files.create('a', disposition=smb2.MAKE)
        filler = fill(smbd)
        names, got = rename_until_full(
            files, handle, ['r%d' % number for number in range(MANY)])
        t.equal(DENIED, got)
        now = sorted(['hello.txt', (['a'] + names)[-1]])
        t.equal(now, sorted(os.listdir(place)))
        t.equal(DENIED, attempt(files.create, 'd', disposition=smb2.MAKE,
                                options=smb2.DIRECTORY)[0])
        t.equal(now, sorted(os.listdir(place)))
        os.unlink(filler)
        files.rename(handle, 'z')
        files.close(handle)
        t.equal(['hello.txt', 'z'], sorted(os.listdir(place)))
    events = smbd.events()
    paths = ['a'] + names + ['z']
    t.equal(['open a CREATE created'] + [
        'rename %s -> %s' % pair for pair in zip(paths, paths[1:])] +
        ['close z'], [told for told in lines(events) if DENIED not in told])
    refused = [e for e in of_share(events) if e['outcome'] == 'denied']
    lost = eventlog.select(events, event='audit_lost')
    t.equal(2, sum(e['lost'] for e in lost) + len(refused))
    for event in refused:
        t.fields(event, status=DENIED, policy__option='smbguard:audit failure',
                 policy__required='deny')


def test_without_deny_what_is_missing_is_counted(t):
    smbd = t.smbd(shares={'open': ALL})
    small_disk(smbd, '64k')
    names = ['f%04d' % number for number in range(100)]
    with connected(smbd) as files:
        t.equal((names, 'ok'), work_until_full(files, names))
    smbd.settle()
    place = smbd.config.get('open', 'path')
    t.equal(sorted(names + ['hello.txt']), sorted(os.listdir(place)))
    written = eventlog.read_events(smbd.audit)
    os.truncate(smbd.audit, 0)
    with connected(smbd):
        pass
    written += smbd.events()
    lost = eventlog.select(written, event='audit_lost')
    t.true(lost, 'some are missing')
    t.equal(2 * len(names), len(of_share(written)) +
            sum(e['lost'] for e in lost) -
            # The share_disconnect of the first client fits, or it does not.
            (2 - len(eventlog.select(written, event='share_disconnect'))))


def test_killed_under_load(t):
    """Whole lines, and every open that was answered."""
    smbd = t.smbd(shares={'open': ALL})
    for delay in (100, 300, 500):
        answered = []
        with connected(smbd) as files, contextlib.suppress(OSError):
            pid, = smbd.connections()
            for number in range(MANY):
                if number == delay:
                    # One is under way when it ends, and may be answered.
                    files.send(smb2.create('f%d-%d' % (delay, number),
                                           disposition=smb2.MAKE))
                    os.kill(pid, signal.SIGKILL)
                    if files.receive()[0][0] == 0:
                        answered.append('f%d-%d' % (delay, number))
                    break
                name = 'f%d-%d' % (delay, number)
                handle = files.create(name, disposition=smb2.MAKE)
                answered.append(name)
                files.close(handle)
        t.true(len(answered) >= delay, 'work before that')
        events = of_share(smbd.events())
        mine = [e for e in events
                if e['path'].startswith('f%d-' % delay)]
        opened, closed = names_in(mine), [
            e['path'] for e in mine if e['event'] == 'file_close']
        t.equal(answered, opened[:len(answered)])
        t.true(len(opened) <= len(answered) + 1, 'one may be unanswered')
        t.equal(answered[:delay], closed[:delay])
    t.true(of_share(smbd.events()), 'and others go on')
