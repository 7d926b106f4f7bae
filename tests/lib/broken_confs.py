# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configurations that are broken in one way each, and what is found in them.

What: CASES maps a name to a Broken: lines of [global] and of the share [team]
that are added to a clean configuration, and the findings that this must lead
to, as (severity, id, section, line).

How: @STAGE@, @DIR@ and @DAYS+n@ in them stand for the modules, the test's
directory, and the day n days from today.  The line of a finding is told by the
text that stands there, so that file:line is tested as well.
"""

import dataclasses

PRELOAD = 'preload modules = @STAGE@/smbguard.so'
MEMBER = ['security = ads', 'vfs objects = smbguard acl_xattr']
CONTROLLER = ['server role = active directory domain controller']
KERBEROS = 'kerberos method = system keytab'


@dataclasses.dataclass
class Broken:
    found: list  # of (severity, id, section, the line or part of it)
    add: list = ()  # to [global]
    share: list = ()  # to [team]
    drop: str = ''  # lines of the clean one that have this are left out
    more: list = ()  # behind it all


def exception(*lines, name='scanner', until='@DAYS+100@'):
    """A whole exception, with lines changed or added."""
    options = {'hosts': '192.0.2.7', 'allow': 'unencrypted', 'until': until,
               'reason': 'old firmware'}
    for line in lines:
        key, _, value = line.partition(' = ')
        options[key] = value
    return ['smbguard:exceptions = ' + name] + [
        'smbguard:%s %s = %s' % (name, key, value)
        for key, value in options.items() if value]


CASES = {
    # names
    'misspelt_name': Broken(
        [('error', 'unknown-option', 'team', 'encrypton')],
        share=['smbguard:encrypton = required']),
    'name_far_from_all': Broken(
        [('error', 'unknown-option', 'global', 'wombat')],
        ['smbguard:wombat = yes']),
    'misspelt_prefix': Broken(
        [('error', 'misspelt-prefix', 'global', 'smbgaurd')],
        ['smbgaurd:mode = audit']),
    'prefix_without_colon': Broken(
        [('error', 'misspelt-prefix', 'global', 'smbguard mode')],
        ['smbguard mode = audit']),
    'line_without_equals': Broken(
        [('warning', 'line-ignored', None, 'smbguard:mode audit')],
        ['smbguard:mode audit']),
    'set_twice': Broken(
        [('note', 'set-twice', 'global', 'smbguard:guest = allow')],
        ['smbguard:guest = allow', 'smbguard:guest = deny']),
    'set_twice_the_later_one_weaker': Broken(
        [('warning', 'set-twice', 'global', 'smbguard:guest = deny')],
        ['smbguard:guest = deny', 'smbguard:guest = allow']),
    'section_twice_the_later_one_weaker': Broken(
        [('warning', 'set-twice', 'team', 'ntlm = deny')],
        share=['smbguard:ntlm = deny'],
        more=['[other]', 'path = @DIR@', '[Team]', 'smbguard:ntlm = allow']),
    'more_ciphers_the_second_time': Broken(
        [('warning', 'set-twice', 'global', 'gorithms = AES-256-GCM')],
        ['smbguard:encryption algorithms = AES-256-GCM',
         'smbguard:encryption algorithms = AES-128-GCM AES-256-GCM']),
    'audit_behind_enforce': Broken(
        [('warning', 'set-twice', 'global', 'mode = enforce')],
        ['smbguard:mode = enforce', 'smbguard:mode = audit']),
    'native_floor_twice': Broken(
        [('warning', 'set-twice', 'global', 'protocol = SMB3'),
         ('note', 'smb1-served', 'global', 'NT1')],
        ['server min protocol = SMB3', 'min protocol = NT1'],
        drop='smbguard:encryption'),
    'native_signing_twice': Broken(
        [('warning', 'set-twice', 'global', 'signing = mandatory')],
        ['server signing = mandatory', 'server signing = auto']),
    'list_of_modules_twice': Broken(
        [('warning', 'set-twice', 'global', 'objects = smbguard'),
         ('error', 'vfs-missing', 'global', 'recycle')],
        ['vfs objects = recycle']),
    # values and places
    'bad_value': Broken(
        [('error', 'bad-value', 'global', 'guest = maybe')],
        ['smbguard:guest = maybe']),
    'bad_value_in_a_share': Broken(
        [('error', 'bad-value', 'team', 'SMB4')],
        share=['smbguard:min protocol = SMB4']),
    'bad_list': Broken(
        [('error', 'bad-value', 'global', 'AES-512')],
        ['smbguard:encryption algorithms = AES-128-GCM AES-512-GCM']),
    'relative_audit_file': Broken(
        [('error', 'bad-value', 'global', 'audit file = a.jsonl')],
        ['smbguard:audit file = a.jsonl'], drop='audit file'),
    'refuse_without_history': Broken(
        [('error', 'bad-value', 'global', 'downgrade')],
        ['smbguard:downgrade = refuse', 'smbguard:history = no']),
    'global_option_in_a_share': Broken(
        [('error', 'misplaced-option', 'team', 'audit = file')],
        share=['smbguard:audit = file']),
    'exception_in_a_share': Broken(
        [('error', 'misplaced-option', 'team', 'scanner hosts')],
        share=['smbguard:scanner hosts = 192.0.2.7']),
    # a share that asks for less
    'loosens_encryption': Broken(
        [('warning', 'loosens', 'team', 'optional')],
        share=['smbguard:encryption = optional']),
    'loosens_floor': Broken(
        [('warning', 'loosens', 'team', 'SMB2_02')],
        ['smbguard:min protocol = SMB3_00'],
        ['smbguard:min protocol = SMB2_02']),
    'loosens_guest': Broken(
        [('warning', 'loosens', 'team', 'guest = allow')],
        ['smbguard:guest = deny'], ['smbguard:guest = allow']),
    'loosens_ntlm': Broken(
        [('warning', 'loosens', 'team', 'ntlm = allow')],
        ['smbguard:ntlm = deny'], ['smbguard:ntlm = allow']),
    'loosens_signing': Broken(
        [('warning', 'loosens', 'team', 'signing = optional')],
        ['smbguard:signing = required'], ['smbguard:signing = optional']),
    'loosens_ciphers': Broken(
        [('warning', 'loosens', 'team', 'AES-128-GCM')],
        ['smbguard:encryption algorithms = AES-256-GCM'],
        ['smbguard:encryption algorithms = AES-256-GCM AES-128-GCM']),
    'loosens_signers': Broken(
        [('warning', 'loosens', 'team', 'AES-128-CMAC')],
        ['smbguard:signing algorithms = AES-128-GMAC'],
        ['smbguard:signing algorithms = AES-128-GMAC AES-128-CMAC']),
    'audit_share': Broken(
        [('note', 'mode-of-own-options', 'team', 'audit')],
        share=['smbguard:mode = audit']),
    # exceptions
    'exception_without_date': Broken(
        [('error', 'exception-invalid', 'global', 'exceptions = scanner')],
        exception('until = ')),
    'exception_without_reason': Broken(
        [('error', 'exception-invalid', 'global', 'exceptions = scanner')],
        exception('reason = ')),
    'exception_with_bad_hosts': Broken(
        [('error', 'exception-invalid', 'global', '10.0.1.0/8')],
        exception('hosts = 10.0.1.0/8')),
    'exception_with_bad_date': Broken(
        [('error', 'exception-invalid', 'global', '2030-02-30')],
        exception('until = 2030-02-30')),
    'exception_allows_nonsense': Broken(
        [('error', 'exception-invalid', 'global', 'allow = everything')],
        exception('allow = everything')),
    'exception_expired': Broken(
        [('warning', 'exception-expired', 'global', 'until')],
        exception(until='2020-01-31')),
    'exception_ending': Broken(
        [('warning', 'exception-ending', 'global', 'until')],
        exception(until='@DAYS+20@')),
    'exception_for_what_nothing_asks': Broken(
        [('warning', 'exception-useless', 'global', 'allow = ntlm')],
        exception('allow = ntlm')),
    'exception_for_smb1_that_is_not_served': Broken(
        [('warning', 'exception-smb1', 'global', 'allow = smb1')],
        exception('allow = smb1') + ['smbguard:min protocol = SMB2_02']),
    'exception_for_smb1_below_a_native_floor': Broken(
        [('warning', 'exception-smb1', 'global', 'allow = smb1')],
        exception('allow = smb1') + ['smbguard:min protocol = SMB2_10',
                                     'server min protocol = SMB2']),
    'exception_for_no_share': Broken(
        [('warning', 'exception-share', 'global', 'shares = teem'),
         ('warning', 'exception-useless', 'global', 'allow = ntlm')],
        exception('shares = teem', 'allow = ntlm'),
        ['smbguard:ntlm = deny']),
    'exception_for_a_bare_name_on_a_member': Broken(
        [('warning', 'exception-name', 'global', 'users = alice')],
        exception('users = alice') + MEMBER, drop='vfs objects'),
    'exception_for_a_slash_on_a_member': Broken(
        [('warning', 'exception-name', 'global', 'users = TEST/alice')],
        exception('users = TEST/alice') + MEMBER, drop='vfs objects'),
    'exception_for_everybody': Broken(
        [('warning', 'exception-everybody', 'global', 'hosts')],
        exception('hosts = 0.0.0.0/0')),
    'exception_for_everybody_of_ipv6': Broken(
        [('warning', 'exception-everybody', 'global', 'hosts')],
        exception('hosts = 192.0.2.7 ::/0')),
    'exception_for_two_halves': Broken(
        [('warning', 'exception-everybody', 'global', 'hosts')],
        exception('hosts = 0.0.0.0/1 128.0.0.0/1')),
    'exception_for_all_in_use_of_ipv6': Broken(
        [('warning', 'exception-everybody', 'global', 'hosts')],
        exception('hosts = 2000::/3')),
    'exception_for_a_group_of_all': Broken(
        [('warning', 'exception-everybody', 'global', 'groups')],
        exception('hosts = ', 'groups = TEST\\Domain Users, TEST\\Everyone')
        + MEMBER, drop='vfs objects'),
    'exception_for_years': Broken(
        [('warning', 'exception-long', 'global', 'until')],
        exception(until='@DAYS+1000@')),
    'exception_for_no_account': Broken(
        [('warning', 'exception-nobody', 'global', 'users = no-such')],
        exception('users = no-such-account, root')),
    'exception_for_no_group': Broken(
        [('warning', 'exception-nobody', 'global', 'groups = no-such')],
        exception('groups = no-such-group, root')),
    'exception_for_a_list_of_groups': Broken(
        [('warning', 'exception-name', 'global', 'groups = @staff')],
        exception('groups = @staff')),
    'exception_for_a_sid': Broken(
        [('warning', 'exception-name', 'global', 'users = S-1-5-21-1-2-3-4')],
        exception('users = S-1-5-21-1-2-3-4')),
    'exception_not_listed': Broken(
        [('error', 'exception-unlisted', 'global', 'printer hosts')],
        exception() + ['smbguard:printer hosts = 192.0.2.9']),
    'exception_with_misspelt_key': Broken(
        [('error', 'unknown-option', 'global', 'untill'),
         ('error', 'exception-invalid', 'global', 'exceptions = scanner')],
        exception('until = ') + ['smbguard:scanner untill = @DAYS+90@']),
    # modules
    'share_with_a_list_of_its_own': Broken(
        [('note', 'share-fallback', 'team', 'recycle')],
        share=['vfs objects = recycle']),
    'share_that_nothing_guards': Broken(
        [('error', 'preload-missing', 'global', None),
         ('error', 'share-unguarded', 'team', 'recycle')],
        share=['vfs objects = recycle', 'smbguard:guest = deny'],
        drop='preload'),
    'share_that_nothing_guards_nor_asks_for_anything': Broken(
        [('error', 'preload-missing', 'global', None),
         ('warning', 'share-unguarded', 'team', 'recycle')],
        ['vfs objects = smbguard'], ['vfs objects = recycle'],
        drop='smbguard'),
    'some_shares_alone': Broken(
        [('note', 'share-fallback', 'IPC$', '')],
        share=['vfs objects = smbguard'], drop='vfs objects'),
    'some_shares_alone_and_nothing_preloaded': Broken(
        [('error', 'preload-missing', 'global', None),
         ('error', 'share-unguarded', 'IPC$', 'objects = recycle')],
        ['vfs objects = recycle', 'smbguard:encryption = required',
         'smbguard:audit file = @DIR@/log/smbguard.jsonl'],
        ['vfs objects = smbguard'], drop='smbguard'),
    'module_below_the_share': Broken(
        [('note', 'share-fallback', 'team', 'objects = smbguard')],
        drop='vfs objects', more=['[global]', 'vfs objects = smbguard']),
    'printer_by_a_default': Broken(
        [('note', 'printer', 'team', 'printable')],
        ['printable = yes']),
    'printer': Broken(
        [('note', 'printer', 'team', 'printable')],
        share=['printable = yes']),
    'printer_with_options': Broken(
        [('error', 'printer', 'team', 'print ok')],
        share=['print ok = yes', 'smbguard:ntlm = deny']),
    'no_share_gate': Broken(
        [('error', 'vfs-missing', 'global', 'acl_xattr')],
        ['vfs objects = acl_xattr'], drop='vfs objects'),
    'no_preload': Broken(
        [('error', 'preload-missing', 'global', None)], drop='preload'),
    'preload_of_another_name': Broken(
        [('error', 'preload-missing', 'global', 'session.so')],
        ['preload modules = @STAGE@/smbguard/session.so'], drop='preload'),
    'preload_relative': Broken(
        [('error', 'preload-relative', 'global', 'preload')],
        ['preload modules = smbguard.so'], drop='preload'),
    'preload_not_there': Broken(
        [('error', 'preload-not-there', 'global', 'preload')],
        ['preload modules = @DIR@/other.so @DIR@/smbguard.so'],
        drop='preload'),
    'domain_controller': Broken(
        [('error', 'vfs-default-lost', 'global', 'objects = smbguard')],
        ['server role = active directory domain controller']),
    'domain_controller_with_one_of_two': Broken(
        [('error', 'vfs-default-lost', 'global', 'acl_xattr')],
        CONTROLLER + ['vfs objects = smbguard acl_xattr'], drop='vfs objects'),
    'share_of_a_domain_controller': Broken(
        [('warning', 'vfs-default-lost', 'team', 'recycle')],
        CONTROLLER + ['vfs objects = smbguard dfs_samba4 acl_xattr'],
        ['vfs objects = smbguard recycle'], drop='vfs objects'),
    'sysvol': Broken(
        [('error', 'vfs-default-lost', 'sysvol', 'objects = smbguard')],
        CONTROLLER + ['vfs objects = smbguard dfs_samba4 acl_xattr'],
        drop='vfs objects', more=['[sysvol]', 'path = @DIR@',
                                  'vfs objects = smbguard']),
    'member_that_lost_its_acls': Broken(
        [('warning', 'vfs-module-lost', 'global', 'objects = smbguard')],
        ['security = ads', 'vfs objects = acl_xattr',
         'vfs objects = smbguard'], drop='vfs objects'),
    'share_of_a_member_that_lost_its_acls': Broken(
        [('warning', 'vfs-module-lost', 'team', 'recycle')],
        MEMBER, ['vfs objects = smbguard recycle'], drop='vfs objects'),
    'share_without_acls_outside_of_a_domain': Broken(
        [('note', 'vfs-module-lost', 'team', 'recycle')],
        ['vfs objects = smbguard acl_xattr'],
        ['vfs objects = smbguard recycle'], drop='vfs objects'),
    'member_without_acls': Broken(
        [('note', 'vfs-no-acls', 'global', 'objects = smbguard')],
        ['security = ads']),
    'module_that_is_not_installed': Broken(
        [('error', 'vfs-module-missing', 'global', 'recylce')],
        ['vfs objects = smbguard recylce:first'], drop='vfs objects'),
    'module_that_is_not_installed_in_a_share': Broken(
        [('error', 'vfs-module-missing', 'team', 'nowhere')],
        share=['vfs objects = smbguard @DIR@/nowhere.so']),
    'module_that_ends_the_chain': Broken(
        [('warning', 'vfs-chain-ends', 'team', 'implemented')],
        share=['vfs objects = recycle, vfs_not_implemented:x, smbguard']),
    'nothing_of_smbguard': Broken(
        [('warning', 'not-configured', 'global', None)],
        drop='smbguard'),
    # Samba's own settings
    'native_required': Broken(
        [('warning', 'encrypt-required', 'global', 'mandatory')],
        ['server smb encrypt = mandatory']),
    'native_required_in_a_share': Broken(
        [('warning', 'encrypt-required', 'team', 'server smb encrypt')],
        share=['server smb encrypt = required']),
    'native_off': Broken(
        [('error', 'encrypt-off', 'global', 'off')],
        ['server smb encrypt = off'], ['smbguard:encryption = required'],
        drop='smbguard:encryption'),
    'smb1_by_its_old_name': Broken(
        [('note', 'smb1-served', 'global', 'LANMAN1')],
        ['min  Protocol = LANMAN1']),
    'smb1_served': Broken(
        [('note', 'smb1-served', 'global', 'NT1')],
        ['server min protocol = NT1'], drop='smbguard:encryption'),
    'smb1_served_in_audit_mode': Broken(
        [('note', 'smb1-served', 'global', 'NT1')],
        ['server min protocol = NT1', 'smbguard:min protocol = SMB2_02',
         'smbguard:mode = audit']),
    'smb1_opened_for_an_exception_in_audit_mode': Broken(
        [('warning', 'opened-in-audit', 'global', 'NT1')],
        exception('allow = smb1') + [
            'server min protocol = NT1', 'smbguard:min protocol = SMB2_02',
            'smbguard:mode = audit']),
    'smb1_not_yet_opened_in_audit_mode': Broken(
        [('note', 'exception-smb1', 'global', 'allow = smb1')],
        exception('allow = smb1') + ['smbguard:min protocol = SMB2_02',
                                     'smbguard:mode = audit']),
    'ntlmv1_opened_for_an_exception_in_audit_mode': Broken(
        [('note', 'ntlmv1', 'global', 'permitted'),
         ('warning', 'opened-in-audit', 'global', 'permitted')],
        exception('allow = ntlm') + [
            'ntlm auth = ntlmv1-permitted', 'smbguard:ntlm = deny',
            'smbguard:mode = audit']),
    'guests_made_for_an_exception_in_audit_mode': Broken(
        [('warning', 'opened-in-audit', 'global', 'bad user')],
        exception('allow = guest unencrypted') + [
            'map to guest = bad user', 'smbguard:guest = deny',
            'smbguard:mode = audit']),
    'signing_off_for_an_exception_in_audit_mode': Broken(
        [('warning', 'opened-in-audit', 'global', 'server signing')],
        exception('allow = unsigned') + [
            'server signing = disabled', 'smbguard:signing = required',
            'smbguard:mode = audit']),
    'bad_password': Broken(
        [('warning', 'guest-by-bad-password', 'global', 'Bad Password')],
        ['map to guest = Bad Password'], drop='smbguard:encryption'),
    'native_floor_above': Broken(
        [('note', 'native-floor-above', 'global', 'SMB3_11')],
        ['server min protocol = SMB3_11', 'smbguard:min protocol = SMB3_00']),
    'ceiling_below_floor': Broken(
        [('error', 'ceiling-below', 'global', 'max protocol')],
        ['server max protocol = SMB3_00', 'smbguard:min protocol = SMB3_11']),
    'ceiling_without_encryption': Broken(
        [('error', 'ceiling-below', 'global', 'max protocol')],
        ['max protocol = SMB2']),
    'no_cipher_in_common': Broken(
        [('error', 'algorithms-disjoint', 'global', 'smbguard:enc')],
        ['smbguard:encryption algorithms = AES-256-GCM',
         'server smb3 encryption algorithms = AES-128-GCM AES-128-CCM']),
    'no_cipher_in_common_minus': Broken(
        [('error', 'algorithms-disjoint', 'global', 'smbguard:enc')],
        ['smbguard:encryption algorithms = AES-256-GCM',
         'server smb3 encryption algorithms = -AES-256-GCM']),
    'no_signing_in_common': Broken(
        [('error', 'algorithms-disjoint', 'team', 'smbguard:sign')],
        ['server smb3 signing algorithms = AES-128-CMAC',
         'smbguard:min protocol = SMB3_11'],
        ['smbguard:signing algorithms = AES-128-GMAC']),
    'share_and_global_disjoint': Broken(
        [('error', 'algorithms-disjoint', 'team', 'AES-128-GCM'),
         ('warning', 'loosens', 'team', 'AES-128-GCM')],
        ['smbguard:encryption algorithms = AES-256-GCM'],
        ['smbguard:encryption algorithms = AES-128-GCM']),
    'plaintext_passwords': Broken(
        [('warning', 'plaintext-passwords', 'global', 'encrypt passwords')],
        ['encrypt passwords = no']),
    'lanman_auth': Broken(
        [('warning', 'lanman-auth', 'global', 'lanman')],
        ['lanman auth = yes']),
    'ntlmv1': Broken(
        [('note', 'ntlmv1', 'global', 'ntlm auth')],
        ['ntlm auth = ntlmv1-permitted']),
    'raw_ntlmv2': Broken(
        [('warning', 'raw-ntlmv2', 'global', 'raw')],
        ['raw NTLMv2 auth = yes']),
    'map_to_guest': Broken(
        [('warning', 'map-to-guest', 'global', 'Bad User')],
        ['map to guest = Bad User', 'smbguard:guest = deny']),
    'guest_ok': Broken(
        [('warning', 'guest-ok', 'team', 'public')],
        share=['public = yes', 'smbguard:guest = deny']),
    'map_to_guest_without_keys': Broken(
        [('warning', 'map-to-guest', 'global', 'Bad User')],
        ['map to guest = Bad User']),
    'guest_ok_without_keys': Broken(
        [('warning', 'guest-ok', 'team', 'guest ok')],
        share=['guest ok = yes', 'smbguard:encryption = required'],
        drop='smbguard:encryption'),
    'guest_only_without_signing': Broken(
        [('warning', 'guest-ok', 'team', 'guest only')],
        ['smbguard:signing = required'], ['guest only = yes'],
        drop='smbguard:encryption'),
    'no_kerberos': Broken(
        [('warning', 'ntlm-only', 'global', 'ntlm = deny')],
        ['smbguard:ntlm = deny', 'kerberos method = secrets only'],
        drop=KERBEROS),
    'no_kerberos_for_a_share': Broken(
        [('warning', 'ntlm-only', 'team', 'ntlm = deny')],
        share=['smbguard:ntlm = deny'], drop=KERBEROS),
    'another_file': Broken(
        [('warning', 'config-file', 'global', 'config file')],
        ['config file = @DIR@/other.conf']),
    # Of newer Sambas: the lines are read, whatever this one makes of them.
    'quic': Broken(
        [('warning', 'quic', 'global', 'server smb transports')],
        ['server smb transports = tcp, quic:1443']),
    'quic_beside_the_default': Broken(
        [('warning', 'quic', 'global', 'server smb transports')],
        ['server smb transports = +quic']),
    'quic_by_the_old_name': Broken(
        [('warning', 'quic', 'global', 'smb ports')],
        ['smb ports = 445 quic']),
    'quic_for_encryption': Broken(
        [('warning', 'quic-encryption', 'global', 'over quic')],
        ['server smb encryption over quic = no']),
    'client_quic': Broken(
        [('note', 'client-quic', 'global', 'client smb transports')],
        ['client smb transports = quic, tcp']),
    'client_quic_for_encryption': Broken(
        [('note', 'client-quic-encryption', 'global', 'over quic')],
        ['client smb encryption over quic = No']),
    'restrict_anonymous': Broken(
        [('note', 'restrict-anonymous', 'global', 'restrict')],
        ['restrict anonymous = 2']),
    # Samba as a client
    'client_signing': Broken(
        [('warning', 'client-signing', 'global', 'client signing')],
        ['client signing = disabled']),
    'client_ipc_signing': Broken(
        [('warning', 'client-ipc-signing', 'global', 'client ipc')],
        ['client ipc signing = no']),
    'client_smb1': Broken(
        [('warning', 'client-min-protocol', 'global', 'client min')],
        ['client min protocol = NT1']),
    'client_encrypt': Broken(
        [('warning', 'client-encrypt', 'global', 'client smb')],
        ['client smb encrypt = off']),
    'client_plaintext': Broken(
        [('warning', 'client-plaintext', 'global', 'plaintext')],
        ['client plaintext auth = yes']),
    'client_lanman': Broken(
        [('warning', 'client-lanman', 'global', 'lanman')],
        ['client lanman auth = yes']),
    'client_ntlmv1': Broken(
        [('warning', 'client-ntlmv1', 'global', 'NTLMv2')],
        ['client NTLMv2 auth = no']),
    # where events go
    'audit_directory_missing': Broken(
        [('error', 'audit-directory', 'global', 'audit file')],
        ['smbguard:audit file = @DIR@/nowhere/a.jsonl'], drop='audit file'),
    'audit_file_is_a_directory': Broken(
        [('error', 'audit-file-kind', 'global', 'audit file')],
        ['smbguard:audit file = @DIR@/log'], drop='audit file'),
    'one_sink_that_denies': Broken(
        [('warning', 'audit-one-sink', 'global', 'audit failure')],
        ['smbguard:audit failure = deny']),
    # files
    'include_missing': Broken(
        [('warning', 'include-missing', None, 'include')],
        ['include = @DIR@/not-there.conf']),
    'include_for_each_client': Broken(
        [('note', 'include-variable', None, 'include')],
        ['include = @DIR@/%m.conf']),
    'registry_missing': Broken(
        [('warning', 'registry-missing', None, None)],
        ['include = registry']),
}
