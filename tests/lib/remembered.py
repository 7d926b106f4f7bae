# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that are remembered, and what a test asks about that.

What: visit() and log_on() are what gets remembered; the others look at what was
kept (see records) and told of it.
"""

import glob

import records
from ntlm_client import Logons
from records import ACCOUNTS, ADDRESSES

HISTORY = {'smbguard:history': 'yes'}
ADDRESS = 'address/127.0.0.1'
DAY = 86400


def visit(t, smbd, protocol='SMB3_11'):
    t.equal('ok', smbd.smbclient('open', protocol).got)
    smbd.settle()


def log_on(smbd, source, dialect='SMB2_02', user='alice'):
    """One that has smbd's process for itself, and an address of its own."""
    # From 2.1 on, the same GUID would be another channel of one client.
    with Logons(smbd.port, dialect, source) as client:
        return client.attempt(user)


def asides(smbd):
    return sorted(glob.glob(records.path_of(smbd) + '.damaged-*'))


def counts(history):
    return history.number(ADDRESSES), history.number(ACCOUNTS)


def downgrades(smbd):
    return [(e['downgrade']['was'], e['downgrade']['now'])
            for e in smbd.events(event='downgrade')]
