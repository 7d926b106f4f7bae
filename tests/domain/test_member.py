# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A member of a domain that serves files, with winbind and acl_xattr.

What: who logs on, how, with which groups; what winbind refuses; NTLM denied for
the server and for a share, and who is excepted; a downgrade of the mechanism;
the report.  Each refusal stands beside the same access allowed.
"""

import harness
from domain import DOMAIN, REALM, access
from harness import DENIED, visit

OPTION = 'smbguard:ntlm'
DENY = {OPTION: 'deny'}
NAMED = DOMAIN + '\\%s'


def test_accounts_and_mechanisms(t, domain):
    smbd = domain.member(t)
    t.equal('ok', domain.krb5(smbd, 'open', 'anna').got)
    t.equal('ok', domain.ntlm(smbd, 'open', NAMED % 'anna').got)
    t.story(smbd, *visit('open') * 2)
    sids = {e['sid'] for e in t.each(smbd.events(event='session'), 2)}
    t.equal(1, len(sids))
    t.equal([('anna', DOMAIN, 'krb5'), ('anna', DOMAIN, 'NTLMSSP')],
            [access(e) for e in smbd.events(event='share_connect',
                                            share='open')])
