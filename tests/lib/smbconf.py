# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""smb.conf files, read from examples/ and changed for one test.

What: Config holds sections of options in their order; load() reads a file,
set() and remove() change it, text() writes it.

How: the examples are documentation, with the paths that an administrator would
write.  relocate() moves those below a private directory, as a chroot would.

How it fails: ValueError on a line that is neither a section, an option, a
comment nor empty: an example that smbd would misread must not be tested.
"""

import os
import re

# Options whose value is a path that an example names for a real server.
PATHS = ('path', 'smbguardauditfile')


def _key(name):
    # smb.conf ignores case and blanks in names.
    return re.sub(r'[\s:]', '', name).lower()


class Config:
    def __init__(self):
        self.sections = {}

    @classmethod
    def load(cls, path, **placeholders):
        """Read path, with each @NAME@ in it replaced."""
        config = cls()
        with open(path, encoding='utf-8') as f:
            text = f.read()
        for name, value in placeholders.items():
            text = text.replace('@%s@' % name, value)
        section = None
        for number, line in enumerate(text.replace('\\\n', ' ').splitlines()):
            line = line.strip()
            if not line or line[0] in '#;':
                continue
            if line.startswith('[') and line.endswith(']'):
                section = line[1:-1]
                config.sections.setdefault(section, {})
                continue
            name, equals, value = line.partition('=')
            if not equals or section is None:
                raise ValueError('%s:%d: %s' % (path, number + 1, line))
            config.set(section, name.strip(), value.strip())
        return config

    def set(self, section, name, value):
        """Set an option; None removes it."""
        options = self.sections.setdefault(section, {})
        options.pop(_key(name), None)
        if value is not None:
            options[_key(name)] = (name, str(value))

    def get(self, section, name):
        found = self.sections.get(section, {}).get(_key(name))
        return found[1] if found else None

    def update(self, section, options):
        for name, value in options.items():
            self.set(section, name, value)

    def relocate(self, directory):
        """Move every path below directory."""
        for options in self.sections.values():
            for key in PATHS:
                if key in options:
                    name, value = options[key]
                    options[key] = (name, directory + value)

    def text(self):
        lines = []
        for section, options in self.sections.items():
            lines.append('[%s]' % section)
            lines.extend('\t%s = %s' % pair for pair in options.values())
            lines.append('')
        return '\n'.join(lines)

    def write(self, path):
        with open(path, 'w', encoding='utf-8') as f:
            f.write(self.text())
        os.chmod(path, 0o644)
