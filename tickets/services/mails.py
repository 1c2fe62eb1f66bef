"""The mails that tickets send, each in the language and the time zone of its reader."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Membership
from outbox.enums import Purpose
from outbox.models import OutgoingMail
from outbox.services.queueing import File, Mail, queue
from outbox.words import fill, words_for
from sla.models import Timer
from tickets.metrics import promise_name
from tickets.models import Attachment, Message, Ticket
from tickets.services.links import make_confirm_link, make_work_link
from tickets.threads import make_message_id, reply_address, tag, tagged_subject

# Per address, for acknowledgements that no person of the desk has decided on.
ACKNOWLEDGED_AN_HOUR, ACKNOWLEDGED_A_DAY = 1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a mail shows, as text and as HTML alike. `buttons` are (label, absolute URL, is primary)."""

    title: str
    body: str = ""
    over_title: str = ""
    note: str = ""
    promise: str = ""
    facts: Sequence[tuple[str, str]] = ()
    quote: str = ""
    buttons: Sequence[tuple[str, str, bool]] = ()
    footer: str = ""

    def as_text(self) -> str:
        """The plain text alternative."""
        facts = "\n".join(f"{label}: {value}" for label, value in self.facts)
        quote = "\n".join(f"> {line}" for line in self.quote.splitlines())
        links = "\n".join(f"{label}: {url}" for label, url, _primary in self.buttons)
        parts = [self.note, self.promise, facts, quote, self.body, links, self.footer]
        return "\n\n".join(part for part in parts if part) + "\n"

    def as_html(self, subject: str, language: str) -> str:
        """The HTML alternative; every value is escaped."""
        names = ("title", "body", "over_title", "note", "promise", "facts", "quote", "buttons", "footer")
        context = {name: getattr(self, name) for name in names}
        return render_to_string("mail/layout.html", context | {"subject": subject, "language": language})


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a mail, and in which language and time zone."""

    email: str
    language: str
    time_zone: str
    copies: Sequence[str] = field(default=())


@contextmanager
def reading_as(reader: Reader) -> Iterator[None]:
    """Words and times as the reader has them."""
    with translation.override(reader.language), timezone.override(ZoneInfo(reader.time_zone)):
        yield


def requester_reader(ticket: Ticket) -> Reader:
    office = ticket.customer.office if ticket.customer else ticket.queue.office
    requester = ticket.requester
    return Reader(requester.email, requester.language, office.time_zone, ticket.copies)


def member_reader(member: Membership) -> Reader:
    return Reader(member.email, member.user.language, member.office.time_zone)


def moment(at: datetime | None) -> str:
    """An instant in full, in the reader's language and zone; the zone is named, because readers live in several."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    # Translators: date format of a full instant in a mail: "Thu 19 Nov 2026, 16:45", "to 19.11.2026 klo 16.45".
    written = date_format(local, pgettext("date format", "D j M Y, H:i"))
    return f"{written} ({local.tzname()})"


def values_of(ticket: Ticket) -> dict[str, str]:
    """The variables that every template knows, in the active language."""
    return {
        "number": tag(ticket.tenant, ticket.number),
        "title": ticket.title,
        "requester": ticket.requester.name,
        "customer": ticket.customer.name if ticket.customer else "",
        "desk": ticket.tenant.name,
        "received": moment(ticket.received_at),
        "assignee": ticket.assignee.name if ticket.assignee else "",
    }


def files_of(attachments: Sequence[Attachment]) -> list[File]:
    return [File(a.name, a.content_type, a.storage_key, a.size) for a in attachments]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """How a ticket mail goes out. `automatic` mail asks other programs not to answer; `plain` has no HTML."""

    automatic: bool = True
    key: str | None = None
    part: Message | None = None
    files: Sequence[File] = ()
    hold: timedelta = timedelta(0)
    plain: bool = False
    confidential: bool = False


def _post(  # noqa: PLR0917  # private, and each caller reads like a sentence
    ticket: Ticket, purpose: Purpose, reader: Reader, subject: str, content: Content, how: Posting
) -> OutgoingMail:
    desk, tenant = ticket.queue.address, ticket.tenant
    subject = tagged_subject(tenant, ticket.number, subject)
    known = list(ticket.messages.exclude(mail_id="").order_by("at", "pk").values_list("mail_id", flat=True))
    return queue(
        Mail(
            purpose=purpose,
            message_id=make_message_id(tenant.pk, ticket.pk, desk),
            in_reply_to=known[-1] if known else "",
            references=known,
            from_name=tenant.name,
            from_address=desk,
            reply_to=reply_address(tenant.pk, ticket.pk, desk),
            to=[reader.email],
            cc=list(reader.copies),
            subject=subject,
            text=content.as_text(),
            html="" if how.plain else content.as_html(subject, reader.language),
            language=reader.language,
            files=how.files,
            about=ticket.pk,
            part=how.part.pk if how.part else None,
            key=how.key,
            automatic=how.automatic,
            confidential=how.confidential,
        ),
        hold=how.hold,
    )


