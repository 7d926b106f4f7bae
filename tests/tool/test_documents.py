# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documents and the code say the same.

What: options, events and fields are what the command prints of its tables.  Each
must be in the manual, the README and the schema, with nothing there that the code
does not have.  Examples of events are held against the schema, manual pages
render without a warning, relative links lead somewhere.

How: sources and documents are plain text here; the manual is looked at both as
it is written (docs/man) and as it was built (build/stage/man).

How it fails: a Failure that names what is missing where.  Without groff the
rendering is not checked, which is a failure under `./waf check`.
"""

import glob
import json
import os
import re
from unittest import mock

import eventschema
import tables
from harness import ROOT, Test
from sources import text
from tables import exception_table, option_table, options, rules

PAGES = ('smbguard.8', 'vfs_smbguard.8', 'smbguard.conf.5',
         'smbguard-events.7')
COMMAND = os.path.join(ROOT, 'build/stage/bin/smbguard')


def manual(page):
    return text('docs/man/%s.scd' % page)


def entries(page):
    """{option: what the manual says of it}"""
    parts = re.split(r'^\*smbguard:([^*]+)\*\n', page, flags=re.M)
    return {name: re.split(r'^# ', body, flags=re.M)[0]
            for name, body in zip(parts[1::2], parts[2::2])}


def check_default(t, name, entry, row):
    """A default is told as it is written, in bold, but for what is not set."""
    line = re.search(r'^\s*Default: .*', entry, re.M).group(0)
    if row['default'] is None:
        t.true('not set' in line or 'none' in line, '%s: %s' % (name, line))
    else:
        t.contains(row['default'] + '*', line, name)


def check_entry(t, name, entry, values):
    for word in ('Values: ', 'Default: ', 'Example: *smbguard:'):
        t.true(word in entry, '"%s" of %s in smbguard.conf(5)' % (word, name))
    line = re.search(r'^\s*Values: .*', entry, re.M).group(0)
    for value in values:
        t.contains('*%s*' % value, line, name)


def test_every_option_is_in_the_manual(t):
    table, found = option_table(), entries(manual('smbguard.conf.5'))
    exceptions = exception_table()
    t.true(len(table) >= 16, 'the options are found')
    t.true(len(exceptions) == 7, 'the options of exceptions are found')
    t.equal(sorted(list(table) + ['NAME ' + key for key in exceptions]),
            sorted(found), 'options in smbguard.conf(5)')
    t.equal(['audit file', 'exceptions', 'file events ignore',
             'file events ignore groups', 'file events ignore users'],
            sorted(name for name in table if not table[name][1]),
            'options whose values are not found')
    for name, (where, values) in table.items():
        check_entry(t, name, found[name], values)
        t.contains('Where: [global]' + (', shares' if 'share' in where
                                        else '++'), found[name], name)
        check_default(t, name, found[name], options()[name])
    for key, values in exceptions.items():
        check_entry(t, 'NAME ' + key, found['NAME ' + key], values)


def test_what_is_told_of_the_rules(t):
    """Their weight, and where they are judged, in smbguard.conf(5)."""
    page = manual('smbguard.conf.5')
    part = page[page.index('# WHAT COUNTS WHERE'):page.index('# AUDIT MODE')]
    order = part[part.index('order is '):part.index('before the share')]
    names = [' '.join(name.split()) for name in re.findall(r'\*([^*]+)\*', order)]
    t.equal([row['name'] for row in rules()], names, 'the order of weight')
    for row in rules():
        for word in row['rule']['exceptions']:
            t.contains('*%s*' % word, page, row['name'])
    t.equal({row['name'] for row in rules()
             if 'session' not in row['rule']['heldBy']}, {'min protocol'},
            'of [global], not judged at the logon')
    t.equal({row['name'] for row in rules()
             if 'share' not in row['rule']['heldBy']}, {'downgrade'},
            'not judged at shares')
    t.equal([row['name'] for row in rules() if 'smbd' in row['rule']['heldBy']],
            ['encryption'], 'smbd itself holds it for printers')
    report = text('docs/man/smbguard.8.scd')
    for row in rules():
        t.equal(row['rule']['foreseen'], '*%s*' % row['name'] in
                report[report.index('--if'):][:1200], row['name'])


def test_every_option_is_in_the_readme(t):
    readme, table = text('README.md'), option_table()
    rows = {name: (where, rest) for name, where, rest in re.findall(
        r'^\| `smbguard:([^`]+)` \| ([^|]+) \| (.*)$', readme, re.M)}
    t.true(len(table) >= 16, 'the options are found')
    t.equal(sorted(table), sorted(rows), 'rows of the table')
    for name, (where, values) in table.items():
        t.equal(where, rows[name][0], name)
        if 'algorithms' not in name:
            for value in values:
                t.contains('`%s`' % value, rows[name][1], name)
    about = readme[readme.index('For each NAME in'):]
    exceptions = exception_table()
    t.true(len(exceptions) == 7, 'the options of exceptions are found')
    t.true(exceptions['allow'], 'what they may allow is found')
    for key, values in exceptions.items():
        for word in ['NAME ' + key] + ['`%s`' % value for value in values]:
            t.contains(word, about[:700])


def test_options_in_examples_and_documents_exist(t):
    """No smb.conf line anywhere shows an option that is not there."""
    known = set(option_table())
    keys = set(exception_table())
    paths = glob.glob(os.path.join(ROOT, 'examples/*.conf'))
    paths += glob.glob(os.path.join(ROOT, 'docs/**/*.*'), recursive=True)
    seen = set()
    for path in paths + [os.path.join(ROOT, 'README.md')]:
        for name in re.findall(r'smbguard:([\w -]*\w) = ', text(path)):
            of_exception = re.fullmatch(r'[\w-]+ (\w+)', name)
            t.true(name in known or name == 'encrypton' or
                   (of_exception and of_exception.group(1) in keys),
                   '%s names an option: %s' % (path, name))
            seen.add(name)
    t.true(len(seen) > 20, 'options are found')


def schema_fields():
    """{name: what the schema says}, "policy" and "policy.option" and so on."""
    schema = eventschema.schema()
    found = {}
    for name, body in schema['properties'].items():
        if '$ref' in body:
            body = schema['$defs'][body['$ref'].split('/')[-1]]
        found[name] = body
        for inner, rest in body.get('properties', {}).items():
            found['%s.%s' % (name, inner)] = rest
    return found


def test_every_event_is_in_the_documents(t):
    events = sorted(tables.events())
    t.equal(22, len(events), 'events in the code: %s' % events)
    schema = eventschema.schema()
    t.equal(events, sorted(schema['properties']['event']['enum']), 'schema')
    t.equal(events, sorted(rule['if']['properties']['event']['const']
                           for rule in schema['allOf']), 'rules of the schema')
    page = manual('smbguard-events.7')
    part = page[page.index('\n# EVENTS'):page.index('\n# FIELDS')]
    t.equal(events, sorted(re.findall(r'^## (\w+)$', part, re.M)), 'manual')
    table = text('README.md').split('## Events')[1]
    t.equal(events, sorted(re.findall(r'^\| `(\w+)` \|', table, re.M)),
            'README')


def test_every_room_is_on_the_map(t):
    """Each folder with code in it, and no other."""
    page = text('docs/design.md')
    rows = page[page.index('## The map'):page.index('| to add |')]
    told = {room.rstrip('/') for room in re.findall(
        r'`((?:modules|tools|tests|buildtools)[\w/]*/)`', rows)}
    told |= {'tools/' + room.rstrip('/') for room in re.findall(
        r'`(check/|report/|status/|watch/|doctor/|explain/)`', rows)}
    rooms = {os.path.relpath(folder, ROOT)
             for top in ('modules', 'tools', 'tests', 'buildtools')
             for folder, _, names in os.walk(os.path.join(ROOT, top))
             if any(re.search(r'\.(c|h|py)$', name) for name in names)}
    t.equal(sorted(rooms - {'tests'}), sorted(told))


def test_every_field_is_in_the_documents(t):
    fields = tables.fields()
    for field in ('version.major', 'offer.ciphers', 'policy.until', 'lost',
                  'received.capabilities', 'downgrade.was', 'timestamp'):
        t.true(field in fields, 'fields are found: ' + field)
    t.equal(list(fields), [name for name in schema_fields()
                           if name not in objects(fields)],
            'fields of the schema')
    page = manual('smbguard-events.7')
    page = page[page.index('\n# FIELDS'):page.index('\n# STRINGS')]
    told = set(re.findall(r'\*(\w+)\*', page))
    missing = {part for field in fields for part in field.split('.')} - told
    t.equal(set(), missing, 'fields that smbguard-events(7) leaves out')


def objects(fields):
    return {name.split('.')[0] for name in fields if '.' in name}


def schema_type(body):
    """As the table of fields names it."""
    if 'enum' in body or 'const' in body:
        value, = {type(v) for v in body.get('enum', [body.get('const')])}
        return {str: 'string', int: 'number', bool: 'boolean'}[value]
    if body['type'] == 'array':
        return 'list of %ss' % body['items']['type']
    return {'integer': 'number'}.get(body['type'], body['type'])


def test_types_of_fields(t):
    """The schema has the type of each, and a pattern where it has a form."""
    forms = {'text': 'string', 'id': 'string', 'guid': 'string',
             'time': 'string', 'list': 'list of strings'}
    found = schema_fields()
    for name, row in tables.fields().items():
        t.equal(forms.get(row['type'], row['type']), schema_type(found[name]),
                name)
        if row['type'] in ('id', 'guid', 'time'):
            t.true('pattern' in found[name], name)


def test_which_event_has_which_field(t):
    """By the schema, in order; and what is always there is required."""
    fields, schema = tables.fields(), eventschema.schema()

    def names(rows):
        return list(dict.fromkeys(name.split('.')[0] for name in rows))
    t.equal(names(name for name, row in fields.items() if row['always']
                  and len(row['events']) == len(tables.events())),
            schema['required'])
    t.equal(22, len(schema['allOf']))
    for rule in schema['allOf']:
        event = rule['if']['properties']['event']['const']
        then = rule['then']
        t.equal(names(name for name, row in fields.items()
                      if event in row['events']),
                then['propertyNames']['enum'], event)
        t.equal(tables.events()[event], then['properties'].get(
            'windowsEventId', {'enum': []})['enum'], event)
    found = schema_fields()
    t.equal(6, len(objects(fields)))
    for name in objects(fields):
        t.equal([row.split('.')[1] for row in fields
                 if row.startswith(name + '.') and fields[row]['always']],
                found[name]['required'], name)


def test_values_of_fields(t):
    properties = eventschema.schema()['properties']
    page = manual('smbguard-events.7')
    for field, table, count in (('outcome', 'outcomes', 5),
                                ('severity', 'severities', 4)):
        values = tables.tables()[table]
        t.equal(values, properties[field]['enum'], field)
        for value in t.each(values, count, field):
            t.contains('*%s*' % value, page)
    ids = sorted(set().union(*tables.events().values()))
    t.equal(ids, properties['windowsEventId']['enum'], 'windowsEventId')
    for number in t.each(ids, 10, 'numbers'):
        t.contains(str(number), page)
        t.contains('| %d ' % number,
                   text('docs/administrators.md').replace(',', ' |'))


def test_version_of_the_format(t):
    version = tables.tables()['version']
    parts = eventschema.schema()['properties']['version']['properties']
    t.equal(version, {name: part['const'] for name, part in parts.items()})
    told = 'version %(major)d.%(minor)d' % version
    t.contains(told, manual('smbguard-events.7'))


def test_examples_of_events(t):
    """One of each in the manual, and the README's, as the schema has them."""
    shown = eventschema.examples()
    t.equal(sorted(tables.events()), sorted(event['event'] for event in shown))
    readme = re.search(r'^    \{\n.*?^    \}$', text('README.md'), re.M | re.S)
    shown.append(json.loads(readme.group(0)))
    t.equal([], eventschema.faults(shown))


