# SPDX-License-Identifier: GPL-3.0-only
"""test-page.py CACHE [NAME...]: the status page in a real browser, over the built
program ($STREAM_PUMP) and over a made-up pump that has every trouble. TAP."""
import pathlib
import re
import sys
import time
import traceback
import urllib.parse

import axe
from browser import Browser, missing, wait_for
from daemon import Daemon, Viewer
from mock import PAGE, Pump, Server

SCENES = ['full', 'empty', 'sparse', 'rude', 'drain']
VIEWERS = 'Number(document.querySelector(".stream .metrics .value").textContent)'
STREAMS = 'document.querySelectorAll("#streams > li").length'
OPEN = 'document.querySelectorAll(".opener")[arguments[0]].click()'
FOCUSED = '(document.activeElement.getAttribute("aria-label") || document.activeElement.textContent).trim()'


class Skipped(Exception):
    """What is missing."""


class Stage:
    """A browser and the pumps it looks at, each made when it is first wanted."""

    def __init__(self, cache):
        self.cache = cache
        self.browser = Browser()
        self.browser.look()
        self.browser.speak('en-GB')
        self.made = {}

    def pump(self, scene):
        if scene not in self.made:
            self.made[scene] = Server(Pump(scene)).start()
        return self.made[scene]

    def daemon(self):
        if 'daemon' not in self.made:
            self.made['daemon'] = Daemon()
        return self.made['daemon']

    def show(self, server, query='lang=en', width=1280, scheme='light'):
        self.browser.look(width, 900, scheme, width < 500)
        self.browser.go(f'{server.url}?{query}')
        self.browser.wait('the page has its figures', '!document.getElementById("content").hidden')

    def fresh(self):
        """No choice, token or complaint of an earlier test."""
        self.browser.go(self.pump('full').url + 'page.svg')
        for server in self.made.values():
            self.browser.go(server.url + 'page.svg')
            self.browser.run('(() => { localStorage.clear(); sessionStorage.clear(); })()')
        self.browser.look()
        self.browser.complaints()
        self.browser.requests()

    def close(self):
        self.browser.close()
        for each in self.made.values():
            each.stop()


def equal(what, got, wanted):
    if got != wanted:
        raise AssertionError(f'{what}: {got!r}, not {wanted!r}')


def true(what, got):
    if not got:
        raise AssertionError(what)


def reach(browser, words, most=60, back=False):
    """By Tab alone."""
    for _ in range(most):
        browser.press('Shift+Tab' if back else 'Tab')
        if browser.run(FOCUSED) == words:
            return
    raise AssertionError(f'Tab does not come to {words!r}; it is at {browser.run(FOCUSED)!r}')



# --- over the built program ------------------------------------------------------


def test_load(stage):
    browser, daemon = stage.browser, stage.daemon()
    stage.show(daemon)
    equal('streams', browser.wait('the stream is there', STREAMS), 1)
    equal('its name', browser.run('document.querySelector(".opener").textContent'), 'Clip')
    browser.wait('its bitrate', '/bit\\/s/.test(document.querySelector(".metrics > :nth-child(2) .value").textContent)')
    browser.wait('a line is drawn', 'document.querySelector(".spark .line").getAttribute("d").includes("L")')
    browser.wait('events are there', '/Pump started/.test(document.getElementById("events").textContent)')
    equal('how they come', browser.run('document.getElementById("events-state").textContent'), 'as they come')
    equal('complaints', browser.complaints(), [])
    asked = {urllib.parse.urlsplit(url)._replace(path='', query='', fragment='').geturl() for url in browser.requests()}
    equal('origins asked', asked, {daemon.url.rstrip('/')})


