# smbguard: does smbd have what a module leaves undefined?
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check a module's symbols, in place of the linker.

What: a module must not link Samba's private libraries, so the linker cannot say
that a function is misspelt or gone; smbd would, when it refuses to load the
module.  provided() lists what smbd and its libraries define, public() what of
that is from libraries that keep what they have; library_with() is the library
that defines one of them; wrong() compares a module with such lists and says what
only a running smbd would find out.

How it fails: wrong() returns sentences; no sentence means all is well.
"""

import re
import subprocess

ENTRY = 'samba_init_module'
# Libraries that modules are linked with as any program is.
PUBLIC = r'/(ld-linux[^/]*|lib(c|m|pthread|dl|talloc|tevent|tdb))\.so\b'
# What the compiler itself leaves to be found, or not.
OF_COMPILER = {'_ITM_deregisterTMCloneTable', '_ITM_registerTMCloneTable',
               '__cxa_finalize', '__gmon_start__'}


def libraries(program):
    """The paths of the libraries that a program is linked with."""
    return re.findall(r'(/\S+) \(0x', _output(['ldd', program]))


def provided(program):
    """Every symbol that program or a library it is linked with defines."""
    names = set()
    for path in [program] + libraries(program):
        names |= _names(path, '--defined-only')
    return names


def public(program):
    """Those of its symbols that another release has, too."""
    names = set()
    for path in libraries(program):
        if re.search(PUBLIC, path):
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


def wrong(module, provided, private):
    """What is wrong with module, whose host defines these symbols.

    private: those of them that another release need not have.
    """
    found = []
    exported = _names(module, '--defined-only')
    if exported != {ENTRY}:
        found.append('it must export %s and nothing else, and exports: %s'
                     % (ENTRY, ' '.join(sorted(exported)) or 'nothing'))
    needed = re.findall(r'\(NEEDED\).*\[(.*)\]', _output(['readelf', '-d', module]))
    found += ['it names %s, and the loader would go through all libraries of '
              'smbd in each connection' % name for name in needed if 'samba' in name]
    if re.search(r'SAMBA', _output(['readelf', '-V', module])):
        found.append('it is linked with versions of Samba\'s private symbols, so '
                     'that each update of Samba would break it')
    own = set()
    for path in [module] + libraries(module):
        own |= _names(path, '--defined-only')
    strong = _names(module, '--undefined-only')
    weak = _names(module, '--undefined-only', True) - OF_COMPILER
    for name in sorted((strong | weak) - provided - own):
        found.append('neither smbd nor a library has %s()' % name)
    for name in sorted(strong & private - own):
        found.append('it would not load where there is no %s(), and could not say '
                     'what is wrong: it must be weak' % name)
    return found


def _names(path, kind, need_not_exist=False):
    text = _output(['nm', '-D', '-P', kind, path])
    # name[@version] type ...; A is the name of a version, w and v need not exist
    rows = [line.split() for line in text.splitlines()]
    return {row[0].split('@')[0] for row in rows
            if row[1] != 'A' and (row[1] in 'wv') == need_not_exist}


def _output(argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True, check=False).stdout
