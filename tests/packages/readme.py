# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's way from audit to enforcing, gone on a fresh server.

What: follow() installs the package on a server with two shares and does what
the installed README says, step by step: its lines go into smb.conf as they
stand there, its commands are run as they stand there.  Clients of SMB1, 2.1 and
3.1.1 visit after each step.

How: the addresses of the README's example are made loopback's.  smbd is started
anew for each visit, which is what the README asks for, or more.

How it fails: as scenes.py; a line that is not in the README any more is one.
"""

import datetime
import re

from chroot import Failure
from scenes import PASSWORD, START, add, check, edit, serve

SCANNER = '127.0.0.7'
CLIENTS = START + '''
sb() {
	out=$(smbclient //127.0.0.1/$1 -U alice%%%(p)s -m $2 -c ls \\
		--option='client min protocol=NT1' 2>&1) &&
		echo $1 $2 OK || echo $1 $2 $(echo "$out" | grep -o 'NT_STATUS_[A-Z_]*')
}
for share in private team; do
	for dialect in NT1 SMB2_10 SMB3_11; do sb $share $dialect; done
done
for address in %(a)s 127.0.0.1; do
	curl -s --interface $address -u alice:%(p)s smb://127.0.0.1/team/file &&
		echo $address OK || echo $address refused
done
''' % {'p': PASSWORD, 'a': SCANNER}
DENIED = 'NT_STATUS_ACCESS_DENIED'
CLOSED = 'NT_STATUS_INVALID_NETWORK_RESPONSE'
NO_SMB1 = {'private NT1': CLOSED, 'private SMB2_10': 'OK',
           'private SMB3_11': 'OK', 'team NT1': CLOSED, 'team SMB2_10': 'OK',
           'team SMB3_11': 'OK', SCANNER: 'refused', '127.0.0.1': 'refused'}


class Readme:
    """The steps of the README as it is installed."""

    def __init__(self, system):
        with open(system.file('usr/share/doc/smbguard/README.md'),
                  encoding='utf-8') as f:
            self.text = f.read().split('## From audit to enforcing')[1]

    def has(self, line):
        if line not in self.text:
            raise Failure('the README does not say: ' + line)
        return line

    def block(self, words):
        """The indented lines among which these words are."""
        blocks = re.findall(r'(?:^ {8}.*\n|^\n(?= {8}))+', self.text, re.M)
        for block in blocks:
            if words in block:
                return re.sub('^ {8}', '', block, flags=re.M)
        raise Failure('the README has no lines with ' + words)


def into(system, section, lines):
    """Write lines into a section of smb.conf, right behind its head."""
    edit(system, lambda text: text.replace(
        '[%s]\n' % section, '[%s]\n%s' % (section, lines), 1))


def expect(system, name, expected, **changed):
    wanted = dict(expected)
    wanted.update({key.replace('_', ' ', 1): value
                   for key, value in changed.items()})
    lines = system.sh(CLIENTS)[0].splitlines()
    got = dict(line.rsplit(' ', 1) for line in lines if ' ' in line)
    check(name, got == wanted, '\n'.join(lines))


def follow(system, package, samba):
    print('The README is followed')
    serve(system, samba)
    system.apt('install curl')
    add(system, package)
    edit(system, lambda text: text.split('[open]')[0] + '''[private]
	path = /srv
[team]
	path = /srv
''')
    system.write('srv/file', '')
    readme = Readme(system)
    audit(system, readme)
    exceptions(system, readme)
    enforce(system, readme)


def clean(system, name):
    out, status = system.sh('smbguard check', check=False)
    check(name, status == 0 and 'nothing is wrong' in out, out)


def in_days(number):
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return str(today + datetime.timedelta(number))


def audit(system, readme):
    with open(system.file('etc/samba/smb.conf'), encoding='utf-8') as f:
        before = f.read()
    out, status = system.sh(readme.has('smbguard enable'), check=False)
    check('1. enable asks, and writes nothing where nobody answers',
          status == 2 and '+' in out, out)
    out = system.sh('smbguard enable --yes; smbguard disable --yes')[0]
    with open(system.file('etc/samba/smb.conf'), encoding='utf-8') as f:
        check('1. enable, disable: smb.conf is what it was', f.read() == before,
              out)
    system.sh('smbguard enable --yes')
    lines = readme.block('smbguard:min protocol')
    ours, theirs = lines.split('[private]\n')
    into(system, 'global', ours.replace('[global]\n', ''))
    into(system, 'private', theirs)
    readme.has('smbguard check')
    clean(system, '1. the lines of the README are right')
    expect(system, '1. in audit mode all get in, but SMB1, which smbd does not '
           'speak', NO_SMB1)
    out, status = system.sh(
        readme.has('smbguard report /var/log/samba/smbguard.jsonl'), check=False)
    rows = re.findall(r'^ +\d+ +would be +share_connect .* private +SMB2_10',
                      out, re.M)
    check('2. the report names who would be refused',
          status == 1 and len(rows) == 1, out)


def exceptions(system, readme):
    lines = readme.block('smbguard:exceptions').replace('192.0.2.7', SCANNER)
    lines = re.sub(r'until = \S+', 'until = ' + in_days(200), lines)
    into(system, 'global', lines)
    clean(system, '3. the exception is right')
    out = system.sh('smbguard check', check=False)[0]
    check('3. check says what smbd will need for it',
          'server min protocol' in out, out)
    expect(system, '3. nothing was opened', NO_SMB1)
    out = system.sh('smbguard report', check=False)[0]
    check('3. the exception is not in the report of refusals',
          SCANNER not in ' '.join(line for line in out.splitlines()
                                  if 'would be' in line), out)
    too_early(system, readme)


def too_early(system, readme):
    """What the README warns of: opened to everybody, and check says so."""
    line = readme.has('server min protocol = NT1') + '\n'
    into(system, 'global', line)
    out, status = system.sh('smbguard check', check=False)
    check('3. check warns of what is opened in audit mode',
          status == 1 and 'while' in out and 'audit' in out, out)
    edit(system, lambda text: text.replace(line, ''))


def enforce(system, readme):
    into(system, 'private', readme.has('smbguard:mode = enforce') + '\n')
    clean(system, '4. the mode of the share is right')
    expect(system, '4. one share enforces', NO_SMB1, private_SMB2_10=DENIED)
    edit(system, lambda text: text.replace('smbguard:mode = audit\n', ''))
    # curl knows no NTLMv2: rollout.md
    into(system, 'global', readme.has('server min protocol = NT1') +
         '\nntlm auth = ntlmv1-permitted\n')
    clean(system, '5. so are the lines that smbd needs')
    expect(system, '5. all enforce; the scanner is excepted', NO_SMB1,
           private_SMB2_10=DENIED, **{SCANNER: 'OK'})
    undo(system, readme)


def undo(system, readme):
    out, status = system.sh(readme.has('smbguard disable') + ' --dry-run',
                            check=False)
    check('Undo: what would be open to everybody is named',
          status == 0 and 'server min protocol = NT1' in out, out)
    edit(system, lambda text: text.replace('server min protocol = NT1\n', '')
         .replace('ntlm auth = ntlmv1-permitted\n', ''))
    out, status = system.sh('smbguard disable --yes', check=False)
    check('Undo: taken out, it is disabled', status == 0, out)
    expect(system, 'Undo: nobody is refused any more, and no share lost', NO_SMB1)