def test_join_and_kick_by_keyboard(stage):
    browser, daemon = stage.browser, stage.daemon()
    stage.show(daemon)
    browser.wait('nobody watches', f'{VIEWERS} === 0')
    viewer = Viewer(daemon)
    try:
        true('the client is served', b' 200 ' in viewer.head)
        browser.wait('the client is counted', f'{VIEWERS} === 1')
        number = daemon.ask('/admin/clients')['clients'][0]['id']
        reach(browser, 'Clip')
        browser.press('Enter')
        browser.wait('the client is listed', 'document.querySelectorAll(".clients tbody tr").length === 1')
        time.sleep(2.5)  # the page asks again meanwhile: the focus stays where it was
        equal('the focus', browser.run(FOCUSED), 'Clip')
        reach(browser, f'Kick client {number}')
        browser.press('Enter')
        browser.wait('it asks', 'document.getElementById("ask").open')
        equal('the focus is on the harmless answer', browser.run(FOCUSED), 'Cancel')
        browser.press('Escape')
        browser.wait('Escape is no', '!document.getElementById("ask").open')
        true('the client is still there', not viewer.is_ended())
        equal('the focus is back', browser.run(FOCUSED), f'Kick client {number}')
        browser.press('Enter')
        reach(browser, 'Kick', 5)
        browser.press('Enter')
        wait_for('the client is ended', viewer.is_ended)
        browser.wait('the list is empty', 'document.querySelectorAll(".clients tbody tr").length === 0')
        browser.wait('the client is no longer counted', f'{VIEWERS} === 0')
        true('it is said', 'one client was kicked' in browser.run('document.getElementById("notices").textContent'))
    finally:
        viewer.stop()
    equal('complaints', browser.complaints(), [])


def test_drain_and_reload(stage):
    browser, daemon = stage.browser, stage.daemon()
    state = 'document.getElementById("state").textContent'
    stage.show(daemon)
    browser.wait('it is up', f'{state} === "up"')
    browser.click('#drain')
    browser.click('#ask .main')
    browser.wait('it drains', f'{state} === "draining"')
    browser.wait('nobody is left', '/can be stopped/.test(document.getElementById("draining").textContent)')
    browser.wait('the event comes', '/Drained/.test(document.querySelector("#events").textContent)')
    browser.click('#drain')
    browser.click('#ask .main')
    browser.wait('it is up again', f'{state} === "up"')
    browser.click('#reload')
    browser.click('#ask .main')
    browser.wait('it is reloaded', '/Nothing in it has changed/.test(document.getElementById("notices").textContent)')
    equal('complaints', browser.complaints(), [])
    kept = daemon.config.read_text()
    daemon.config.write_text('{ "streams": 5 }')
    try:
        browser.click('#reload')
        browser.click('#ask .main')
        browser.wait('it is refused', '/streams/.test(document.querySelector("#notices [data-tone=bad]")?.textContent)')
    finally:
        daemon.config.write_text(kept)


def test_token(stage):
    browser = stage.browser
    stage.made['guarded'] = daemon = Daemon('right-horse')
    browser.go(daemon.url + '?lang=en')
    browser.wait('it asks for the token', '!document.getElementById("sign-in").hidden')
    equal('the focus', browser.run('document.activeElement.id'), 'token')
    true('nothing else is shown', browser.run('document.getElementById("content").hidden'))
    browser.type('wrong')
    browser.press('Enter')
    browser.wait('it says why not', 'document.getElementById("sign-in-error").textContent.includes("admin.token_file")')
    browser.type('right-horse')
    browser.press('Enter')
    browser.wait('the page has its figures', '!document.getElementById("content").hidden')
    browser.go(daemon.url)
    browser.wait('the token is kept', '!document.getElementById("content").hidden')
    browser.click('#forget')
    browser.wait('the token is forgotten', 'sessionStorage.getItem("token") === null && !document.getElementById("sign-in").hidden')
    true('refusals are all it complains of', all('401' in line for line in browser.complaints()))


# --- over the made-up pump ---------------------------------------------------------


