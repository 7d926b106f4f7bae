# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that was built for one Samba, in the smbd of another.

What: run() builds smbguard in the system of each suite whose source can be had,
installs it in the systems of all others whose Samba is another minor version,
lets clients at a smbd there, and prints what they got and what the log said.
Every share that lists smbguard must be closed, in audit mode, too; one that does
not must be served; the log must say what to do; nothing may crash.  In the smbd
that it was built for, the same must be served and guarded.

How: the files that `./waf install` puts there lie where it puts them, and are
taken away again.  smbd has a configuration and state of its own, in network and
process namespaces of its own.  A package is kept away from such a Samba by its
dependencies; ./waf packages tries that, and what happens if it is forced.

How it fails: run() returns how many pairs were not as they must be.  A Samba
without a source has no build of its own, which is said, and is no failure.
"""

import os
import re
import shutil

import system
from system import Failure

ROOM = 'root/upgrade'
MODES = ('enforce', 'audit')
SHARES = ('open', 'secret', 'unlisted')
CLIENTS = ('SMB2_10', 'SMB3_11')
DENIED, CLOSED = 'NT_STATUS_ACCESS_DENIED', 'NT_STATUS_BAD_NETWORK_NAME'
PASSWORD = 'Wonderland-1'
CRASH = re.compile(r'PANIC|INTERNAL ERROR|[Ss]egmentation|dumped core')

CONF = '''[global]
	preload modules = %(modules)s/smbguard.so
	vfs objects = smbguard
	smbguard:mode = %(mode)s
	server role = standalone server
	log file = /%(room)s/log
	max log size = 0
	private dir = /%(room)s/state
	state directory = /%(room)s/state
	cache directory = /%(room)s/state
	lock directory = /%(room)s/state
	pid directory = /%(room)s/state
	ncalrpc dir = /%(room)s/state/ncalrpc
	binddns dir = /%(room)s/state
[open]
	path = /srv
[secret]
	path = /srv
	smbguard:encryption = required
[unlisted]
	path = /srv
	vfs objects =
'''
# A line a visit: share, dialect, OK or the NTSTATUS; then what smbd is like.
VISIT = '''
cd /%(room)s && rm -rf state log && mkdir -p state/ncalrpc
id alice >/dev/null 2>&1 || useradd -m alice
(echo %(password)s; echo %(password)s) |
	smbpasswd -c /%(room)s/smb.conf -s -a alice >/dev/null 2>&1
ulimit -c 0
smbd -D --no-process-group -s /%(room)s/smb.conf
for i in $(seq 100); do
	smbclient //127.0.0.1/none -s /dev/null -U alice%%x -c ls 2>&1 |
		grep -q CONNECTION_REFUSED || break
	sleep 0.1
done
for dialect in %(clients)s; do
	for share in %(shares)s; do
		out=$(smbclient //127.0.0.1/$share -s /dev/null \\
			-U alice%%%(password)s -m $dialect -c ls 2>&1) && out=OK
		echo visit $share $dialect $(echo "$out" |
			grep -o -m 1 -e '^OK' -e 'NT_STATUS_[A-Z_]*' || echo "$out")
	done
done
kill -0 $(cat state/smbd.pid) && echo smbd goes on
bin/smbguard check /%(room)s/smb.conf 2>&1 | grep -m 1 'was built for Samba'
echo log; cat log 2>&1 || true
'''


def minor(version):
    """(4, 17) of 4.17.12+dfsg-0+deb12u4"""
    return tuple(map(int, version.split(':')[-1].split('.')[:2]))


def run(suites, args, root):
    systems, wrong, pairs = {}, 0, 0
    for suite in suites:
        try:
            systems[suite] = prepared(suite, args.refresh)
        except Failure as e:
            print('%s: %s' % (suite, str(e).splitlines()[0]), flush=True)
    order = sorted(systems, key=lambda suite: minor(systems[suite][1]))
    for suite in order:
        here, samba = systems[suite]
        others = [suite] + [other for other in order
                            if minor(systems[other][1]) != minor(samba)]
        try:
            stage = built(here, args.trees.get(suite), root)
        except Failure as e:
            print('\nNothing is built for %s, %s: %s' % (
                suite, samba, str(e).splitlines()[0]), flush=True)
            continue
        for other in others:
            pairs += 1
            try:
                wrong += not play(stage, samba, *systems[other])
            except Failure as e:
                print('    NOT AS IT MUST BE: %s' % e, flush=True)
                wrong += 1
    print('\n%d pairs as they must be, %d not' % (pairs - wrong, wrong))
    return wrong


def prepared(suite, anew):
    """The system of a suite, with its Samba and a client; and its version."""
    print('%s: ' % suite, end='', flush=True)
    here = system.prepare(suite, anew)
    here.apt('install samba smbclient')
    print(here.samba(), flush=True)
    return here, here.samba()


def built(here, tree, root):
    """Build the last commit there; where what is installed lies, unpacked."""
    here.take_commit(root)
    options = here.take_source(tree)
    log = os.path.join(os.path.dirname(here.path), 'upgrade-build.log')
    to = here.file(ROOM + '-built')
    shutil.rmtree(to, ignore_errors=True)
    for command in ('sh buildtools/packages install build',
                    './waf %s build' % options,
                    './waf install --destdir=/%s-built' % ROOM):
        done = here.run(command, log)
        if here.lacks_source(log):
            raise Failure('its archive has no source; --samba-source=SUITE:DIR '
                          'takes a tree')
        if done.status:
            raise Failure('%s failed, see %s' % (command, log))
    return to


def play(stage, samba, there, running):
    """Install what was built for one Samba beside another; was it refused?"""
    print('\nBuilt for %s, running %s' % (samba, running), flush=True)
    modules = there.sh("smbd -b | sed -n 's/^ *MODULESDIR: //p'")[0].strip()
    room, good = there.file(ROOM), True
    shutil.rmtree(room, ignore_errors=True)
    os.makedirs(room)
    shutil.copytree(os.path.join(stage, 'usr/bin'), os.path.join(room, 'bin'))
    put = install(stage, there.file(modules.lstrip('/')))
    try:
        told = []
        for mode in MODES:
            good = visits(there, modules, mode, samba, told) and good
    finally:
        for path in put:
            os.unlink(path)
        shutil.rmtree(room)
    return good


def install(stage, modules):
    """As `./waf install`; returns the paths of what is there now."""
    put = []
    for folder, _, names in os.walk(stage):
        for name in names:
            if name.endswith('.so'):
                under = 'vfs' if os.path.basename(folder) == 'vfs' else ''
                put.append(os.path.join(modules, under, name))
                os.makedirs(os.path.dirname(put[-1]), exist_ok=True)
                shutil.copy(os.path.join(folder, name), put[-1])
    if len(put) != 2:
        raise Failure('there are %d modules in %s' % (len(put), stage))
    return put


def visits(there, modules, mode, samba, told):
    """One smbd's life; told: what need not be printed again."""
    values = {'modules': modules, 'mode': mode, 'room': ROOM,
              'password': PASSWORD, 'shares': ' '.join(SHARES),
              'clients': ' '.join(CLIENTS)}
    there.write(ROOM + '/smb.conf', CONF % values)
    output = there.sh(VISIT % values)[0]
    before, _, log = output.partition('\nlog\n')
    wrong = judge(mode, before.splitlines(), log, samba, there.samba())
    print('  %s: %s' % (mode, '; '.join(
        '%s %s %s' % found for found in seen(before.splitlines()))))
    for line in said(before + '\n' + log):
        if line not in told:
            print('    ' + line)
            told.append(line)
    for line in wrong:
        print('    NOT AS IT MUST BE: ' + line)
    return not wrong


