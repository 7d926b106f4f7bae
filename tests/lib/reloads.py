# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways in which an administrator has smbd read smb.conf again.

How it fails: TimeoutError when smbd does not say that it did.
"""

import os
import signal
import time

SIGHUP_LINE = 'Reloading services after SIGHUP'
PATIENCE = 10


def smbcontrol(smbd):
    smbd.reload()


def sighup(smbd):
    """As `systemctl reload smbd` does it, and to the clients' processes."""
    smbd.config.write(smbd.conf)
    pids = [smbd.pid] + smbd.connections()
    before = smbd.log_text().count(SIGHUP_LINE)
    for pid in pids:
        os.kill(pid, signal.SIGHUP)
    deadline = time.monotonic() + PATIENCE
    while smbd.log_text().count(SIGHUP_LINE) < before + len(pids):
        if time.monotonic() > deadline:
            raise TimeoutError('no reload after SIGHUP')
        time.sleep(0.01)
