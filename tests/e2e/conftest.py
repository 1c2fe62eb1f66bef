"""Fixtures of the tests that drive a browser."""

import os

from tests.e2e.web import browser, web

# Playwright's synchronous interface runs an event loop in the test's own thread, which Django takes for async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

__all__ = ["browser", "web"]
