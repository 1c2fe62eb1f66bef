"""Many issue at once, are killed and roll back: numbers without a gap, and every entry on exactly one invoice.

Processes of their own with their own connections; kill -9 falls where the series is held and just before the commit.
"""

import os
import random
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.urls import reverse

from accounts.scope import tenant_scope
from billing.models import FilesDue, Invoice, InvoicedEntry, Series
from billing.services import issuing
from billing.services.drafting import BillingRefused, draft
from sla.models import Contract
from tests.billing.priced import HOURLY, contract_of, cost, sides, solved, worked
from tests.conftest import PEOPLE, make_cast
from tickets.enums import EventKind
from tickets.models import Ticket, TicketEvent, WorkEntry

PROCESSES = 8
MONTH = "2026-11"
PATIENCE = 300
# A proof of twenty runs takes a quarter of an hour on two cores.
RUNS = int(os.environ.get("VASTE_RACES", "20"))


class RolledBack(Exception):
    """Something failed after the number was given."""


@pytest.mark.django_db(transaction=True)
def test_forty_at_once_are_gapless(record_property):
    desk = Desk(40)
    desk.race(seed=1)
    desk.check(40)


@pytest.mark.prove
@pytest.mark.django_db(transaction=True)
def test_two_hundred_at_once_again_and_again_are_gapless(record_property):
    desk = Desk(200)
    for run in range(1, RUNS + 1):
        desk.race(seed=run)
        desk.check(200 * run)
        if run < RUNS:
            desk.work_more()
    record_property(
        "told", f"issuing: {RUNS} runs of 200 at once, {desk.killed} killed, {desk.last} numbers without a gap"
    )


class Desk:
    """A company with so many contracts, each with one entry to invoice."""

    def __init__(self, size: int) -> None:
        self.cast = make_cast("acme", PEOPLE["acme"])
        self.size, self.killed, self.last = size, 0, 0
        with self.cast.scope():
            sides(self.cast)
            first = contract_of(self.cast, **HOURLY)
        model = solved(self.cast)
        with self.cast.scope():
            for number in range(size):
                contract = first if number == 0 else _copy(first, f"K-{100 + number}")
                if number:
                    cost(self.cast, contract, **HOURLY)
                ticket = _copy_ticket(model, contract, 5000 + number)
                worked(self.cast, ticket, 60, _noon(number))

    def work_more(self) -> None:
        """Another hour for each contract."""
        with self.cast.scope():
            for number, ticket in enumerate(Ticket.objects.filter(number__gte=5000).order_by("number")):
                minute = WorkEntry.objects.filter(ticket=ticket).count()
                worked(self.cast, ticket, 60, _noon(number) + timedelta(hours=1 + minute))

    def race(self, seed: int) -> None:
        """Drafts for all, then eight processes that all try to issue all of them; who is killed is replaced."""
        dice = random.Random(seed)  # noqa: S311  # dice of a test
        with self.cast.scope():
            todo = [draft(contract, MONTH).pk for contract in Contract.objects.order_by("pk")]
        until = time.monotonic() + PATIENCE
        children = {self._child(todo, dice.random()) for _ in range(PROCESSES)}
        while children:
            pid, status = os.waitpid(-1, 0)
            children.discard(pid)
            killed = os.WIFSIGNALED(status)
            self.killed += killed
            assert killed or os.WEXITSTATUS(status) == 0
            if killed and time.monotonic() < until:
                children.add(self._child(todo, dice.random()))

    def _child(self, todo: list[int], seed: float) -> int:
        connections.close_all()
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            _issue_all(self.cast.tenant.pk, todo, self.cast.actor("fiona"), random.Random(seed))  # noqa: S311  # likewise
            status = 0
        finally:
            connections.close_all()
            os._exit(status)

    def check(self, expected: int) -> None:
        """1 to n, each once; chained; the entries and lines add up; nothing half done."""
        with self.cast.scope():
            invoices = list(Invoice.objects.issued().order_by("ordinal"))
            assert [row.ordinal for row in invoices] == list(range(1, expected + 1))
            assert len({row.number for row in invoices}) == len({row.reference for row in invoices}) == expected
            previous = ""
            for row in invoices:
                assert row.previous_sha256 == previous
                assert row.sha256 == issuing.hash_of(row)
                assert row.net == sum(line.net for line in row.lines.all())
                previous = row.sha256
            series = Series.objects.get()
            assert (series.last_number, series.last_hash) == (expected, previous)
            assert Invoice.objects.open().count() == 0
            bound = list(InvoicedEntry.objects.values_list("entry", flat=True))
            assert sorted(bound) == sorted(WorkEntry.objects.values_list("pk", flat=True))
            assert FilesDue.objects.count() == expected
        self.last = expected


