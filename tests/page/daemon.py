# SPDX-License-Identifier: GPL-3.0-only
"""The built program with one looped file, and one who watches it."""
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import urllib.request

from browser import wait_for

CLIP = pathlib.Path(__file__).resolve().parents[1] / 'data' / 'clip.asf'
REQUEST = ('GET /streams/clip HTTP/1.0\r\nUser-Agent: NSPlayer/9.0.0.2980\r\nPragma: no-cache,rate=1.000000\r\n'
           'Pragma: xPlayStrm=1\r\nPragma: stream-switch-count=1\r\nPragma: stream-switch-entry=ffff:1:0\r\n\r\n')


class Daemon:
    """Ports are chosen by the kernel. TOKEN: the page must ask for it."""

    def __init__(self, token=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='stream-pump-page-'))
        admin = {'listen': '127.0.0.1', 'port': 0}
        if token:
            admin['token_file'] = str(self.folder / 'token')
            (self.folder / 'token').write_text(token + '\n')
            (self.folder / 'token').chmod(0o600)
        self.config = self.folder / 'pump.json'
        self.config.write_text(json.dumps({'listen': ['127.0.0.1'], 'port': 0, 'admin': admin, 'limits': {'lateness_ms': 0}, 'streams': [
            {'name': 'Clip', 'path': 'clip', 'type': 'file', 'source_options': {'path': str(CLIP)}}]}))
        self.log = self.folder / 'log'
        with self.log.open('w') as log:
            self.process = subprocess.Popen([os.environ['STREAM_PUMP'], '--config', str(self.config)], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, cwd=self.folder)
        try:
            wait_for('the daemon is ready and has its source', lambda: 'source up' in self.said() and ' ready' in self.said(), 30)
            self.port = int(re.search(r'media listening on 127\.0\.0\.1:(\d+)', self.said())[1])
            self.url = 'http://127.0.0.1:%s/' % re.search(r'admin listening on 127\.0\.0\.1:(\d+)', self.said())[1]
        except BaseException:
            self.stop()
            raise

    def said(self):
        return self.log.read_text()

    def ask(self, path):
        with urllib.request.urlopen(self.url + path.lstrip('/'), timeout=10) as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Viewer:
    """Takes what comes, until it is ended."""

    def __init__(self, daemon):
        self.socket = socket.create_connection(('127.0.0.1', daemon.port), 20)
        self.socket.sendall(REQUEST.encode())
        self.head = self.socket.recv(4096)
        self.socket.setblocking(False)

    def is_ended(self):
        try:
            while True:
                if not self.socket.recv(65536):
                    return True
        except BlockingIOError:
            return False
        except ConnectionError:
            return True

    def stop(self):
        self.socket.close()
