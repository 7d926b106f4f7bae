# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a member of a domain and its controller must do alike.
"""

from domain import ANNA, DOMAIN, USER
from harness import DENIED, visit

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
