# Copyright (C) The smbguard authors 2026
# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium, for pages that the command writes.

What: Browser opens a file, clicks as a mouse does, and tells what the page
shows, what it asked the network for, and what it was refused.

How: DevTools' protocol over two pipes (fd 3 and 4, a NUL behind each message),
so that nothing listens anywhere.

How it fails: harness.Failure when the browser does not answer, or says that it
cannot do it.
"""

import base64
import fcntl
import json
import os
import select
import signal
import time

import harness

CHROMIUM = '/usr/bin/chromium'
FLAGS = ('--headless --no-sandbox --disable-gpu --disable-quic --no-first-run '
         '--disable-background-networking --disable-component-update '
         '--disable-sync --remote-debugging-pipe').split()
PATIENCE = 60
VISIBLE = '''(function () {
    var b = document.querySelectorAll(%s)[%d];
    b.scrollIntoView({block: 'center', inline: 'center'});
    var r = b.getBoundingClientRect();
    return [r.x + r.width / 2, r.y + r.height / 2];
})()'''


def _pipe():
    """Both ends far from 3 and 4, which posix_spawn() then makes of them."""
    return [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 64) for fd in os.pipe()]


class Browser:
    def __init__(self, directory):
        ours, theirs = _pipe(), _pipe()
        self.pid = os.posix_spawn(
            CHROMIUM, [CHROMIUM, *FLAGS, '--user-data-dir=%s/profile' %
                       directory, 'about:blank'],
            dict(os.environ, HOME=directory), file_actions=[
                (os.POSIX_SPAWN_OPEN, 2, directory + '/browser.log',
                 os.O_WRONLY | os.O_CREAT, 0o600),
                (os.POSIX_SPAWN_DUP2, theirs[0], 3),
                (os.POSIX_SPAWN_DUP2, ours[1], 4)])
        os.close(theirs[0])
        os.close(ours[1])
        self.output, self.input = theirs[1], ours[0]
        self.data, self.number, self.session = b'', 0, None
        self.events = []
        page = self.call('Target.createTarget', url='about:blank')
        self.session = self.call('Target.attachToTarget', flatten=True,
                                 **page)['sessionId']
        for domain in ('Page', 'Network', 'Log'):
            self.call(domain + '.enable')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self.pid, signal.SIGKILL)  # its profile ends with the test
        os.waitpid(self.pid, 0)
        os.close(self.output)
        os.close(self.input)

    def _next(self, deadline):
        while b'\0' not in self.data:
            ready, _, _ = select.select([self.input], [], [],
                                        max(0, deadline - time.monotonic()))
            more = os.read(self.input, 1 << 16) if ready else b''
            if not more:
                raise harness.Failure('chromium does not answer')
            self.data += more
        message, _, self.data = self.data.partition(b'\0')
        return json.loads(message)

    def _wait(self, wanted):
        deadline = time.monotonic() + PATIENCE
        while True:
            message = self._next(deadline)
            if 'method' in message:
                self.events.append(message)
            if wanted(message):
                return message

    def call(self, method, **params):
        """Have the browser do it; returns its answer."""
        self.number += 1
        message = {'id': self.number, 'method': method, 'params': params}
        if self.session:
            message['sessionId'] = self.session
        os.write(self.output, json.dumps(message).encode() + b'\0')
        answer = self._wait(lambda m: m.get('id') == self.number)
        if 'error' in answer:
            raise harness.Failure('%s: %s' % (method, answer['error']))
        return answer['result']

    def open(self, path):
        self.events.clear()
        self.call('Page.navigate', url='file://' + path)
        if not self._told('Page.loadEventFired'):
            self._wait(lambda m: m.get('method') == 'Page.loadEventFired')

    def _told(self, method):
        return [e['params'] for e in self.events if e['method'] == method]

    def value(self, expression):
        """What a JavaScript expression is in the page."""
        answer = self.call('Runtime.evaluate', expression=expression,
                           returnByValue=True)
        if 'exceptionDetails' in answer:
            raise harness.Failure(json.dumps(answer['exceptionDetails']))
        return answer['result'].get('value')

    def texts(self, selector):
        return self.value('Array.from(document.querySelectorAll(%s), '
                          'e => e.textContent)' % json.dumps(selector))

    def click(self, selector, index=0):
        """Bring it into view and press the mouse in its middle."""
        x, y = self.value(VISIBLE % (json.dumps(selector), index))
        for kind in ('mousePressed', 'mouseReleased'):
            self.call('Input.dispatchMouseEvent', type=kind, x=x, y=y,
                      button='left', clickCount=1)

    def type(self, text):
        """Into what has the focus."""
        self.call('Input.insertText', text=text)

    def show(self, media, width, scheme):
        """On a screen or paper of that many pixels, light or dark."""
        self.call('Emulation.setDeviceMetricsOverride', width=width, height=900,
                  deviceScaleFactor=1, mobile=False)
        self.call('Emulation.setEmulatedMedia', media=media, features=[
            {'name': 'prefers-color-scheme', 'value': scheme}])

    def requests(self):
        """The addresses that the page asked for, its own the first."""
        self.value('0')  # what was on its way is here now
        return [e['request']['url'] for e in
                self._told('Network.requestWillBeSent')]

    def complaints(self):
        """What the browser has logged, violations of its policy for one."""
        self.value('0')
        return [e['entry']['text'] for e in self._told('Log.entryAdded')]

    def screenshot(self, path):
        shot = self.call('Page.captureScreenshot', captureBeyondViewport=True)
        with open(path, 'wb') as f:
            f.write(base64.b64decode(shot['data']))