def acknowledge(ticket: Ticket, *, deliberate: bool) -> OutgoingMail | None:
    """Tell the requester that the matter has arrived. None where they have no address or have had enough of these.

    `deliberate` says that a person of the desk accepted it; otherwise acknowledgements are limited per address, so
    that nobody can use the desk to flood a victim.
    """
    reader = requester_reader(ticket)
    if not reader.email or (not deliberate and not _may_acknowledge(reader.email)):
        return None
    with reading_as(reader):
        words = words_for(Purpose.ACKNOWLEDGEMENT, reader.language)
        timer = _timer(ticket, "first_response")
        due = _("by %(moment)s") % {"moment": moment(timer.due_at)} if timer and timer.due_at else _("soon")
        values = values_of(ticket) | {"response_due": due}
        subject = fill(words.subject, values)
        content = Content(title=ticket.title, over_title=values["number"], body=fill(words.body, values))
        return _post(ticket, Purpose.ACKNOWLEDGEMENT, reader, subject, content, Posting(key=f"ack:{ticket.pk}"))


def _may_acknowledge(email: str) -> bool:
    now = timezone.now()
    sent = OutgoingMail.objects.filter(purpose=Purpose.ACKNOWLEDGEMENT, to__contains=[email])
    hour, day = now - timedelta(hours=1), now - timedelta(days=1)
    return (
        sent.filter(queued_at__gt=hour).count() < ACKNOWLEDGED_AN_HOUR
        and sent.filter(queued_at__gt=day).count() < ACKNOWLEDGED_A_DAY
    )


def _timer(ticket: Ticket, metric: str) -> Timer | None:
    return Timer.objects.of(ticket.pk).filter(metric=metric).order_by("-cycle").first()


def work_url(ticket: Ticket, token: str, action: str = "") -> str:
    return ticket.tenant.url(reverse("portal:work", args=[token]) + (f"?do={action}#{action}" if action else ""))


def send_details(ticket: Ticket, member: Membership) -> OutgoingMail:
    """Give the consultant all they need to work from their mail: the facts and signed links."""
    reader = member_reader(member)
    token = make_work_link(ticket, member)
    first = ticket.messages.filter(kind="requester").order_by("at", "pk").prefetch_related("attachments").first()
    with reading_as(reader):
        words, values = words_for(Purpose.DETAILS, reader.language), values_of(ticket)
        timer = _timer(ticket, "first_response")
        facts = _facts(ticket, timer)
        values |= {
            "response_due": moment(timer.due_at) if timer else "",
            "details": "\n".join(f"{label}: {value}" for label, value in facts),
        }
        content = Content(
            title=ticket.title,
            over_title=_("%(desk)s, %(number)s, assigned to you") % values,
            note=_("Replying to this mail answers the requester."),
            promise=_promise(timer),
            facts=facts,
            quote=first.text if first else "",
            body=fill(words.body.replace("{{details}}", ""), values).strip(),
            buttons=[
                (_("Start"), work_url(ticket, token, "start"), True),
                (_("Ask the customer"), work_url(ticket, token, "ask"), False),
                (_("Resolve"), work_url(ticket, token, "resolve"), False),
                (_("Hand over"), work_url(ticket, token, "hand-over"), False),
            ],
            footer=_(
                "Each link opens a page where you confirm, so a mail scanner cannot press it. The links are yours "
                "alone: a new browser asks once for a code that we mail to you.\n"
                "Keep %(address)s in Cc when you write to the customer, and the whole exchange stays on the ticket."
            )
            % {"address": reply_address(ticket.tenant_id, ticket.pk, ticket.queue.address)},
        )
        files = files_of(list(first.attachments.all())) if first else []
        subject = fill(words.subject, values)
        return _post(ticket, Purpose.DETAILS, reader, subject, content, Posting(files=files))


def _promise(timer: Timer | None) -> str:
    if timer is None or timer.due_at is None:
        return ""
    hours = f"{timer.target_seconds / 3600:.1f}".rstrip("0").rstrip(".")
    return _("Respond within %(hours)s hours: by %(moment)s") % {
        "hours": date_hours(hours),
        "moment": moment(timer.due_at),
    }


def date_hours(hours: str) -> str:
    """A number of hours with the decimal sign of the active language."""
    return hours.replace(".", ",") if translation.get_language() == "fi" else hours


