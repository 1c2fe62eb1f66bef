"""Parts as fixtures."""

import os

from tests.e2e.parts import broker as broker
from tests.e2e.parts import dovecot as dovecot
from tests.e2e.parts import installation as installation
from tests.e2e.parts import mail_sink as mail_sink
from tests.e2e.web import browser as browser
from tests.e2e.web import web as web

# Playwright's synchronous interface runs an event loop in the test's own thread, which Django takes for async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
