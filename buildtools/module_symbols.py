# smbguard: does smbd have what a module leaves undefined?
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check a module's symbols, in place of the linker.

What: a module must not link Samba's private libraries, so the linker cannot say
that a function is misspelt or gone; smbd would, when it refuses to load the
module.  provided() lists what smbd and its libraries define; missing() compares
a module with such a list and says what only a running smbd would find out.

How it fails: missing() returns sentences; no sentence means all is well.
"""

import re
import subprocess

ENTRY = 'samba_init_module'


def provided(program):
    """Every symbol that program or a library it is linked with defines."""
    libraries = re.findall(r'(/\S+) \(0x', _output(['ldd', program]))
    names = set()
    for path in [program] + libraries:
        names |= _names(path, '--defined-only')
    return names


def missing(module, names):
    """What is wrong with module, whose host defines names."""
    wrong = []
    exported = _names(module, '--defined-only')
    if exported != {ENTRY}:
        wrong.append('it must export %s and nothing else, and exports: %s'
                     % (ENTRY, ' '.join(sorted(exported)) or 'nothing'))
    for library in re.findall(r'\(NEEDED\).*\[(.*samba\d?\.so.*)\]',
                              _output(['readelf', '-d', module])):
        wrong.append('it is linked with Samba\'s private %s, so that each '
                     'update of Samba would break it' % library)
    own = provided(module)
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