def _facts(ticket: Ticket, timer: Timer | None) -> list[tuple[str, str]]:
    product = str(ticket.module or ticket.product or "")
    hours = f"{timer.target_seconds / 3600:.1f}".rstrip("0").rstrip(".") if timer else ""
    requester = " ".join(filter(None, [ticket.requester.name, ticket.requester.email, ticket.requester.phone]))
    facts = [
        (_("Ticket"), tag(ticket.tenant, ticket.number)),
        (_("Received"), moment(ticket.received_at)),
        (_("Response time"), _("%(hours)s hours") % {"hours": date_hours(hours)} if hours else ""),
        (_("Customer"), ticket.customer.name if ticket.customer else ""),
        (_("Requester"), requester),
        (_("Product"), product),
        (_("Priority"), ticket.get_priority_display()),
        (_("Contract"), ticket.contract.number if ticket.contract else ""),
    ]
    return [(str(label), str(value)) for label, value in facts if value]


def send_reply(ticket: Ticket, message: Message, files: Sequence[File] = ()) -> OutgoingMail:
    """A reply of the desk to the requester, held for the undo window."""
    reader = requester_reader(ticket)
    with reading_as(reader):
        footer = f"{ticket.tenant.name}, {tag(ticket.tenant, ticket.number)}"
        content = Content(title=ticket.title, body=message.text, footer=footer)
    hold = timedelta(seconds=settings.VASTE_UNDO_SECONDS)
    key = f"reply:{message.pk}"
    options = Posting(automatic=False, part=message, files=files, hold=hold, plain=True, key=key)
    return _post(ticket, Purpose.REPLY, reader, ticket.title, content, options)


def send_solution(ticket: Ticket, message: Message, *, again: bool = False) -> OutgoingMail | None:
    """The solution with its two links: it works, still broken. `again` asks once more for the answer."""
    reader = requester_reader(ticket)
    if not reader.email:
        return None
    purpose = Purpose.CONFIRMATION if again else Purpose.SOLUTION
    token = make_confirm_link(ticket, ticket.requester)
    url = ticket.tenant.url(reverse("portal:confirm", args=[token]))
    with reading_as(reader):
        words, values = words_for(purpose, reader.language), values_of(ticket) | {"solution": ticket.solution}
        content = Content(
            title=ticket.title,
            over_title=values["number"],
            body=fill(words.body, values),
            buttons=[(_("It works"), f"{url}#works", True), (_("Still broken"), f"{url}#broken", False)],
            footer=_("The links open a page where you confirm. You can also just reply to this mail."),
        )
        hold = timedelta(0) if again else timedelta(seconds=settings.VASTE_UNDO_SECONDS)
        subject = fill(words.subject, values)
        files = [] if again else files_of(list(message.attachments.all()))
        how = Posting(automatic=again, part=message, hold=hold, files=files)
        return _post(ticket, purpose, reader, subject, content, how)


def forward_answer(ticket: Ticket, message: Message, member: Membership) -> OutgoingMail:
    """Tell the consultant that the requester wrote."""
    reader = member_reader(member)
    token = make_work_link(ticket, member)
    with reading_as(reader):
        content = Content(
            title=ticket.title,
            over_title=_("%(name)s wrote about %(number)s")
            % {"name": message.author_name, "number": tag(ticket.tenant, ticket.number)},
            note=_("Replying to this mail answers the requester."),
            quote=message.text,
            buttons=[(_("Open the ticket"), work_url(ticket, token), True)],
        )
        files = files_of(list(message.attachments.all()))
        options = Posting(files=files, key=f"answer:{message.pk}:{member.pk}")
        return _post(ticket, Purpose.ANSWERED, reader, ticket.title, content, options)


def send_reminder(ticket: Ticket, timer: Timer, step: int, member: Membership) -> OutgoingMail:
    """Remind of a promise at a step of its ladder; once per timer, cycle, step and person."""
    reader = member_reader(member)
    with reading_as(reader):
        words = words_for(Purpose.REMINDER, reader.language)
        name = promise_name(timer.metric)
        late = step >= 100
        promise = _("%(promise)s is late") % {"promise": name} if late else name
        values = values_of(ticket) | {"promise": promise, "due": moment(timer.due_at)}
        values["assignee"] = values["assignee"] or _("Nobody")
        content = Content(
            title=ticket.title,
            over_title=values["number"],
            body=fill(words.body, values),
            buttons=[(_("Open the ticket"), ticket.tenant.url(ticket.get_absolute_url()), True)],
        )
        key = f"remind:{timer.pk}:{step}:{member.pk}"
        subject = fill(words.subject, values)
        return _post(ticket, Purpose.REMINDER, reader, subject, content, Posting(key=key))


def send_code(ticket: Ticket, member: Membership, code: str) -> OutgoingMail:
    """The code that binds a browser to its consultant; by the installation's own transport, unreadable in the log."""
    reader = member_reader(member)
    with reading_as(reader):
        body = _("Your code is %(code)s. It holds for 15 minutes and for one browser.") % {"code": code}
        subject = _("Code for a new browser")
        content = Content(title=subject, over_title=tag(ticket.tenant, ticket.number), body=body)
        return _post(ticket, Purpose.CODE, reader, subject, content, Posting(confidential=True))
