# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ECS 8.11 and OCSF 1.4 allow of that which smbguard writes, as JSON Schema.

What: faults() says in words where events in their words differ from them.

How: written down from the public lists of fields of the two: the names, their
types, the values that are allowed, and in OCSF what each class must have.  Of
fields that smbguard does not write nothing is here, so that a new one is
noticed.

How it fails: without python3-jsonschema, see eventschema.
"""

import json

from eventschema import jsonschema

TEXT = {'type': 'string'}
NUMBER = {'type': 'integer', 'minimum': 0}
PORT = {'type': 'integer', 'minimum': 0, 'maximum': 65535}
TRUTH = {'type': 'boolean'}
ADDRESS = {'anyOf': [{'type': 'string', 'format': 'ipv4'},
                     {'type': 'string', 'format': 'ipv6'}]}
TIME = {'type': 'string',
        'pattern': r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$'}


def texts(of=None):
    return {'type': 'array', 'items': of or TEXT, 'minItems': 1,
            'uniqueItems': True}


def one_of(*values):
    return {'enum': list(values)}


def table(required='', /, **fields):
    """An object with these fields and no other."""
    return {'type': 'object', 'additionalProperties': False,
            'required': required.split(), 'properties': fields}


# event.category with the event.type that are expected of it
CATEGORIES = {
    'authentication': {'start', 'end', 'info'},
    'configuration': {'access', 'change', 'creation', 'deletion', 'info'},
    'file': {'access', 'change', 'creation', 'deletion', 'info'},
    'intrusion_detection': {'allowed', 'denied', 'info'},
    'network': {'access', 'allowed', 'connection', 'denied', 'end', 'info',
                'protocol', 'start'},
    'process': {'access', 'change', 'end', 'info', 'start'},
    'session': {'start', 'end', 'info'},
}
ECS = table(
    '@timestamp ecs event message smbguard', **{'@timestamp': TIME},
    message=TEXT, ecs=table('version', version=one_of('8.11.0')),
    event=table(
        'kind category type outcome action severity module dataset',
        kind=one_of('alert', 'event', 'metric', 'state', 'pipeline_error',
                    'signal', 'enrichment', 'asset'),
        category=texts(one_of(*CATEGORIES)),
        type=texts(one_of(*set().union(*CATEGORIES.values()))),
        outcome=one_of('success', 'failure', 'unknown'), action=TEXT,
        severity=NUMBER, module=TEXT, dataset=TEXT, reason=TEXT, code=TEXT,
        duration=NUMBER),
    log=table(level=TEXT), host=table(name=TEXT), error=table(code=TEXT),
    file=table('path', path=TEXT, name=TEXT, fork_name=TEXT, attributes=texts(),
               type=one_of('file', 'dir', 'symlink')),
    process=table(pid=NUMBER, name=TEXT),
    source=table(address=TEXT, ip=ADDRESS, port=PORT, domain=TEXT),
    destination=table(address=TEXT, ip=ADDRESS),
    network=table(transport=one_of('tcp'), protocol=one_of('smb'),
                  direction=one_of('ingress'), type=one_of('ipv4', 'ipv6')),
    user=table(name=TEXT, domain=TEXT, id=TEXT),
    rule=table(name=TEXT, ruleset=TEXT),
    related=table(ip=texts(ADDRESS), user=texts(), hosts=texts()),
    smbguard={'type': 'object'})

ENDPOINT = dict(table(hostname=TEXT, ip=ADDRESS, name=TEXT, port=PORT),
                minProperties=1)
USER = dict(table(name=TEXT, domain=TEXT, uid=TEXT),
            anyOf=[{'required': ['name']}, {'required': ['uid']}])
FILE = table('name type_id', name=TEXT, path=TEXT,
             type_id=one_of(*range(8), 99))
BASE = dict(
    activity_id=NUMBER, activity_name=TEXT, category_uid=NUMBER,
    class_uid=NUMBER, class_name=TEXT, type_uid=NUMBER, time=NUMBER,
    message=TEXT, severity_id=one_of(0, 1, 2, 3, 4, 5, 6, 99),
    status_id=one_of(0, 1, 2, 99), status=TEXT,
    action_id=one_of(0, 1, 2, 3, 4, 99),
    disposition_id=one_of(*range(28), 99),
    metadata=table(
        'version product', version=one_of('1.4.0'), original_time=TEXT,
        log_level=TEXT, event_code=TEXT, correlation_uid=TEXT,
        profiles=texts(one_of('security_control', 'host')),
        product=table('name', name=TEXT, vendor_name=TEXT, version=TEXT)),
    unmapped={'type': 'object'})
REQUIRED = ('activity_id category_uid class_uid metadata severity_id time '
            'type_uid message ')
OCSF = {
    4006: table(
        REQUIRED + 'src_endpoint dst_endpoint', **BASE, src_endpoint=ENDPOINT,
        dst_endpoint=ENDPOINT, actor=table('user', user=USER), share=TEXT,
        share_type_id=one_of(0, 1, 2, 3, 99), dialect=TEXT,
        client_dialects={'type': 'array', 'items': TEXT},
        connection_info=table(
            'direction_id', direction_id=one_of(0, 1, 2, 3, 99), uid=TEXT,
            protocol_name=TEXT, protocol_num=NUMBER)),
    3002: table(
        REQUIRED + 'user dst_endpoint', **BASE, src_endpoint=ENDPOINT,
        dst_endpoint=ENDPOINT, user=USER, session=table(uid=TEXT),
        is_remote=TRUTH, auth_protocol=TEXT, status_code=TEXT,
        auth_protocol_id=one_of(*range(13), 99)),
    2004: table(
        REQUIRED + 'finding_info', **dict(
            BASE, status_id=one_of(0, 1, 2, 3, 4, 5, 6, 99)),
        is_alert=TRUTH,
        finding_info=table('uid title', uid=TEXT, title=TEXT),
        evidences={'type': 'array', 'minItems': 1, 'items': table(
            src_endpoint=ENDPOINT, dst_endpoint=ENDPOINT, user=USER)}),
    1001: table(
        REQUIRED + 'actor device file', **BASE, file=FILE, file_result=FILE,
        actor=table('user', user=USER), connection_uid=TEXT, status_code=TEXT,
        device=table('type_id', type_id=one_of(1), hostname=TEXT),
        observables={'type': 'array', 'minItems': 1, 'items': table(
            'name type_id', name=TEXT, type_id=one_of(2), value=ADDRESS)}),
    6008: table(REQUIRED, **BASE, device=table(
        'type_id', type_id=one_of(1), hostname=TEXT)),
}
ACTIVITIES = {4006: {0, 1, 2, 3, 4, 5, 6, 99}, 3002: {0, 1, 2, 3, 4, 5, 99},
              2004: {0, 1, 2, 3, 99},
              1001: {*range(15), 99}, 6008: {0, 1, 2, 99}}
CATEGORY_OF = {4006: 4, 3002: 3, 2004: 2, 1001: 1, 6008: 6}


def _told(schema, event):
    checker = jsonschema.FormatChecker()
    validator = jsonschema.Draft202012Validator(schema, format_checker=checker)
    return ['%s: %s' % ('.'.join(map(str, error.absolute_path)), error.message)
            for error in validator.iter_errors(event)]


def ecs_faults(event):
    found = _told(ECS, event)
    if not found:
        expected = set().union(*(CATEGORIES[name] for name in
                                 event['event']['category']))
        unexpected = set(event['event']['type']) - expected
        found += ['event.type: %s' % name for name in unexpected]
    return found


def ocsf_faults(event):
    number = event.get('class_uid')
    if number not in OCSF:
        return ['class_uid: %s' % number]
    found = _told(OCSF[number], event)
    if event['activity_id'] not in ACTIVITIES[number]:
        found.append('activity_id: %s' % event['activity_id'])
    if event['type_uid'] != number * 100 + event['activity_id']:
        found.append('type_uid: %s' % event['type_uid'])
    if event['category_uid'] != CATEGORY_OF[number]:
        found.append('category_uid: %s' % event['category_uid'])
    return found


FAULTS = {'ecs': ecs_faults, 'ocsf': ocsf_faults}


def faults(form, text):
    """What is wrong with lines of "ecs" or "ocsf"; fails without jsonschema."""
    return ['%s in %s' % (fault, line.decode()) for line in text.splitlines()
            for fault in FAULTS[form](json.loads(line))]
