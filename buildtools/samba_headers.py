# smbguard: Samba's private headers without building Samba
# SPDX-License-Identifier: GPL-3.0-or-later
"""Derive the generated headers that a Samba module needs.

What: Samba's private headers include headers that exist only after Samba was
configured and built, which takes ten minutes.  Few of them matter to a module,
and each can be had from the unpacked distro source and the installed smbd:

  config.h          from `smbd -b`, which names every macro smbd was built with
  gen_ndr/*.h       from the source's own pidl over its own IDL files
  param_*.h         from the source's own generate_param.py over smb.conf's XML
  *_gen.h           NTSTATUS, WERROR and HRESULT, from samba-dev

How: everything is written into a temporary folder, which is renamed when it is
complete; a stamp in it says from what it was made, so the next run is free.

How it fails: with HeadersError, a sentence for a person.  That the headers are
right is not assumed: configure compiles a probe with them, and the modules
compare the struct sizes with those of the running smbd before they act.
"""

import concurrent.futures
import hashlib
import os
import re
import shutil
import subprocess
import sys

SAMBA_DEV = '/usr/include/samba-4.0'

# The first list exists in every supported version, the second in some.
IDL = ('auth file_id krb5pac lsa misc netlogon samr security server_id '
       'smb2_lease_struct smb_acl').split()
IDL_SOMETIMES = 'conditional_ace smb3posix'.split()
IDL_SOURCE3 = ['smbXsrv']

DEFINES = ('_SAMBA_BUILD_=4', 'HAVE_CONFIG_H=1', '_GNU_SOURCE=1',
           '__STDC_WANT_LIB_EXT1__=1')

# Sections of `smbd -b` that are config.h, and names in them that are not.
CONFIG_FIRST, CONFIG_END = 'System Headers:', 'Type sizes:'
CONFIG_NOT = re.compile(r'_SAMBA_BUILD_$|HAVE_ADS$|__TIME_T_MAX$|static_|.*_init$')
CONFIG_NAME = re.compile(r' +([A-Z_][A-Z0-9_]*)$')


class HeadersError(Exception):
    """The headers cannot be derived; the text says why and what to do."""


def includes(source, headers):
    """The include folders for code that uses Samba's private headers."""
    return [os.path.join(headers, 'default'),
            os.path.join(headers, 'default/source3'),
            os.path.join(headers, 'default/librpc'),
            os.path.join(source, 'source3'),
            os.path.join(source, 'source3/include'),
            os.path.join(source, 'lib/replace'),
            os.path.join(source, 'lib'),
            os.path.join(source, 'include'),
            os.path.join(source, 'librpc'),
            source]


def derive(source, headers, smbd_b):
    """Make sure the folder `headers` holds the headers for `source` and the
    smbd whose `smbd -b` output is smbd_b.  Return True if it had to be made."""
    stamp = _stamp(source, smbd_b)
    try:
        with open(os.path.join(headers, 'stamp')) as f:
            if f.read() == stamp:
                return False
    except FileNotFoundError:
        pass

    new = headers + '.new'
    shutil.rmtree(new, ignore_errors=True)
    default = os.path.join(new, 'default')
    _write(os.path.join(default, 'include/config.h'), _config_h(smbd_b))
    shutil.copy(os.path.join(default, 'include/config.h'), default)
    _copy_errors(os.path.join(default, 'libcli/util'))
    _params(source, new, default)
    _pidl(source, default)
    _write(os.path.join(new, 'stamp'), stamp)
    shutil.rmtree(headers, ignore_errors=True)
    os.rename(new, headers)
    return True


def _stamp(source, smbd_b):
    h = hashlib.sha256()
    with open(__file__, 'rb') as f:
        h.update(f.read())
    h.update(os.path.realpath(source).encode())
    h.update(smbd_b.encode())
    return h.hexdigest() + '\n'


def _write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as f:
        f.write(text)