def test_scenes(stage):
    """Each loads whole, opened too; nothing of it becomes markup."""
    browser = stage.browser
    for scene in SCENES:
        server = stage.pump(scene)
        stage.show(server)
        wanted = len(server.pump.streams())
        browser.wait(f'{scene}: the streams', f'{STREAMS} === arguments[0]', wanted)
        for at in range(wanted):
            browser.run(OPEN, at)
        if scene in ('full', 'rude'):
            browser.wait(f'{scene}: asked again', 'performance.getEntriesByName(location.origin + "/admin/status").length > 1')
        equal(f'{scene}: complaints', browser.complaints(), [])
        equal(f'{scene}: markup', browser.run('[window.broken ?? null, document.querySelectorAll("main img, main script, main b").length]'),
              [None, 0])
        words = browser.run('document.getElementById("main").textContent')
        for bad in ('undefined', 'NaN', 'null', '[object'):
            true(f'{scene} shows {bad}', bad not in words)


def test_narrow(stage):
    browser = stage.browser
    for scene, language in (('full', 'fr'), ('full', 'en'), ('rude', 'fr'), ('drain', 'fr')):
        stage.show(stage.pump(scene), f'lang={language}', 360)
        browser.run(OPEN, 2 if scene != 'rude' else 0)
        browser.wait('clients', 'document.querySelectorAll(".clients tbody tr").length > 0')
        equal(f'{scene} {language}: width', browser.run('document.documentElement.scrollWidth'), 360)
        equal(f'{scene} {language}: what is cut off', browser.run('''[...document.querySelectorAll("button, input, select, h1, h2, h3, dd, .badge")]
          .filter((node) => node.checkVisibility() && !node.closest(".scroll, .clip, .away, thead"))
          .filter((node) => node.getBoundingClientRect().right > 360.5).map((node) => node.outerHTML.slice(0, 200))'''), [])


def test_languages(stage):
    browser, server = stage.browser, stage.pump('full')
    title = 'document.getElementById("streams-title").textContent + document.documentElement.lang'
    try:
        browser.speak('fr-CA,en')
        stage.show(server, '')
        equal('French by the browser', browser.run(title), 'Fluxfr')
        true('French numbers', ',' in browser.run('document.querySelector(".tiles > :nth-child(3) .value").textContent'))
        browser.speak('en-GB')
        stage.show(server, '')
        equal('English by the browser', browser.run(title), 'Streamsen')
        browser.run(OPEN, 2)
        browser.click('#lang')
        equal('French by the button', browser.run(title), 'Fluxfr')
        browser.wait('the stream is still open', '/Clients/.test(document.querySelector(".inside:not([hidden]) h4").textContent)')
        true('in the address', 'lang=fr' in browser.run('location.search'))
        stage.show(server, '')
        equal('French is kept', browser.run(title), 'Fluxfr')
        stage.show(server, 'lang=en')
        equal('the address is stronger', browser.run(title), 'Streamsen')
    finally:
        browser.speak('en-GB')


def test_sentences(stage):
    """Every sentence has its French, and no French is left over (the pump's own
    words aside)."""
    words = (PAGE / 'page-words.js').read_text(encoding='utf-8')
    sources = ''.join(path.read_text(encoding='utf-8') for path in PAGE.glob('*.js') if path.name != 'page-words.js')
    sources = re.sub(r'//.*', '', sources)
    text = r"'((?:[^'\\]|\\.)*)'"
    known = set(re.findall(rf'{text}:', words))
    used = set(re.findall(rf'\bt\({text}', sources))
    for pair in re.findall(rf'\bplural\([^;]*?{text}, {text}\)', sources):
        used.update(pair)
    used.update(re.findall(r'<[^>]* data-t>([^<]+)<', (PAGE / 'index.html').read_text(encoding='utf-8')))
    used.update(re.findall(rf'\b\w+: {text}', words[words.index('const kinds'):words.index('let language')]))
    true('it finds sentences', len(used) > 80)
    equal('sentences without French', sorted(used - known), [])
    spoken = set(re.findall(text, sources)) | used
    loose = {word for word in known - spoken if word[:1].isupper() or '{' in word}
    equal('French for no sentence', sorted(loose), [])


