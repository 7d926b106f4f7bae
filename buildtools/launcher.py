# smbguard: what `./waf` does once Python is there
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run waf, or build and then run a script of the tests.

What: `./waf [OPTION...] COMMAND...` goes to the waf in Samba's source, which is
fetched first if need be.  `./waf [OPTION...] demo|check|bench|fuzz|packages|
matrix [ARG...]` configures and builds as needed, and hands every ARG to the
script.

How: --samba-source=DIR is ours, not waf's; with it, or with any option in front
of `demo` and the like, the project is configured anew.  Without it, the tree
that was configured last is used as long as it matches the installed smbd.
`lint` and `matrix` build nothing here.

How it fails: one sentence on stderr, exit 1; else the exit status of what ran.
"""

import fcntl
import os
import subprocess
import sys

import samba_source

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CACHE = os.path.join(ROOT, '.cache')
PYTHON = '/usr/bin/python3'
SCRIPTS = {'demo': ['tests/demo.py', 'build/stage'],
           'check': ['tests/run.py'],
           'bench': ['tests/bench/run.py'],
           'fuzz': ['tests/fuzz/run.py'],
           'packages': ['tests/packages/run.py'],
           'matrix': ['tests/matrix/run.py']}
OPTION = '--samba-source'


def main(called_from, args):
    if args[:1] == ['matrix']:  # its systems have their own trees
        os.chdir(called_from)
        script = os.path.join(ROOT, SCRIPTS['matrix'][0])
        os.execv(PYTHON, [PYTHON, script] + args[1:])
    args, given = split_source(args, called_from)
    if args == ['lint']:
        os.execv('buildtools/lint', ['buildtools/lint'])
    at = next((i for i, arg in enumerate(args) if arg in SCRIPTS), None)
    if at is None:
        if given and 'configure' not in args:
            args = args + ([] if commands(args) else ['build'])
            first = args.index(commands(args)[0])
            args.insert(first, 'configure')
        sys.exit(run_waf(args, given))

    name, rest = args[at], args[at + 1:]
    script = SCRIPTS[name]
    if not os.path.exists(script[0]):
        sys.exit('smbguard: `%s` does not exist yet (no %s).' % (name, script[0]))
    before = args[:at]
    if before or given or (name == 'check' and lacks_tests()):
        before = before + ['configure']
    status = run_waf(before + ['build'], given)
    if status:
        sys.exit(status)
    sys.stdout.flush()
    env = dict(os.environ, SMBGUARD_COMMAND=name)
    os.execve(PYTHON, [PYTHON] + script + rest, env)


def lacks_tests():
    """Was it configured when cmocka was not there, say for `demo`?"""
    try:
        with open('build/c4che/_cache.py', encoding='utf-8') as f:
            return 'LIB_cmocka' not in f.read()
    except OSError:
        return False


def split_source(args, called_from):
    """Take --samba-source=DIR out of args; DIR comes back absolute."""
    rest, given, args = [], None, list(args)
    while args:
        arg = args.pop(0)
        if arg == OPTION and args:
            given = args.pop(0)
        elif arg.startswith(OPTION + '='):
            given = arg.partition('=')[2]
        else:
            rest.append(arg)
    if given:
        given = os.path.join(called_from, os.path.expanduser(given))
    return rest, given


def commands(args):
    return [arg for arg in args if not arg.startswith('-')]


def run_waf(args, given):
    try:
        tree = find_source(given, 'configure' in args)
    except samba_source.SourceError as e:
        sys.exit('smbguard: %s' % e)
    # Few files: waf's helper processes would be one more thing to go wrong.
    env = dict(os.environ, SMBGUARD_SAMBA_SOURCE=tree, WAF_NO_PREFORK='1',
               WAFLOCK='.lock-waf-smbguard')
    waf = os.path.join(tree, 'buildtools/bin/waf')
    return subprocess.run([PYTHON, waf] + args, env=env, check=False).returncode


def find_source(given, anew):
    """The tree to build with: given, configured last, or fetched."""
    samba = samba_source.installed()
    if given:
        samba_source.check(given, samba)
        return os.path.realpath(given)
    if not anew:
        try:
            with open('build/samba-source') as f:
                tree = f.read().strip()
            samba_source.check(tree, samba)
            return tree
        except (OSError, samba_source.SourceError):
            pass  # not configured yet, or smbd was upgraded since
    os.makedirs(CACHE, exist_ok=True)
    with open(os.path.join(CACHE, 'lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        tree = samba_source.fetch(CACHE, samba)
    samba_source.check(tree, samba)
    return tree


if __name__ == '__main__':
    os.chdir(ROOT)
    main(sys.argv[1], sys.argv[2:])
