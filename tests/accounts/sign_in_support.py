"""Signing in through the real pages, the app on somebody's phone, and whether two samples of times differ."""

import math
import re
import time
from collections.abc import Sequence
from itertools import groupby

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpResponse
from django.test import Client

from accounts.services import two_step
from outbox.models import OutgoingMail
from tests.accounts.settings_support import form_of
from tests.conftest import Cast
from tests.house.conftest import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOGIN, SECOND = "/account/login/", "/account/second-step/"
ON, OFF, CODES, FILE = (f"/profile/two-step/{part}/" for part in ("on", "off", "codes", "codes/file"))
PERIOD = 30
# So much time a test needs at most between reading a code and using it.
IN_HAND = 5
CODE = re.compile(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", re.MULTILINE)
CHANGING = re.compile(r'(?:value|nonce|content)="[^"]*"|\S+@\S+\.example')


def with_app(cast: Cast, name: str) -> None:
    """Give a member the second step with SECRET."""
    with cast.scope():
        two_step.turn_on(cast.members[name].user, SECRET, by=cast.actor(name))


def code_now(secret: str = SECRET) -> str:
    """What the app shows, once it shows it for long enough."""
    if (left := PERIOD - time.time() % PERIOD) < IN_HAND:
        time.sleep(left)
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD))


def password(cast: Cast, name: str, **more: str) -> Client:
    """A browser that has typed the right password, and no more."""
    client = cast.client()
    client.post(LOGIN, {"login": f"{name}@{cast.tenant.slug}.example", "password": PASSWORD}, **more)
    return client


def is_in(client: Client) -> bool:
    return client.get("/my/").status_code == 200


def confirmed(cast: Cast, name: str) -> Client:
    """A browser whose person has just typed the password once more."""
    client = cast.client(name)
    assert client.post("/account/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return client


def set_up(client: Client) -> None:
    secret = form_of(client.get(ON)).secret
    assert client.post(ON, {"code": code_now(secret)}).status_code == 302


def recovery_codes(cast: Cast, name: str) -> list[str]:
    return two_step.unused_codes(cast.members[name].user)[1]


def require(cast: Cast) -> None:
    cast.tenant.require_two_step = True
    cast.tenant.save(update_fields=["require_two_step"])


def mails_to(cast: Cast, address: str) -> list[str]:
    """The texts of mails to an address, oldest first."""
    with cast.scope():
        return list(OutgoingMail.objects.filter(to=[address]).order_by("pk").values_list("text", flat=True))


def same_words(answer: HttpResponse) -> str:
    """A page without tokens, nonces and addresses."""
    return CHANGING.sub("", answer.content.decode())


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> float:
    """How likely two samples of one source differ as much as these: the two-sided p of the rank sum test.

    By the normal approximation with the correction for ties and for continuity, good from 20 values each.
    """
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    rank_sum, ties, below = 0.0, 0, 0
    for _, group in groupby(ranked, key=lambda pair: pair[0]):
        equal = [which for _, which in group]
        rank_sum += equal.count(0) * (below + (len(equal) + 1) / 2)
        ties += len(equal) ** 3 - len(equal)
        below += len(equal)
    n, m, total = len(first), len(second), len(first) + len(second)
    statistic = rank_sum - n * (n + 1) / 2
    spread = math.sqrt(n * m / 12 * (total + 1 - ties / (total * (total - 1))))
    return math.erfc(max(0.0, abs(statistic - n * m / 2) - 0.5) / spread / math.sqrt(2)) if spread else 1.0
