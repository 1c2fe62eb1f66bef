"""A05, A06: files by the real intake, named so as to become something else on the way to a disk or a browser."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.conftest import Cast
from tests.mailintake.post import arrive, open_box
from tickets.models import Attachment

pytestmark = pytest.mark.django_db
NAMES = {
    ".htaccess": "htaccess",
    ".\u200bhtaccess": "htaccess",
    "../../../../tmp/pwned.txt": "pwned.txt",
    "..\\..\\windows\\x.bat": "x.bat",
    "lasku\u202efdp.exe": "laskufdp.exe",
    "a\r\nSet-Cookie: x=1\r\n\r\n<script>.txt": None,
    'a";filename="evil.html': None,
    "a\x00.exe": None,
    "x" * 5_000 + ".pdf": "x" * 251 + ".pdf",
    "<img src=x onerror=alert(1)>.png": "_img src=x onerror=alert(1)_.png",
    "index.php": "index.php",
    "": "attachment.html",
    "CON": "_CON",
}
SAFE = re.compile(r"attachment; filename(=\"[^\"\\\r\n\x00/]{1,255}\"|\*=utf-8''[A-Za-z0-9%._~!$&+-]{1,800})")


def with_file(name: str) -> bytes:
    """A mail whose attachment's name is exactly this, percent-encoded as RFC 2231 has it."""
    encoded = "".join(f"%{byte:02X}" for byte in name.encode())
    head = "From: otto@paperi-acme.example\r\nTo: support@acme.example\r\nSubject: x\r\nMessage-ID: <1@x.example>\r\n"
    part = f"Content-Type: text/html\r\nContent-Disposition: attachment; filename*=utf-8''{encoded}\r\n\r\n<script>1"
    body = f"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b\r\n{part}\r\n--b--\r\n"
    return f"{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n{body}".encode()


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:30])
def test_a_file_is_a_download_and_lies_where_its_name_says_nothing(acme: Cast, name: str) -> None:
    open_box(acme)
    row = arrive(acme, with_file(name))
    with acme.scope():
        file = Attachment.objects.get(ticket=row.ticket)
    client: Any = acme.client("aino")
    answer = client.get(f"/attachments/{file.pk}/")

    assert answer.content == b"<script>1"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert SAFE.fullmatch(answer.headers["Content-Disposition"]), answer.headers["Content-Disposition"]
    assert NAMES[name] in (None, file.name)
    assert not set("\r\n\x00\u202e\u200b/\\<>") & set(file.name)

    root = Path(settings.MEDIA_ROOT)
    stored = [path for path in root.rglob("*") if path.is_file()]
    assert [str(path.relative_to(root)) for path in stored] == [file.storage_key]
    assert re.fullmatch(r"\d+/[0-9a-f]{2}/[0-9a-f]{64}", file.storage_key)
    assert stored[0].stat().st_mode & 0o777 == 0o600
    assert stored[0].parent.stat().st_mode & 0o777 == 0o700
    assert client.get(f"/files/{file.storage_key}").status_code == 404
    assert not Path("/tmp/pwned.txt").exists()
