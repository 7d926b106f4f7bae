# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's steps on a member of a domain, from nothing to enforcing and back.

What: check is clean at each step; no share is lost, nothing is opened, access
lists of acl_xattr stay, and only who was to be refused is.
"""

import os

import smbconf
from domain import ANNA, USER
from harness import DENIED
from readme_steps import block, clean, fifth, fourth, has, third
from setup_tool import must, read

OLD, NEW = 'SMB2_10', 'SMB3_11'
LIST = 'ACL:%s:ALLOWED/0x0/FULL' % ANNA
ALL = {(share, dialect): 'ok'
       for share in ('private', 'open') for dialect in (OLD, NEW)}


def acl(domain, smbd, *words):
    return domain.client.run(
        'smbcacls', '//%s/private' % smbd.node.host, 'mine.txt',
        '--use-kerberos=off', '--user=%s%%Passw0rd.1' % ANNA, *words)


def visits(t, domain, smbd, lists):
    """What anna gets; that access lists are what they were; no SMB1."""
    got = {(share, dialect): domain.krb5(
        smbd, share, 'anna', options=['--max-protocol=' + dialect]).got
           for share, dialect in ALL}
    t.equal(lists, acl(domain, smbd, '--max-protocol=' + NEW))
    read_it = {'command': 'get mine.txt -'}
    t.contains('localhost', domain.krb5(smbd, 'private', 'anna', **read_it).output)
    t.equal(DENIED, domain.ntlm(smbd, 'private', USER % 'clara', **read_it).got)
    smb1 = ['--option=client min protocol=NT1', '--max-protocol=NT1']
    t.true(domain.ntlm(smbd, 'open', ANNA, options=smb1).got != 'ok', 'SMB1')
    smbd.settle()
    return got


def after(smbd, path, change=None):
    """Start it with what the file has, and with a change to that."""
    smbd.stop()
    smbd.config = smbconf.Config.load(path)
    if change:
        change(smbd.config)
    smbd.start()


def write_options(config):
    for section, options in block('smbguard:min protocol').items():
        config.update(section, options)


def test_the_steps(t, domain):
    smbd = domain.member(t, {'vfs objects': 'acl_xattr', 'preload modules': None},
                         {'private': {}})
    path = os.path.join(smbd.node.etc, 'smb.conf')
    t.equal('ok', domain.krb5(smbd, 'private', 'anna',
                              'put /etc/hosts mine.txt').got)
    acl(domain, smbd, '--set', LIST)
    lists = acl(domain, smbd)
    t.contains(LIST.lower(), lists.lower())
    t.equal(ALL, visits(t, domain, smbd, lists), 'before')
    smbd.stop()
    before = read(path)
    must(t, has('smbguard enable').split()[1:], path)
    for name, change, refused in (
            ('step 1', write_options, []), ('step 3', third, []),
            ('step 4', fourth, [('private', OLD)]),
            ('step 5', fifth, [('private', OLD)])):
        after(smbd, path, change)
        found = clean(t, smbd.config, name)
        t.true('vfs-no-acls' not in found, name)
        t.equal({**ALL, **{which: DENIED for which in refused}},
                visits(t, domain, smbd, lists), name)
    undo(t, domain, smbd, path, lists)
    t.equal(smbconf_options(before), smbconf_options(read(path)))


def undo(t, domain, smbd, path, lists):
    count = len(smbd.events())
    smbd.stop()
    config = smbconf.Config.load(path)
    config.set('global', 'server min protocol', None)
    config.write(path)
    must(t, has('smbguard disable').split()[1:], path, '--purge')
    after(smbd, path)
    t.equal(ALL, visits(t, domain, smbd, lists), 'and back')
    t.equal(count, len(smbd.events()), 'nothing more is recorded')


def smbconf_options(content):
    """The lines, without those that the test itself needs."""
    return sorted(line.strip() for line in content.decode().splitlines()
                  if line.strip() and 'smbguard:' not in line)
