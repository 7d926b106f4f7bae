# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbtorture, Samba's own tests, run against one share.

What: torture() runs tests by name and fails for the first that does not pass;
the names are those that a stock smbd passes.  ends() says how each test of a
suite ended, to be held against a stock smbd's.
"""

import re

import sandbox

# All dialects
BASE = ('base.negnowait', 'base.tcon', 'base.tcondev', 'base.xcopy')
# Sessions: again, once more, on a second connection
SMB2 = ('smb2.connect', 'smb2.tcon', 'smb2.read.eof', 'smb2.session.reauth1',
        'smb2.session.reconnect1', 'smb2.session.reconnect2',
        'smb2.session.bind1', 'smb2.session.bind2', 'smb2.session.two_logoff',
        'smb2.session.bind_negative_smb3to2s',
        'smb2.credits.session_setup_credits_granted')
# Up to 32 connections of one client, each passed to the first one's process
CHANNELS = ('smb2.multichannel.generic.num_channels',
            'smb2.multichannel.generic.interface_info')
ENDS = re.compile(r'^(success|failure|error|skip): (\S+)', re.M)


def torture(t, smbd, share, names):
    for name in names:
        status, output = t.run(
            'smbtorture', '--configfile=' + smbd.conf,
            '--option=client min protocol=NT1', '-p', str(smbd.port),
            '--user=alice%' + sandbox.USERS['alice'],
            '//127.0.0.1/' + share, name)
        t.equal((0, True), (status, '\nsuccess: ' in output),
                name + '\n' + output)


def ends(t, smbd, name):
    """[(how it ended, test)]"""
    _, output = t.run(
        'timeout', '60', 'smbtorture', '--configfile=' + smbd.conf,
        '-p', str(smbd.port), '--user=alice%' + sandbox.USERS['alice'],
        '//127.0.0.1/open', name)
    return ENDS.findall(output)
