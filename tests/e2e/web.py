"""A real web server on the test database, and a real browser whose steps are counted."""

import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.parts import Installation, Process, free_port, wait_until

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium")


@pytest.fixture
def web(installation: Installation, settings: Any) -> int:
    """A web server of its own process; gives its port, which the links in mails name as well."""
    return serve(installation, settings, "helpdesk.wsgi:application", threads=4)


def serve(installation: Installation, settings: Any, application: str, *, threads: int) -> int:
    port = free_port()
    settings.VASTE_PUBLIC_PORT = str(port)
    installation.environment |= {"VASTE_PUBLIC_PORT": str(port), "VASTE_UNDO_SECONDS": "0"}
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", str(threads), application]
    process = Process(command, installation.environment, installation.directory / "web.log")
    installation.processes.append(process)
    process.start()
    wait_until(lambda: healthy(port), seconds=60, what="the web server")
    return port


def healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the module; each test opens contexts of its own."""
    driver = subprocess.run([compute_driver_executable()[0], "--version"], capture_output=True, check=False)
    if driver.returncode:
        pytest.skip(
            f"what drives the browser does not start ({driver.stderr.decode().strip()}): apt-get install libatomic1"
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
        yield chromium
        chromium.close()


def sign_in(page: Page, base: str, email: str, password: str) -> None:
    """By password, through the real page."""
    page.goto(f"{base}/account/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


@dataclass
class Hand:
    """A person's hand on a page: every click and every field filled by hand is a step of the budget."""

    page: Page
    steps: int = 0
    told: dict[str, int] = field(default_factory=dict)

    def click(self, selector: str) -> None:
        self.steps += 1
        self.page.click(selector)
        self.page.wait_for_load_state()

    def fill(self, selector: str, text: str) -> None:
        self.steps += 1
        self.page.fill(selector, text)

    def choose(self, selector: str, label: str) -> None:
        """An option of a list, whether the browser's own or the page's searchable one."""
        self.steps += 1
        self.page.eval_on_selector(
            selector,
            """(select, label) => {
                const option = [...select.options].find((o) => o.text.trim() === label);
                if (!option) throw new Error(`no option ${label}`);
                if (select.tomselect) select.tomselect.setValue(option.value); else select.value = option.value;
                select.dispatchEvent(new Event("change", {bubbles: true}));
            }""",
            label,
        )

    def done(self, routine: str) -> int:
        """The steps since the last routine, told under its name."""
        self.told[routine], self.steps = self.steps, 0
        return self.told[routine]
