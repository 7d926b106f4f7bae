# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbguard check: what it warns of is so, with a real smbd.

What: a module that is not installed closes its share and no other; what is opened
for an exception in audit mode is open to all, and to the one alone once the server
enforces.
"""

from check_tool import check
from harness import DENIED

EXCEPTION = {
    'smbguard:exceptions': 'old', 'smbguard:old hosts': '127.0.0.7',
    'smbguard:old allow': 'smb1', 'smbguard:old until': '2099-12-31',
    'smbguard:old reason': 'a test', 'smbguard:min protocol': 'SMB2_02',
    'smbguard:mode': 'audit'}


def ids(t, smbd):
    path = t.directory + '/checked.conf'
    smbd.config.write(path)
    return {f['id'] for f in check(t, path)[1]['findings']}


def test_a_module_that_is_not_installed_closes_the_share(t):
    smbd = t.smbd(shares={'gone': {'vfs objects': 'smbguard nowhere'}})
    t.true('vfs-module-missing' in ids(t, smbd), 'check says so')
    t.true(smbd.smbclient('gone').status != 0, 'the share is gone')
    t.equal('ok', smbd.smbclient('open').got, 'and no other')
    smbd.config.set('gone', 'vfs objects', 'smbguard recycle')
    t.true('vfs-module-missing' not in ids(t, smbd), 'nothing is missing')
    smbd.reload()
    t.equal('ok', smbd.smbclient('gone').got)


def test_what_is_opened_in_audit_mode_is_open_to_all(t):
    smbd = t.smbd(options=EXCEPTION)
    t.true('opened-in-audit' in ids(t, smbd), 'check says so')
    t.equal('ok', smbd.smbclient('open', 'NT1').got, 'not the excepted one')
    smbd.config.set('global', 'smbguard:mode', 'enforce')
    t.true('opened-in-audit' not in ids(t, smbd), 'kept from the others')
    smbd.reload()
    t.true(smbd.smbclient('open', 'NT1').got not in ('ok', DENIED),
           'at the negotiate gate')
    t.equal('ok', smbd.smbclient('open', 'SMB2_10').got)
