# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smbtorture, Samba's own tests, with smbguard between them and smbd.

What: the ways to connect, authenticate, reconnect and bind channels that
smbtorture knows, and that a stock smbd passes, pass with smbguard as well; and
every event belongs to a connection whose negotiate was recorded.
"""

from torture import BASE, CHANNELS, SMB2, torture


def check_events(t, smbd):
    events = smbd.events()
    offers = {(e['connectionId'], e['clientPort']) for e in events
              if e['event'] == 'negotiate'}
    others = {(e['connectionId'], e['clientPort']) for e in events}
    t.equal(set(), others - offers, 'connections without a negotiate event')
    t.equal(len(offers), len([e for e in events
                              if e['event'] == 'negotiate']), 'negotiates')
    connects = [e for e in events if e['event'] == 'share_connect']
    ends = [e for e in events if e['event'] == 'share_disconnect']
    t.equal(len(connects), len(ends), 'disconnects')
    t.equal([], smbd.events(outcome='denied'))


def test_without_any_option(t):
    smbd = t.smbd()
    torture(t, smbd, 'open', BASE + SMB2)
    check_events(t, smbd)


def test_on_an_encrypted_share(t):
    smbd = t.smbd()
    torture(t, smbd, 'secret', ('smb2.connect', 'smb2.read.eof'))
    check_events(t, smbd)


def test_multi_channel(t):
    smbd = t.smbd()
    torture(t, smbd, 'open', CHANNELS)
    check_events(t, smbd)
    # Several connections' sessions in one process, each under its own.
    sessions = smbd.events(event='session')
    most = max(len({e['connectionId'] for e in sessions if e['pid'] == pid})
               for pid in {e['pid'] for e in sessions})
    t.true(most > 8, 'many channels in one process, not %d' % most)