def _config_h(smbd_b):
    out = ['/* Derived from `smbd -b`: how the installed smbd was built. */',
           '#define CONFIG_H_IS_FROM_SAMBA 1',
           '#define offset_t loff_t',
           '#define uint_t unsigned int']
    active = False
    for line in smbd_b.splitlines():
        if line.rstrip() in (CONFIG_FIRST, CONFIG_END):
            active = line.rstrip() == CONFIG_FIRST
        m = CONFIG_NAME.match(line)
        if active and m and not CONFIG_NOT.match(m.group(1)):
            out.append('#ifndef %s\n#define %s 1\n#endif' % (m[1], m[1]))
    if len(out) < 100:
        raise HeadersError('`smbd -b` does not list how smbd was built (only '
                           '%d macros found), so config.h cannot be derived. '
                           'Is this a distro build of smbd?' % (len(out) - 4))
    return '\n'.join(out) + '\n'


def _copy_errors(dest):
    """samba-dev installs these generated headers under core/."""
    os.makedirs(dest)
    for name in ('ntstatus_gen.h', 'werror_gen.h', 'hresult.h', 'hresult_gen.h'):
        path = os.path.join(SAMBA_DEV, 'core', name)
        if os.path.exists(path):
            shutil.copy(path, dest)


def _params(source, new, default):
    """smb.conf's parameters: one XML out of many, then Samba's own script.

    The order is that of the fields in smbd's structs: by the names of the files,
    whatever folder they are in (docs-xml/wscript_build).
    """
    top = os.path.join(source, 'docs-xml/smbdotconf')
    parts = ['<section>\n']
    paths = [os.path.join(folder, name)
             for folder, _, names in os.walk(top) if folder != top
             for name in names if name.endswith('.xml')]
    for path in sorted(paths, key=os.path.basename):
        with open(path, encoding='utf-8') as f:
            # Entities stand for paths in the documentation's text only.
            parts.append(re.sub(r'&(?!amp;|lt;|gt;|quot;|apos;|#)[\w.]+;',
                                '', f.read()))
    parts.append('</section>\n')
    xml = os.path.join(new, 'parameters.all.xml')
    _write(xml, ''.join(parts))
    script = os.path.join(source, 'script/generate_param.py')
    for path, args in (('lib/param/param_local.h', ['--mode=PARAMDEFS', '--scope=LOCAL']),
                       ('lib/param/param_global.h', ['--mode=PARAMDEFS', '--scope=GLOBAL']),
                       ('source3/param/param_proto.h', ['--mode=S3PROTO'])):
        out = os.path.join(default, path)
        os.makedirs(os.path.dirname(out), exist_ok=True)
        _run([sys.executable, '-B', script, '-f', xml, '-o', out] + args)


def _pidl(source, default):
    """Run pidl over each IDL file, as many at a time as there are CPUs."""
    jobs = []
    for folder, names in (('', IDL), ('source3', IDL_SOURCE3)):
        # Relative, because pidl writes this path into #include lines.
        out = os.path.join(folder, 'librpc/gen_ndr')
        os.makedirs(os.path.join(default, out))
        for name in names + (IDL_SOMETIMES if not folder else []):
            idl = os.path.join(source, folder, 'librpc/idl', name + '.idl')
            if os.path.exists(idl) or name not in IDL_SOMETIMES:
                jobs.append((idl, out))
    jobs.sort(key=lambda job: -os.path.getsize(job[0]))

    pidl = os.path.join(source, 'pidl/pidl')
    env = dict(os.environ, PERL5LIB=os.path.join(source, 'pidl/lib'), LC_ALL='C')

    def one(job):
        idl, out = job
        _run(['perl', pidl, '--quiet', '--outputdir', out, '--header',
              '--ndr-parser', '--includedir', os.path.join(source, 'librpc/idl'),
              '--', idl], cwd=default, env=env)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(one, jobs))


def _run(argv, **kw):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors='replace', check=False, **kw)
    if done.returncode != 0:
        raise HeadersError('Deriving Samba\'s headers failed.\nCommand: %s\n%s'
                           % (' '.join(argv), done.stdout.strip()))
