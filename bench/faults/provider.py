"""A mail provider that posts mails to a mailbox's web address."""

import base64
import hashlib
import hmac
import http.client
import time

from accounts.actors import SYSTEM
from mailintake.enums import HookKind
from mailintake.models import Mailbox
from mailintake.services.hooks import open_hook
from tests.conftest import Cast
from tests.e2e.waiting import HOST


class Provider:
    """Posts mails, signed as Standard Webhooks has it, under a new id each time."""

    def __init__(self, cast: Cast, box: Mailbox, port: int) -> None:
        with cast.scope():
            token, self.key = open_hook(box, kind=HookKind.RAW, key="", by=SYSTEM)
        self.path, self.host, self.port, self.posts = f"/mail/post/{token}/", cast.tenant.host, port, 0

    def announce(self, size: int) -> int:
        """The status that is answered before the first byte of a mail of this size was sent."""
        line = http.client.HTTPConnection(HOST, self.port, timeout=30)
        line.putrequest("POST", self.path, skip_host=True)
        for name, value in {"Host": self.host, "Content-Type": "message/rfc822", "Content-Length": str(size)}.items():
            line.putheader(name, value)
        line.endheaders()
        try:
            return line.getresponse().status
        finally:
            line.close()

    def post(self, raw: bytes, port: int = 0) -> tuple[int, float]:
        """Status, 0 where the line was cut before it came, and seconds."""
        self.posts += 1
        at = str(int(time.time()))
        signed = f"msg_{self.posts}.{at}.".encode() + raw
        digest = base64.b64encode(hmac.new(self.key.encode(), signed, hashlib.sha256).digest()).decode()
        headers = {"Host": self.host, "Content-Type": "message/rfc822", "webhook-id": f"msg_{self.posts}"}
        headers |= {"webhook-timestamp": at, "webhook-signature": f"v1,{digest}"}
        line, begun, status = http.client.HTTPConnection(HOST, port or self.port, timeout=30), time.monotonic(), 0
        try:
            line.request("POST", self.path, raw, headers)
            status = line.getresponse().status
        except (OSError, http.client.HTTPException):
            pass
        finally:
            line.close()
        return status, time.monotonic() - begun
