# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers that are measured beside each other.

What: STOCK is the distribution's smbd as it is, and AGAIN the same once more;
GUARD has smbguard and examples/demo.conf; OTHERS records the way it is done
without smbguard: vfs_full_audit for trees, smbd's own JSON log for logons.  What is
done to files is recorded by FILES, smbguard with all file events, and by
vfs_full_audit: AUDITED with all operations that are of the same kind, LEAST with
as few as tell of the same.

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
FILES, AUDITED, LEAST = 'smbguard, files', 'full_audit, files', \
    'full_audit, fewest'
OPERATIONS = ('create_file close renameat unlinkat mkdirat fset_nt_acl '
              'fset_dos_attributes')
# Records go to smbd's log, so that they have somewhere to go on each machine.
RECORD = {'vfs objects': 'full_audit',
          'full_audit:success': 'connect disconnect',
          'full_audit:failure': 'connect',
          'full_audit:syslog': 'no',
          'log level': '1 auth_json_audit:3'}


def record_files(operations):
    return {'vfs objects': 'full_audit', 'full_audit:success': operations,
            'full_audit:failure': operations, 'full_audit:syslog': 'no',
            'log level': '1'}


CHANGES = {OTHERS: RECORD,
           FILES: {'smbguard:file events': 'all'},
           AUDITED: record_files(OPERATIONS + ' openat'),
           LEAST: record_files(OPERATIONS)}
GUARDED = (GUARD, FILES)


def make(name, options=None, shares=None):
    """A server that is not started yet."""
    base = os.path.join(sandbox.run_dir(), 'bench')
    os.makedirs(base, exist_ok=True)
    directory = os.path.join(base, str(len(os.listdir(base))))
    os.mkdir(directory)
    # The tests do without a history; a server has one.
    changes = {'smbguard:history': None, **(options or {}),
               **CHANGES.get(name, {})}
    return harness.make_smbd(directory, options=changes, shares=shares,
                             stock=name not in GUARDED)


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
