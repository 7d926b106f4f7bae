# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""Session setups that smbd ends while their answer waits.

What: by a logoff, by another request of the same setup, by the end of their
channel.  All requests are answered, nobody is let in, a right password gets the
answer of a wrong one, and each password that was tried is in an event.
"""

import struct
import time

from harness import visit
from ntlm_client import SESSION_SETUP, Logons, status_name

LOGOFF = 2
OPTIONS = {'smbguard:history': 'no', 'smbguard:auth failure delay': '500'}
SUCCESS = 'NT_STATUS_SUCCESS'
FAILED = 'NT_STATUS_LOGON_FAILURE'
WRONG = 'NT_STATUS_WRONG_PASSWORD'
DELETED = 'NT_STATUS_USER_SESSION_DELETED'
ONCE_MORE = 'NT_STATUS_INTERNAL_ERROR'  # a setup cannot do two things at once
BOTH = (('wrong', WRONG), (None, DELETED))  # and how the event tells of it


def ready(c, user, key=None, session=0, password=None):
    """(session, token): a setup that lacks its last request, not yet sent."""
    c.key = key
    first, challenge, session = c.first_half(user, session=session)
    return session, c.second_half(first, challenge, user, password)


def answers(c, count):
    """In the order in which they came, as (command, status)."""
    got = [c.answer()[:2] for _ in range(count)]
    return [(command, status_name(status)) for command, status in got]


def told(t, smbd, status):
    """How alice's wrong password was told, and how bob's behind it."""
    failed = smbd.events(event='auth_failed')[-2:]
    t.equal([('alice', WRONG), ('bob', status)],
            [(e['account'], e['status']) for e in t.each(failed, 2)])


def test_logoff(t):
    """Of a session that is authenticated again."""
    smbd = t.smbd(options=OPTIONS)
    for password, status in BOTH:
        with Logons(smbd.port, 'SMB3_02') as c:
            mine = c.log_on('bob')
            other, wrong = ready(c, 'alice', password='wrong')
            _, last = ready(c, 'bob', session=mine, password=password)
            begin = time.monotonic()
            c.send_token(wrong, other)
            c.send_token(last, mine)
            c.request(LOGOFF, struct.pack('<HH', 4, 0), mine)
            t.equal([
                (SESSION_SETUP, FAILED), (SESSION_SETUP, DELETED),
                (LOGOFF, SUCCESS)], answers(c, 3))
            t.true(time.monotonic() - begin >= 1, 'as late as ever')
            t.equal(DELETED, c.tree_connect('open', mine))
            t.equal(SUCCESS, c.attempt('bob'))
        told(t, smbd, status)
    t.story(smbd, *['negotiate allowed', 'session allowed',
                    *['auth_failed failed'] * 2, 'session allowed'] * 2)


def test_another_request_of_the_same_setup(t):
    smbd = t.smbd(options=OPTIONS)
    for password, status in BOTH:
        with Logons(smbd.port, 'SMB3_02') as c:
            t.equal(SUCCESS, c.attempt('bob'))  # this brings the credits
            other, wrong = ready(c, 'alice', password='wrong')
            mine, last = ready(c, 'bob', password=password)
            c.send_token(wrong, other)
            c.send_token(last, mine)
            c.send_token(b'wurst', mine)
            t.equal([
                (SESSION_SETUP, FAILED), (SESSION_SETUP, DELETED),
                (SESSION_SETUP, ONCE_MORE)], answers(c, 3))
            t.equal(DELETED, c.tree_connect('open', mine))
            t.equal(SUCCESS, c.attempt('bob'))
        told(t, smbd, status)
    t.story(smbd, *['negotiate allowed', 'session allowed',
                    *['auth_failed failed'] * 2, 'session allowed'] * 2)


def test_channel_that_is_given_up(t):
    """Its other request is answered at once, and takes it off smbd's list."""
    for password, status in BOTH:
        smbd = t.smbd(options=OPTIONS)
        with smbd.impacket(smb2=True) as client:
            guid = client.connection.getSMBServer().ClientGuid.encode()
            with Logons(smbd.port, 'SMB3_00', guid=guid) as c:
                t.equal(SUCCESS, c.attempt('alice'))
                session = c.bind_to(client)
                key = c.key
                other, wrong = ready(c, 'alice', password='wrong')
                _, last = ready(c, 'bob', key, session, password)
                c.key = None
                c.send_token(wrong, other)
                c.key = key
                c.send_token(last, session)
                c.send_token(b'wurst', session)
                t.equal([
                    (SESSION_SETUP, ONCE_MORE), (SESSION_SETUP, FAILED),
                    (SESSION_SETUP, DELETED)], answers(c, 3))
            client.tree('open')
        told(t, smbd, status)
        t.story(smbd, *['negotiate allowed', 'session allowed'] * 2,
                *['auth_failed failed'] * 2, *visit('open')[2:])
