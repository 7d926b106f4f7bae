# smbguard: the build
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build smbguard against the installed smbd.  Run it with ./waf.

What: the module, and the small one that opens it for `vfs objects`; the smbguard
command; the manual; the test programs.  File lists are globs.
Include paths: modules/ and build/include for everything, Samba's private
headers for modules/smbd only.

How: the module leaves Samba's symbols undefined, because smbd has them; what
the linker can therefore not check, checks/*.ok does (see module_symbols.py).
They are made weak ones, so that the module loads into a newer smbd that has
others, and can say what is wrong (see modules/smbd/symbols.c).
vfs/smbguard.so is told at build time which library has most of them: programs of
Samba's that are not smbd load VFS modules as well, and keep it to themselves.

How it fails: a failed check names the thing, and what to do about it.
"""

import hashlib
import os
import re
import subprocess
import sys

from waflib import Configure, TaskGen, Utils

APPNAME = 'smbguard'
VERSION = '0.1.0'
top = '.'
out = 'build'

Configure.autoconfig = 'clobber'  # reconfigure as needed, with the same options
sys.path.insert(0, os.path.join(os.getcwd(), 'buildtools'))

import module_symbols  # noqa: E402
import samba_headers  # noqa: E402
import samba_source  # noqa: E402

MODULE, SECOND_NAME = 'smbguard.so', 'vfs/smbguard.so'
# A symbol of the library that a module of smbd's needs above all.
OF_THE_LIBRARY = 'global_smbXsrv_client'
# Builds for tests of what must be refused: {name: (source, what it believes)}.
FAULTS = {'layout-fault': ('modules/smbd/layout.c', 'SMBGUARD_LAYOUT_FAULT=1'),
          'version-fault': ('modules/smbd/layout.c', 'SMBGUARD_VERSION_FAULT=1'),
          'symbol-fault': ('modules/smbd/layout.c', 'SMBGUARD_SYMBOL_FAULT=1'),
          'build-fault': ('modules/smbd/state.c', 'SMBGUARD_BUILD_FAULT=1')}
# What these need and no Samba has.
GONE = ['smbguard_test_gone', 'smbguard_test_gone_data']
# What `smbd -b` is asked; code has them as SMBGUARD_NAME, the manual as @NAME@.
PLACES = ['MODULESDIR', 'CONFIGFILE', 'STATEDIR', 'LOGFILEBASE', 'BINDIR',
          'SBINDIR', 'PIDDIR']

# One section a function: what a module does not use is left out of it, with the
# symbols of smbd's that it asks for. Each connection pays for looking them up.
CFLAGS = '''-std=gnu11 -O2 -g -fPIC -fvisibility=hidden -fstack-protector-strong
    -ffunction-sections -fdata-sections
    -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wold-style-definition -Wformat=2 -Wpointer-arith -Wwrite-strings -Wundef
    -Wvla -Wno-unused-parameter'''.split()
CFLAGS_CORE = ['-Wcast-qual', '-Wlogical-op']
FORTIFY = ['-U_FORTIFY_SOURCE', '-D_FORTIFY_SOURCE=2']
LINKFLAGS = ['-Wl,--as-needed', '-Wl,--gc-sections', '-Wl,-z,relro,-z,now']
# A module leaves talloc destructors behind; it must never be unmapped.
LINKFLAGS_MODULE = ['-Wl,-z,nodelete']

# Public libraries; Samba's private ones are left undefined on purpose.
LIBRARIES = ['talloc', 'tevent', 'tdb', 'jansson', 'libsystemd', 'popt']

# What the modules include of Samba; configure compiles it.
PROBE = ''.join('#include "%s"\n' % name for name in '''
    includes.h smbd/smbd.h smbd/globals.h librpc/gen_ndr/ndr_smbXsrv.h auth.h
    auth/gensec/gensec.h auth/gensec/gensec_internal.h
    ../lib/tsocket/tsocket.h ../libcli/smb/smb_constants.h
    ../libcli/security/security.h ../librpc/gen_ndr/ndr_security.h
    '''.split()) + '''
int main(void)
{
	return sizeof(struct smbXsrv_connection) + sizeof(struct gensec_security)
		> 0 ? 0 : 1;
}
'''


PLAIN = 'int main(void) { return 0; }\n'
CMOCKA = '''#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
''' + PLAIN

INCLUDES = 'modules include'  # and build/include, where smbguard_config.h is


def _launched(text):
    def command(ctx):
        ctx.fatal('run ./waf, which knows this command')
    command.__doc__ = text
    return command


# For `./waf --help`; buildtools/launcher.py runs them.
demo = _launched('sets everything up, and shows real clients and their events')
check = _launched('sets everything up, and runs the tests')
bench = _launched('measures what it costs, beside a stock smbd')
fuzz = _launched('attacks the parsers')
matrix = _launched('runs demo and check on each Samba that Debian has')
lint = _launched('checks the style')


def options(opt):
    opt.load('compiler_c')
    opt.parser.set_defaults(prefix='/usr')
    opt.add_option('--samba-source', metavar='DIR', help='a source tree of '
                   'exactly the installed Samba [default: fetched through apt]')
    opt.add_option('--sanitize', metavar='LIST', default='',
                   help='address,undefined: build the unit tests and the '
                   'smbguard command with these sanitizers. The modules are '
                   'built as ever, because smbd itself is not sanitized.')


def configure(conf):
    conf.load('compiler_c gccdeps')
    conf.find_program('objcopy')
    conf.find_program('scdoc', msg='Checking for scdoc (for the manual)')
    conf.env.cshlib_PATTERN = '%s.so'  # not lib*.so
    for name in LIBRARIES:
        conf.check_cfg(package=name, uselib_store=name, args='--cflags --libs')
    conf.check_cc(lib='smbconf', uselib_store='smbconf',
                  msg='Checking for libsmbconf')
    conf.check_cc(fragment=CMOCKA, lib='cmocka', uselib_store='cmocka',
                  mandatory=False, msg='Checking for cmocka (for the tests)')
    _configure_samba(conf)
    _configure_sanitizers(conf)
    for var in ('define_key', 'DEFINES'):  # no HAVE_*: Samba has its own
        conf.env[var] = [x for x in conf.env[var] if x.startswith('SMBGUARD_')]
    conf.write_config_header('include/smbguard_config.h', guard='SMBGUARD_CONFIG_H')

    # What was configured for another smbd or by another build is stale.
    for path in [samba_source.SMBD] + sorted(
            node.abspath() for node in conf.path.ant_glob('buildtools/*.py')):
        conf.hash = Utils.h_list((conf.hash, Utils.readf(path, 'rb')))
        conf.files.append(path)


def _configure_samba(conf):
    """The installed smbd, its source, and the headers derived from both."""
    tree = os.environ.get('SMBGUARD_SAMBA_SOURCE')
    if not tree:
        conf.fatal('run ./waf, which finds the Samba source, not waf itself')
    samba = samba_source.installed()
    conf.msg('Installed Samba', samba.source)
    smbd_b = subprocess.run([samba_source.SMBD, '-b'], stdout=subprocess.PIPE,
                            text=True, check=True).stdout
    for name in PLACES:
        m = re.search(r'^\s+%s: (.+)$' % name, smbd_b, re.M)
        if not m:
            conf.fatal('`smbd -b` does not name %s' % name)
        conf.env['SAMBA_' + name] = m[1]
        conf.define('SMBGUARD_' + name, m[1])

    headers = conf.path.abspath() + '/.cache/headers-' + samba.source.split(':')[-1]
    conf.start_msg('Samba\'s private headers')
    try:
        made = samba_headers.derive(tree, headers, smbd_b)
    except samba_headers.HeadersError as e:
        conf.end_msg('not derived', 'RED')
        conf.fatal(str(e))
    conf.end_msg('derived' if made else 'already derived')

    flags = ['-D' + define for define in samba_headers.DEFINES]
    for path in samba_headers.includes(tree, headers):
        flags += ['-isystem', path]
    conf.env.SAMBA_CFLAGS = flags + ['-idirafter', samba_headers.SAMBA_DEV]
    conf.check_cc(fragment=PROBE, cflags=CFLAGS + conf.env.SAMBA_CFLAGS,
                  features='c', msg='Compiling with them',
                  errmsg='no; build/config.log says why')

    major, minor, release = samba.release.split('.')
    conf.define('SMBGUARD_VERSION', VERSION)
    conf.define('SMBGUARD_SAMBA_VERSION', samba.release)
    conf.define('SMBGUARD_SAMBA_PACKAGE', samba.source)
    conf.define('SMBGUARD_SAMBA_VERSION_MAJOR', int(major))
    conf.define('SMBGUARD_SAMBA_VERSION_MINOR', int(minor))
    conf.define('SMBGUARD_SAMBA_VERSION_RELEASE', int(release))
    conf.env.SAMBA_PACKAGE = samba.source
    conf.env.SAMBA_LIBRARY = module_symbols.library_with(
        samba_source.SMBD, OF_THE_LIBRARY)
    conf.msg('Samba\'s library for its modules', conf.env.SAMBA_LIBRARY)
    conf.define('SMBGUARD_SAMBA_LIBRARY', conf.env.SAMBA_LIBRARY)
    conf.bldnode.make_node('samba-source').write(tree + '\n')
    provided = module_symbols.provided(samba_source.SMBD)
    public = module_symbols.public(samba_source.SMBD)
    for name, symbols in (('symbols', provided),
                          ('private', (provided - public).union(GONE))):
        conf.bldnode.make_node('samba-' + name).write(
            '\n'.join(sorted(symbols)) + '\n')


def _configure_sanitizers(conf):
    conf.env.SANITIZE = []
    if conf.options.sanitize:
        flags = ['-fsanitize=' + conf.options.sanitize, '-fno-omit-frame-pointer',
                 '-fno-sanitize-recover=all']
        conf.check_cc(cflags=flags, linkflags=flags, fragment=PLAIN,
                      msg='Checking for -fsanitize=' + conf.options.sanitize,
                      errmsg='no; give address, undefined or both')
        conf.env.SANITIZE = flags


def build(bld):
    if bld.cmd == 'uninstall':
        _refuse_uninstall(bld)
    _build_id(bld)
    _build_objects(bld)
    _build_module(bld, 'stage', ['glue', 'faultless'], '${SAMBA_MODULESDIR}')
    if bld.env.LIB_cmocka:
        for name, (source, _) in FAULTS.items():
            others = [other for other in ('layout', 'state')
                      if not source.endswith(other + '.c')]
            _build_module(bld, 'tests/' + name, ['glue', name] + others, None)
    _build_tools(bld)
    _build_docs(bld)
    _build_more(bld)
    if bld.env.LIB_cmocka:
        _build_tests(bld)


def _refuse_uninstall(bld):
    """Without the module smbd refuses each share whose list has it."""
    if bld.options.destdir or bld.options.force:
        return
    named = subprocess.run(['sh', 'packaging/package-notice', 'named'],
                           stdout=subprocess.PIPE, text=True, check=False).stdout
    if named:
        bld.fatal('smb.conf still lists smbguard (%s): without the module smbd '
                  'would refuse\nthose shares. Take it out first:\n'
                  '  smbguard disable && systemctl restart smbd\n'
                  'or uninstall all the same: ./waf uninstall --force'
                  % named.strip())


@TaskGen.feature('weak')
@TaskGen.after_method('process_source')
def _weaken(gen):
    """What objects need of Samba becomes weak as soon as they are compiled."""
    names = gen.bld.bldnode.find_node('samba-private')
    option = '--weaken-symbols=' + names.abspath()
    for task in gen.compiled_tasks:
        def run(task=task, compiled=task.run):
            return compiled() or task.exec_command(
                task.env.OBJCOPY + [option, task.outputs[0].abspath()])
        task.run = run
        task.dep_nodes.append(names)


def _build_id(bld):
    """A number for what the module is made of, in the names of its state."""
    sources = bld.path.ant_glob('modules/**/*.[ch]')
    bld.env.BUILT_FOR = [VERSION, bld.env.SAMBA_PACKAGE] + CFLAGS
    bld(rule=_make_build_id, source=sources, target='include/smbguard_build.h',
        vars=['BUILT_FOR', 'SAMBA_CFLAGS'], ext_out=['.h'],
        cls_keyword=lambda task: 'Numbering', cls_str=lambda task: 'this build')


