"""The mail log: every mail in and out, what became of it, and what a person can still do."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import role_required
from accounts.enums import Role
from accounts.requests import MemberRequest
from accounts.services import audit
from core.lookalikes import both_spellings
from core.paging import page_by
from mailintake.enums import InboundState
from mailintake.log import (
    Entry,
    inbound_chip,
    inbound_entries,
    outgoing_chip,
    outgoing_entries,
    outgoing_text,
    readable_text,
)
from mailintake.masking import shown_raw
from mailintake.models import InboundMessage
from mailintake.outcomes import advice_on, reason_words
from mailintake.parsing import ParsedMail, parse
from mailintake.services import keeping
from mailintake.services.knowing import imitated
from mailintake.services.triage import release
from mailintake.structure import UnreadableMail
from outbox.enums import Fate, MailState
from outbox.models import OutgoingMail
from outbox.services.queueing import send_again
from tickets.deliveries import worst_of
from tickets.models import Ticket
from tickets.threads import tag

RETURNED = (Fate.SOFT, Fate.HARD)
RELEASABLE = (InboundState.QUARANTINED, InboundState.IGNORED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list's address asks for."""

    outgoing: bool
    state: str
    address: str

    @property
    def incoming(self) -> bool:
        return not self.outgoing

    @property
    def states(self) -> list[tuple[str, str]]:
        return [(str(value), str(words)) for value, words in (MailState if self.outgoing else InboundState).choices]


def _asked(request: MemberRequest) -> Asked:
    query = request.GET
    address = query.get("q", "").strip().lower()
    asked = Asked(query.get("way") == "out", query.get("state", ""), address)
    known = {state for state, _label in asked.states}
    return asked if asked.state in known else Asked(asked.outgoing, "", asked.address)


@require_GET
@role_required(Role.ADMIN, Role.LEAD)
def log(request: MemberRequest) -> HttpResponse:
    """Incoming or outgoing mail, newest first; an address is searched as it is written in full."""
    asked = _asked(request)
    entries, earlier, later = _outgoing(request, asked) if asked.outgoing else _incoming(request, asked)
    context = {"asked": asked, "entries": entries, "earlier": earlier, "later": later}
    return render(request, "mailintake/log/list.html", context)


def _incoming(request: MemberRequest, asked: Asked) -> tuple[list[Entry], str, str]:
    mails = InboundMessage.objects.defer("raw", "error")
    if asked.state:
        mails = mails.filter(state=asked.state)
    if asked.address:
        mails = mails.filter(Q(from_email=asked.address) | Q(envelope_from=asked.address))
    page = page_by(mails, "received_at", request.GET, newest_first=True)
    return inbound_entries(page.rows), page.earlier, page.later


def _outgoing(request: MemberRequest, asked: Asked) -> tuple[list[Entry], str, str]:
    mails = OutgoingMail.objects.defer("text", "html").prefetch_related("deliveries")
    if asked.state:
        mails = mails.filter(state=asked.state)
    if asked.address:
        mails = mails.filter(Q(to__contains=[asked.address]) | Q(cc__contains=[asked.address]))
    page = page_by(mails, "queued_at", request.GET, newest_first=True)
    return outgoing_entries(page.rows), page.earlier, page.later


@require_GET
@role_required(Role.ADMIN, Role.LEAD)
def incoming(request: MemberRequest, pk: int) -> HttpResponse:
    """One incoming mail: as it was understood, or why it was not."""
    row = get_object_or_404(InboundMessage.objects.select_related("mailbox", "ticket", "possible_ticket"), pk=pk)
    mail = _parsed(row)
    is_demo = request.tenant.is_demo
    context = {
        "row": row,
        "subject": row.subject or (mail.subject if mail else ""),
        "sender": _sender(row, mail),
        "looks_like": imitated(row.from_email),
        "mail": mail,
        "text": readable_text(mail.text, is_demo=is_demo) if mail else "",
        "chip": inbound_chip(row),
        "reason": reason_words(row.reason),
        "advice": advice_on(row.reason),
        "may_release": row.state in RELEASABLE and mail is not None,
        "may_read_again": row.state in keeping.UNPLACED and row.reason not in keeping.NOT_AGAIN,
        "may_erase": request.membership.has_role(Role.ADMIN) and row.reason != keeping.ERASED,
        "is_erased": row.reason == keeping.ERASED,
        "ticket_name": tag(request.tenant, row.ticket.number) if row.ticket else "",
        "possible_name": tag(request.tenant, row.possible_ticket.number) if row.possible_ticket else "",
    }
    return render(request, "mailintake/log/incoming.html", context)