def test_schemes(stage):
    browser, server = stage.browser, stage.pump('full')
    ground = 'getComputedStyle(document.body).backgroundColor'
    stage.show(server, scheme='light')
    light = browser.run(ground)
    stage.show(server, scheme='dark')
    dark = browser.run(ground)
    true('dark differs from light', light != dark)
    browser.click('#theme')
    equal('light by the button', browser.run(ground), light)
    stage.show(server, scheme='dark')
    equal('light is kept', browser.run(ground), light)
    browser.click('#theme')
    equal('dark by the button', browser.run(ground), dark)


def test_accessible(stage):
    browser = stage.browser
    try:
        checker = axe.load(stage.cache)
    except axe.Unavailable as error:
        raise Skipped(str(error)) from error
    found = []

    def look(name):
        for each in axe.check(browser, checker):
            if each['impact'] in ('serious', 'critical'):
                found.append((name, each))

    few = stage.made['few'] = Server(Pump('drain')).start()
    few.pump.clients = {number: few.pump.clients[number] for number in range(1, 21)}
    for scheme, width in (('light', 1280), ('dark', 1280), ('light', 360)):
        stage.show(few, width=width, scheme=scheme)
        browser.run(OPEN, 1)
        browser.run(OPEN, 2)
        browser.wait('clients', 'document.querySelectorAll(".clients tbody tr").length > 0')
        look(f'{scheme} {width}')
        if width == 1280:
            browser.run('document.querySelector(".act button").click()')
            look(f'{scheme} {width} dialog')
    few.pump.token = 'x'
    browser.go(few.url)
    browser.wait('it asks for the token', '!document.getElementById("sign-in").hidden')
    look('light 360 token')
    equal('findings', found, [])
    true('it can find something', browser.run('document.querySelector("#lang").style.color = "#777"') and
         any(each['id'] == 'color-contrast' for each in axe.check(browser, checker)))


def test_orders(stage):
    browser = stage.browser
    server = stage.made['orders'] = Server(Pump()).start()
    stage.show(server)

    def asked():
        return server.pump.asked[-1] if server.pump.asked else None

    def said(text):
        browser.wait(text, 'document.getElementById("notices").textContent.includes(arguments[0])', text)

    browser.click('#drain')
    browser.click('#ask-redirect')
    browser.type('http://b.example.org/')
    browser.click('#ask-minutes')
    browser.type('5')
    browser.press('Enter')
    wait_for('drain', lambda: asked() == ('POST', '/admin/drain', {'redirect': 'http://b.example.org/', 'deadline_s': 300}))
    said('The pump drains')
    browser.wait('it is seen', '/clients remain/.test(document.getElementById("draining").textContent)')
    browser.wait('the button turns', '/Serve again/.test(document.getElementById("drain").textContent)')
    browser.click('#drain')
    browser.click('#ask .main')
    wait_for('undrain', lambda: asked() == ('POST', '/admin/drain', {'off': True}))
    browser.wait('it is over', 'document.getElementById("draining").textContent === ""')
    browser.click('#reload')
    browser.click('#ask .main')
    said("streams[3].path: 'a/b' may hold only letters")
    equal('problems', browser.run('document.querySelectorAll("#notices li").length'), 2)
    browser.click('#reload')
    browser.click('#ask .main')
    said('admin.port – restart needed')
    browser.run(OPEN, 2)
    browser.wait('clients', 'document.querySelectorAll(".clients tbody tr").length === 100')
    browser.click('.inside .row > button')
    browser.wait('the next page', 'document.querySelectorAll(".clients tbody tr").length === 130')
    browser.run('document.querySelectorAll(".sort")[3].click()')
    equal('the worst lag first', browser.run('document.querySelector(".clients tbody th .value").textContent'), '19')
    browser.click('.inside .bar .danger')
    browser.run('document.getElementById("ask-ban").value = "600"')
    browser.click('#ask .main')
    wait_for('kick all', lambda: asked() == ('POST', '/admin/kick', {'stream': 'council', 'ban_seconds': 600}))
    browser.wait('nobody is left', '/Nobody watches/.test(document.querySelector(".inside .note").textContent)')


