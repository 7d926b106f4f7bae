# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""examples/prometheus, grafana and notify: alerts, a dashboard, and mail.

What: promtool checks and tries the rules, and every question of the dashboard;
the figures that they ask for are those that smbguard writes.  The scripts of
notify/ run with a command in place of mail.
"""

import datetime
import json
import os
import re
import subprocess

from check_tool import CLEAN, SHARE, write
from example_files import COMMAND, example, text
from tool_report import event, lines

PATH = {'PATH': os.path.dirname(COMMAND) + ':' + os.environ['PATH']}
RULES = 'prometheus/smbguard.rules.yml'
# Of node_exporter itself
OF_OTHERS = {'node_textfile_mtime_seconds'}
METRIC = re.compile(r'\b(smbguard_\w+|node_\w+)\b')


def known_metrics(t):
    """Those that the two services write."""
    done = subprocess.run([COMMAND, 'report', '--format=openmetrics', '-'],
                          input=lines([event()]), stdout=subprocess.PIPE,
                          check=False)
    written = done.stdout.decode() + text('prometheus/smbguard-doctor.service')
    found = set(re.findall(r'# TYPE (smbguard_\w+) gauge', written))
    t.true(len(found) > 6, found)
    return found


def questions(t):
    """The PromQL of the dashboard."""
    board = json.loads(text('grafana/smbguard.json'))
    found = [target['expr'] for panel in board['panels']
             for target in panel['targets']]
    t.true(len(found) > 7, found)
    return found


def test_rules(t):
    status, output = t.run('promtool', 'check', 'rules', example(RULES))
    t.equal(0, status, output)
    status, output = t.run('promtool', 'test', 'rules', example(
        'prometheus/smbguard.rules.test.yml'))
    t.equal(0, status, output)
    names = set(re.findall(r'alert: (\w+)', text(RULES)))
    tried = set(re.findall(r'alertname: (\w+)', text(
        'prometheus/smbguard.rules.test.yml')))
    t.equal((7, names), (len(names), tried), 'each alert is tried')


def test_a_wrong_rule_is_noticed(t):
    for name in ('smbguard.rules.yml', 'smbguard.rules.test.yml'):
        with open(os.path.join(t.directory, name), 'w', encoding='utf-8') as f:
            f.write(text('prometheus/' + name).replace(
                'smbguard_doctor == 1', 'smbguard_doctor == 3'))
    status, output = t.run('promtool', 'test', 'rules', os.path.join(
        t.directory, 'smbguard.rules.test.yml'))
    t.true(status != 0, output)


def test_metrics_are_those_of_smbguard(t):
    known = known_metrics(t) | OF_OTHERS
    rules = re.sub(r'#.*', '', text(RULES))
    asked = {name for name in METRIC.findall(rules)
             if name not in ('smbguard_report',)}
    asked |= {name for question in questions(t)
              for name in METRIC.findall(question)}
    t.true(len(asked) > 6, asked)
    t.equal(set(), asked - known, 'asked for, and not written')


def test_labels_are_those_of_smbguard(t):
    done = subprocess.run([COMMAND, 'report', '--format=openmetrics', '-'],
                          input=lines([event()]), stdout=subprocess.PIPE,
                          check=False)
    known = set(re.findall(r'[{,](\w+)="', done.stdout.decode()))
    asked = set()
    for question in questions(t) + re.findall(
            r'expr: >-\n((?: {10}.*\n)+)', text(RULES)):
        for names in re.findall(r'by \(([^)]*)\)', question):
            asked |= set(re.split(r',\s*', names))
    t.true(len(asked) > 6, asked)
    t.equal({'instance'}, asked - known)


def test_dashboard(t):
    board = json.loads(text('grafana/smbguard.json'))
    taken = set()
    for number, panel in enumerate(board['panels']):
        at = panel['gridPos']
        cells = {(x, y) for x in range(at['x'], at['x'] + at['w'])
                 for y in range(at['y'], at['y'] + at['h'])}
        t.equal(set(), cells & taken, panel['title'] + ' is on another')
        t.true(at['x'] + at['w'] <= 24, panel['title'])
        t.equal(number + 1, panel['id'])
        taken |= cells
    rules = os.path.join(t.directory, 'questions.yml')
    with open(rules, 'w', encoding='utf-8') as f:
        json.dump({'groups': [{'name': 'board', 'rules': [
            {'record': 'q%d' % n, 'expr': question.replace('$instance', '.*')}
            for n, question in enumerate(questions(t))]}]}, f)
    status, output = t.run('promtool', 'check', 'rules', rules)
    t.equal(0, status, output)


def test_figures_are_taken(t):
    """promtool's parser reads what report and doctor write."""
    smbd = t.smbd()
    smbd.smbclient('secret', 'SMB2_10')
    smbd.settle()
    command = re.search(r"ExecStart=/bin/sh -c '(.*)'",
                        text('prometheus/smbguard-doctor.service')).group(1)

    def figures():
        done = subprocess.run(
            ['/bin/sh', '-c', command.replace('%%', '%')], check=False,
            env=dict(os.environ, DIR=t.directory, CONF=smbd.conf, **PATH),
            capture_output=True)
        t.equal((0, b''), (done.returncode, done.stderr))
        with open(os.path.join(t.directory, 'smbguard_doctor.prom'),
                  encoding='utf-8') as f:
            return f.read()
    first = figures()
    t.true(first.endswith('\nsmbguard_doctor 0\n'), first)
    report = subprocess.run(
        [COMMAND, 'report', '--format=openmetrics', smbd.audit],
        stdout=subprocess.PIPE, check=False).stdout.decode()
    smbd.stop()
    t.true(figures().endswith('\nsmbguard_doctor 1\n'), 'smbd has ended')
    for whole in (first, report.replace('# EOF\n', '')):
        done = subprocess.run(['promtool', 'check', 'metrics'], input=whole,
                              text=True, capture_output=True, check=False)
        t.equal(0, done.returncode, done.stderr)


