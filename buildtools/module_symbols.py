# smbguard: does smbd have what a module leaves undefined?
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check a module's symbols, in place of the linker.

What: a module must not link Samba's private libraries, so the linker cannot say
that a function is misspelt or gone; smbd would, when it refuses to load the
module.  provided() lists what smbd and its libraries define; library_with() is
the library that defines one of them; missing() compares a module with such a
list and says what only a running smbd would find out.

How it fails: missing() returns sentences; no sentence means all is well.
"""

import re
import subprocess

ENTRY = 'samba_init_module'


def libraries(program):
    """The paths of the libraries that a program is linked with."""
    return re.findall(r'(/\S+) \(0x', _output(['ldd', program]))


def provided(program):
    """Every symbol that program or a library it is linked with defines."""
    names = set()
    for path in [program] + libraries(program):
        names |= _names(path, '--defined-only')
    return names


def library_with(program, symbol):
    """The soname of the library of a program's that defines a symbol."""
    for path in libraries(program):
        if symbol in _names(path, '--defined-only'):
            name = re.search(r'\(SONAME\).*\[(.*)\]',
                             _output(['readelf', '-d', path]))
            return name[1] if name else path.rpartition('/')[2]
    raise ValueError('no library of %s has %s' % (program, symbol))


def missing(module, names):
    """What is wrong with module, whose host defines names."""
    wrong = []
    exported = _names(module, '--defined-only')
    if exported != {ENTRY}:
        wrong.append('it must export %s and nothing else, and exports: %s'
                     % (ENTRY, ' '.join(sorted(exported)) or 'nothing'))
    needed = re.findall(r'\(NEEDED\).*\[(.*)\]', _output(['readelf', '-d', module]))
    wrong += ['it names %s, and the loader would go through all libraries of '
              'smbd in each connection' % name for name in needed if 'samba' in name]
    if re.search(r'SAMBA', _output(['readelf', '-V', module])):
        wrong.append('it is linked with versions of Samba\'s private symbols, so '
                     'that each update of Samba would break it')
    own = set()
    for path in [module] + libraries(module):
        own |= _names(path, '--defined-only')
    for name in sorted(_names(module, '--undefined-only') - names - own):
        wrong.append('neither smbd nor a library has %s()' % name)
    return wrong


def _names(path, kind):
    text = _output(['nm', '-D', '-P', kind, path])
    # name[@version] type ...; A is the name of a version, w need not exist
    rows = [line.split() for line in text.splitlines()]
    return {row[0].split('@')[0] for row in rows if row[1] not in 'Aw'}


def _output(argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True, check=False).stdout