def _issue_all(tenant_id: int, todo: list[int], by, dice: random.Random) -> None:
    """Every draft once, in an order of its own; some fail after they had their number, some die there."""

    def strike(point: str) -> None:
        fate = dice.random()
        if fate < 0.02:
            os.kill(os.getpid(), signal.SIGKILL)
        if fate < 0.15:
            raise RolledBack(point)

    issuing.fault_point = strike
    dice.shuffle(todo)
    left = list(todo)
    while left:
        pk = left.pop()
        try:
            with tenant_scope(tenant_id), transaction.atomic():
                issuing.issue(Invoice.objects.get(pk=pk), by=by)
        except RolledBack:
            left.insert(0, pk)
        except BillingRefused as refusal:
            if "issued already" not in str(refusal):
                raise


def _copy(contract: Contract, number: str) -> Contract:
    row = Contract.objects.get(pk=contract.pk)
    row.pk, row.number = None, number
    row.save(force_insert=True)
    return row


def _copy_ticket(model: Ticket, contract: Contract, number: int) -> Ticket:
    row = Ticket.objects.get(pk=model.pk)
    row.pk, row.number, row.contract = None, number, contract
    row.save(force_insert=True)
    return row


def _noon(number: int) -> datetime:
    """So far apart that nobody works twice at once."""
    return datetime(2026, 11, 16, 7, tzinfo=UTC) + timedelta(minutes=number)


def test_the_connection_is_the_applications():
    assert connection.settings_dict["OPTIONS"]["options"] == "-c role=vaste_app"


@pytest.mark.django_db(transaction=True)
def test_work_corrected_while_its_invoice_is_issued_is_as_the_invoice_says():
    """Whoever comes while the number is being given waits, and hears that it is too late."""
    desk = Desk(1)
    begun, told = os.pipe()
    with desk.cast.scope():
        invoice = draft(Contract.objects.get(), MONTH)
        entry = WorkEntry.objects.get()
        desk.cast.tenant.billing_on = True
        desk.cast.tenant.save(update_fields=["billing_on"])
    client = desk.cast.client("liisa")
    connections.close_all()
    if (pid := os.fork()) == 0:
        _issue_slowly(desk, invoice.pk, told)
    os.close(told)
    assert os.read(begun, 1)
    answer = client.post(reverse("billing:entry", args=[entry.pk]), {"minutes": 5, "work_type": entry.work_type_id})
    assert os.waitpid(pid, 0)[1] == 0

    assert answer.status_code == 302
    with desk.cast.scope():
        assert Invoice.objects.get().is_issued
        assert WorkEntry.objects.get().minutes == 60
        assert not TicketEvent.objects.filter(kind=EventKind.WORK_CORRECTED).exists()


def _issue_slowly(desk: Desk, pk: int, told: int) -> None:
    """In a process of its own: it says when it has looked at the work, and takes its time."""

    def wait(point: str) -> None:
        os.write(told, b"!")
        time.sleep(0.5)

    issuing.fault_point = wait
    status = 1
    try:
        with tenant_scope(desk.cast.tenant.pk), transaction.atomic():
            issuing.issue(Invoice.objects.get(pk=pk), by=desk.cast.actor("fiona"))
        status = 0
    finally:
        connections.close_all()
        os._exit(status)
