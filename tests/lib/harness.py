# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test gets: servers, and comparisons that explain themselves.

What: each function test_NAME(t) in tests/{smbd,tool}/test_*.py gets a Test, whose
smbd() starts servers and whose equal() and friends compare.

How: a test runs in a process of its own.  finish() stops its servers, and
fails the test if one of them crashed, or wrote an event that is not whole or
not as docs/events.schema.json has it.

How it fails: Failure, with what was expected and what came.
"""

import os
import signal
import subprocess

import eventlog
import eventschema
import processes
import smbconf
from server import PRIVATE, Smbd

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
EXAMPLES = os.path.join(ROOT, 'examples')
STAGE = os.path.join(ROOT, 'build/stage/modules')
MODULE = 'smbguard.so'

DENIED = 'NT_STATUS_ACCESS_DENIED'


class Failure(Exception):
    pass


def load_example(name, stage=STAGE, until='2099-12-31'):
    """until: the last day of its exceptions, since that in the file passes."""
    config = smbconf.Config.load(os.path.join(EXAMPLES, name), MODULESDIR=stage)
    for option, _ in list(config.sections['global'].values()):
        if option.endswith(' until'):
            config.set('global', option, until)
    return config


def make_smbd(directory, example='demo.conf', options=None, shares=None,
              stage=STAGE, preload=True, stock=False, arguments=()):
    """An Smbd that is not started yet.

    example: the file of examples/ that its configuration starts from.
    options: changes of [global], None removes an option.
    shares: {name: options}, changes of a share that is there, or a new one;
    None removes a share.
    stage: where the modules are; it may have a build of its own for a test.
    preload: whether it is listed in `preload modules`, or what is.
    stock: no module at all, the distro's smbd as it is.
    arguments: what else is on smbd's command line.
    """
    config = load_example(example, stage)
    config.relocate(directory)
    config.update('global', PRIVATE)
    if stock:
        for name in ('preload modules', 'vfs objects'):
            config.set('global', name, None)
    elif preload is not True:
        config.set('global', 'preload modules', preload or None)
    config.update('global', options or {})
    for name, changes in (shares or {}).items():
        if changes is None:
            config.sections.pop(name, None)
            continue
        if name not in config.sections:
            path = os.path.join(directory, 'srv', name.encode().hex())
            config.update(name, {'path': path, 'read only': 'no'})
        config.update(name, changes)
    if any('printable' in section for section in config.sections.values()):
        # From 4.22 on, what takes print jobs obeys; of 4.17 it does anyway.
        config.update('global', {'disable spoolss': 'no'})
    smbd = Smbd(directory, config, None if stock else stage)
    smbd.arguments = list(arguments)
    return smbd


class Test:
    def __init__(self, name, directory):
        self.name = name
        self.directory = directory
        self.servers = []

    def smbd(self, *arguments, **more):
        """Start a server, see make_smbd().  It ends with the test."""
        where = os.path.join(self.directory, str(len(self.servers)))
        os.mkdir(where)
        smbd = make_smbd(where, *arguments, **more)
        self.servers.append(smbd)
        return smbd.start()

    def run(self, *command):
        """Run a program.  Returns its exit status and all it printed."""
        done = subprocess.run(command, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, check=False,
                              stderr=subprocess.STDOUT, cwd=self.directory)
        return done.returncode, done.stdout

    def equal(self, expected, got, what=''):
        if expected != got:
            raise Failure('%sexpected %s\n     got %s' % (
                what and what + ':\n', _lines(expected), _lines(got)))

    def true(self, condition, what):
        if not condition:
            raise Failure('expected: ' + what)

    def contains(self, part, whole, what=''):
        if part not in whole:
            raise Failure('%sexpected %r in\n%s' % (what and what + ': ', part,
                                                  whole))

    def one(self, events, what='event'):
        """The only one of these."""
        if len(events) != 1:
            raise Failure('expected one %s, got %d:\n%s' % (
                what, len(events), '\n'.join(map(eventlog.brief, events))))
        return events[0]

    def each(self, items, count, what='events'):
        """These, to loop over: so many, since no loop may pass over nothing.

        items: any that have a length; a failure shows events briefly.
        """
        if len(items) != count:
            raise Failure('expected %d %s, got %d:\n%s' % (
                count, what, len(items), '\n'.join(map(_brief, items))))
        return items

    def story(self, smbd, *expected, ipc=False):
        """These events were written, in any order, and no other."""
        self.equal(sorted(expected), sorted(smbd.story(ipc)), 'events')

    def fields(self, event, /, **expected):
        """The event has these values; policy__option is policy.option."""
        got = {name: eventlog.field(event, name.replace('__', '.'))
               for name in expected}
        self.equal(expected, got, 'fields of "%s"' % event['event'])

    def finish(self):
        """Stop all servers.  Returns what is wrong with them, as texts."""
        problems = []
        for smbd in self.servers:
            smbd.stop()
            crash = smbd.crash()
            if crash:
                problems.append('smbd crashed: ' + crash)
            try:
                if smbd.audit:
                    problems += eventschema.faults(
                        eventlog.read_events(smbd.audit))
            except (eventlog.BadEvents, OSError) as e:
                problems.append('the audit file: %s' % e)
        return problems

    def background(self):
        """What a person needs who reads of a failure."""
        texts = []
        for number, smbd in enumerate(self.servers):
            texts.append('smbd %d, last lines of its log:\n%s' % (
                number, smbd.log_tail(20)))
            try:
                events = eventlog.read_events(smbd.audit or '/nonexistent')
                told = '\n'.join(map(eventlog.brief, events[-20:]))
            except (eventlog.BadEvents, OSError) as e:
                told = str(e)
            texts.append('its last events:\n' + told)
        return texts


def _brief(item):
    if isinstance(item, dict) and 'event' in item:
        return eventlog.brief(item)
    return repr(item)[:100]


def _lines(value):
    if isinstance(value, list) and len(repr(value)) > 60:
        return '[\n' + ''.join('    %r,\n' % (item,) for item in value) + ']'
    return repr(value)


def prepare_process():
    """In each process that runs tests, before the first of them."""
    processes.become_subreaper()
    os.umask(0o022)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)


def _interrupt(*_):
    """Once is enough: the clean-up must not be interrupted as well."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def visit(share, outcome='allowed'):
    """The events of a client that logs on and goes to one share."""
    events = ['negotiate allowed', 'session allowed',
              'share_connect %s %s' % (outcome, share)]
    if outcome != 'denied':
        events.append('share_disconnect allowed ' + share)
    return events


def check_lost(t, event, lost, sink='file'):
    """An audit_lost that tells of so many records."""
    t.fields(event, event='audit_lost', outcome='failed', lost=lost,
             severity='critical', policy__option='smbguard:audit',
             policy__scope='global', policy__actual=sink)
    for part in (str(lost), sink):
        t.contains(part, event['reason'])