def jq_lines():
    """Every jq command of the README and the manual, as a shell takes it."""
    blocks = re.findall(r'(?:^ {4,}.*\n)+', text('README.md'), re.M)
    for page in PAGES:
        blocks += [block.replace('\\\\', '\\') for block in re.findall(
            r'^```\n(.*?)```$', manual(page), re.M | re.S)]
    return [block for block in blocks if block.lstrip().startswith('jq ')]


def test_jq_lines_work(t):
    """Run on the examples of the manual: no errors, and the right number."""
    path = os.path.join(t.directory, 'events')
    with open(path, 'w', encoding='utf-8') as f:
        for event in eventschema.examples():
            f.write(json.dumps(event) + '\n')
    t.equal(10, len(jq_lines()), 'lines')
    for line in jq_lines():
        line = re.sub(r'(@LOGFILEBASE@|/var/log/samba)/smbguard.jsonl', path,
                      line)
        status, output = t.run('sh', '-c', line)
        t.equal(0, status, line + output)
        t.equal('"denied"' in line, len(output.splitlines()) == 2,
                line + output)


def test_the_schema_is_strict(t):
    """It finds what is wrong, and nothing wrong with what is right."""
    right = [event for event in eventschema.examples()
             if event['event'] == 'share_connect'][0]
    t.equal([], eventschema.faults([right]))
    wrong = ({'colour': 'blue'}, {'status': 'NT_STATUS_OK'}, {'pid': '1'},
             {'outcome': 'maybe'}, {'connectionId': '0x1'},
             {'timestamp': '2026-11-22'}, {'policy': {'scope': 'global'}},
             {'event': 'visit'}, {'windowsEventId': 551},
             {'event': 'share_disconnect'})
    for change in wrong:
        t.true(eventschema.faults([dict(right, **change)]), str(change))
    for name in ('share', 'reason', 'pid'):
        less = {key: right[key] for key in right if key != name}
        t.true(eventschema.faults([less]), 'without ' + name)


