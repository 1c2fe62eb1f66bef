"""Parts as fixtures."""

from typing import Any

import pytest

from tests.e2e.parts import MailSink
from tests.e2e.parts import broker as broker
from tests.e2e.parts import dovecot as dovecot
from tests.e2e.parts import installation as installation
from tests.e2e.parts import mail_sink as mail_sink


@pytest.fixture
def our_server(settings: Any, mail_sink: MailSink) -> None:
    """The sink is the installation's own server."""
    settings.VASTE_SMTP_URL = mail_sink.url
