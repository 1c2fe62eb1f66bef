"""The second half of the protocol: a stored mail is understood and placed, in one transaction, exactly once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from accounts.actors import SYSTEM
from accounts.models import Membership, Tenant
from accounts.services.customers import heard_from
from core.faults import fault_point
from mailintake.authentication import prove_sender
from mailintake.enums import InboundState, IntakeMode
from mailintake.matching import Match, match
from mailintake.models import InboundMessage
from mailintake.parsing import ParsedMail, parse
from mailintake.services import placing
from mailintake.services.knowing import Known, look_up
from mailintake.verdicts import LOOP_HEADER, Ruling, Verdict, judge
from outbox.enums import ReportKind
from outbox.services.returns import Returned, take_report
from tickets.models import SideConversation

REPORTS = frozenset({Verdict.BOUNCE, Verdict.DELAY, Verdict.COMPLAINT, Verdict.REPORT})
# What marks a mail of ours, its receivers and their addresses.
RETURNS = {
    Verdict.BOUNCE: ReportKind.BOUNCE,
    Verdict.DELAY: ReportKind.DELAY,
    Verdict.COMPLAINT: ReportKind.COMPLAINT,
}
# More mails than this of one sender within an hour wait for a person instead of becoming tickets by themselves.
SENDER_AN_HOUR = 120
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
    known: Known
    proven: bool
    tenant: Tenant

    @property
    def member(self) -> Membership | None:
        return self.known.member


def process_inbound(inbound_id: int) -> None:
    """Place one stored mail, in the caller's scope. Does nothing for a mail that has been placed.

    Raises UnreadableMail for bytes that are no mail; the caller puts those into quarantine. Raises IntegrityError
    where another worker has the same mail, or another one of the same new sender, and was faster: once more, please.
    """
    row = (
        InboundMessage.objects.select_for_update(of=("self",))
        .select_related("mailbox__queue__office", "tenant")
        .get(pk=inbound_id)
    )
    if row.state != InboundState.RECEIVED:
        return
    row.mailbox.queue.tenant = row.tenant
    mail = parse(bytes(row.raw))
    fault_point("after-parse")
    _describe(row, mail)
    known = look_up(row, mail.from_)
    if known.original_id:
        original = InboundMessage.objects.defer("raw").select_related("ticket").get(pk=known.original_id)
        row.state, row.reason, row.ticket = InboundState.DUPLICATE, "duplicate", original.ticket
    else:
        _place(_case(row, mail, known))
    row.save(update_fields=RESULT_FIELDS)


def _describe(row: InboundMessage, mail: ParsedMail) -> None:
    row.subject, row.from_name = mail.subject[:500], mail.from_.name[:200]
    row.from_email = mail.from_.email[:320]
    row.message_id = (mail.message_id or "")[:250]
    row.excerpt = " ".join(mail.new_text.split())[:200]
    row.fingerprint = fingerprint(mail, row.received_at)


def fingerprint(mail: ParsedMail, received_at: datetime) -> str:
    """Equal for the same mail through two doors, and for one that a renumbered mailbox shows again.

    Without a Message-ID its author's date, name and subject stand in; without those the instant at which the server
    took it in, which outlives a renumbering, so that two alarms of a machine with the same words stay two.
    """
    if mail.message_id:
        known_by = [mail.message_id]
    elif mail.date:
        known_by = [mail.date.isoformat(), mail.from_.email, mail.subject]
    else:
        known_by = [received_at.isoformat(), mail.from_.email, mail.subject]
    return hashlib.sha256("\n".join([*known_by, mail.body_digest]).encode()).hexdigest()


def _case(row: InboundMessage, mail: ParsedMail, known: Known) -> Case:
    own = frozenset({mail.from_.email}) if known.is_own_mailbox else frozenset()
    ruling = judge(mail, own_addresses=own, tenant_key=row.tenant.slug)
    proof = prove_sender(mail, trusted=frozenset(name.lower() for name in row.mailbox.trusted_servers))
    row.proven = proof.passed
    return Case(row, mail, ruling, known, proof.passed, row.tenant)


def _place(case: Case) -> None:
    row, verdict = case.row, case.ruling.verdict
    found = match(case.mail, case.tenant, envelope_to=row.envelope_to, member=case.member)
    if case.known.was_lost and verdict not in REPORTS:
        heard_from(case.mail.from_.email)
    if verdict is Verdict.TOO_BIG:
        row.state, row.reason = InboundState.QUARANTINED, "too_big"
    elif verdict is Verdict.LOOP:
        # A contact form may write as the desk itself: only mail that carries our own mark is surely ours.
        ours = case.tenant.slug in case.mail.headers.all(LOOP_HEADER)
        row.state, row.reason = InboundState.IGNORED if ours else InboundState.TRIAGE, "loop"
    elif verdict in REPORTS:
        _place_report(case, found)
    elif verdict in (Verdict.AUTO_REPLY, Verdict.BULK):
        _place_automatic(case, found)
    elif verdict is Verdict.NO_SENDER:
        row.state, row.reason = InboundState.TRIAGE, "no_sender"
    else:
        _place_personal(case, found)


def _place_report(case: Case, found: Match | None) -> None:
    """A bounce or a receipt belongs to a mail of ours, which the report quotes; without one it is only kept."""
    row, verdict = case.row, case.ruling.verdict
    row.reason, quoted = verdict.value, placing.our_ids_in(case.mail, case.tenant)
    if quoted and verdict in RETURNS:
        failed = case.ruling.bounce.recipients if case.ruling.bounce else ()
        about = [Returned(each.email, each.dsn, each.hard, each.said) for each in failed]
        take_report(quoted, about, kind=RETURNS[verdict], at=row.received_at)
    side = found.side if found else (placing.side_of_mail(quoted[0], case.tenant) if quoted else None)
    if side:
        placing.take_aside(row, side, case.mail, caution=row.reason)
        return
    ticket = found.ticket if found else (placing.ticket_of_mail(quoted[0], case.tenant) if quoted else None)
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
    if found and found.side:
        placing.take_aside(row, found.side, case.mail, caution=row.reason)
    elif found and found.certain:
        placing.add_note(row, found.ticket, case.mail, by=SYSTEM, caution=row.reason)
    else:
        row.state = InboundState.TRIAGE
        row.possible_ticket = found.ticket if found else None


def _place_personal(case: Case, found: Match | None) -> None:
    row = case.row
    if found and found.side:
        _place_aside(case, found.side, stranger=found.stranger)
    elif found and found.certain and case.member and not _asks_itself(case.known, case.member, found):
        placing.take_from_member(row, found.ticket, case.mail, case.member, proven=case.proven)
    elif found and found.certain and not found.ticket.is_closed:
        placing.take_from_requester(row, found.ticket, case.mail, case.known.sender, stranger=found.stranger)
    elif row.mailbox.mode == IntakeMode.OPEN and (found is None or found.certain):
        if case.known.tickets_an_hour >= SENDER_AN_HOUR:
            row.state, row.reason = InboundState.TRIAGE, "too_many"
            return
        writer, parent = case.member if case.proven else None, found.ticket if found else None
        placing.open_at_once(row, case.mail, case.known.sender, parent=parent, writer=writer)
    else:
        row.state = InboundState.TRIAGE
        row.reason = "closed_ticket" if found and found.certain else ("possible_follow_up" if found else "new")
        row.possible_ticket = found.ticket if found else None


def _place_aside(case: Case, side: SideConversation, *, stranger: bool) -> None:
    if case.member and not side.knows(case.mail.from_.email):
        placing.take_aside_from_member(case.row, side, case.mail, case.member, proven=case.proven)
    else:
        placing.take_aside(case.row, side, case.mail, caution="stranger" if stranger else "")


def _asks_itself(known: Known, member: Membership, found: Match) -> bool:
    """Whether the ticket is the member's own request: then they write as any requester does."""
    asks = known.sender.requester
    return asks is not None and asks.pk == found.ticket.requester_id and found.ticket.assignee_id != member.pk
