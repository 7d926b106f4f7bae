# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project's own files, read as text.
"""

import os
import re

from harness import ROOT



def text(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as f:
        return f.read()


def option_table():
    """{name: (where, values)} of core/option_table.c."""
    source = text('modules/core/option_table.c')
    keywords = {name: re.findall(r'\{"([^"]+)"', body) for name, body in
                re.findall(r'(\w+_keywords)\[\] = \{(.*?)\n\};', source, re.S)}
    found = {}
    for body in re.findall(r'\n\t\{\n(.*?)\n\t\},', source, re.S):
        name = re.search(r'\.name = "([^"]+)"', body).group(1)
        where = re.search(r'\.where = ([^,]+),', body).group(1)
        values = re.search(r'\.keywords = (\w+)', body)
        limits = re.findall(r'\.(?:max|min) = (\d+),', body)
        found[name] = ('global, share' if 'SG_SHARE' in where else 'global',
                       keywords[values.group(1)] if values else limits)
    return found


def exception_table():
    """{key: values} of core/exception_parse.c."""
    source = text('modules/core/exception_parse.c')
    keys = re.findall(r'(?:value_of|parse_names)\(p, "(\w+)"\)', source)
    allow = re.search(r'allow_keywords\[\] = \{(.*?)\n\};', source, re.S)
    return {key: re.findall(r'\{"(\w+)"', allow.group(1))
            if key == 'allow' else [] for key in keys}
