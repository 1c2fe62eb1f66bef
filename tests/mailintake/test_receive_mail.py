"""`manage.py receive_mail`: the pipe of a mail server, which goes by the exit code alone."""

import os
import subprocess
import sys

import pytest

from helpdesk.embedded.layout import BASE_DIR
from mailintake.models import InboundMessage
from tests.conftest import Cast
from tests.e2e.parts import HOST, Installation, database_url, free_port
from tests.mailintake.post import open_box, write
from tickets.threads import reply_address

pytestmark = pytest.mark.django_db(transaction=True)


def pipe(place: Installation, raw: bytes, *arguments: str, **more: str) -> int:
    """The exit code for a mail."""
    command = [sys.executable, "manage.py", "receive_mail", *arguments]
    environment = place.environment | more
    return subprocess.run(
        command, input=raw, env=environment, cwd=BASE_DIR, capture_output=True, timeout=60, check=False
    ).returncode


def test_the_exit_code_tells_what_became_of_the_mail(acme: Cast, installation: Installation) -> None:
    open_box(acme)
    address = reply_address(acme.tenant.pk, 17, "support@acme.example")
    raw = write() + b"\xff\x00\r\n"

    assert pipe(installation, raw, "--to", address, "--sender", "otto@paperi-acme.example") == os.EX_OK
    with acme.scope():
        row = InboundMessage.objects.get()
    assert (bytes(row.raw), row.envelope_to) == (raw, address)
    assert row.envelope_from == "otto@paperi-acme.example"

    assert pipe(installation, raw, "--to", "nobody@acme.example") == os.EX_NOUSER
    nowhere = database_url(HOST, free_port())
    assert pipe(installation, raw, "--to", address, DATABASE_URL=nowhere) == os.EX_TEMPFAIL
    with acme.scope():
        assert InboundMessage.objects.count() == 1
