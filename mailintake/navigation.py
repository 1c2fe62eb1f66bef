"""How many mails wait for a person: once per request, whoever needs it."""

from accounts.requests import MemberRequest
from mailintake.models import InboundMessage


def triage_count(request: MemberRequest) -> int:
    """The number of mails in triage; a page that has counted them already leaves it on the request."""
    known: int | None = getattr(request, "triage_count", None)
    if known is None:
        known = InboundMessage.objects.in_triage(request.membership).count()
        request.triage_count = known  # type: ignore[attr-defined]
    return known
