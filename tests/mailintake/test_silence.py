"""Mailboxes that fall silent: told to all admins once, by the installation's own mail, and once more when back."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.enums import Role
from accounts.services.tenants import add_member
from mailintake.models import Mailbox
from mailintake.tasks import tell_silent_mailboxes
from outbox.models import OutgoingMail
from tests.accounts.settings_support import form_of
from tests.conftest import Cast
from tests.mailintake.fetching import set_up

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=1)


@pytest.fixture(autouse=True)
def _mail_goes_to_the_outbox(settings: Any) -> None:
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"


def silent(cast: Cast, address: str = "support@acme.example", **more: Any) -> Mailbox:
    heard = timezone.now() - timedelta(minutes=16)
    return set_up(cast, 1, address, **({"watched_from": LONG_AGO, "fetched_at": heard} | more))


def told(cast: Cast) -> list[OutgoingMail]:
    with cast.scope():
        return list(OutgoingMail.objects.order_by("pk"))


def test_every_admin_is_told_once_and_once_more_when_mail_is_back(acme: Cast, globex: Cast) -> None:
    with acme.scope():
        add_member(email="aapo@acme.example", name="Aapo", roles=[Role.ADMIN], office=acme.office, by=SYSTEM)
    box = silent(acme, trouble="password", failing_since=LONG_AGO)
    for _ in range(3):
        tell_silent_mailboxes()

    first = told(acme)
    assert sorted(mail.to[0] for mail in first) == ["aapo@acme.example", "ada@acme.example"]
    assert {(mail.purpose, mail.confidential) for mail in first} == {("system", True)}
    mine = next(mail for mail in first if mail.to == ["ada@acme.example"])
    assert mine.subject == "Acme: mail to support@acme.example is not coming in"
    assert "The user name or the password is wrong" in mine.text
    assert f"http://acme.localhost:8000/settings/mailboxes/{box.pk}/" in mine.text
    assert told(globex) == []

    with acme.scope():
        Mailbox.objects.update(fetched_at=timezone.now())
    for _ in range(2):
        tell_silent_mailboxes()
    assert [mail.subject for mail in told(acme)[2:] if mail.to == ["ada@acme.example"]] == [
        "Acme: mail to support@acme.example comes in again"
    ]
    assert len(told(acme)) == 4


def test_our_own_workers_fault_is_told_too_and_all_mailboxes_in_one_mail(acme: Cast) -> None:
    for number in range(3):
        silent(acme, f"s{number}@acme.example")
    tell_silent_mailboxes()

    (mail,) = told(acme)
    assert mail.subject == "Acme: mail to 3 mailboxes is not coming in"
    assert mail.text.count("Our own worker has not asked its server") == 3


def test_nobody_is_told_of_what_nobody_has_to_fetch(acme: Cast) -> None:
    silent(acme, host="")
    silent(acme, "paused@acme.example", active=False)
    silent(acme, "fresh@acme.example", fetched_at=timezone.now())
    tell_silent_mailboxes()

    assert told(acme) == []


def test_a_mailbox_that_was_paused_gets_its_quarter_of_an_hour(acme: Cast) -> None:
    box = silent(acme, active=False, fetched_at=LONG_AGO)
    client = acme.client("ada")
    form = client.get(f"/settings/mailboxes/{box.pk}/").context["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False, [])}
    answer = client.post(f"/settings/mailboxes/{box.pk}/", values | {"active": "on"})
    assert answer.status_code == 302, form_of(answer).errors
    of_the_change = told(acme)
    tell_silent_mailboxes()

    assert told(acme) == of_the_change


def test_a_mailbox_that_is_paused_while_silent_ends_the_alarm_without_a_word(acme: Cast) -> None:
    silent(acme)
    tell_silent_mailboxes()
    with acme.scope():
        Mailbox.objects.update(active=False)
    tell_silent_mailboxes()

    assert len(told(acme)) == 1
    with acme.scope():
        assert Mailbox.objects.get().alarmed_at is None
