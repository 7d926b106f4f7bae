# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every value of every option that refuses, with every kind of client.

What: the table of conformance.py, in [global], in a share and in both, in
enforce and in audit mode.
"""

import conformance
from conformance import Client, GUEST, patient


@patient
def test_global_min_protocol(t):
    conformance.check_global(t, 'min protocol')


@patient
def test_global_encryption(t):
    conformance.check_global(t, 'encryption')


@patient
def test_global_encryption_algorithms(t):
    conformance.check_global(t, 'encryption algorithms')


@patient
def test_global_signing(t):
    conformance.check_global(t, 'signing')


@patient
def test_global_signing_algorithms(t):
    conformance.check_global(t, 'signing algorithms')


@patient
def test_global_guest(t):
    conformance.check_global(t, 'guest')


@patient
def test_global_ntlm(t):
    conformance.check_global(t, 'ntlm')


@patient
def test_share_min_protocol(t):
    conformance.check_shares(t, 'min protocol')


@patient
def test_share_encryption(t):
    conformance.check_shares(t, 'encryption')


@patient
def test_share_encryption_algorithms(t):
    conformance.check_shares(t, 'encryption algorithms')


@patient
def test_share_signing(t):
    conformance.check_shares(t, 'signing')


@patient
def test_share_signing_algorithms(t):
    conformance.check_shares(t, 'signing algorithms')


@patient
def test_share_guest(t):
    conformance.check_shares(t, 'guest')


@patient
def test_share_ntlm(t):
    conformance.check_shares(t, 'ntlm')


@patient
def test_modes_of_encryption(t):
    conformance.check_modes(t, 'encryption', Client('SMB3_11'),
                            Client('SMB2_10'))


@patient
def test_modes_of_guest(t):
    conformance.check_modes(t, 'guest', Client('SMB3_11'),
                            Client('SMB3_11', who=GUEST))