def seen(lines):
    return [tuple(line.split(' ', 3)[1:]) for line in lines
            if line.startswith('visit ')]


def expected(mode, fits):
    """{(share, client): what it must get}"""
    must = {(share, client): 'OK' if fits or share == 'unlisted' else CLOSED
            for share in SHARES for client in CLIENTS}
    if fits and mode == 'enforce':
        must['secret', 'SMB2_10'] = DENIED
    return must


def judge(mode, lines, log, built_for, running):
    """What is not as it must be, in words.  lines: what VISIT printed."""
    fits = minor(built_for) == minor(running)
    got = {found[:2]: found[2] for found in seen(lines)}
    wrong = ['%s with %s got %s, not %s' % (*visit, got.get(visit), must)
             for visit, must in expected(mode, fits).items()
             if got.get(visit) != must]
    if 'smbd goes on' not in lines:
        wrong.append('smbd has ended')
    if CRASH.search(log):
        wrong.append('a crash: ' + CRASH.search(log)[0])
    if not fits and not (
            re.search('built for Samba %d[.]%d' % minor(built_for), log) and
            'nstall the smbguard that was built for this Samba' in log):
        wrong.append('the log does not say what to do')
    return wrong


def said(text):
    """Each message of smbguard or about it once, without smbd's headers."""
    lines = []
    for line in text.splitlines():
        line = line.strip()
        if ('smbguard' in line and not line.startswith(('visit', '[')) and
                line not in lines):
            lines.append(line)
    return lines[:6]
