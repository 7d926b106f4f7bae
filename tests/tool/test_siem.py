# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard watch --format=ecs and ocsf: events in the words of others.

What: one event of each kind, hostile ones, and those of a real server, held
against what the two schemas allow; nothing of an event is lost.
"""

import copy
import json
import os
import subprocess

import eventschema
import siemschema
import tables
import tool_files
from tool_report import HOSTILE, TOOL, allowed, event, lines

FORMS = ('ecs', 'ocsf')
WHOLE = {'ecs': lambda e: e['smbguard'],
         'ocsf': lambda e: e['unmapped']['smbguard']}


def mapped(t, form, data, *arguments):
    done = subprocess.run([TOOL, 'watch', '--format=' + form, *arguments, '-'],
                          input=data, capture_output=True, check=False)
    t.equal((0, b''), (done.returncode, done.stderr))
    return done.stdout


def as_json(t, form, events, *arguments):
    return [json.loads(line) for line in
            mapped(t, form, lines(events), *arguments).splitlines()]


def check(t, form, events):
    text = mapped(t, form, lines(events))
    if eventschema.jsonschema is None:
        t.true(os.environ.get('SMBGUARD_COMMAND') != 'check',
               eventschema.MISSING)
        return
    t.equal([], siemschema.faults(form, text)[:3], form)
    t.equal(events, [WHOLE[form](json.loads(line))
                     for line in text.splitlines()], 'nothing is lost')


def test_every_kind(t):
    examples = eventschema.examples()
    t.equal(sorted(tables.events()), sorted(e['event'] for e in examples))
    for form in FORMS:
        check(t, form, examples)


def test_files(t):
    for form in FORMS:
        check(t, form, tool_files.every_kind())


def test_what_an_access_becomes(t):
    events = tool_files.every_kind()
    ecs = as_json(t, 'ecs', events)
    t.equal([['access'], ['access', 'creation'], ['access', 'change'],
             ['access'], ['access'], ['access'], ['access'], ['change'],
             ['access', 'change'], ['info'], ['change'], ['creation'],
             ['deletion'], ['creation'], ['deletion'], ['change'], ['change']],
            [e['event']['type'] for e in ecs])
    t.equal({('file',)}, {tuple(e['event']['category']) for e in ecs})
    t.equal(('a/b.txt', 'b.txt', 'file'), tuple(
        ecs[0]['file'][name] for name in ('path', 'name', 'type')))
    t.equal(('dir', 'stream', 'dir'), (
        ecs[3]['file']['type'], ecs[4]['file']['fork_name'],
        ecs[13]['file']['type']))
    # A success is no error.
    t.equal([False, True], ['error' in ecs[n] for n in (0, 5)])
    ocsf = as_json(t, 'ocsf', events)
    t.equal({1001}, {e['class_uid'] for e in ocsf})
    t.equal([14, 1, 14, 14, 14, 14, 2, 3, 3, 99, 5, 1, 4, 1, 4, 7, 6],
            [e['activity_id'] for e in ocsf])
    t.equal(('a/b.txt', 'b.txt', 1, 'a/c.txt', 'c.txt', '192.0.2.7', 'S'), (
        ocsf[10]['file']['path'], ocsf[10]['file']['name'],
        ocsf[0]['file']['type_id'], ocsf[10]['file_result']['path'],
        ocsf[10]['file_result']['name'], ocsf[10]['observables'][0]['value'],
        ocsf[10]['device']['hostname']))


def test_hostile_paths(t):
    names = (*HOSTILE, '', '.', '/', ':', 'a:', '/:/', 'a//')
    events = [tool_files.renamed(name, name, account=None, sid=None)
              for name in names]
    for form in FORMS:
        check(t, form, t.each(events, len(names)))


def test_hostile_values(t):
    events = [event(account=name, share=name, clientName=name, domain=name,
                    reason=name) for name in HOSTILE]
    events += [event(clientAddress=name) for name in ('', 'host', '::1', '1.2')]
    events += [event(event='of-a-newer-one'), event(event='auth_failed',
                                                    account=None, sid=None)]
    for form in FORMS:
        check(t, form, [e for e in events])


def test_a_wrong_one_is_noticed(t):
    """The schemas are strict enough to fail."""
    for form, change in t.each((
            ('ecs', lambda e: e['event'].update(outcome='denied')),
            ('ecs', lambda e: e['event']['type'].append('creation')),
            ('ecs', lambda e: e['source'].update(ip='host')),
            ('ecs', lambda e: e.update(new='')),
            ('ocsf', lambda e: e.update(type_uid=1)),
            ('ocsf', lambda e: e.pop('time')),
            ('ocsf', lambda e: e['src_endpoint'].update(ip='host')),
            ('ocsf', lambda e: e['metadata'].pop('product'))), 8, 'changes'):
        good = as_json(t, form, [event()])[0]
        bad = copy.deepcopy(good)
        change(bad)
        if eventschema.jsonschema is not None:
            t.equal([], siemschema.FAULTS[form](good))
            t.true(siemschema.FAULTS[form](bad), (form, bad))


def test_what_a_refusal_becomes(t):
    ecs = as_json(t, 'ecs', [event(), event(outcome='would_deny'), allowed()])
    t.equal([('failure', 'denied'), ('success', 'allowed'),
             ('success', 'allowed')],
            [(e['event']['outcome'], e['event']['type'][-1]) for e in ecs])
    t.equal(('2026-11-22T12:00:00.000000Z', 'share_connect', '1046',
             '192.0.2.7', 'alice', 'smbguard:encryption', 'secret',
             ['192.0.2.7']), (
                 ecs[0]['@timestamp'], ecs[0]['event']['action'],
                 ecs[0]['event']['code'], ecs[0]['source']['ip'],
                 ecs[0]['user']['name'], ecs[0]['rule']['name'],
                 ecs[0]['rule']['ruleset'], ecs[0]['related']['ip']))
    ocsf = as_json(t, 'ocsf', [event(), event(outcome='would_deny'), allowed()])
    t.equal([(4006, 2, 2), (4006, 3, 15), (4006, 1, 1)], [
        (e['class_uid'], e['action_id'], e['disposition_id']) for e in ocsf])
    t.equal((1795348800000, 'secret', 1, 'SMB2_10', 'alice', '192.0.2.7'), (
        ocsf[0]['time'], ocsf[0]['share'], ocsf[0]['share_type_id'],
        ocsf[0]['dialect'], ocsf[0]['actor']['user']['name'],
        ocsf[0]['src_endpoint']['ip']))


def test_filters_and_compressed_files(t):
    path = os.path.join(t.directory, 'log')
    with open(path, 'wb') as f:
        f.write(lines([event(account='a'), allowed(account='b')]))
    subprocess.run(['gzip', '-k', path], check=True)
    for name in (path, path + '.gz'):
        done = subprocess.run([TOOL, 'watch', '-f', 'ecs', '--refused', name],
                              capture_output=True, check=True)
        t.equal(['a'], [json.loads(line)['user']['name']
                        for line in done.stdout.splitlines()])


def test_a_real_server(t):
    smbd = t.smbd(options={'smbguard:min protocol': 'SMB2_10'})
    smbd.smbclient('secret', 'SMB3_11')
    smbd.smbclient('secret', 'SMB2_10')
    smbd.smbclient('open', 'NT1')
    smbd.smbclient('open', user='alice', password='wrong')
    events = smbd.events()
    t.equal({'negotiate', 'session', 'share_connect', 'share_disconnect',
             'auth_failed'}, {e['event'] for e in events})
    for form in FORMS:
        check(t, form, events)
