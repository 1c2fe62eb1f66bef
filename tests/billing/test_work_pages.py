"""Beside the ticket: covered or billable and why, what is missing while one types, who may correct what."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from billing.models import Invoice, InvoicedEntry, PrepaidLot, TicketBilling
from sla.models import Contract
from tests.billing.priced import HOURLY, SINCE, contract_of, cost, worked
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.models import Ticket, TicketEvent, WorkEntry, WorkTimer, WorkType
from tickets.services import lifecycle

pytestmark = pytest.mark.django_db


def ask(cast: Cast, who: str, name: str, number: int) -> str:
    answer = cast.client(who).get(reverse(f"billing:{name}", args=[number]))
    assert answer.status_code == 200
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def with_work(cast: Cast, minutes: int = 90, **more: Any) -> Ticket:
    ticket = ticket_of(cast)
    with cast.scope():
        worked(cast, ticket, minutes, timezone.now(), **more)
    return ticket


def test_euros_are_for_those_who_may_see_prices(acme: Cast, contract: Contract) -> None:
    ticket = with_work(acme)
    for who in ("liisa", "ada", "fiona"):
        text = ask(acme, who, "verdict", ticket.number)
        assert "150.00 €" in text
        assert "costs 100.00 € an hour" in text
    text = ask(acme, "aino", "verdict", ticket.number)
    assert "Billable" in text
    assert "€" not in text
    assert "€" not in ask(acme, "aino", "work", ticket.number)
    with acme.scope():
        Membership.objects.filter(pk=acme.aino.pk).update(sees_prices=True)
    assert "150.00 €" in ask(acme, "aino", "verdict", ticket.number)


def test_what_is_covered_says_what_is_left(acme: Cast, contract: Contract) -> None:
    with acme.scope():
        cost(acme, contract, **HOURLY, included={"minutes": 120})
        PrepaidLot.objects.create(contract=contract, minutes=600, unit_price=90, valid_from=SINCE, sold_on=SINCE)
    ticket = with_work(acme)
    text = ask(acme, "aino", "verdict", ticket.number)
    assert "Covered" in text
    assert "30 min of included time left" in text
    assert "10 h of prepaid time left" in text


def test_without_a_contract_or_a_price_it_says_so(acme: Cast) -> None:
    acme.tenant.billing_on = True
    acme.tenant.save()
    ticket = with_work(acme)
    assert "No contract" in ask(acme, "aino", "verdict", ticket.number)
    with acme.scope():
        contract_of(acme)
    assert "no price" in ask(acme, "aino", "verdict", ticket_of(acme).number)


def test_work_without_a_price_cannot_be_decided_and_says_why(acme: Cast, contract: Contract) -> None:
    with acme.scope():
        cost(acme, contract, rates={"onsite": "120.00"})
    text = ask(acme, "aino", "verdict", with_work(acme).number)
    assert "Cannot be decided" in text
    assert "no price for this type of work" in text


def test_the_gate_speaks_while_one_types(acme: Cast, contract: Contract) -> None:
    ticket, browser = ticket_of(acme), acme.client("aino")
    path = reverse("billing:check", args=[ticket.number])

    def said(**typed: str) -> str:
        answer = browser.post(path, typed)
        assert answer.status_code == 200
        return answer.content.decode()

    assert said().strip() == ""
    assert said(minutes="abc").strip() == ""
    lacking = said(minutes="30")
    assert "Say what was done" in lacking
    assert "Billable" in lacking
    assert "Say what was done" not in said(minutes="30", done="Changed the valve")
    assert "Say why this is not charged" in said(minutes="30", done="x", billing="goodwill")
    assert "no travel" in said(minutes="30", done="x", kilometres="40")
    with acme.scope():
        assert not WorkEntry.objects.exists()


def test_the_first_answer_of_the_gate_is_kept(acme: Cast, contract: Contract) -> None:
    ticket = with_work(acme, text="")
    browser, path = acme.client("aino"), reverse("billing:ready", args=[ticket.number])
    with acme.scope():
        lifecycle.resolve(ticket, solution="Changed the valve.", by=acme.actor("aino"))
        Ticket.objects.filter(pk=ticket.pk).update(received_at=timezone.now() - timedelta(days=1))
    assert "Say what was done" in browser.post(path, follow=True).content.decode()
    with acme.scope():
        row = TicketBilling.objects.get()
        assert (row.first_try, row.complete_at) == (False, None)
        entry = WorkEntry.objects.get()
    fixed = {"minutes": "90", "work_type": str(entry.work_type_id), "done": "Changed the valve"}
    assert browser.post(reverse("billing:entry", args=[entry.pk]), fixed).status_code == 302
    assert "Ready for billing." in browser.post(path, follow=True).content.decode()
    with acme.scope():
        row = TicketBilling.objects.get()
        assert row.first_try is False
        assert row.complete_at is not None


def test_an_order_number_and_an_approval_are_asked_for(acme: Cast, contract: Contract) -> None:
    with acme.scope():
        cost(acme, contract, **HOURLY, po_required=True, approval_required=True)
    ticket = with_work(acme)
    with acme.scope():
        lifecycle.resolve(ticket, solution="Done.", by=acme.actor("aino"))
    text = ask(acme, "aino", "work", ticket.number)
    assert "order number" in text
    assert "has to approve" in text
    assert acme.client("aino").post(reverse("billing:approve", args=[ticket.number])).status_code == 403
    acme.client("aino").post(reverse("billing:order", args=[ticket.number]), {"order_number": "4500123"})
    acme.client("liisa").post(reverse("billing:approve", args=[ticket.number]))
    with acme.scope():
        row = TicketBilling.objects.get()
        assert (row.order_number, row.approved_by) == ("4500123", acme.liisa)
    assert "has to approve" not in ask(acme, "aino", "work", ticket.number)


def test_ones_own_work_while_it_goes_on_leads_and_finance_also_later(acme: Cast, contract: Contract) -> None:
    ticket = with_work(acme)
    with acme.scope():
        entry = WorkEntry.objects.get()
        other = worked(acme, ticket, 10, timezone.now(), member=acme.liisa)
    mine, theirs = (reverse("billing:entry", args=[row.pk]) for row in (entry, other))
    assert acme.client("aino").get(mine).status_code == 200
    assert acme.client("aino").get(theirs).status_code == 403
    with acme.scope():
        lifecycle.resolve(ticket, solution="Done.", by=acme.actor("aino"))
        lifecycle.close(ticket, by=acme.actor("liisa"))
    assert acme.client("aino").get(mine).status_code == 403
    for who in ("liisa", "fiona"):
        assert acme.client(who).get(mine).status_code == 200
    assert acme.client("fiona").post(reverse("billing:entry_remove", args=[entry.pk])).status_code == 302
    with acme.scope():
        assert WorkEntry.objects.get() == other


def test_leads_and_finance_add_forgotten_work_to_a_closed_ticket(acme: Cast, contract: Contract) -> None:
    ticket = with_work(acme)
    with acme.scope():
        lifecycle.resolve(ticket, solution="Done.", by=acme.actor("aino"))
        lifecycle.close(ticket, by=acme.actor("liisa"))
        remote = WorkType.objects.get(code="remote")
    path = reverse("billing:entry_add", args=[ticket.number])
    assert path not in acme.client("aino").get(reverse("billing:work", args=[ticket.number])).content.decode()
    assert acme.client("aino").get(path).status_code == 403
    fiona, said = acme.client("fiona"), {"member": acme.konsta.pk, "work_type": remote.pk, "done": "Calibrated it."}
    assert path in fiona.get(reverse("billing:work", args=[ticket.number])).content.decode()
    assert "Say how long it took." in fiona.post(path, said).content.decode()
    assert fiona.post(path, said | {"minutes": "30", "member": acme.fiona.pk}).status_code == 422
    assert fiona.post(path, said | {"minutes": "30"}).status_code == 302
    with acme.scope():
        entry = WorkEntry.objects.get(member=acme.konsta)
        assert (entry.minutes, entry.text) == (30, "Calibrated it.")
        assert TicketEvent.objects.filter(kind="work_logged").latest("pk").actor_name == "Fiona Finance"


def test_work_that_a_credited_invoice_names_is_corrected_and_not_taken_off(acme: Cast, contract: Contract) -> None:
    ticket = with_work(acme)
    with acme.scope():
        entry = WorkEntry.objects.get()
        invoice = Invoice.objects.create(
            legal_entity=contract.legal_entity, customer=contract.customer, contract=contract, month="2026-11",
            currency="EUR", net=0, tax=0, gross=0,
        )  # fmt: skip
        InvoicedEntry.objects.create(invoice=invoice, entry=entry, released_by=invoice)
    page = acme.client("fiona").post(reverse("billing:entry_remove", args=[entry.pk]), follow=True)
    assert "A credited invoice names this work" in page.content.decode()
    assert ticket.number == page.context["ticket"].number


def test_a_clock_survives_and_its_times_come_into_the_composer(acme: Cast, contract: Contract) -> None:
    ticket, elsewhere, browser = ticket_of(acme), ticket_of(acme), acme.client("aino")
    browser.post(reverse("billing:clock_start", args=[ticket.number]))
    assert "Your clock runs since" in ask(acme, "aino", "verdict", ticket.number)
    assert f"{ticket.number}" in ask(acme, "aino", "verdict", elsewhere.number)
    browser.post(reverse("billing:clock_start", args=[elsewhere.number]))
    with acme.scope():
        assert WorkTimer.objects.get().ticket_id == ticket.pk
        WorkTimer.objects.update(started_at=timezone.now() - timedelta(minutes=25))
    answer = browser.post(reverse("billing:clock_stop", args=[ticket.number]))
    form = browser.get(answer.headers["Location"]).context["composer"]
    sent = {"mode": "note", "text": "Looked at it.", "done": "Looked at it"}
    sent |= {name: form[name].value() for name in ("work_day", "begun", "ended")}
    assert browser.post(reverse("tickets:write", args=[ticket.number]), sent).status_code == 302
    with acme.scope():
        assert WorkEntry.objects.get().minutes in (24, 25, 26)
        assert not WorkTimer.objects.exists()
