# SPDX-License-Identifier: GPL-3.0-only
"""A headless Chromium, driven through chromedriver by WebDriver's own JSON."""
import base64
import http.client
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

FLAGS = [
    '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-default-apps', '--disable-extensions', '--disable-dev-shm-usage',
    '--no-default-browser-check', '--no-proxy-server', '--mute-audio',
]
ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'
KEYS = {'Tab': '\ue004', 'Enter': '\ue007', 'Escape': '\ue00c', 'Space': ' ', 'Shift': '\ue008', 'Down': '\ue015'}
START_S = 30


class Failed(Exception):
    """What WebDriver answered, or what did not come true in time."""


def missing():
    """The programs that are not there."""
    return [name for name, found in {
        'chromium': shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome'),
        'chromedriver': shutil.which('chromedriver')}.items() if not found]


def wait_for(what, condition, seconds=20):
    """The first true answer of condition(), which is asked again and again."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failed(f'{what}: not within {seconds} s')
        time.sleep(0.05)


class Browser:
    """One browser with one tab, a folder of its own, and nothing kept."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='stream-pump-page-'))
        self.log = (self.folder / 'driver.log').open('w+')
        self.session = None
        self.driver = subprocess.Popen(['chromedriver', '--port=0'], stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL,
                                       cwd=self.folder)
        try:
            self.port = int(wait_for('chromedriver starts', self.find_port, START_S))
            self.open()
        except BaseException:
            self.close()
            raise

    def find_port(self):
        if self.driver.poll() is not None:
            raise Failed('chromedriver ended: ' + pathlib.Path(self.log.name).read_text())
        found = re.search(r'started successfully on port (\d+)', pathlib.Path(self.log.name).read_text())
        return found and found.group(1)

    def open(self):
        binary = shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')
        answer = self.call('POST', '/session', {'capabilities': {'alwaysMatch': {
            'browserName': 'chrome',
            'goog:chromeOptions': {'binary': binary, 'args': [*FLAGS, f'--user-data-dir={self.folder}/profile']},
            'goog:loggingPrefs': {'browser': 'ALL', 'performance': 'ALL'},
        }}})
        self.session = answer['sessionId']

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {'Content-Type': 'application/json'})
            value = json.loads(connection.getresponse().read())['value']
        finally:
            connection.close()
        if isinstance(value, dict) and 'error' in value:
            raise Failed(f"{value['error']}: {value['message'].splitlines()[0]}")
        return value

    def do(self, method, path, body=None):
        return self.call(method, f'/session/{self.session}{path}', body)

    def devtools(self, command, **parameters):
        return self.do('POST', '/goog/cdp/execute', {'cmd': command, 'params': parameters})

    def go(self, url):
        self.do('POST', '/url', {'url': url})

    def run(self, script, *arguments):
        """The value of a JavaScript expression, or of what it promises."""
        return self.do('POST', '/execute/sync', {'script': f'return ({script})', 'args': list(arguments)})

    def wait(self, what, script, *arguments, seconds=20):
        return wait_for(what, lambda: self.run(script, *arguments), seconds)

    def press(self, *keys):
        actions = []
        for key in keys:
            parts = [KEYS.get(part, part) for part in key.split('+')]
            actions += [{'type': 'keyDown', 'value': part} for part in parts]
            actions += [{'type': 'keyUp', 'value': part} for part in reversed(parts)]
        self.do('POST', '/actions', {'actions': [{'type': 'key', 'id': 'keyboard', 'actions': actions}]})

    def type(self, text):
        self.press(*text)

    def click(self, selector):
        found = self.do('POST', '/element', {'using': 'css selector', 'value': selector})
        self.do('POST', f'/element/{found[ELEMENT]}/click', {})

    def look(self, width=1280, height=900, scheme='light', is_mobile=False):
        self.devtools('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=is_mobile)
        self.devtools('Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': scheme}])

    def speak(self, language):
        agent = self.run('navigator.userAgent')
        self.devtools('Emulation.setUserAgentOverride', userAgent=agent, acceptLanguage=language)

    def shoot(self, path, is_whole=False):
        shot = self.devtools('Page.captureScreenshot', format='png', captureBeyondViewport=is_whole)
        pathlib.Path(path).write_bytes(base64.b64decode(shot['data']))

    def complaints(self):
        """What the console has said since the last time."""
        return [f"{entry['level']}: {entry['message']}" for entry in self.do('POST', '/se/log', {'type': 'browser'})]

    def requests(self):
        """The URLs asked for since the last time."""
        urls = []
        for entry in self.do('POST', '/se/log', {'type': 'performance'}):
            message = json.loads(entry['message'])['message']
            if message['method'] == 'Network.requestWillBeSent':
                urls.append(message['params']['request']['url'])
        return urls

    def close(self):
        try:
            if self.session:
                self.do('DELETE', '')
        except (OSError, Failed):
            pass
        self.driver.terminate()
        try:
            self.driver.wait(10)
        except subprocess.TimeoutExpired:
            self.driver.kill()
            self.driver.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
