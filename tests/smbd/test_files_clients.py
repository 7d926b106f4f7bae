"""explore"""
import os, shutil, subprocess, sys
from file_events import ALL, lines, of_share, tied
import sandbox

def run(t, smbd, command, **more):
    before = len(of_share(smbd.events()))
    answer = smbd.smbclient('open', command=command, **more)
    print('##', command, more, answer.got, answer.output)
    events = of_share(smbd.events())[before:]
    print('\n'.join('    ' + l for l in lines(events)))

def test_explore(t):
    smbd = t.smbd(shares={'open': {**ALL, 'vfs objects': 'smbguard streams_xattr', 'follow symlinks': 'yes'}})
    place = smbd.config.get('open', 'path')
    local = os.path.join(t.directory, 'local'); open(local, 'w').write('hello world')
    os.symlink('/etc/passwd', place + '/out'); os.symlink('hello.txt', place + '/inside'); os.symlink('no', place+'/dangling')
    os.chmod(place + '/hello.txt', 0o666)
    for proto in ('SMB3_11', 'NT1'):
        for c in ('ls', 'put %s a.txt' % local, 'get a.txt %s.2' % local, 'rename a.txt b.txt', 'mkdir d', 'rename b.txt d/c.txt',
              'rename d e', 'scopy e/c.txt copy.txt', 'setmode copy.txt +h', 'utimes copy.txt -1 -1 "2020:01:01-00:00:00" -1', 'hardlink copy.txt link.txt',
              'put %s copy.txt:stream' % local, 'get copy.txt:stream %s.3' % local, 'del copy.txt:stream', 'put %s link.txt:stream' % local,
              'del copy.txt', 'del link.txt', 'del e/c.txt', 'rmdir e', 'rmdir nosuch', 'del nosuch', 'get nosuch', 'get no/such',
              'get out', 'get inside %s.4' % local, 'get dangling', 'get hello.txt /dev/null', 'ls no/*', 'allinfo hello.txt', 'posix; symlink hello.txt sym', 'deltree d2'):
            run(t, smbd, c, protocol=proto)
    events = smbd.events()
    tied(events)
