# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a member of a domain and its controller must do alike.
"""

import os

import smbconf
from check_tool import check
from domain import ANNA, DOMAIN, USER
from harness import DENIED, visit
from setup_tool import must, put, read

REFUSE = {'smbguard:history': 'yes', 'smbguard:downgrade': 'refuse'}


def check_downgrade(t, domain, smbd, share):
    """NTLM after Kerberos is refused; smbd was started with REFUSE."""
    t.equal('ok', domain.krb5(smbd, share, 'anna').got)
    answer = domain.ntlm(smbd, share, ANNA)
    t.equal((DENIED, 'session setup'), (answer.got, answer.step))
    # Who never had a ticket may go on without one.
    t.equal('ok', domain.ntlm(smbd, share, USER % 'clara').got)
    t.story(smbd, *visit(share) * 2, 'negotiate allowed',
            'downgrade detected', 'session denied')
    t.fields(t.one(smbd.events(event='downgrade')), account='anna',
             domain=DOMAIN, downgrade__what='mechanism',
             downgrade__was='krb5', downgrade__now='NTLMSSP',
             downgrade__side='client')


def enable_and_disable(t, smbd, objects, look):
    """smbguard enable, `look`, smbguard disable: the same file is back.

    objects: what "vfs objects" is to become.  smbd serves with that, and then
    as before.
    """
    path = os.path.join(smbd.node.etc, 'smb.conf')
    before = read(path)
    smbd.stop()
    must(t, ['enable'], path)
    enabled = read(path)
    smbd.config = smbconf.Config.load(path)
    t.equal(objects, smbd.config.get('global', 'vfs objects'))
    t.equal('audit', smbd.config.get('global', 'smbguard:mode'))
    t.equal([], [f['id'] for f in check(t, path)[1]['findings']
                 if f['id'].startswith('vfs-') or f['severity'] == 'error'])
    smbd.start()
    look()
    t.true(smbd.events(event='share_connect', outcome='allowed'),
           'it is recorded')
    t.equal([], smbd.events(outcome='denied'), 'nobody is refused')
    smbd.stop()
    put(path, enabled)
    must(t, ['disable'], path)
    t.equal(before, read(path))
    smbd.config = smbconf.Config.load(path)
    smbd.start()
    count = len(smbd.events())
    look()
    t.equal(count, len(smbd.events()), 'nothing more is recorded')
