# SPDX-License-Identifier: GPL-3.0-only
"""shots.py FOLDER [NAME...]: pictures of the page in its scenes, to be looked at."""
import pathlib
import sys
import time

from browser import Browser
from mock import Pump, Server

DESKTOP, PHONE = (1280, 900, False), (390, 844, True)
OPEN = 'document.querySelectorAll(".opener").forEach((node, at) => { if (at === %d) node.click(); })'
# name: scene, size, scheme, language, whole page, script
SHOTS = {
    'desktop-light-en': ('full', DESKTOP, 'light', 'en', False, None),
    'desktop-dark-fr': ('full', DESKTOP, 'dark', 'fr', True, None),
    'desktop-light-en-open': ('full', DESKTOP, 'light', 'en', True, OPEN % 2),
    'desktop-dark-en-open': ('full', DESKTOP, 'dark', 'en', True, OPEN % 1),
    'phone-light-fr': ('full', PHONE, 'light', 'fr', True, None),
    'phone-dark-en-open': ('full', PHONE, 'dark', 'en', True, OPEN % 2),
    'phone-light-en': ('full', PHONE, 'light', 'en', False, None),
    'empty-light-en': ('empty', DESKTOP, 'light', 'en', False, None),
    'sparse-light-en': ('sparse', DESKTOP, 'light', 'en', True, OPEN % 0),
    'rude-light-en': ('rude', DESKTOP, 'light', 'en', True, OPEN % 0),
    'rude-360-dark-fr': ('rude', (360, 740, True), 'dark', 'fr', True, OPEN % 0),
    'drain-dark-en': ('drain', DESKTOP, 'dark', 'en', False, None),
    'drain-dialog-light-fr': ('full', DESKTOP, 'light', 'fr', False, 'document.getElementById("drain").click()'),
    'drain-dialog-phone-dark-en': ('full', PHONE, 'dark', 'en', False, 'document.getElementById("drain").click()'),
    'token-light-fr': ('token', DESKTOP, 'light', 'fr', False, None),
    'token-phone-dark-en': ('token', PHONE, 'dark', 'en', False, None),
}


def main(folder, names):
    browser = Browser()
    servers = {scene: Server(Pump(scene, 'secret' if scene == 'token' else None)).start()
               for scene in ('full', 'empty', 'sparse', 'rude', 'drain', 'token')}
    try:
        for name, (scene, (width, height, is_mobile), scheme, language, is_whole, script) in SHOTS.items():
            if names and name not in names:
                continue
            browser.look(width, height, scheme, is_mobile)
            browser.go(f'{servers[scene].url}?lang={language}')
            time.sleep(1 if scene == 'token' else 7)
            if script:
                browser.run(f'(() => {{ {script} }})()')
                time.sleep(1.5)
            if is_whole:
                tall = browser.run('document.documentElement.scrollHeight')
                browser.look(width, max(height, tall), scheme, is_mobile)
                time.sleep(0.3)
            browser.shoot(pathlib.Path(folder) / f'{name}.png')
            print(name, browser.run('document.documentElement.scrollWidth'), [c for c in browser.complaints() if '401' not in c])
    finally:
        browser.close()
        for server in servers.values():
            server.stop()


main(sys.argv[1], sys.argv[2:])