def _make_build_id(task):
    parts = hashlib.sha256(repr(task.env.BUILT_FOR).encode())
    for source in task.inputs:
        parts.update(source.read(flags='rb'))
    task.outputs[0].write('#define SMBGUARD_BUILD_ID "%s"\n'
                          % parts.hexdigest()[:16])


def _build_objects(bld):
    """The object files that several targets share."""
    core = bld.path.ant_glob('modules/core/**/*.c')
    special = {source for source, _ in FAULTS.values()}
    glue = bld.path.ant_glob('modules/smbd/*.c', excl=sorted(special))
    bld.objects(target='core', source=core, includes=INCLUDES,
                cflags=CFLAGS + CFLAGS_CORE + FORTIFY, use='talloc tdb')
    if bld.env.SANITIZE:
        bld.objects(target='core_checked', source=core, includes=INCLUDES,
                    cflags=CFLAGS + CFLAGS_CORE + bld.env.SANITIZE,
                    use='talloc tdb')
    # no LTO: what has yet to be compiled has no symbols to make weak
    samba = CFLAGS + FORTIFY + bld.env.SAMBA_CFLAGS + ['-fno-lto']
    bld.objects(target='glue', source=glue, includes=INCLUDES, cflags=samba,
                features='weak')
    for source in sorted(special):
        bld.objects(target=os.path.basename(source)[:-2], source=source,
                    includes=INCLUDES, cflags=samba, features='weak')
    bld.objects(target='faultless', source=[], use='layout state')
    for name, (source, define) in FAULTS.items():
        bld.objects(target=name, source=source, defines=[define],
                    includes=INCLUDES, cflags=samba, features='weak')
    # The gates see nothing of Samba's but an NTSTATUS.
    public = CFLAGS + FORTIFY + ['-idirafter', samba_headers.SAMBA_DEV]
    bld.objects(target='gates', source=bld.path.ant_glob('modules/gates/*.c'),
                includes=INCLUDES, cflags=public, use='talloc tevent')
    # not hidden: the version script says what is exported
    bld.objects(target='entry', source='modules/smbguard.c', includes=INCLUDES,
                cflags=public + ['-fvisibility=default'], use='talloc')
    bld.objects(target='second_entry', source='modules/vfs_smbguard.c',
                includes=INCLUDES,
                cflags=CFLAGS + FORTIFY + ['-fvisibility=default'])


