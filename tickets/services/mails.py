"""The mails that tickets send, each in the language and the time zone of its reader."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Membership
from outbox.enums import Purpose
from outbox.models import Delivery, OutgoingMail
from outbox.services.limits import may_answer
from outbox.services.queueing import File
from outbox.words import fill, words_for
from sla.models import Timer
from tickets.enums import MessageKind
from tickets.metrics import promise_name
from tickets.models import Attachment, Message, Ticket
from tickets.services.letters import (
    Content,
    Posting,
    choices_line,
    member_reader,
    moment,
    post,
    reading_as,
    requester_reader,
    values_of,
)
from tickets.services.links import make_confirm_link, make_work_link
from tickets.threads import reply_address, tag

# Characters of a message that a reply quotes: nobody reads on below.
MOST_QUOTED = 20_000


def files_of(attachments: Sequence[Attachment]) -> list[File]:
    return [File(a.name, a.content_type, a.storage_key, a.size, a.pk) for a in attachments]


def acknowledge(
    ticket: Ticket, timers: Sequence[Timer], *, deliberate: bool, proven: bool = False
) -> OutgoingMail | None:
    """Tell the requester that the matter has arrived. None where they have no address or have had enough of these.

    `timers` are those of the ticket, which has just been opened and says nothing yet but its first message.
    `deliberate` says that a person of the desk accepted it; otherwise acknowledgements are limited per mailbox, and
    unless the sender is `proven` they hold no word of the sender's: somebody else may have written in their name, to
    have the desk carry an advertisement to them.
    """
    reader = requester_reader(ticket)
    if not reader.takes_automatic or (not deliberate and not may_answer(reader.email, Purpose.ACKNOWLEDGEMENT)):
        return None
    with reading_as(reader):
        words = words_for(Purpose.ACKNOWLEDGEMENT, reader.language)
        due_at = next((timer.due_at for timer in timers if timer.metric == "first_response"), None)
        due = _("by %(moment)s") % {"moment": moment(due_at)} if due_at else _("soon")
        values = values_of(ticket) | {"response_due": due}
        over_title = values["number"]
        if not (deliberate or proven):
            values |= {"title": values["number"], "requester": reader.email}
            over_title = values["desk"]
        subject = fill(words.subject, values)
        content = Content(title=values["title"], over_title=over_title, body=fill(words.body, values))
        follows = [ticket.opened_with.mail_id] if ticket.opened_with and ticket.opened_with.mail_id else []
        return post(ticket, Purpose.ACKNOWLEDGEMENT, reader, subject, content, Posting(follows=follows))


def _timer(ticket: Ticket, metric: str) -> Timer | None:
    return Timer.objects.of(ticket.pk).filter(metric=metric).order_by("-cycle").first()


def work_url(ticket: Ticket, token: str, action: str = "") -> str:
    return ticket.tenant.url(reverse("portal:work", args=[token]) + (f"?do={action}#{action}" if action else ""))


def _work_file(ticket: Ticket, token: str) -> Callable[[int], str]:
    """Where the consultant finds a file of the ticket."""
    return lambda pk: ticket.tenant.url(reverse("portal:work_file", args=[token, pk]))


def _own_file(ticket: Ticket) -> Callable[[int], str]:
    """Where the requester finds a file of the ticket, for as long as the link of this mail holds."""
    made: list[str] = []

    def place_of(pk: int) -> str:
        token = made[0] if made else make_confirm_link(ticket, ticket.requester)
        made[:] = [token]
        return ticket.tenant.url(reverse("portal:confirm_file", args=[token, pk]))

    return place_of


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
            % {"address": reply_address(ticket.tenant_id, ticket.pk, ticket.queue.address)}
            + f"\n{choices_line(ticket.tenant)}",
        )
        files = files_of(list(first.attachments.all())) if first else []
        subject = fill(words.subject, values)
        return post(
            ticket, Purpose.DETAILS, reader, subject, content, Posting(files=files, place_of=_work_file(ticket, token))
        )


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
        history = _answered(ticket) if ticket.queue.quotes_history else ""
        content = Content(title=ticket.title, body=message.text, footer=footer, history=history)
        hold = timedelta(seconds=settings.VASTE_UNDO_SECONDS)
        key, place_of = f"reply:{message.pk}", _own_file(ticket)
        options = Posting(
            automatic=False, part=message, files=files, hold=hold, plain=True, key=key, place_of=place_of
        )
        return post(ticket, Purpose.REPLY, reader, ticket.title, content, options)


def _answered(ticket: Ticket) -> str:
    """The requester's last message below the line that mail programs and our own parser know it by."""
    asked = ticket.messages.filter(kind=MessageKind.REQUESTER).order_by("at", "pk").last()
    if asked is None:
        return ""
    introduced = _("On %(moment)s, %(name)s wrote:") % {"moment": moment(asked.at), "name": asked.author_name}
    return "\n".join([introduced, *(f"> {line}" for line in asked.text[:MOST_QUOTED].splitlines())])