def test_the_schema_is_strict_everywhere(t):
    """Each field of each event has one type, and no object takes another."""
    events = eventschema.examples()
    for event in t.each(events, len(tables.events()), 'examples'):
        inner = [(name, value) for name, value in event.items()
                 if isinstance(value, dict)]
        wrong = [dict(event, colour='blue')]
        wrong += [dict(event, **{name: 7.5}) for name in event]
        for name, value in inner:
            wrong += [dict(event, **{name: dict(value, **{key: 7.5})})
                      for key in [*value, 'colour']]
        for change in wrong:
            t.true(eventschema.faults([change]), str(change))


def test_a_wrong_event_fails_its_test(t):
    directory = os.path.join(t.directory, 'inner')
    os.mkdir(directory)
    inner = Test('inner', directory)
    smbd = inner.smbd()
    t.equal('ok', smbd.smbclient('open').got)
    event = smbd.events()[0]
    t.equal([], inner.finish())
    with open(smbd.audit, 'a', encoding='utf-8') as f:
        f.write(json.dumps(dict(event, colour='blue')) + '\n')
    t.contains('colour', '\n'.join(inner.finish()))


def test_a_missing_validator_is_noticed(t):
    with mock.patch.object(eventschema, 'jsonschema', None):
        with mock.patch.dict(os.environ, SMBGUARD_COMMAND='check'):
            t.equal([eventschema.MISSING], eventschema.faults([]))
        with mock.patch.dict(os.environ, SMBGUARD_COMMAND=''):
            t.equal([], eventschema.faults([]))


