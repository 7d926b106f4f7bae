# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""File events, in words short enough to compare whole lists of them.

What: told() has a line for each file event of a share, in their order:

    open new.txt CREATE created
    close new.txt r1/8 w2/8
    rename a -> b NT_STATUS_OBJECT_NAME_COLLISION

tied() checks what holds of all of them: opens and closes belong together, the
outcome to the status, and all have the fields of their session.

How it fails: a Failure of the harness; KeyError for an event that is no file's.
"""

from harness import Failure

ALL = {'smbguard:file events': 'all'}
OPEN, CLOSE = 'file_open', 'file_close'
NAMES = {OPEN: 'open', CLOSE: 'close', 'file_rename': 'rename',
         'file_link': 'link', 'file_delete': 'delete',
         'directory_create': 'mkdir', 'directory_delete': 'rmdir',
         'file_acl': 'acl', 'file_attributes': 'attributes'}
FLAGS = ('created', 'overwritten', 'directory', 'deleteOnClose', 'reconnected')
OK = 'NT_STATUS_OK'
SESSION = ('account', 'sid', 'domain', 'sessionId', 'dialect', 'share', 'path',
           'encrypted')


def of_share(events, share='open'):
    return [event for event in events
            if event['event'] in NAMES and event.get('share') == share]


def line(event):
    """An event as above; what is not there is left out."""
    words = [NAMES[event['event']], event.get('path', '?')]
    if 'newPath' in event:
        words += ['->', event['newPath']]
    words.append(event.get('disposition', '').replace('FILE_', '', 1))
    words += [name for name in FLAGS if event.get(name)]
    if event['event'] == CLOSE:
        words += ['%s%d/%d' % (sign, event[count], event[size])
                  for sign, count, size in (('r', 'reads', 'bytesRead'),
                                            ('w', 'writes', 'bytesWritten'))
                  if event[count]]
    words.append(','.join(event.get('changed', ())))
    status = event.get('status', OK)
    words.append(status if status != OK else '')
    return ' '.join(filter(None, words))


def lines(events, share='open'):
    return [line(event) for event in of_share(events, share)]


def told(smbd, share='open'):
    """The lines of all file events so far, once every connection has ended."""
    return lines(smbd.events(), share)


def _handle(event):
    return event['connectionId'], event['fileId']


def tied(events):
    """Each open that was allowed has one close, and nothing else has one."""
    opened = set()
    for event in events:
        if event['event'] not in NAMES:
            continue
        brief = line(event)
        for name in SESSION:
            # Who fails to have a handle back may have named no file.
            nameless = name == 'path' and 'reconnected' in event and \
                event['outcome'] == 'failed'
            if name not in event and not nameless:
                raise Failure('no %s: %s' % (name, event))
        if event['event'] == CLOSE:
            if _handle(event) not in opened:
                raise Failure('a close without its open: ' + brief)
            opened.remove(_handle(event))
            continue
        allowed = event['outcome'] == 'allowed'
        if allowed != (event['status'] == OK):
            raise Failure('%s: %s' % (event['outcome'], brief))
        if event['event'] == OPEN and allowed:
            if _handle(event) in opened:
                raise Failure('opened twice: ' + brief)
            opened.add(_handle(event))
    if opened:
        raise Failure('never closed: %s' % sorted(opened))
