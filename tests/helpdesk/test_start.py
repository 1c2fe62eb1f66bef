"""Where people land first: the base domain, a host that is nobody's, and an admin's first steps."""

from datetime import datetime
from typing import Any

import pytest
from django.shortcuts import render
from django.test import RequestFactory

from accounts.actors import SYSTEM
from accounts.models import Customer, Tenant
from accounts.services import audit
from helpdesk import start
from mailintake.models import Mailbox
from mailintake.services.receiving import store_raw
from tests.conftest import Cast
from tickets.enums import Channel
from tickets.models import Rule, Ticket
from tickets.services.conversation import Written
from tickets.services.intake import Matter, open_ticket


def open_steps(tenant: Tenant) -> list[str]:
    return [step.title for step in start.first_steps(tenant) if not step.done]


def ask(path: str = "/") -> Any:
    return RequestFactory().get(path)


def test_the_base_domain_names_the_demos_workspaces_and_no_others(acme: Cast, globex: Cast, settings: Any) -> None:
    Tenant.objects.filter(pk=globex.tenant.pk).update(is_demo=True)
    settings.DEMO = True
    page = start.base_home(ask()).content.decode()
    assert globex.tenant.url() in page
    assert acme.tenant.name not in page


def test_without_the_demo_the_base_domain_names_nobody(globex: Cast, settings: Any) -> None:
    Tenant.objects.filter(pk=globex.tenant.pk).update(is_demo=True)
    settings.DEMO = False
    page = start.base_home(ask()).content.decode()
    assert globex.tenant.name not in page
    assert "Vaste runs here" in page


@pytest.mark.django_db
def test_an_unknown_host_is_told_so_with_its_name_escaped() -> None:
    page = render(ask(), "outside.html", {"host": "<b>nobody.example"}, status=400)
    assert page.status_code == 400
    assert "belongs to no workspace" in page.content.decode()
    assert "&lt;b&gt;nobody.example" in page.content.decode()


def test_each_step_ticks_itself_when_the_thing_is_there(acme: Cast, monday: datetime) -> None:
    with acme.scope():
        assert open_steps(acme.tenant) == [
            "Connect a mailbox",
            "Check the opening hours",
            "Choose a way of working",
            "Receive the first ticket",
            "Answer a ticket",
        ]
        mailbox = Mailbox.objects.create(address="support@acme.example", queue=acme.desk.queue)
        assert "Connect a mailbox" in open_steps(acme.tenant)
        store_raw(mailbox, source="smtp:1", raw=b"Subject: x\n\nx", received_at=monday)
        assert "Connect a mailbox" not in open_steps(acme.tenant)
        audit.record("calendar.changed", by=SYSTEM)
        assert "Check the opening hours" not in open_steps(acme.tenant)
        Rule.objects.create(name="Experts", events=["received"])
        assert "Choose a way of working" not in open_steps(acme.tenant)
        ticket = open_ticket(_matter(acme, monday), by=acme.actor("aino"))
        assert open_steps(acme.tenant) == ["Answer a ticket"]
        Ticket.objects.filter(pk=ticket.pk).update(first_responded_at=monday)
        assert open_steps(acme.tenant) == []


def test_a_mailbox_that_fails_is_a_step_again(acme: Cast, monday: datetime) -> None:
    with acme.scope():
        box = Mailbox.objects.create(
            address="support@acme.example", queue=acme.desk.queue, host="mail", fetched_at=monday
        )
        assert "Connect a mailbox" not in open_steps(acme.tenant)
        box.failing_since = monday
        box.save()
        step = start.first_steps(acme.tenant)[0]
        assert not step.done
        assert "support@acme.example cannot be fetched" in step.text


def test_a_tenant_of_one_person_without_customers_is_asked_for_both(globex: Cast) -> None:
    with globex.scope():
        globex.requester.addresses.all().delete()
        globex.requester.delete()
        globex.customer.domains.all().delete()
        Customer.objects.all().delete()
        assert {"Add a colleague", "Bring in your customers"} <= set(open_steps(globex.tenant))


def test_the_page_is_the_admins(acme: Cast) -> None:
    request = ask("/first-steps/")
    request.tenant, request.membership, request.user = acme.tenant, acme.ada, acme.ada.user
    request.resolver_match = None
    with acme.scope():
        page = start.first_run(request).content.decode()
    assert "Connect a mailbox" in page
    assert "2 of 7 done" in page
    assert "curl" not in page


def test_the_demos_page_has_the_tour(acme: Cast, settings: Any) -> None:
    acme.tenant.is_demo = True
    settings.VASTE_SMTP_LISTEN = "0.0.0.0:2525"
    request = ask("/first-steps/")
    request.tenant, request.membership, request.user = acme.tenant, acme.ada, acme.ada.user
    request.resolver_match = None
    with acme.scope():
        page = start.first_run(request).content.decode()
    assert "curl -sS smtp://127.0.0.1:2525" in page
    assert "--mail-rcpt support@acme.example" in page


def _matter(cast: Cast, at: datetime) -> Matter:
    return Matter(
        title="Line stands",
        queue=cast.desk.queue,
        requester=cast.requester,
        written=Written(text="It stands."),
        channel=Channel.PHONE,
        received_at=at,
    )
