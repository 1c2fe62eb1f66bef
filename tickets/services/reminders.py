"""What a step of the ladder sends to those who are no members: a contract's contact, and another program."""

from django.utils.translation import gettext as _

from outbox.enums import CallEvent, Purpose
from outbox.models import OutgoingMail, Webhook
from outbox.services.webhooks import queue_call
from sla.ladder import Step
from sla.models import Contract, Timer
from tickets.metrics import promise_name
from tickets.models import Ticket
from tickets.services.letters import Content, Posting, Reader, moment, post, reading_as
from tickets.threads import tag


def remind_contact(ticket: Ticket, timer: Timer, place: str, contract: Contract) -> OutgoingMail:
    """Tell a contract's contact of a promise; once per timer and step.

    They may be anybody: what the promise is and until when, and nothing that was written or that leads inside.
    """
    language = contract.contact_language or contract.customer.language
    reader = Reader(contract.contact_email, language, contract.customer.office.time_zone)
    with reading_as(reader):
        name = promise_name(timer.metric)
        promise = _("%(promise)s is late") % {"promise": name} if timer.is_late else name
        number = tag(ticket.tenant, ticket.number)
        facts = [(_("Ticket"), number), (_("Promise"), name), (_("Deadline"), moment(timer.due_at))]
        content = Content(
            title=ticket.title,
            over_title=number,
            promise=promise,
            facts=[(label, value) for label, value in facts if value],
            footer=_("%(desk)s tells you of this as the contact of contract %(contract)s.")
            % {"desk": ticket.tenant.name, "contract": contract.number},
        )
        subject = f"{promise}: {ticket.title}"
        how = Posting(key=f"remind:{timer.pk}:{place}:contact", follows=())
        return post(ticket, Purpose.REMINDER, reader, subject, content, how)


def call_webhook(ticket: Ticket, timer: Timer, step: Step, webhook: int) -> Webhook | None:
    """Have a webhook called, once per timer and step; None where it is not there any more.

    What somebody needs who is called out of bed: which ticket, what is promised until when. Nothing of persons.
    """
    hook = Webhook.objects.filter(pk=webhook).first()
    if hook is None:
        return None
    number = tag(ticket.tenant, ticket.number)
    data = {
        "number": number,
        "title": ticket.title,
        "queue": ticket.queue.name,
        "priority": ticket.priority,
        "promise": timer.metric,
        "due_at": timer.due_at.isoformat() if timer.due_at else None,
        "late": timer.is_late,
        "step": {"percent": step.percent, "minutes": step.minutes},
        "url": ticket.tenant.url(ticket.get_absolute_url()),
    }
    queue_call(hook, CallEvent.STEP, data, key=f"step:{timer.pk}:{step.place}", about=number)
    return hook