def test_manual_is_built_and_whole(t):
    built = glob.glob(os.path.join(ROOT, 'build/stage/man/man*/*'))
    t.equal(sorted(PAGES), sorted(map(os.path.basename, built)))
    for page in PAGES:
        source = manual(page)
        name, _, section = page.rpartition('.')
        t.true(source.startswith('%s(%s) ' % (name, section)), page)
        heads = re.findall(r'^# (.*)$', source, re.M)
        first = [head for head in heads if head != 'SYNOPSIS'][:2]
        t.equal(['NAME', 'DESCRIPTION'], first, page)
        t.equal('SYNOPSIS' in heads, section != '7', page)
        t.equal(['VERSION', 'SEE ALSO', 'AUTHOR'], heads[-3:], page)
        rendered = text('build/stage/man/man%s/%s' % (section, page))
        t.equal([], re.findall(r'@[A-Z]+@', rendered), page)
    t.contains('This module is stackable.', manual('vfs_smbguard.8'))


def test_manual_renders_without_warnings(t):
    for page in PAGES:
        path = os.path.join(ROOT, 'build/stage/man/man%s/%s' % (page[-1],
                                                               page))
        status, output = t.run('groff', '-ww', '-t', '-man', '-Tutf8', '-z',
                               path)
        t.equal((0, ''), (status, output), page)
    broken = os.path.join(t.directory, 'broken.1')
    with open(broken, 'w', encoding='ascii') as f:
        f.write('.TH broken 1\n.SH NAME\n.NOSUCHMACRO\n')
    t.true(t.run('groff', '-ww', '-man', '-Tutf8', '-z', broken)[1],
           'a page that is wrong has a warning')