def end_feeds(server):
    server.is_ending = True
    wait_for('the feed ends', lambda: server.pump.feeds == 0)
    server.is_ending = False


def test_events(stage):
    browser = stage.browser
    server = stage.made['events'] = Server(Pump()).start()
    pump = server.pump
    count = 'document.querySelectorAll("#events li").length'
    stage.show(server, 'lang=en')
    browser.wait('the past is there', f'{count} === 14')
    browser.run('''(() => { const which = document.getElementById("events-which"); which.value = "all";
      which.dispatchEvent(new Event("change")); })()''')
    browser.wait('clients too', f'{count} === 16')
    pump.tell('source_down', 'major', 'council', 'cable pulled')
    browser.wait('an event comes', 'document.querySelector("#events li").textContent.includes("cable pulled")')
    true('it is said aloud', 'Source lost' in browser.run('document.getElementById("said").textContent'))
    end_feeds(server)
    pump.tell('source_up', 'clear', 'council', 'plugged in')
    browser.wait('the feed comes back', 'document.querySelector("#events li").textContent.includes("plugged in")')
    equal('each once', browser.run(count), 18)
    equal('from where it was', pump.resumed[-1], 17)
    pump.has_feed = False
    end_feeds(server)
    pump.tell('mass_lag', 'major', 'council', 'all of them')
    browser.wait('it is asked for', 'document.querySelector("#events li").textContent.includes("all of them")')
    equal('each once', browser.run(count), 19)


def test_hidden_and_lost(stage):
    browser = stage.browser
    server = stage.made['lost'] = Server(Pump()).start()
    asked = 'performance.getEntriesByName(location.origin + "/admin/status").length'
    stage.show(server)
    hide = '''(() => { Object.defineProperty(document, "hidden", { configurable: true, value: %s });
      document.dispatchEvent(new Event("visibilitychange")); })()'''
    wait_for('the feed is open', lambda: server.pump.feeds == 1)
    browser.run(hide % 'true')
    wait_for('the feed is closed', lambda: server.pump.feeds == 0)
    before = browser.run(asked)
    time.sleep(2.6)
    equal('asked while hidden', browser.run(asked), before)
    browser.run(hide % 'false')
    browser.wait('asked again', f'{asked} > arguments[0]', before)
    port = server.server_address[1]
    server.stop()
    browser.wait('the loss is said', '/does not answer/.test(document.getElementById("notices").textContent)')
    stage.made['lost'] = Server(Pump(), port).start()
    browser.wait('it is over', 'document.getElementById("notices").textContent === ""')


TESTS = [
    test_load, test_join_and_kick_by_keyboard, test_drain_and_reload, test_token, test_scenes, test_narrow, test_languages, test_sentences, test_schemes,
    test_accessible, test_orders, test_events, test_hidden_and_lost,
]


def run(stage, number, test):
    name = test.__name__.removeprefix('test_').replace('_', '-')
    began = time.monotonic()
    try:
        stage.fresh()
        test(stage)
    except Skipped as reason:
        print(f'ok {number} {name} # SKIP {reason}', flush=True)
        return
    except Exception:  # whatever it is, the next test is run
        print(f'not ok {number} {name}')
        for line in traceback.format_exc().splitlines():
            print(f'# {line}', flush=True)
        return
    print(f'ok {number} {name}\n# {time.monotonic() - began:.1f} s', flush=True)


def main(cache, names):
    gone = missing()
    if gone:
        print(f"1..0 # SKIP {' and '.join(gone)} missing")
        return
    tests = [test for test in TESTS if not names or test.__name__.removeprefix('test_') in names]
    print(f'1..{len(tests)}', flush=True)
    stage = Stage(cache)
    try:
        for number, test in enumerate(tests, 1):
            run(stage, number, test)
    finally:
        stage.close()


main(sys.argv[1], sys.argv[2:])
