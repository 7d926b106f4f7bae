#!/usr/bin/python3
# smbguard: build and run the fuzzers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run every tests/fuzz/fuzz_*.c for some seconds.

What: each fuzzer is one libFuzzer entry point, linked with modules/core, under
the address and undefined behaviour sanitizers; and with the files of tools/
that its comment names behind "fuzz:".

How: inputs to start from are made here (SEEDS); what the fuzzer finds is kept
in build/fuzz/corpus, so that a later run goes on where this one stopped.

How it fails: exit 1 when a fuzzer found something, with the path of the input
that shows it; exit 2 when nothing could be run, with the reason.
"""

import argparse
import glob
import hashlib
import os
import re
import shutil
import struct
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OUT = os.path.join(TOP, 'build', 'fuzz')

CFLAGS = '''-std=gnu11 -g -O1 -D_GNU_SOURCE -fno-omit-frame-pointer
    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all'''.split()
LIBRARIES = ['-Wl,--as-needed', '-ltalloc', '-ljansson', '-ltdb']
LIMITS = ['-max_len=17000', '-timeout=10', '-rss_limit_mb=2048',
          '-print_final_stats=1', '-verbosity=1']


class FuzzError(Exception):
    """The fuzzers cannot be run; the text says why and what to do."""


# Inputs to start from

def framed(message):
    return struct.pack('>I', len(message)) + message


def smb1(*strings, words=0):
    data = b''.join(b'\2' + s + b'\0' for s in strings)
    return framed(b'\xffSMB\x72' + bytes(27) + bytes([words]) + bytes(2 * words) +
                  struct.pack('<H', len(data)) + data)


def smb2(dialects, contexts=()):
    message = b'\xfeSMB' + struct.pack('<H', 64) + bytes(58)
    listed = struct.pack('<%dH' % len(dialects), *dialects)
    offset = (64 + 36 + len(listed) + 7) & ~7 if contexts else 0
    message += struct.pack('<HHHHI16sIHH', 36, len(dialects), 1, 0, 0x7f,
                           bytes(range(16)), offset, len(contexts), 0) + listed
    for kind, data in contexts:
        message += bytes(-len(message) % 8)
        message += struct.pack('<HHI', kind, len(data), 0) + data
    return framed(message)


def ids(*numbers):
    return struct.pack('<%dH' % (len(numbers) + 1), len(numbers), *numbers)


def offer_seeds():
    every = [0x202, 0x210, 0x300, 0x302, 0x311]
    preauth = 1, struct.pack('<HHH', 1, 32, 1) + bytes(32)
    ciphers, signing = (2, ids(2, 1, 4, 3)), (8, ids(2, 1, 0))
    netname = 5, 'srv\u00e9\u20ac\U0001f600'.encode('utf-16-le')
    yield smb1(b'NT LM 0.12')
    yield smb1(b'PC NETWORK PROGRAM 1.0', b'LANMAN1.0', b'Samba', b'POSIX 2')
    yield smb1(b'NT LM 0.12', b'SMB 2.002', b'SMB 2.???', words=1)
    yield smb1(*[b'x%d' % n for n in range(70)])
    yield smb2(every[:4])
    yield smb2(every, [preauth, ciphers, signing, netname])
    yield smb2([0x311], [netname, (3, bytes(10)), (6, bytes(4)), signing, ciphers, preauth])
    yield smb2([0x311], [ciphers, ciphers, (5, b'\x00\xd8'), (8, b'')])
    yield smb2(list(range(70)) + [0x311], [(2, ids(*range(70)))])
    yield b'\x81\0\0\x44' + bytes(0x44)
    yield b'\x85\0\0\0'
    yield framed(b'\xfdSMB' + bytes(48))


def addr_seeds():
    for text in ('192.0.2.0/24\n192.0.2.7', '0.0.0.0/0\n::ffff:192.0.2.7', '::/0\n::1',
                 '2001:db8::1/128\n2001:db8::2', '::ffff:192.0.2.0/120\n192.0.2.7',
                 'fe80::/10\nfe80::1%eth0', '10.0.1.0/8\n10.0.1.0', '010.0.0.1\n8.0.0.1'):
        yield text.encode()


def text_seeds():
    for data in (b'alice', b'J\xc3\xb6rg \xe2\x82\xac \xf0\x9f\x98\x80', b'a\\b"c', b'\0\1\x1f\x7f',
                 b'\xff\xfe\xc0\x80\xed\xa0\x80', b'x' * 300, b'\xf0\x9f\x98\x80' * 90,
                 b'\1' * 60, b'\xff' * 60):
        yield b'\x40' + data


def smb1_setup(utf16, passwords, *texts, words=13):
    """Without its AndX block: (command, words, bytes)."""
    first, second = passwords
    fixed = struct.pack('<HHHIHHII', 16644, 2, 1, 0, first, second, 0, 0x50)
    data = bytes(first + second)
    for text in texts:
        if utf16:
            data += bytes(len(data) % 2)
        data += (text + '\0').encode('utf-16-le' if utf16 else 'latin-1')
    return 0x73, fixed[:2 * (words - 2)], data


def smb1_trans(name):
    words = struct.pack('<HHHHBBHIHHHHHBB', 4, 0, 8, 99, 0, 0, 0, 0, 0, 4, 90, 0, 0, 0, 0)
    return 0x25, words, name + b'\0' + bytes(4)


def smb1_chain(mode, flags2, *commands):
    """mode: what the fuzzer takes the server for, see fuzz_smb1.c."""
    message = b'\xffSMB' + bytes((commands[0][0],)) + bytes(5) + struct.pack('<H', flags2)
    message += bytes(20)
    for number, (command, words, data) in enumerate(commands):
        if command != 0x25:
            following, offset = 0xff, 0
            size = 1 + 4 + len(words) + 2 + len(data)
            if number + 1 < len(commands):
                following, offset = commands[number + 1][0], len(message) + size
            words = struct.pack('<BBH', following, 0, offset) + words
        message += bytes((len(words) // 2,)) + words + struct.pack('<H', len(data)) + data
    return bytes((mode,)) + framed(message)


def smb1_seeds():
    tree = 0x75, struct.pack('<HH', 0, 1), b'\0\\\\x\\IPC$\0?????\0'
    for mode in range(8):
        yield smb1_chain(mode, 0, smb1_setup(False, (24, 24), 'alice', 'A', 'x', 'y'))
        yield smb1_chain(mode, 0x8000, smb1_setup(True, (5, 0), 'J\u00f6rg', '\u20ac', 'x'))
        yield smb1_chain(mode, 0x4800, smb1_setup(False, (0, 0), '', words=12))
        yield smb1_chain(mode, 0, smb1_setup(False, (1, 0), '', ''), tree,
                         smb1_setup(False, (9, 0), 'bob', 'B'), smb1_trans(b'\\PIPE\\LANMAN'))
    yield smb1_chain(0, 0, smb1_trans(b'\\SRV\\pipe\\lanman'))
    yield smb1_chain(7, 0, *[smb1_setup(False, (0, 0), '')] * 70)
    yield b'\0' + framed(b'\xffEMB' + bytes(40))


def event_seeds():
    """Numbers and flags, then strings of each kind; and journal entries."""
    strings = [data[1:] for data in text_seeds()]
    for kind in range(14):
        for flags in (0, 15):
            yield bytes([kind]) + b'\x69\2\3\4\1' + bytes(range(20)) + \
                bytes([flags]) + bytes(range(40)) + b''.join(
                    bytes([min(len(s), 255)]) + s for s in 6 * strings)
    yield b'SMBGUARD_PID=4711\nSMBGUARD_SIGNED=true\nSMBGUARD_OFFER={}\n' \
        b'SMBGUARD_SHARE="\\\xff\nSMBGUARD_OFFER_DIALECTS=["SMB3_11","0x0999"]\n' \
        b'SMBGUARD_OFFER_SMB1=["a","\\"\\\\\\u0001"]\nSMBGUARD_POLICY_OPTION=x'


def record_seeds():
    """Lines as core/event writes them, and almost so."""
    begin = b'{"timestamp":"2026-11-22T12:12:11.929289Z","type":"smbguard",' \
        b'"version":{"major":1,"minor":0},"event":"%s","outcome":"denied",' \
        b'"severity":"warning","connectionId":"0xd50762e229a4ba9c","pid":16549,' \
        b'"serverName":"S","localAddress":"::1","clientAddress":"::1","clientPort":1,'
    logon = b'"clientName":"VM","sessionId":"0x00000000edac3661","account":"alice",' \
        b'"domain":"D","sid":"S-1-5-21-1","authMechanism":"NTLMSSP","share":"x",'
    used = b'"dialect":"SMB3_11","cipher":"AES-128-GCM","signingAlgorithm":' \
        b'"AES-128-GMAC","signed":true,"encrypted":false,'
    end = b'"windowsEventId":1046,"reason":"Refused."}'
    policy = b'"policy":{"option":"smbguard:encryption","scope":"x","required":"required",' \
        b'"actual":"none","exception":"e","until":"2026-12-31"},'
    offer = b'"offer":{"smb1":[],"dialects":["SMB3_11"],"ciphers":["AES-128-GCM","0x0009"],' \
        b'"signingAlgorithms":["HMAC-SHA256"],"securityMode":1,"capabilities":-12},'
    worse = b'"downgrade":{"what":"dialect","was":"SMB3_11","now":"NT1","side":"client"},'
    yield begin % b'share_connect' + logon + used + policy + end
    yield begin % b'negotiate' + used + offer + end
    yield begin % b'downgrade' + logon + used + worse + end
    yield begin % b'audit_lost' + b'"lost":12,' + end
    yield begin % b'negotiate' + offer + offer + end
    yield begin % b'session' + used + logon + end
    yield begin % b'session' + logon.replace(b'alice', b'J\xc3\xb6rg\\"') + end
    yield (begin % b'session').replace(b'11-22', b'02-29') + end
    yield (begin % b'session').replace(b',', b', ') + end


SEEDS = {'fuzz_record': record_seeds, 'fuzz_offer': offer_seeds, 'fuzz_text': text_seeds, 'fuzz_addr': addr_seeds,
         'fuzz_smb1': smb1_seeds, 'fuzz_event': event_seeds}


# Building and running

def need_clang():
    clang = shutil.which('clang')
    if not clang:
        raise FuzzError('clang is not there: apt-get install clang libclang-rt-14-dev')
    runtime = subprocess.run([clang, '-print-file-name=libclang_rt.fuzzer-x86_64.a'],
                             stdout=subprocess.PIPE, text=True, check=False)
    directory = subprocess.run([clang, '-print-runtime-dir'], stdout=subprocess.PIPE,
                               text=True, check=False).stdout.strip()
    if not os.path.exists(runtime.stdout.strip()) and \
            not glob.glob(os.path.join(directory, 'libclang_rt.fuzzer*')):
        raise FuzzError("clang's fuzzer library is not there: "
                        'apt-get install libclang-rt-14-dev')
    return clang


def build(clang, source, program):
    core = sorted(glob.glob(os.path.join(TOP, 'modules', 'core', '**', '*.c'),
                            recursive=True))
    with open(source, encoding='utf-8') as f:
        more = re.search(r'fuzz:((?:\s+(?:\*\s+)?tools/\S+\.c)*)', f.read())
    core += [os.path.join(TOP, path) for path in
             re.findall(r'tools/\S+', more[1] if more else '')]
    command = [clang] + CFLAGS + ['-I' + os.path.join(TOP, 'modules'),
                                  '-I' + os.path.join(TOP, 'tools'),
                                  '-I' + os.path.join(TOP, 'build/include'), source]
    done = subprocess.run(command + core + LIBRARIES + ['-o', program], check=False)
    if done.returncode:
        raise FuzzError('%s does not build' % os.path.relpath(source, TOP))


def seed(name, corpus):
    os.makedirs(corpus, exist_ok=True)
    for data in SEEDS.get(name, lambda: [])():
        path = os.path.join(corpus, hashlib.sha1(data).hexdigest())
        with open(path, 'wb') as f:
            f.write(data)


def run(name, program, seconds):
    """Returns what to say, and whether all was well."""
    corpus = os.path.join(OUT, 'corpus', name)
    found = os.path.join(OUT, 'found', name) + '-'
    os.makedirs(os.path.dirname(found), exist_ok=True)
    seed(name, corpus)
    done = subprocess.run([program, '-max_total_time=%d' % seconds,
                           '-artifact_prefix=' + found] + LIMITS + [corpus],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    said = done.stdout.decode('utf-8', 'replace')
    with open(os.path.join(OUT, name + '.log'), 'w', encoding='utf-8') as f:
        f.write(said)
    if done.returncode:
        sys.stderr.write(said[-6000:])
        path = re.search(r'Test unit written to (\S+)', said)
        where = 'the input is %s' % path[1] if path else 'no input was written'
        return '%s: FAILED (exit %d), %s' % (name, done.returncode, where), False
    count = re.search(r'number_of_executed_units: (\d+)', said)
    covered = re.findall(r'cov: (\d+)', said)
    if not count or int(count[1]) == 0:
        return '%s: FAILED, it executed nothing' % name, False
    return '%s: ok, %s executions in %d s, %s edges' % (
        name, count[1], seconds, covered[-1] if covered else '?'), True


def main():
    parser = argparse.ArgumentParser(description='build and run the fuzzers')
    parser.add_argument('--seconds', type=int, default=30, metavar='N',
                        help='for each fuzzer (30)')
    parser.add_argument('names', nargs='*', metavar='NAME', help='fuzz_offer, ... (all)')
    args = parser.parse_args()
    sources = {os.path.basename(path)[:-2]: path for path in
               sorted(glob.glob(os.path.join(TOP, 'tests', 'fuzz', 'fuzz_*.c')))}
    well = True
    try:
        if args.seconds < 1:
            raise FuzzError('--seconds is %d, at least 1 is wanted' % args.seconds)
        for name in args.names:
            if name not in sources:
                raise FuzzError('no fuzzer %s; there are: %s' % (name, ' '.join(sources)))
        clang = need_clang()
        os.makedirs(OUT, exist_ok=True)
        for name in args.names or sources:
            program = os.path.join(OUT, name)
            build(clang, sources[name], program)
            text, ok = run(name, program, args.seconds)
            print(text, flush=True)
            well = well and ok
    except FuzzError as e:
        print('fuzz: %s' % e, file=sys.stderr)
        return 2
    return 0 if well else 1


if __name__ == '__main__':
    sys.exit(main())
