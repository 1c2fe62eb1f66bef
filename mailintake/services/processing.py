"""The second half of the protocol: a stored mail is understood and placed, in one transaction, exactly once."""

import hashlib
from dataclasses import dataclass

from django.db import connection

from accounts.actors import SYSTEM
from accounts.models import Membership, Tenant
from core.faults import fault_point
from mailintake.authentication import prove_sender
from mailintake.enums import InboundState, IntakeMode
from mailintake.matching import Match, match
from mailintake.models import InboundMessage, Mailbox
from mailintake.parsing import ParsedMail, parse
from mailintake.services import placing
from mailintake.verdicts import LOOP_HEADER, Ruling, Verdict, judge

RESULT_FIELDS = [
    "state",
    "reason",
    "error",
    "message_id",
    "fingerprint",
    "subject",
    "from_name",
    "from_email",
    "excerpt",
    "proven",
    "ticket",
    "entry",
    "possible_ticket",
]


@dataclass(frozen=True, slots=True)
class Case:
    """A mail under treatment, with what is known of its sender."""

    row: InboundMessage
    mail: ParsedMail
    ruling: Ruling
    member: Membership | None
    proven: bool
    tenant: Tenant


def process_inbound(inbound_id: int) -> None:
    """Place one stored mail, in the caller's scope. Does nothing for a mail that has been placed.

    Raises UnreadableMail for bytes that are no mail; the caller puts those into quarantine.
    """
    row = (
        InboundMessage.objects.select_for_update(of=("self",))
        .select_related("mailbox__queue__office", "tenant")
        .get(pk=inbound_id)
    )
    if row.state != InboundState.RECEIVED:
        return
    mail = parse(bytes(row.raw))
    fault_point("after-parse")
    _describe(row, mail)
    if original := _known_before(row):
        row.state, row.reason, row.ticket = InboundState.DUPLICATE, "duplicate", original.ticket
    else:
        _place(_case(row, mail))
    row.save(update_fields=RESULT_FIELDS)


def _describe(row: InboundMessage, mail: ParsedMail) -> None:
    row.subject, row.from_name = mail.subject[:500], mail.from_.name[:200]
    row.from_email = mail.from_.email[:320]
    row.message_id = (mail.message_id or "")[:250]
    row.excerpt = " ".join(mail.new_text.split())[:200]
    row.fingerprint = _fingerprint(mail)


def _fingerprint(mail: ParsedMail) -> str:
    """Equal for the same mail through two doors; empty without a Message-ID, since then nothing proves sameness."""
    if not mail.message_id:
        return ""
    return hashlib.sha256(f"{mail.message_id}\n{mail.body_digest}".encode()).hexdigest()


def _known_before(row: InboundMessage) -> InboundMessage | None:
    """The same mail that came in earlier; two workers with the same mail wait for each other here."""
    if not row.fingerprint:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{row.tenant_id}:{row.fingerprint}"])
    others = InboundMessage.objects.defer("raw").filter(fingerprint=row.fingerprint).exclude(pk=row.pk)
    return others.exclude(state=InboundState.DUPLICATE).select_related("ticket").first()


def _case(row: InboundMessage, mail: ParsedMail) -> Case:
    own = frozenset(Mailbox.objects.values_list("address", flat=True))
    ruling = judge(mail, own_addresses=own, tenant_key=row.tenant.slug)
    proof = prove_sender(mail, trusted=frozenset(name.lower() for name in row.mailbox.trusted_servers))
    row.proven = proof.passed
    members = Membership.objects.active().select_related("user", "office")
    member = members.filter(user__email=mail.from_.email).first() if mail.from_.email else None
    return Case(row, mail, ruling, member, proof.passed, row.tenant)


def _place(case: Case) -> None:
    row, verdict = case.row, case.ruling.verdict
    found = match(case.mail, case.tenant, envelope_to=row.envelope_to, member=case.member)
    if verdict is Verdict.TOO_BIG:
        row.state, row.reason = InboundState.QUARANTINED, "too_big"
    elif verdict is Verdict.LOOP:
        # A contact form may write as the desk itself: only mail that carries our own mark is surely ours.
        ours = case.tenant.slug in case.mail.headers.all(LOOP_HEADER)
        row.state, row.reason = InboundState.IGNORED if ours else InboundState.TRIAGE, "loop"
    elif verdict in (Verdict.BOUNCE, Verdict.REPORT):
        _place_report(case, found)
    elif verdict in (Verdict.AUTO_REPLY, Verdict.BULK):
        _place_automatic(case, found)
    elif verdict is Verdict.NO_SENDER:
        row.state, row.reason = InboundState.TRIAGE, "no_sender"
    else:
        _place_personal(case, found)


def _place_report(case: Case, found: Match | None) -> None:
    """A bounce or a receipt belongs to a mail of ours, which the report quotes; without one it is only kept."""
    row = case.row
    row.reason = case.ruling.verdict.value
    ticket = found.ticket if found else placing.ticket_of_quoted_mail(case.mail, case.tenant)
    if ticket is None:
        # A server's own report answers a mail we know nothing of; a person who sends one on wants something.
        by_server = case.mail.envelope_from == "" or case.mail.from_.email.startswith("mailer-daemon@")
        row.state = InboundState.IGNORED if by_server else InboundState.TRIAGE
        return
    placing.add_note(row, ticket, case.mail, by=SYSTEM, caution=row.reason)


def _place_automatic(case: Case, found: Match | None) -> None:
    """Automatic replies are shown on their ticket and change nothing; others may be alarms, so a person looks."""
    row = case.row
    row.reason = case.ruling.verdict.value
    if found and found.certain:
        placing.add_note(row, found.ticket, case.mail, by=SYSTEM, caution=row.reason)
    else:
        row.state = InboundState.TRIAGE
        row.possible_ticket = found.ticket if found else None


def _place_personal(case: Case, found: Match | None) -> None:
    row = case.row
    if found and found.certain and case.member:
        placing.take_from_member(row, found.ticket, case.mail, case.member, proven=case.proven)
    elif found and found.certain and not found.ticket.is_closed:
        placing.take_from_requester(row, found.ticket, case.mail)
    elif found is None and row.mailbox.mode == IntakeMode.OPEN:
        placing.open_at_once(row, case.mail)
    elif found and found.certain and row.mailbox.mode == IntakeMode.OPEN:
        placing.open_at_once(row, case.mail, parent=found.ticket)
    else:
        row.state = InboundState.TRIAGE
        row.reason = "closed_ticket" if found and found.certain else ("possible_follow_up" if found else "new")
        row.possible_ticket = found.ticket if found else None
