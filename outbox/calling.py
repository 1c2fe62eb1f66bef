"""A call to a webhook as it leaves: signed as https://www.standardwebhooks.com has it, and what came of it."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from core.network import ForbiddenAddress
from core.web import ForbiddenUrl, Uncertified, post
from outbox.enums import CallOutcome

PREFIX = "whsec_"
GONE = 410


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A claimed call on its way."""

    url: str
    secret: str
    message_id: str
    body: str


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a try; the status where there was an answer."""

    outcome: CallOutcome
    status: int | None = None

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def hopeless(self) -> bool:
        """Whether the receiver has said that it wants no further calls."""
        return self.status == GONE


def new_secret() -> str:
    """A key in the form in which receivers are given it: 32 random bytes in base64, behind a prefix."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, message_id: str, at: int, body: str) -> str:
    """The value of `webhook-signature`; `at` is in seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{message_id}.{at}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def make(call: Outgoing, *, now: datetime) -> Result:
    """Make one call. Network: never inside a tenant's scope."""
    at = int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Vaste",
        "webhook-id": call.message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": signature(call.secret, call.message_id, at, call.body),
    }
    try:
        return Result(CallOutcome.ANSWERED, post(call.url, call.body.encode(), headers))
    except (ForbiddenUrl, ForbiddenAddress):
        return Result(CallOutcome.FORBIDDEN)
    except Uncertified:
        return Result(CallOutcome.UNSAFE)
    except TimeoutError:
        return Result(CallOutcome.SILENT)
    except OSError:
        return Result(CallOutcome.UNREACHED)
