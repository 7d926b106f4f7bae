# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers that are measured beside each other.

What: STOCK is the distribution's smbd as it is, and AGAIN the same once more;
GUARD has smbguard and examples/demo.conf; OTHERS records the way it is done
without smbguard: vfs_full_audit for trees, smbd's own JSON log for logons.

How: start() makes one with its files in a directory of its own.  A stock one
keeps all `smbguard:` lines of smb.conf, which nobody reads then: what smbd does
for any line, it does in both.

How it fails: server.ServerError when one does not start.
"""

import contextlib
import os

import harness
import sandbox

STOCK, AGAIN, GUARD = 'stock', 'stock again', 'smbguard'
OTHERS = 'full_audit'
# Records go to smbd's log, so that they have somewhere to go on each machine.
RECORD = {'vfs objects': 'full_audit',
          'full_audit:success': 'connect disconnect',
          'full_audit:failure': 'connect',
          'full_audit:syslog': 'no',
          'log level': '1 auth_json_audit:3'}


def make(name, options=None, shares=None):
    """A server that is not started yet."""
    base = os.path.join(sandbox.run_dir(), 'bench')
    os.makedirs(base, exist_ok=True)
    directory = os.path.join(base, str(len(os.listdir(base))))
    os.mkdir(directory)
    # The tests do without a history; a server has one.
    changes = {'smbguard:history': None, **(options or {})}
    if name == OTHERS:
        changes.update(RECORD)
    smbd = harness.make_smbd(directory, options=changes, shares=shares,
                             stock=name != GUARD)
    if name == OTHERS:
        # "stock" has taken the line away with ours.
        smbd.config.set('global', 'vfs objects', RECORD['vfs objects'])
    return smbd


@contextlib.contextmanager
def started(*names):
    """{name: server}, while the block runs."""
    servers = {}
    try:
        for name in names:
            servers[name] = make(name).start()
        yield servers
    finally:
        for smbd in servers.values():
            smbd.stop()