def send_solution(ticket: Ticket, message: Message, *, again: bool = False) -> OutgoingMail | None:
    """The solution with its two links: it works, still broken. `again` asks once more for the answer."""
    reader = requester_reader(ticket)
    if not (reader.takes_automatic if again else reader.email):
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
        how = Posting(automatic=again, part=message, hold=hold, files=files, place_of=_own_file(ticket))
        return post(ticket, purpose, reader, subject, content, how)


def forward_answer(ticket: Ticket, message: Message, member: Membership) -> OutgoingMail:
    """Tell the consultant that the requester wrote, or whoever stands in, or the team that knows of nobody."""
    reader = member_reader(member)
    url, place_of = _ways_in(ticket, member)
    with reading_as(reader):
        content = Content(
            title=ticket.title,
            over_title=_("%(name)s wrote about %(number)s")
            % {"name": message.author_name, "number": tag(ticket.tenant, ticket.number)},
            note=_("Replying to this mail answers the requester."),
            quote=message.text,
            buttons=[(_("Open the ticket"), url, True)],
            footer="\n".join(filter(None, [_absent(ticket, member), choices_line(ticket.tenant)])),
        )
        files = files_of(list(message.attachments.all()))
        options = Posting(files=files, key=f"answer:{message.pk}:{member.pk}", place_of=place_of)
        return post(ticket, Purpose.ANSWERED, reader, ticket.title, content, options)


def _ways_in(ticket: Ticket, member: Membership) -> tuple[str, Callable[[int], str]]:
    """The address of the ticket and of its files: links of their own for whoever has it, else the desk's pages."""
    if ticket.is_held_by(member):
        token = make_work_link(ticket, member)
        return work_url(ticket, token), _work_file(ticket, token)
    return (
        ticket.tenant.url(ticket.get_absolute_url()),
        lambda pk: ticket.tenant.url(reverse("tickets:attachment", args=[pk])),
    )


def _absent(ticket: Ticket, member: Membership) -> str:
    """Why somebody gets what is meant for the consultant."""
    if ticket.assignee is None or ticket.assignee_id == member.pk:
        return ""
    return _("%(name)s, who has this ticket, is not there.") % {"name": ticket.assignee.name}


def answer_commands(
    ticket: Ticket, member: Membership, *, done: Sequence[str] = (), refused: str = ""
) -> OutgoingMail:
    """One line to a member whose mail held commands: what was done, or why nothing was."""
    reader = member_reader(member)
    with reading_as(reader):
        number = tag(ticket.tenant, ticket.number)
        if refused:
            line = _("%(number)s: nothing was done. %(why)s") % {"number": number, "why": refused}
        else:
            line = f"{number}: {', '.join(done)}."
        return post(ticket, Purpose.COMMANDS, reader, ticket.title, Content(title="", body=line), Posting(plain=True))


def send_reminder(ticket: Ticket, timer: Timer, step: str, member: Membership) -> OutgoingMail:
    """Remind of a promise at a step of its ladder, by its place there; once per timer, cycle, step and person."""
    reader = member_reader(member)
    with reading_as(reader):
        words = words_for(Purpose.REMINDER, reader.language)
        name = promise_name(timer.metric)
        promise = _("%(promise)s is late") % {"promise": name} if timer.breached_at else name
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
        return post(ticket, Purpose.REMINDER, reader, subject, content, Posting(key=key))


def send_returned(
    ticket: Ticket, message: Message, mail: OutgoingMail, member: Membership, deliveries: Sequence[Delivery]
) -> OutgoingMail:
    """Tell a member that a mail of the ticket did not arrive; once for each mail and person."""
    reader = member_reader(member)
    with reading_as(reader):
        content = Content(
            title=_("A mail did not arrive"),
            over_title=tag(ticket.tenant, ticket.number),
            note=ticket.title,
            facts=[
                (delivery.address, f"{delivery.get_fate_display()}. {delivery.said}".strip())
                for delivery in deliveries
            ],
            quote=message.text,
            buttons=[(_("Open the ticket"), ticket.tenant.url(ticket.get_absolute_url()), True)],
        )
        subject = _("Did not arrive: %(title)s") % {"title": ticket.title}
        key = f"returned:{mail.pk}:{member.pk}"
        return post(ticket, Purpose.RETURNED, reader, subject, content, Posting(key=key))


def send_code(ticket: Ticket, member: Membership, code: str) -> OutgoingMail:
    """The code that binds a browser to its consultant; by the installation's own transport, unreadable in the log."""
    reader = member_reader(member)
    with reading_as(reader):
        body = _("Your code is %(code)s. It holds for 15 minutes and for one browser.") % {"code": code}
        subject = _("Code for a new browser")
        content = Content(title=subject, over_title=tag(ticket.tenant, ticket.number), body=body)
        return post(ticket, Purpose.CODE, reader, subject, content, Posting(confidential=True))