def commands():
    return re.findall(r'^\t\{"(\w+)", sg_command_', text('tools/main.c'), re.M)


def test_every_command_is_in_the_manual(t):
    page, readme = manual('smbguard.8'), text('README.md')
    t.true(len(commands()) > 5, 'commands are found')
    for command in commands():
        t.contains('\n## smbguard %s' % command, page)
        t.contains('`smbguard %s`' % command, readme)
        status, output = t.run(COMMAND, command, '--help')
        t.equal(0, status, output)
        part = page.split('\n## smbguard %s' % command)[1]
        part = re.split(r'^##? ', part, flags=re.M)[0]
        options = set(re.findall(r'--[a-z][a-z-]*', output))
        told = set(re.findall(r'--[a-z][a-z-]*', part))
        t.equal(set(), options - {'--help', '--usage'} - told,
                'options of smbguard %s that smbguard(8) leaves out' % command)
        t.equal(set(), told - options,
                'options of smbguard %s that only smbguard(8) has' % command)


def anchors(path):
    return {re.sub(r'[^\w -]', '', head.lower()).strip().replace(' ', '-')
            for head in re.findall(r'^#+ (.*)$', text(path), re.M)}


def test_relative_links_lead_somewhere(t):
    paths = ['README.md'] + [os.path.relpath(path, ROOT) for path in
                             glob.glob(os.path.join(ROOT, '*/*.md'))]
    count = 0
    for path in paths:
        for link in re.findall(r'\]\(([^)\s]+)\)', text(path)):
            if re.match(r'\w+:', link):
                continue
            file, _, anchor = link.partition('#')
            target = os.path.normpath(os.path.join(os.path.dirname(path),
                                                   file)) if file else path
            t.true(os.path.exists(os.path.join(ROOT, target)),
                   '%s: %s leads somewhere' % (path, link))
            if anchor:
                t.true(anchor in anchors(target),
                       '%s: %s has a heading' % (path, link))
            count += 1
    t.true(count > 40, 'links are found')


def test_tests_that_documents_name_exist(t):
    there = {os.path.basename(path)[:-3] for path in
             glob.glob(os.path.join(ROOT, 'tests/*/test_*.py'))}
    there |= {'unit.' + os.path.basename(path)[5:-2] for path in
              glob.glob(os.path.join(ROOT, 'tests/unit/test_*.c'))}
    count = 0
    for path in glob.glob(os.path.join(ROOT, 'docs/*.md')):
        for name in re.findall(r'`(test_\w+|unit\.\w+)`', text(path)):
            t.true(name in there, '%s: %s exists' % (path, name))
            count += 1
    t.true(count > 50, 'names are found')