def _checked(bld):
    """What the unit tests and the command are made of: core and its flags."""
    if bld.env.SANITIZE:
        return 'core_checked', bld.env.SANITIZE
    return 'core', FORTIFY


def _build_module(bld, where, objects, install):
    """Link the module and its second name; check what the linker cannot."""
    parts = {MODULE: ['core', 'gates', 'entry'] + objects + LIBRARIES,
             SECOND_NAME: ['second_entry']}
    for name, use in parts.items():
        _link(bld, '%s/modules/%s' % (where, name), use,
              install and os.path.dirname(install + '/' + name))
    bld(rule=_check_module, target='checks/%s.ok' % where,
        gone=GONE if install is None else [],
        source=[bld.bldnode.find_node('samba-' + name)
                for name in ('symbols', 'private')] + [
            bld.bldnode.find_or_declare('%s/modules/%s' % (where, name))
            for name in parts],
        cls_keyword=lambda task: 'Checking', cls_str=lambda task: where)


def _link(bld, target, use, folder):
    script = bld.path.find_node('modules/smbguard.map')
    bld.add_manual_dependency(bld.bldnode.find_or_declare(target), script)
    bld(features='c cshlib', target=target[:-len('.so')], install_path=folder,
        linkflags=LINKFLAGS + LINKFLAGS_MODULE +
        ['-Wl,--version-script=' + script.abspath()], use=use)


