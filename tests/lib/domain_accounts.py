# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts of the tests' domain, made before it starts.

What: run as a program in the controller's node, it makes the users, of whom
doris is disabled, emil expired and must has to change the password, and the
group auditors, with anna in it, and ben in a group that is in it.

How: Samba's own Python writes to the database beside nobody else.
"""

PASSWORD = 'Passw0rd.1'
USERS = ('anna', 'ben', 'clara', 'doris', 'emil', 'must')
LONG_AGO = '132223104000000000'  # 2020, in units of 100 ns since 1601


def main():
    import ldb
    from samba.auth import system_session
    from samba.param import LoadParm
    from samba.samdb import SamDB

    settings = LoadParm()
    settings.load_default()
    accounts = SamDB(url=settings.private_path('sam.ldb'), lp=settings,
                     session_info=system_session(), options=['nosync:1'])

    def change(where, name, value):
        message = ldb.Message()
        message.dn = where
        message[name] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, name)
        accounts.modify(message)

    domain = ldb.Dn(accounts, accounts.domain_dn())
    change(domain, 'pwdProperties', '0')
    change(domain, 'minPwdAge', '0')
    change(domain, 'pwdHistoryLength', '0')
    for user in USERS:
        accounts.newuser(user, PASSWORD,
                         force_password_change_at_next_login_req=user == 'must')
    for group, members in (('inner', ['ben']), ('auditors', ['inner', 'anna'])):
        accounts.newgroup(group)
        accounts.add_remove_group_members(group, members)
    accounts.disable_account('(sAMAccountName=doris)')
    found = accounts.search(expression='(sAMAccountName=emil)', attrs=[])
    change(found[0].dn, 'accountExpires', LONG_AGO)


if __name__ == '__main__':
    main()
