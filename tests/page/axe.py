# SPDX-License-Identifier: GPL-3.0-only
"""axe-core, the accessibility checker: fetched when it is wanted, never kept in
the source. The script is evaluated by WebDriver, so the page's policy stays."""
import pathlib
import shutil
import subprocess
import tarfile
import tempfile

VERSION = '4.14.1'
MEMBER = 'package/axe.min.js'
FETCH_S = 90
RUN = '''axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations.map((each) => ({
  id: each.id, impact: each.impact, help: each.help,
  nodes: each.nodes.slice(0, 5).map((node) => `${node.target.join(' ')}: ${node.failureSummary}`),
})))'''


class Unavailable(Exception):
    """Why the checker cannot be had here."""


def load(cache):
    """The checker's text, from the folder CACHE or into it."""
    kept = pathlib.Path(cache) / f'axe-{VERSION}.min.js'
    if kept.is_file():
        return kept.read_text(encoding='utf-8')
    if not shutil.which('npm'):
        raise Unavailable('npm is missing, so axe-core cannot be fetched')
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(['npm', 'pack', '--silent', f'axe-core@{VERSION}'], cwd=folder, timeout=FETCH_S, check=True,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except (subprocess.SubprocessError, OSError) as error:
            raise Unavailable(f'npm cannot fetch axe-core {VERSION}: {error}') from error
        with tarfile.open(next(pathlib.Path(folder).glob('*.tgz'))) as archive:
            text = archive.extractfile(MEMBER).read().decode()
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(text, encoding='utf-8')
    return text


def check(browser, text):
    """The violations on the page as it is."""
    if not browser.run('typeof axe === "object"'):
        browser.run(f'(() => {{ {text}; window.axe = axe; }})()')
    return browser.run(RUN)
