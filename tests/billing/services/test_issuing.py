"""From a draft to an invoice that stays as it is, and back by a credit note."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from billing.documents import stored
from billing.documents.soundness import findings_of
from billing.enums import InvoiceState
from billing.models import FilesDue, Invoice, InvoicedEntry, InvoicedLot, InvoiceLine, PoolMove, PrepaidLot, Series
from billing.services.closing import close_month, drop_draft
from billing.services.crediting import credit
from billing.services.drafting import BillingRefused, draft
from billing.services.inputs import inputs_of
from billing.services.issuing import approve, hash_of, issue
from billing.services.pricing import PricingError, withdraw_lot
from billing.services.readiness import add_work
from tests.billing.priced import HOURLY, cost
from tests.billing.services.conftest import LATER, MONTH
from tickets.errors import WorkRefused
from tickets.models import WorkEntry, WorkType
from tickets.services import lifecycle
from tickets.services.work import Details


def refused(act):
    """What it says why it cannot be."""
    with pytest.raises(BillingRefused) as refusal, transaction.atomic():
        act()
    return str(refusal.value)


def kept(statement):
    """The database refuses, whoever writes the SQL."""
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_draft_says_what_the_month_costs_and_binds_nothing(contract):
    made = draft(contract, MONTH, at=LATER)

    assert (made.net, made.tax, made.gross) == (Decimal("150.00"), Decimal("38.25"), Decimal("188.25"))
    assert made.number is None
    assert made.findings == []
    assert [(line.name, line.minutes, line.net) for line in made.lines.all()] == [("Etätyö", 90, Decimal("150.00"))]
    assert InvoicedEntry.objects.count() == 0
    assert draft(contract, MONTH, at=LATER).pk == made.pk
    assert draft(contract, "2026-10", at=LATER) is None


def test_issuing_gives_number_reference_days_and_hash(contract, fiona):
    made = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)

    assert (made.number, made.state, made.issued_on, made.due_on) == (
        "FI26-100001",
        InvoiceState.ISSUED,
        date(2026, 12, 2),
        date(2026, 12, 16),
    )
    document = stored.read(made.document)
    assert document.payment.reference == made.reference == "261000014"
    assert len(document.payment.virtual_barcode) == 54
    assert document.totals.payable == made.gross
    assert findings_of(document) == []
    assert made.sha256 == hash_of(Invoice.objects.get(pk=made.pk))
    assert Series.objects.get().last_hash == made.sha256
    assert FilesDue.objects.get().invoice == made
    assert InvoicedEntry.objects.get().entry == WorkEntry.objects.get()


def test_what_was_issued_is_kept_by_the_database(contract, fiona):
    made = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)

    kept("UPDATE billing_invoice SET gross = 0")
    kept("UPDATE billing_invoice SET state = 'draft'")
    kept("DELETE FROM billing_invoice")
    kept("UPDATE billing_invoiceline SET net = 0")
    kept("DELETE FROM billing_invoiceline")
    kept("UPDATE tickets_workentry SET minutes = 600")
    kept("UPDATE tickets_workentry SET billing = 'goodwill', reason = 'friend'")
    kept("DELETE FROM tickets_workentry")
    row = InvoiceLine.objects.get()
    row.pk, row.position = None, 2
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        row.save()
    for attack in ("DELETE FROM billing_invoicedentry", "UPDATE billing_poolmove SET minutes = 0"):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)
    assert Invoice.objects.get(pk=made.pk).gross == Decimal("188.25")


def test_an_entry_is_on_one_live_invoice(contract, fiona):
    first = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)
    assert inputs_of(contract, now=LATER).entries == ()
    assert draft(contract, MONTH, at=LATER) is None

    other = Invoice.objects.create(
        legal_entity=first.legal_entity, customer=first.customer, contract=contract, month=MONTH, currency="EUR",
        net=0, tax=0, gross=0,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="entry_once"), transaction.atomic():
        InvoicedEntry.objects.create(invoice=other, entry=WorkEntry.objects.get())


def test_a_draft_that_is_no_longer_right_is_not_issued(acme, contract, fiona):
    made = draft(contract, MONTH, at=LATER)
    entry = WorkEntry.objects.get()
    entry.minutes = 45
    entry.save()
    assert "changed" in refused(lambda: issue(made, by=fiona, at=LATER))

    made = draft(contract, MONTH, at=LATER)
    contract.customer.name = "Paperi ja Pahvi Oy"
    contract.customer.save()
    assert "Names or addresses" in refused(lambda: issue(made, by=fiona, at=LATER))
    assert Series.objects.count() == 0


def test_a_draft_of_a_customer_without_address_waits(acme, contract, fiona):
    acme.customer.buyers.update(street="")
    made = draft(contract, MONTH, at=LATER)
    assert [each["code"] for each in made.result["exceptions"]] == ["missing_address"]
    assert "nothing on it" in refused(lambda: issue(made, by=fiona, at=LATER))


def test_spain_issues_elsewhere(acme, contract, fiona):
    company = contract.legal_entity
    company.country = "ES"
    company.save()
    acme.customer.buyers.update(vat_id="FI01120389")
    made = draft(contract, MONTH, at=LATER)
    Invoice.objects.filter(pk=made.pk).update(findings=[])
    assert "Verifactu" in refused(lambda: issue(made, by=fiona, at=LATER))


def test_approving_is_undone_by_a_new_draft(contract, fiona):
    made = approve(draft(contract, MONTH, at=LATER), by=fiona)
    assert made.state == InvoiceState.APPROVED
    assert draft(contract, MONTH, at=LATER).state == InvoiceState.DRAFT


def test_numbers_follow_each_other_and_days_never_go_back(contract, fiona, acme):
    first = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)
    note = credit(first, reason="Wrong hours", by=fiona, at=datetime(2026, 11, 1, tzinfo=UTC))
    again = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)

    assert [row.number for row in (first, note, again)] == ["FI26-100001", "FI26-100002", "FI26-100003"]
    assert [row.previous_sha256 for row in (first, note, again)] == ["", first.sha256, note.sha256]
    assert note.issued_on == date(2026, 12, 2)


def test_a_credit_note_names_its_invoice_and_frees_the_work(contract, fiona):
    first = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)
    note = credit(first, reason="Wrong hours", by=fiona, at=LATER)
    document = stored.read(note.document)

    assert (note.net, note.gross) == (Decimal("-150.00"), Decimal("-188.25"))
    assert document.is_credit
    assert document.preceding[0].number == first.number
    assert document.totals.gross == Decimal("188.25")
    assert findings_of(document) == []
    assert list(note.lines.values_list("net", flat=True)) == [Decimal("-150.00")]
    assert InvoicedEntry.objects.get().released_by == note
    kept("UPDATE billing_invoicedentry SET released_by_id = NULL")
    assert "credited already" in refused(lambda: credit(first, reason="Again", by=fiona))
    assert "Only an issued" in refused(lambda: credit(note, reason="Back", by=fiona))
    WorkEntry.objects.update(minutes=60)
    assert draft(contract, MONTH, at=LATER).net == Decimal("100.00")


def test_work_of_a_closed_ticket_is_added_before_it_is_invoiced(acme, contract, fiona):
    ticket = WorkEntry.objects.get().ticket
    lifecycle.close(ticket, by=acme.actor("liisa"))
    said = {"minutes": 30, "work_type": WorkType.objects.get(code="remote"), "details": Details(text="Calibrated it.")}
    entry = add_work(ticket.refreshed(), acme.konsta, by=fiona, **said)
    assert (entry.member, entry.ended_at) == (acme.konsta, ticket.refreshed().resolved_at)
    first = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)
    assert first.net == Decimal("200.00")
    with pytest.raises(WorkRefused, match="credit note first"), transaction.atomic():
        add_work(ticket.refreshed(), acme.konsta, by=fiona, **said)
    credit(first, reason="Forgot some", by=fiona, at=LATER)
    add_work(ticket.refreshed(), acme.konsta, by=fiona, **said)
    assert draft(contract, MONTH, at=LATER).net == Decimal("250.00")


def test_the_gate_keeps_back_work_of_long_after_the_end(acme, contract, fiona):
    cost(acme, contract, late_entry_days=5, **HOURLY)
    ticket = WorkEntry.objects.get().ticket
    late = Details(ended_at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC), text="Calibrated it.")
    with time_machine.travel(LATER, tick=False):
        add_work(
            ticket, acme.konsta, minutes=30, work_type=WorkType.objects.get(code="remote"), details=late, by=fiona
        )
    made = draft(contract, MONTH, at=LATER)
    assert [each["code"] for each in made.result["exceptions"]] == ["entry_long_after_close"]
    assert made.net == 0


def sold(contract, minutes=60, day=date(2026, 11, 3), **more):
    """A lot of prepaid time at 90 an hour."""
    facts = {"minutes": minutes, "valid_from": date(2026, 1, 1), "unit_price": 90, "sold_on": day}
    return PrepaidLot.objects.create(contract=contract, **facts | more)


def test_prepaid_minutes_are_taken_once_and_come_back(acme, contract, fiona):
    lot = sold(contract, invoiced_elsewhere=True)
    first = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)
    assert first.net == Decimal("50.00")
    assert [(move.pool, move.key, move.minutes) for move in PoolMove.objects.all()] == [("lot", f"L{lot.pk}", -60)]
    assert inputs_of(contract, now=LATER).balances.lots[0].minutes == 0

    credit(first, reason="Wrong", by=fiona, at=LATER)
    assert inputs_of(contract, now=LATER).balances.lots[0].minutes == 60


def test_prepaid_time_is_invoiced_when_it_is_sold_and_its_work_at_zero(contract, fiona):
    lot = sold(contract, 120)
    first = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)
    assert [(line.name, line.net, line.minutes) for line in first.lines.all()] == [
        ("Ennakkoon ostettu työaika", Decimal("180.00"), 0),
        ("Etätyö", Decimal("0.00"), 90),
    ]
    assert first.gross == Decimal("225.90")
    assert findings_of(stored.read(first.document)) == []
    assert InvoicedLot.objects.get().lot == lot
    assert draft(contract, "2026-12", at=LATER) is None


def test_a_lot_is_on_one_live_invoice_and_stays_as_it_was_charged(contract, fiona):
    lot = sold(contract, expires=date(2026, 11, 4))
    first = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)
    other = Invoice.objects.create(
        legal_entity=contract.legal_entity, customer=contract.customer, contract=contract, month="2026-12",
        currency="EUR", net=0, tax=0, gross=0,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="lot_once"), transaction.atomic():
        InvoicedLot.objects.create(invoice=other, lot=lot)
    kept(f"UPDATE billing_prepaidlot SET unit_price = 1 WHERE id = {lot.pk}")
    kept(f"DELETE FROM billing_prepaidlot WHERE id = {lot.pk}")
    with pytest.raises(PricingError, match="charged"), transaction.atomic():
        withdraw_lot(lot, by=fiona)

    note = credit(first, reason="Wrong price", by=fiona, at=LATER)
    assert (note.net, InvoicedLot.objects.get().released_by) == (Decimal("-240.00"), note)
    kept("UPDATE billing_invoicedlot SET released_by_id = NULL")
    assert draft(contract, MONTH, at=LATER).net == Decimal("240.00")
    withdraw_lot(lot, by=fiona)
    assert draft(contract, MONTH, at=LATER).net == Decimal("150.00")


@pytest.mark.parametrize(
    ("more", "net"),
    [
        ({"day": date(2026, 10, 30)}, "240.00"),
        ({"day": date(2026, 12, 1)}, "150.00"),
        ({"day": date(2025, 12, 31)}, "150.00"),
        ({"unit_price": 0}, "150.00"),
        ({"invoiced_elsewhere": True}, "150.00"),
    ],
    ids=["sold earlier", "sold later", "before the first price", "given", "invoiced elsewhere"],
)
def test_which_lots_stand_on_an_invoice(contract, more, net):
    """None of them serves on the day of the work, so that what the work costs stays as it is."""
    sold(contract, expires=date(2026, 11, 4), **more)
    assert draft(contract, MONTH, at=LATER).net == Decimal(net)


def test_what_was_sold_after_a_draft_was_looked_at_is_looked_at_first(contract, fiona):
    made = draft(contract, MONTH, at=LATER)
    sold(contract, expires=date(2026, 11, 4))
    assert "changed" in refused(lambda: issue(made, by=fiona, at=LATER))


def test_a_cap_of_the_run_does_not_make_prepaid_time_cheaper(acme, contract):
    cost(acme, contract, cap_money_per_run="100.00", **HOURLY)
    sold(contract, 50, expires=date(2026, 11, 4))
    assert [(str(line.quantity), line.unit, line.net) for line in draft(contract, MONTH, at=LATER).lines.all()] == [
        ("50.0000", "MIN", Decimal("75.00")),
        ("1.5000", "HUR", Decimal("150.00")),
        ("-1.0000", "C62", Decimal("-50.00")),
    ]


def test_fees_are_due_once_a_month(acme, contract, fiona):
    cost(acme, contract, monthly_fee="450.00", **HOURLY)
    first = issue(draft(contract, MONTH, at=LATER), by=fiona, at=LATER)
    assert first.net == Decimal("600.00")
    assert draft(contract, MONTH, at=LATER) is None

    credit(first, reason="Wrong", by=fiona, at=LATER)
    assert draft(contract, MONTH, at=LATER).net == Decimal("600.00")


def test_a_closed_month_takes_nothing_more_and_later_work_comes_next(acme, contract, fiona):
    made = draft(contract, MONTH, at=LATER)
    assert "drafts" in refused(lambda: close_month(contract.legal_entity, MONTH, by=fiona))
    drop_draft(made, by=fiona)
    close_month(contract.legal_entity, MONTH, by=fiona)

    assert "closed" in refused(lambda: draft(contract, MONTH, at=LATER))
    assert "closed" in refused(lambda: close_month(contract.legal_entity, MONTH, by=fiona))
    assert draft(contract, "2026-12", at=LATER).net == Decimal("150.00")


def test_work_of_later_months_waits_for_them(acme, contract):
    WorkEntry.objects.update(ended_at=datetime(2026, 12, 1, 12, 0, tzinfo=UTC))
    assert draft(contract, MONTH, at=LATER) is None
    assert draft(contract, "2026-12", at=LATER).net == Decimal("150.00")


def test_an_unfinished_ticket_is_no_exception(acme, contract):
    entry = WorkEntry.objects.get()
    type(entry.ticket).objects.filter(pk=entry.ticket_id).update(status_class="open", resolved_at=None)
    assert draft(contract, MONTH, at=LATER) is None
