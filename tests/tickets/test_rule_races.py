"""Two workers at once, on connections of their own: what is due is done once, and what is held waits."""

from collections.abc import Callable
from threading import Thread

import pytest
from django.db import connection, transaction

from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tests.tickets.rule_support import now, rule_of, run
from tickets.actions import Action
from tickets.enums import BulkKind
from tickets.models import Message, RuleDue, Ticket
from tickets.tasks import sweep_rules

pytestmark = pytest.mark.django_db(transaction=True)


def beside(act: Callable[[], object]) -> Thread:
    """Do it in a thread with a connection of its own, in the application's role."""

    def go() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE vaste_app")
        try:
            act()
        finally:
            connection.close()

    thread = Thread(target=go)
    thread.start()
    return thread


def test_two_workers_do_it_once_and_in_order(acme: Cast) -> None:
    rule_of(acme, Action(BulkKind.PRIORITY, "high"), name="First", note="One.")
    rule_of(acme, Action(BulkKind.PRIORITY, "low"), name="Second", query="priority=high", position=1)
    tickets = [ticket_of(acme) for _number in range(4)]
    for thread in [beside(sweep_rules) for _worker in range(3)]:
        thread.join()
    states = run(acme)
    assert sorted(states) == [("First", "done")] * 4 + [("Second", "done")] * 4
    assert {now(acme, ticket).priority for ticket in tickets} == {"low"}
    with acme.scope():
        assert Message.objects.filter(kind="note").count() == 4
        assert not RuleDue.objects.exists()


def test_a_ticket_in_somebodys_hands_waits_for_the_next_sweep(acme: Cast) -> None:
    rule_of(acme)
    ticket = ticket_of(acme)
    with acme.scope(), transaction.atomic():
        Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
        beside(sweep_rules).join()
        assert RuleDue.objects.count() == 1
    assert run(acme) == [("Rule 0", "done")]
