"""Where people land first: on the base domain, and as the admin of a new tenant."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.access import role_required
from accounts.enums import Role
from accounts.models import AuditEntry, Customer, Membership, Office, Tenant
from accounts.requests import MemberRequest
from core.templatetags.vaste import full_day
from helpdesk.demo.first_mail import first_mail_command
from mailintake.models import InboundMessage, Mailbox
from sla.models import Calendar, Contract
from tickets.models import CustomField, Rule, Ticket
from tickets.threads import tag


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing to set up; `done` is read from the data, so a step ticks itself when the thing works."""

    title: str
    text: str
    done: bool
    url: str
    action: str


@require_GET
def base_home(request: HttpRequest) -> HttpResponse:
    """The installation's own host, which is no tenant's: says so, and names the demo's workspaces if there are any."""
    workspaces = list(Tenant.objects.filter(is_demo=True).order_by("slug")) if settings.DEMO else []
    context = {"host": settings.VASTE_BASE_DOMAIN, "at_home": True, "workspaces": workspaces}
    return render(request, "outside.html", context)


@require_GET
@role_required(Role.ADMIN)
def first_run(request: MemberRequest) -> HttpResponse:
    """First steps of a tenant's admin; in the demo also the tour."""
    steps = first_steps(request.tenant)
    done = sum(step.done for step in steps)
    sub = _("%(done)d of %(all)d done. Steps tick themselves when the thing works.") % {
        "done": done,
        "all": len(steps),
    }
    context = {"steps": steps, "sub": sub, "next": next((step for step in steps if not step.done), None)}
    if request.tenant.is_demo:
        context["command"] = first_mail_command(request.tenant)
    return render(request, "start/first_steps.html", context)


def first_steps(tenant: Tenant) -> list[FirstStep]:
    """The steps of the tenant in scope, in the order that makes sense."""
    return [_mailbox(), _people(), _hours(), _process(), _customers(), _first_ticket(tenant), _first_answer(tenant)]


def _mailbox() -> FirstStep:
    mailboxes = list(Mailbox.objects.all())
    failing = next((mailbox for mailbox in mailboxes if mailbox.failing_since), None)
    works = InboundMessage.objects.exists() or any(box.fetched_at and not box.failing_since for box in mailboxes)
    if failing:
        text = _("%(address)s cannot be fetched. Its page says why.") % {"address": failing.address}
    elif works:
        text = _("Mail to %(address)s becomes a ticket.") % {"address": ", ".join(box.address for box in mailboxes)}
    elif mailboxes:
        text = _("%(address)s waits for its first mail. Send it one.") % {"address": mailboxes[0].address}
    else:
        text = _("Vaste fetches it by IMAP, or your mail server hands the mail on by SMTP.")
    url = reverse("mailintake:mailboxes") if mailboxes else reverse("mailintake:mailbox_add")
    action = _("Mailboxes") if mailboxes else _("Connect")
    return FirstStep(_("Connect a mailbox"), text, bool(works) and not failing, url, action)


def _people() -> FirstStep:
    count = Membership.objects.active().count()
    text = _("So far you are alone here.")
    if count > 1:
        text = ngettext("%(count)d person can sign in.", "%(count)d people can sign in.", count) % {"count": count}
    return FirstStep(_("Add a colleague"), text, count > 1, reverse("accounts:person_add"), _("Add"))


def _hours() -> FirstStep:
    """Saving a calendar's page, even unchanged, is the proof that somebody has looked at it."""
    looked = AuditEntry.objects.filter(action__startswith="calendar.").exists()
    names = ", ".join(Calendar.objects.values_list("name", flat=True)[:4])
    offices = ", ".join(Office.objects.values_list("name", flat=True)[:4])
    text = _("Promises count in open hours: %(calendars)s, with the public holidays of %(offices)s.")
    words = text % {"calendars": names, "offices": offices}
    return FirstStep(_("Check the opening hours"), words, looked, reverse("sla:calendars"), _("Check"))


def _process() -> FirstStep:
    """Any of a team's own rules, fields or the templates for them; whoever wants none of it may leave it."""
    text = _("Rules, fields, statuses and answers for a desk like yours, to look at before they are added.")
    done = Rule.objects.exists() or CustomField.objects.exists()
    url = reverse("tickets:starters")
    return FirstStep(_("Choose a way of working"), text, done, url, _("Look at them"))


def _customers() -> FirstStep:
    customers, contracts = Customer.objects.count(), Contract.objects.count()
    text = _("By their mail domain their people are recognised. A contract decides what is promised.")
    if customers:
        numbers = {"customers": customers, "contracts": contracts}
        text = _("Customers: %(customers)d. Contracts: %(contracts)d.") % numbers
    return FirstStep(_("Bring in your customers"), text, customers > 0, reverse("accounts:customer_add"), _("Add"))


def _first_ticket(tenant: Tenant) -> FirstStep:
    first = Ticket.objects.order_by("number").first()
    text = _("By mail, or write down a phone call.")
    if first:
        values = {
            "number": tag(tenant, first.number),
            "day": full_day(localtime(first.received_at)),
        }
        text = _("%(number)s was the first, on %(day)s.") % values
    return FirstStep(
        _("Receive the first ticket"), text, first is not None, reverse("tickets:create"), _("New ticket")
    )


def _first_answer(tenant: Tenant) -> FirstStep:
    answered = Ticket.objects.exclude(first_responded_at=None).order_by("first_responded_at").first()
    text, url = _("Start, reply and resolve once, and see what the customer gets."), reverse("tickets:unassigned")
    if answered:
        text = _("%(number)s was answered first.") % {"number": tag(tenant, answered.number)}
    return FirstStep(_("Answer a ticket"), text, answered is not None, url, _("Open the list"))
