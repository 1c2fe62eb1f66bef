"""A real web server on the test database, and a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.db import connection
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def process_environment(**more: str) -> dict[str, str]:
    """For subprocesses of a test: the test's own database as the application role, and its files."""
    database = connection.settings_dict
    options = quote("-c role=vaste_app")
    url = f"postgres://{database['USER']}@/{database['NAME']}?host={database['OPTIONS']['host']}&options={options}"
    return {
        **os.environ,
        "DATABASE_URL": url,
        "VASTE_MEDIA_DIR": str(django_settings.MEDIA_ROOT),
        "VASTE_TESTING": "1",
        "PYTHONWARNINGS": "ignore",
        **more,
    }


@pytest.fixture
def web(transactional_db: None, settings: Any) -> Iterator[int]:
    """A web server of its own process; gives its port, which links in mails name as well."""
    port = free_port()
    settings.VASTE_PUBLIC_PORT = str(port)
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--workers", "1", "--blocking-threads", "4", "helpdesk.wsgi:application"],
        cwd=ROOT,
        env=process_environment(VASTE_PUBLIC_PORT=str(port)),
        start_new_session=True,
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("The web server did not answer.")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the module; each test opens contexts of its own."""
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
