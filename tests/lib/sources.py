# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project's own files, read as text.
"""

import os

from harness import ROOT


def text(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as f:
        return f.read()