def test_critical_events_in_bunches(t):
    out = os.path.join(t.directory, 'out')
    data = lines([event(severity='critical', account='a%d' % n)
                  for n in range(150)] + [event(account='no')])
    watch = subprocess.run([COMMAND, 'watch', '--severity=critical', '-'],
                           input=data, stdout=subprocess.PIPE, check=True)
    subprocess.run(
        [example('notify/smbguard-bunch'), 'sh', '-c',
         'cat >>"$0"; echo END >>"$0"', out],
        input=watch.stdout, check=True, env=dict(os.environ, WAIT='5'))
    with open(out, encoding='utf-8') as f:
        got = f.read().splitlines()
    t.equal((102, 'END'), (len(got), got[-1]))
    t.contains('and 50 more', got[-2])
    t.equal([], [line for line in got if ' no ' in line])
    unit = text('notify/smbguard-critical.service')
    t.contains('smbguard watch --severity=critical | smbguard-bunch ', unit)


def daily(t, conf):
    """What is mailed, None if nothing is."""
    out = os.path.join(t.directory, 'mail')
    if os.path.exists(out):
        os.remove(out)
    done = subprocess.run(
        [example('notify/smbguard-daily'), 'sh', '-c', 'cat >"$0"', out],
        env=dict(os.environ, CONF=conf, **PATH), capture_output=True,
        check=False)
    t.equal((0, b''), (done.returncode, done.stderr))
    if not os.path.exists(out):
        return None
    with open(out, encoding='utf-8') as f:
        return f.read()


def test_daily_mail(t):
    smbd = t.smbd()
    t.equal(None, daily(t, smbd.conf))
    today = datetime.datetime.now(datetime.timezone.utc).date()
    for days, expected in t.each(((13, 'in 13 days'), (15, None), (0, 'today'),
                                  (-1, None)), 4, 'days'):
        smbd.config.update('global', {
            'smbguard:exceptions': 'scanner',
            'smbguard:scanner hosts': '192.0.2.7',
            'smbguard:scanner allow': 'smb1',
            'smbguard:scanner until': str(today + datetime.timedelta(days)),
            'smbguard:scanner reason': 'Replaced soon',
            'smbguard:min protocol': 'SMB3_00'})
        smbd.reload()
        mail = daily(t, smbd.conf)
        if expected is None:
            t.equal(None, mail)
        else:
            t.contains('scanner\n  until   ', mail)
            t.contains(expected, mail)
            t.contains('Replaced soon', mail)
    conf = smbd.conf
    smbd.stop()
    t.contains('WRONG: smbd is not running', daily(t, conf))


def test_daily_mail_of_a_day_that_is_none(t):
    """It hides no other exception."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    soon = today + datetime.timedelta(3)
    path = write(t, CLEAN + ['smbguard:exceptions = odd scanner'] + [
        'smbguard:%s %s' % (name, rest)
        for name, until in t.each((('odd', 'tomorrow'), ('scanner', soon)), 2)
        for rest in ('hosts = 192.0.2.7', 'allow = ntlm', 'reason = It is old',
                     'until = %s' % until)] + SHARE)
    t.contains('scanner\n  until   %s, in 3 days' % soon, daily(t, path))


def test_daily_mail_of_a_configuration_that_cannot_be_read(t):
    path = write(t, CLEAN + SHARE + ['[broken'])
    mail = daily(t, path)
    t.contains('smb.conf:13: smbd cannot read this line', mail)
