# smbguard: the source of the installed Samba
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get the source package that the installed smbd was built from.

What: smbguard reads smbd's private structs, so it must be built with the
headers of exactly this smbd, with the distro's patches.  fetch() gets them
through apt, check() compares a tree with the installed smbd.  Where there is no
dpkg, smbd alone says which it is, and a tree must be given.

How: with an apt configuration of our own under .cache/, whose deb-src lines are
the system's deb lines.  apt checks signatures with the system's keys; the
system's own apt configuration and lists are not touched.  The source is
unpacked under a temporary name and renamed, so that an interrupted run leaves
nothing that looks finished.

How it fails: with SourceError, a sentence for a person.
"""

import collections
import glob
import os
import re
import shutil
import subprocess

SMBD = '/usr/sbin/smbd'

# release: 4.17.12; source: the version of the Debian source package, or what
# smbd says of itself where it is of no such package
Samba = collections.namedtuple('Samba', 'release source')


class SourceError(Exception):
    """There is no usable source; the text says why and what to do."""


def installed():
    """What is installed here, as the package and as smbd itself name it."""
    m = re.match(r'Version (\d+\.\d+\.\d+)(\S*)', _output([SMBD, '-V']))
    if not m:
        raise SourceError('`%s -V` does not name a version. Is the package '
                          'samba installed properly?' % SMBD)
    if not has_apt():
        return Samba(m[1], m[1] + m[2])
    text = _output(['dpkg-query', '-W', '-f', '${source:Version}', 'samba'])
    return Samba(m[1], text.strip())


def has_apt():
    """Is this a system of Debian's packages?"""
    return bool(shutil.which('dpkg-query') and shutil.which('apt-get'))


def check(tree, samba):
    """Raise SourceError if tree is not the source of the installed samba."""
    try:
        with open(os.path.join(tree, 'VERSION')) as f:
            text = f.read()
    except OSError:
        raise SourceError('%s is not a Samba source tree: it has no VERSION '
                          'file.' % tree) from None
    parts = [re.search(r'^SAMBA_VERSION_%s=(\d+)' % part, text, re.M)
             for part in ('MAJOR', 'MINOR', 'RELEASE')]
    found = '.'.join(m[1] if m else '?' for m in parts)
    wanted = samba.release

    # A tree of a distro says more: the patches are part of the version.
    try:
        with open(os.path.join(tree, 'debian/changelog')) as f:
            m = re.match(r'\S+ \(([^)]+)\)', f.readline())
    except OSError:
        m = None
    if m and found == wanted and has_apt():
        found, wanted = m[1], samba.source
    if found != wanted:
        raise SourceError(
            'the Samba source in %s is %s, but the installed smbd is %s.\n'
            'smbguard reads smbd\'s private structs and must be built from the '
            'same source.\n%same a tree of %s.' % (
                tree, found, wanted,
                'Leave --samba-source out to fetch the right one, or n'
                if has_apt() else 'N', wanted))


def fetch(cache, samba):
    """Return the tree of samba's source, fetched into cache if need be."""
    if not has_apt():
        raise SourceError(
            'there is no apt here to fetch the source of Samba %s with.\nName '
            'an unpacked tree of it, with the patches of this distro: '
            './waf --samba-source=DIR ...\ndocs/compatibility.md says how to '
            'get one.' % samba.source)
    tree = os.path.join(cache, 'samba-' + samba.source.split(':')[-1])
    if os.path.isdir(tree):
        return tree
    print('Fetching the source of Samba %s' % samba.source, flush=True)
    work = os.path.join(cache, 'fetch')
    shutil.rmtree(work, ignore_errors=True)
    options = _private_apt(work)
    log = os.path.join(cache, 'fetch.log')
    with open(log, 'w') as f:
        # A repository of the administrator's may have no sources: then apt
        # complains, and what counts is whether Samba's are found.
        _logged(['apt-get', '-q'] + options + ['update'], work, f)
        if not _logged(['apt-get', '-q'] + options +
                       ['source', '--download-only', 'samba=' + samba.source],
                       work, f):
            raise SourceError(
                'apt cannot fetch the source of the installed samba %s (see '
                '%s).\nIf the distro has a newer one by now, upgrade: apt-get '
                'update && apt-get install samba samba-dev\nOr name a source '
                'tree: ./waf --samba-source=DIR ...' % (samba.source, log))
        dsc = glob.glob(os.path.join(work, '*.dsc'))[0]
        # apt has checked the signatures already.
        if not _logged(['dpkg-source', '--no-check', '-x', dsc, 'tree'], work, f):
            raise SourceError('dpkg-source cannot unpack %s, see %s.' % (dsc, log))
    os.rename(os.path.join(work, 'tree'), tree)
    shutil.rmtree(work)
    return tree


def _private_apt(work):
    """Write an apt configuration under work and return apt-get's options."""
    parts = os.path.join(work, 'sources.list.d')
    for folder in (parts, os.path.join(work, 'lists/partial'),
                   os.path.join(work, 'cache/archives/partial')):
        os.makedirs(folder)
    for path in (['/etc/apt/sources.list'] +
                 sorted(glob.glob('/etc/apt/sources.list.d/*.list')) +
                 sorted(glob.glob('/etc/apt/sources.list.d/*.sources'))):
        try:
            with open(path) as f:
                text = f.read()
        except FileNotFoundError:
            continue
        convert = _deb822_sources if path.endswith('.sources') else _list_sources
        name = os.path.basename(path).replace('sources.list', 'system.list')
        with open(os.path.join(parts, name), 'w') as f:
            f.write(convert(text))
    values = {'Dir::Etc::SourceList': '/dev/null',
              'Dir::Etc::SourceParts': parts,
              'Dir::State::Lists': os.path.join(work, 'lists'),
              'Dir::Cache': os.path.join(work, 'cache'),
              'Acquire::Languages': 'none',
              'APT::Get::Only-Source': 'true',
              'APT::Sandbox::User': 'root'}
    return ['-o%s=%s' % item for item in values.items()]


def _list_sources(text):
    """One-line format: `deb [options] uri suite component...`."""
    lines = re.findall(r'^\s*deb\s+(.*)$', text, re.M)
    return ''.join('deb-src %s\n' % line for line in lines)


def _deb822_sources(text):
    """Stanzas of `Field: value`, values may go on in indented lines."""
    out = []
    text = re.sub(r'^#.*\n', '', text, flags=re.M)
    for stanza in re.split(r'\n[ \t]*\n+', text):
        types = re.search(r'^Types:(.*)$', stanza, re.M | re.I)
        off = re.search(r'^Enabled:\s*(no|false|0|off)\b', stanza, re.M | re.I)
        if types and not off and 'deb' in types[1].split():
            out.append(stanza.replace(types[0], 'Types: deb-src').strip() + '\n')
    return '\n'.join(out)


def _logged(argv, cwd, log):
    return subprocess.run(argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=log,
                          stderr=log, check=False).returncode == 0


def _output(argv):
    try:
        return subprocess.run(argv, stdout=subprocess.PIPE, text=True,
                              check=True).stdout
    except (OSError, subprocess.CalledProcessError) as e:
        raise SourceError('`%s` failed: %s' % (' '.join(argv), e)) from None
