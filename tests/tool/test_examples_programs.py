# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""examples/ansible and examples/fail2ban: what the whole programs make of them.

What: Ansible plays the playbook on a copy of smb.conf; fail2ban takes the jail.
"""

import os
import shutil

import smbconf
from harness import STAGE
from example_files import COMMAND, changed, example, text


def test_fail2ban_jail(t):
    """fail2ban's own check of a copy of its configuration with ours."""
    config = os.path.join(t.directory, 'fail2ban')
    shutil.copytree('/etc/fail2ban', config, ignore=lambda where, names: [
        name for name in names if where.endswith('jail.d')])
    shutil.copy(example('fail2ban/filter.d/smbguard.conf'),
                config + '/filter.d/')
    jail = changed(text('fail2ban/jail.d/smbguard.conf'), [
        ('/var/log/samba/smbguard.jsonl', __file__)])
    for right, content in (True, jail), (False, jail.replace(
            'filter = smbguard', 'filter = nosuchfilter')):
        with open(config + '/jail.d/smbguard.conf', 'w',
                  encoding='ascii') as f:
            f.write(content)
        status, output = t.run('fail2ban-client', '-c', config, '--test')
        t.equal(right, status == 0, output)


def ansible(t, playbook, *arguments):
    return t.run(
        'env', 'HOME=' + t.directory, 'ANSIBLE_LOCAL_TEMP=' + t.directory,
        'PATH=%s:%s' % (os.path.dirname(COMMAND), os.environ['PATH']),
        'ansible-playbook', '-i', 'fileservers,', *arguments, playbook)


def test_ansible(t):
    """Played on a copy of smb.conf, and without what touches the machine."""
    name = 'ansible/smbguard.yml'
    status, output = ansible(t, example(name), '--syntax-check')
    t.equal(0, status, output)
    conf = os.path.join(t.directory, 'smb.conf')
    restarted = os.path.join(t.directory, 'restarted')
    playbook = os.path.join(t.directory, 'playbook.yml')
    with open(playbook, 'w', encoding='utf-8') as f:
        f.write(changed(text(name), [
            ('become: true', 'become: false'),
            ('ansible.builtin.apt:\n        name: smbguard\n'
             '        state: present', 'ansible.builtin.meta: noop'),
            ('/etc/samba/smb.conf', conf),
            ('/usr/lib/x86_64-linux-gnu/samba', STAGE),
            ('ansible.builtin.service:\n        name: smbd\n'
             '        state: restarted', 'ansible.builtin.file:\n'
             '        path: %s\n        state: directory' % restarted)]))

    def play(share):
        with open(conf, 'w', encoding='utf-8') as f:
            f.write('# ours\n[global]\n\tworkgroup = EXAMPLE\n[team]\n'
                    '\tpath = /srv\n' + share)
        return ansible(t, playbook, '--connection=local')

    status, output = play('')
    t.equal(0, status, output)
    t.true(os.path.isdir(restarted), 'the handler ran')
    got = dict(smbconf.Config.load(conf).sections['global'].values())
    t.equal(('audit', 'required', 'smbguard', 'EXAMPLE'), tuple(
        got[name] for name in (
            'smbguard:mode', 'smbguard:signing', 'vfs objects', 'workgroup')))
    status, output = ansible(t, playbook, '--connection=local')
    t.equal(0, status, output)
    t.contains('changed=0 ', output, 'the second time')
    # `smbguard check` has the last word.
    status, output = play('\tsmbguard:guest = never\n')
    t.true(status != 0, 'an option that is not valid')
    with open(conf, encoding='utf-8') as f:
        t.true('preload' not in f.read(), 'nothing was written')
