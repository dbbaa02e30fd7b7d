# SPDX-License-Identifier: GPL-3.0-only
"""shots.py FOLDER [NAME...]: pictures of the page in its scenes, to be looked at."""
import pathlib
import sys
import time

from browser import Browser
from mock import Pump, Server

SETTLE_S = 5
HISTORY_S = 150
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


def take(browser, folder, name, size, scheme, is_whole):
    width, height, is_mobile = size
    if is_whole:
        browser.look(width, height, scheme, is_mobile)
        height = max(height, browser.run('document.documentElement.scrollHeight'))
    browser.look(width, height, scheme, is_mobile)
    time.sleep(0.4)
    browser.shoot(pathlib.Path(folder) / f'{name}.png')
    print(name, browser.run('document.documentElement.scrollWidth'), [each for each in browser.complaints() if '401' not in each])


def main(folder, names):
    browser = Browser()
    servers = {scene: Server(Pump(scene, 'secret' if scene == 'token' else None)).start()
               for scene in ('full', 'empty', 'sparse', 'rude', 'drain', 'token')}
    try:
        for name, (scene, size, scheme, language, is_whole, script) in SHOTS.items():
            if names and name not in names:
                continue
            browser.look(*size[:2], scheme, size[2])
            browser.go(f'{servers[scene].url}?lang={language}')
            time.sleep(SETTLE_S)
            if script:
                browser.run(f'(() => {{ {script} }})()')
                time.sleep(1.5)
            take(browser, folder, name, size, scheme, is_whole)
        if not names or 'long' in names:  # with some minutes of history
            browser.look()
            browser.go(f'{servers["full"].url}?lang=en')
            time.sleep(HISTORY_S)
            for language in ('en', 'fr'):
                for scheme in ('light', 'dark'):
                    take(browser, folder, f'long-desktop-{scheme}-{language}', DESKTOP, scheme, False)
                    take(browser, folder, f'long-phone-{scheme}-{language}', PHONE, scheme, False)
                browser.run('document.getElementById("lang").click()')
    finally:
        browser.close()
        for server in servers.values():
            server.stop()


main(sys.argv[1], sys.argv[2:])