def _check_module(task):
    provided, private, *modules = task.inputs
    provided, private = (set(names.read().split())
                         for names in (provided, private))
    provided.update(task.generator.gone)
    wrong = ['%s: %s\n' % (module, line) for module in modules
             for line in module_symbols.wrong(module.abspath(), provided, private)]
    if wrong:
        sys.stderr.write(''.join(wrong))
        return 1
    task.outputs[0].write('')
    return 0


def _build_tools(bld):
    sources = bld.path.ant_glob('tools/**/*.c')
    core, flags = _checked(bld)
    if sources:
        bld.program(target='stage/bin/smbguard', source=sources,
                    includes=INCLUDES + ' tools',
                    cflags=CFLAGS + flags + ['-idirafter', samba_headers.SAMBA_DEV],
                    linkflags=LINKFLAGS + bld.env.SANITIZE,
                    use=[core, 'smbconf'] + LIBRARIES,
                    install_path='${SAMBA_BINDIR}')


def _build_more(bld):
    """What other programs read: bash, and logrotate, whose file is the
    administrator's as soon as it is there."""
    bld(features='subst', is_copy=True, source='tools/completion.bash',
        target='stage/bash-completion/smbguard',
        install_path='${PREFIX}/share/bash-completion/completions')
    source = bld.path.find_node('examples/logrotate/smbguard')
    there = (bld.options.destdir or '') + '/etc/logrotate.d/smbguard'
    ours = not os.path.exists(there) or Utils.readf(there) == source.read()
    bld(features='subst', is_copy=True, source=source,
        target='stage/logrotate/smbguard',
        install_path='/etc/logrotate.d' if ours else None)
    if bld.is_install and not ours:
        sys.stdout.write('%s is left as it is: it was changed.\n' % there)


