# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine's own Samba, which no test may change.

What: folders() are those that programs of Samba write to whatever a test's
smb.conf says; shadow() makes a private copy of each, for a mount over it;
fingerprint() tells before from after.  version() is for what smbd or a client
says otherwise in another release.

How: `smbd -b` says where they are.  A copy has the files of each folder's top
(its databases) and empty folders below: nothing of a print driver's or a
domain's gigabytes is needed.

How it fails: ServerError where smbd does not say.
"""

import functools
import hashlib
import os
import re
import shutil
import stat
import subprocess

SMBD = '/usr/sbin/smbd'
NAMES = ('CONFIGFILE', 'STATEDIR', 'CACHEDIR', 'LOCKDIR', 'PIDDIR',
         'PRIVATE_DIR')
COPY_LIMIT = 64 << 20


class ServerError(Exception):
    pass


@functools.lru_cache(None)
def built_with(wanted):
    """What `smbd -b` says of MODULESDIR and the like."""
    built = subprocess.run([SMBD, '-b'], capture_output=True, text=True,
                           check=True).stdout
    for line in built.splitlines():
        name, _, value = line.strip().partition(': ')
        if name == wanted:
            return value
    raise ServerError('`smbd -b` names no ' + wanted)


@functools.lru_cache(None)
def version():
    """Of Samba, as (4, 17)."""
    said = subprocess.run([SMBD, '-V'], capture_output=True, text=True,
                          check=True).stdout
    found = re.match(r'Version (\d+)\.(\d+)', said)
    if not found:
        raise ServerError('`smbd -V` names no version: ' + said)
    return int(found[1]), int(found[2])


def folders():
    """The outermost of Samba's folders, each once."""
    paths = set()
    for name in NAMES:
        path = built_with(name)
        if name == 'CONFIGFILE':
            path = os.path.dirname(path)
        paths.add(os.path.realpath(path))
    return sorted(path for path in paths
                  if not any(path.startswith(other + '/') for other in paths))


def is_running():
    """Does the machine run a Samba, which changes its files by itself?"""
    for name in os.listdir('/proc'):
        try:
            if name.isdigit() and os.path.basename(os.readlink(
                    '/proc/%s/exe' % name)) in ('smbd', 'winbindd', 'samba'):
                return True
        except OSError:
            pass
    return False


def make_missing():
    """Make those folders that are not there.  Returns what to remove()."""
    made = []
    for path in folders():
        while not os.path.isdir(path):
            made.append(path)
            path = os.path.dirname(path)
    for path in sorted(made):
        os.mkdir(path)
    return sorted(made, reverse=True)


def remove(made):
    for path in made:
        os.rmdir(path)


def shadow(where):
    """Copies of the folders below where.  Returns [(copy, folder)]."""
    pairs = []
    for number, folder in enumerate(folders()):
        copy = os.path.join(where, str(number))
        _copy(folder, copy)
        pairs.append((copy, folder))
    return pairs


def _copy(folder, copy):
    os.makedirs(copy)
    for path, below, names in os.walk(folder):
        mine = os.path.normpath(os.path.join(
            copy, os.path.relpath(path, folder)))
        for name in below:
            os.makedirs(os.path.join(mine, name), exist_ok=True)
        for name in names if path == folder else []:
            source = os.path.join(path, name)
            found = os.lstat(source)
            if stat.S_ISREG(found.st_mode) and found.st_size < COPY_LIMIT:
                shutil.copy2(source, os.path.join(mine, name))
        _same_owner(path, mine)


def _same_owner(path, mine):
    found = os.stat(path)
    os.chown(mine, found.st_uid, found.st_gid)
    os.chmod(mine, stat.S_IMODE(found.st_mode))


def fingerprint():
    """A line for each file of those folders, its content included."""
    lines = set()
    for folder in folders():
        for path, below, names in os.walk(folder):
            for name in below + names:
                full = os.path.join(path, name)
                lines.add('%s: %s' % (full, _describe(full)))
    return lines


def _describe(path):
    try:
        found = os.lstat(path)
        text = '%o %d:%d' % (found.st_mode, found.st_uid, found.st_gid)
        if stat.S_ISREG(found.st_mode):
            with open(path, 'rb') as f:
                text += ' ' + hashlib.file_digest(f, 'sha256').hexdigest()
    except OSError as e:
        text = e.strerror
    return text
