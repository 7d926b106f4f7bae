# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways in which an administrator has smbd read smb.conf again.

How it fails: RuntimeError when smbd does not answer any more.
"""

import os
import signal


def smbcontrol(smbd):
    smbd.reload()


def sighup(smbd):
    """As `systemctl reload smbd` does it, and to the clients' processes."""
    smbd.config.write(smbd.conf)
    pids = [smbd.pid] + smbd.connections()
    for pid in pids:
        os.kill(pid, signal.SIGHUP)
        smbd.control(pid)