def _sender(row: InboundMessage, mail: ParsedMail | None) -> str:
    """As the mail says it where no worker came to write it down."""
    name, email = (row.from_name, row.from_email or row.envelope_from)
    if mail and not (name or email):
        name, email = mail.from_.name, mail.from_.email
    return f"{name} {both_spellings(email)}".strip()


def _parsed(row: InboundMessage) -> ParsedMail | None:
    try:
        return parse(bytes(row.raw))
    except UnreadableMail:
        return None


@require_GET
@role_required(Role.ADMIN, Role.LEAD)
def raw(request: MemberRequest, pk: int) -> HttpResponse:
    """The source of an incoming mail, as text that no browser takes for anything else."""
    row = get_object_or_404(InboundMessage, pk=pk)
    text = shown_raw(bytes(row.raw), readable=request.tenant.is_demo)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="mail-{row.pk}.txt"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@role_required(Role.ADMIN, Role.LEAD)
def let_in(request: MemberRequest, pk: int) -> HttpResponse:
    """Out of quarantine, or taken back: a person looks at it in triage."""
    row = get_object_or_404(InboundMessage.objects.defer("raw"), pk=pk)
    if release(row.pk, by=request.actor):
        messages.success(request, _("The mail waits for triage."))
    else:
        messages.warning(request, _("Somebody else has dealt with this mail meanwhile."))
    return redirect("mailintake:log_in", row.pk)


@require_POST
@role_required(Role.ADMIN, Role.LEAD)
def read_again(request: MemberRequest, pk: int) -> HttpResponse:
    """Treat a mail that is on no ticket as if it had just come in."""
    row = get_object_or_404(InboundMessage.objects.defer("raw"), pk=pk)
    if keeping.read_again(row.pk, by=request.actor):
        messages.success(request, _("The mail is read again."))
    else:
        messages.warning(request, _("Somebody else has dealt with this mail meanwhile."))
    return redirect("mailintake:log_in", row.pk)


@require_POST
@role_required(Role.ADMIN)
def erase(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete what a mail says and whom it names."""
    row = get_object_or_404(InboundMessage.objects.defer("raw"), pk=pk)
    if keeping.erase(row.pk, by=request.actor):
        messages.success(request, _("The mail is deleted. Only the line in the log remains."))
    else:
        messages.warning(request, _("The mail is deleted already, or still being read."))
    return redirect("mailintake:log_in", row.pk)


@require_GET
@role_required(Role.ADMIN, Role.LEAD)
def outgoing(request: MemberRequest, pk: int) -> HttpResponse:
    """One outgoing mail, without what only its reader may know."""
    mail = get_object_or_404(OutgoingMail.objects.prefetch_related("files", "deliveries"), pk=pk)
    ticket = Ticket.objects.filter(pk=mail.about).first() if mail.about else None
    context = {
        "mail": mail,
        "text": outgoing_text(mail, is_demo=request.tenant.is_demo),
        "is_demo": request.tenant.is_demo,
        "chip": outgoing_chip(mail),
        "ticket": ticket,
        "ticket_name": tag(request.tenant, ticket.number) if ticket else "",
        "has_failed": mail.state == MailState.FAILED,
        "came_back": mail.state == MailState.SENT and worst_of(mail.deliveries.all()) in RETURNED,
    }
    return render(request, "mailintake/log/outgoing.html", context)


@require_POST
@role_required(Role.ADMIN, Role.LEAD)
def again(request: MemberRequest, pk: int) -> HttpResponse:
    """Give a mail that failed another chance."""
    mail = get_object_or_404(OutgoingMail.objects.defer("text", "html"), pk=pk)
    if send_again(mail):
        audit.record("mail.sent_again", by=request.actor, target=mail.pk)
        messages.success(request, _("The mail is sent again."))
    else:
        messages.warning(request, _("The mail has not failed, or is being sent already."))
    return redirect("mailintake:log_out", mail.pk)