def _build_docs(bld):
    """docs/man/NAME.SECTION.scd become manual pages of this very build."""
    bld.env.PAGE_VERSION = VERSION  # a new one is a reason to render anew
    for source in bld.path.ant_glob('docs/man/*.scd'):
        page = source.name[:-len('.scd')]
        section = page.rpartition('.')[2]
        bld(rule=_make_page, source=source, target='stage/man/man%s/%s' % (section, page),
            vars=['PAGE_VERSION'] + ['SAMBA_' + name for name in PLACES],
            cls_keyword=lambda task: 'Rendering',
            install_path='${PREFIX}/share/man/man' + section)


def _make_page(task):
    """scdoc takes the page on its input; its date is that of the source."""
    source = task.inputs[0]
    text = source.read(encoding='utf-8').replace('@VERSION@', task.env.PAGE_VERSION)
    for name in PLACES:
        text = text.replace('@%s@' % name, task.env['SAMBA_' + name])
    env = dict(os.environ)
    env.setdefault('SOURCE_DATE_EPOCH', str(int(os.stat(source.abspath()).st_mtime)))
    done = subprocess.run(task.env.SCDOC, input=text.encode(), env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode or done.stderr:
        sys.stderr.write('%s: %s' % (source, done.stderr.decode()))
        return 1
    text = done.stdout.decode()
    if '\n.TS' in text:  # the first line says that tbl(1) is needed
        text = "'\\\" t\n" + text
    task.outputs[0].write(text, encoding='utf-8')
    return 0


def _build_tests(bld):
    """tests/unit has core linked in, tests/module opens the modules."""
    core, _ = _checked(bld)
    for source in bld.path.ant_glob('tests/unit/test_*.c'):
        wrap = ['-Wl,--wrap=' + name for name in _listed(source, 'wrap')]
        _build_test(bld, source, [core] + LIBRARIES, wrap)
    for source in bld.path.ant_glob('tests/module/test_*.c'):
        _build_test(bld, source, LIBRARIES, ['-ldl'])
    bld(features='c cshlib', target='tests/module/chain_end',
        source='tests/module/chain_end.c', install_path=None,
        cflags=CFLAGS + FORTIFY + bld.env.SAMBA_CFLAGS)


def _build_test(bld, source, use, linkflags):
    name = source.path_from(bld.path)[:-len('.c')]
    more = _listed(source, 'with')
    bld.program(target=name, source=[source] + more, install_path=None,
                includes=INCLUDES + ' tools' * bool(more),
                cflags=CFLAGS + _checked(bld)[1] + ['-Wno-missing-prototypes'],
                linkflags=linkflags + bld.env.SANITIZE, use=use + ['cmocka'])


def _listed(source, word):
    """What a test has on top, in a comment: functions that it replaces, `wrap:
    malloc write`, or files that it is made of, too, `with: tools/x.c`."""
    m = re.search(r'/\*\s*%s:([\w\s/.]*)\*/' % word, source.read()[:2000])
    return m[1].split() if m else []
