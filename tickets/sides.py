"""The side conversations of a ticket as its page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.http import HttpRequest

from tickets.forms_sides import AnswerForm
from tickets.models import SideConversation, SideFile, SideMessage, Ticket

RECENT = 300


@dataclass(frozen=True, slots=True)
class Aside:
    """One of them with its mails, each with `.listed` files as `id`, `name` and `size`; `is_open` unfolds it."""

    side: SideConversation
    messages: Sequence[SideMessage]
    is_open: bool
    form: AnswerForm

    @property
    def latest(self) -> SideMessage:
        return self.messages[-1]


def sides_of(
    ticket: Ticket, *, opened: int | None = None, refused: tuple[int, AnswerForm] | None = None
) -> list[Aside]:
    """Those of a ticket that `get_whole_ticket` gave, in one query, the latest RECENT mails; none costs nothing.

    `refused` is what was typed in one of them and did not pass.
    """
    if not ticket.has_sides:  # type: ignore[attr-defined]  # annotated
        return []
    files = SideFile.objects.filter(message=OuterRef("pk")).order_by("pk")
    rows = SideMessage.objects.filter(side__ticket=ticket).select_related("side")
    rows = rows.annotate(listed=ArraySubquery(files.values_list(JSONObject(id="pk", name="name", size="size"))))
    latest = sorted(rows.order_by("-at", "-pk")[:RECENT], key=lambda row: (row.side_id, row.at, row.pk))
    groups = [list(group) for _, group in groupby(latest, key=lambda row: row.side_id)]
    known = dict([refused] if refused else [])
    unfolded = {opened, *known}
    return [
        Aside(group[0].side, group, group[0].side_id in unfolded, known.get(group[0].side_id, AnswerForm()))
        for group in groups
    ]


def opened(request: HttpRequest) -> int | None:
    """The one that the address unfolds."""
    wanted = request.GET.get("side", "")
    return int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 19 else None
