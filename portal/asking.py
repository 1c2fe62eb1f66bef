"""What visitors bring about, each once a press, through the same services as a mail of theirs."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.services.people import tell_admins
from knowledge.enums import Use
from knowledge.reading import count_use
from portal.forms_portal import AskForm, WishForm
from portal.models import Deflection, SentForm
from portal.visitors import Visitor
from sla.enums import Priority
from tickets.enums import Channel, Kind
from tickets.errors import AlreadyDone
from tickets.models import IncidentText, Ticket
from tickets.services.conversation import Written
from tickets.services.intake import Matter, open_ticket
from tickets.threads import tag


def use_once(visitor: Visitor, token: str, ticket: Ticket | None = None) -> SentForm:
    """Use a form up, in the caller's transaction.

    Raises AlreadyDone for one that was sent before; `ticket_sent` says which ticket it has made.
    """
    try:
        with transaction.atomic():
            return SentForm.objects.create(requester=visitor.requester, token=token, ticket=ticket)
    except IntegrityError as error:
        raise AlreadyDone from error


def ticket_sent(visitor: Visitor, token: str) -> Ticket | None:
    """What an earlier press of the same form has opened."""
    sent = SentForm.objects.filter(requester=visitor.requester, token=token).select_related("ticket").first()
    return sent.ticket if sent else None


@transaction.atomic
def ask(visitor: Visitor, form: AskForm) -> Ticket:
    """Open the ticket of a form that was filled in rightly.

    Raises AlreadyDone where it was opened before.
    """
    sent, data = use_once(visitor, form.cleaned_data["form_token"]), form.cleaned_data
    matter = _matter(
        visitor,
        form.title,
        Written(text=data["words"].strip(), files=form.brought),
        kind=Kind(data["kind"]),
        priority=Priority(data["badly"]),
        product=data.get("product"),
        own=form.own,
    )
    return _open(visitor, matter, sent)


@transaction.atomic
def wish(visitor: Visitor, form: WishForm) -> Ticket:
    """What somebody wants done with what is kept of them: a ticket like others, and every admin hears of it.

    Raises AlreadyDone where it was sent before.
    """
    sent, data = use_once(visitor, form.cleaned_data["form_token"]), form.cleaned_data
    wanted = dict(form.fields["wish"].choices)[data["wish"]]  # type: ignore[attr-defined]  # a ChoiceField
    title = _("Data protection: %(wish)s") % {"wish": wanted}
    ticket = _open(visitor, _matter(visitor, title, Written(text=data["text"].strip() or str(wanted))), sent)
    url, number = ticket.tenant.url(ticket.get_absolute_url()), tag(ticket.tenant, ticket.number)

    def told(_admin: Membership) -> tuple[str, str]:
        values = {"number": number, "url": url, "desk": ticket.tenant.name}
        body = _("%(number)s asks what is kept of a person to be erased, corrected or no longer used.\n\n%(url)s")
        return _("%(number)s: a request about personal data") % values, body % values

    tell_admins(told)
    return ticket


def _matter(visitor: Visitor, title: str, written: Written, **more: object) -> Matter:
    person = visitor.requester
    return Matter(
        title=title,
        queue=visitor.portal.queue,
        requester=person,
        customer=person.customer,
        written=written,
        channel=Channel.PORTAL,
        received_at=timezone.now(),
        # The address is proved, so an automatic answer may repeat their words.
        proven=True,
        **more,  # type: ignore[arg-type]  # facts of a Matter
    )


def _open(visitor: Visitor, matter: Matter, sent: SentForm) -> Ticket:
    ticket = open_ticket(matter, by=visitor.actor, acknowledge=visitor.requester.takes_receipts)
    sent.ticket = ticket
    sent.save(update_fields=["ticket"])
    return ticket


def found_answer(visitor: Visitor, words: str, *, article: int | None) -> Deflection:
    """Somebody left satisfied, without a ticket."""
    if article is not None:
        count_use(article, Use.SOLVED)
    return Deflection.objects.create(requester=visitor.requester, words=words.strip()[:500], article=article)


def has_incident(visitor: Visitor, words: str, incident: int) -> bool:
    """Somebody has what is known already, counted once; says whether it is still known."""
    if not IncidentText.objects.current().filter(ticket=incident).exists():
        return False
    told = {"requester": visitor.requester, "incident": incident}
    Deflection.objects.get_or_create(**told, defaults={"words": words.strip()[:500]})
    return True
