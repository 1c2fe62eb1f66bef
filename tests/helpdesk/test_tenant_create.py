"""`manage.py tenant_create`: a workspace that can take its first ticket, or a refusal that says why."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, Office, Tenant, User
from accounts.scope import tenant_scope
from sla.models import Calendar
from tickets.models import Queue
from tickets.rules import DESK

GOOD = {
    "slug": "initech",
    "name": "Initech",
    "language": "fi",
    "time_zone": "Europe/Helsinki",
    "country": "fi",
    "admin_email": "Anna@Initech.example",
    "admin_name": "Anna Aho",
}


def create(**changes: Any) -> str:
    out = StringIO()
    call_command("tenant_create", **(GOOD | changes), stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_a_new_workspace_is_ready_for_its_first_ticket(settings: Any) -> None:
    said = create(desk_address="Tuki@initech.example")
    tenant = Tenant.objects.get(slug="initech")
    assert tenant.url() in said
    assert "signs in with a code" in said
    assert not tenant.is_demo
    assert tenant.hosts.get().host == f"initech.{settings.VASTE_BASE_DOMAIN}"
    with tenant_scope(tenant.pk):
        admin = Membership.objects.select_related("user").get()
        assert (admin.email, admin.name) == ("anna@initech.example", "Anna Aho")
        assert admin.has_role(*DESK)
        assert not admin.user.has_usable_password()
        assert Office.objects.get().country == "FI"
        assert Queue.objects.open_to(admin).get().address == "tuki@initech.example"
        days = Calendar.objects.get().current.exceptions
        assert any(day.endswith("-12-06") for day in days)


@pytest.mark.django_db
def test_the_desk_has_an_address_even_if_none_was_given(settings: Any) -> None:
    create()
    with tenant_scope(Tenant.objects.get().pk):
        assert Queue.objects.get().address == f"support@initech.{settings.VASTE_BASE_DOMAIN}"


@pytest.mark.django_db
def test_a_person_who_exists_keeps_their_password() -> None:
    user = User.objects.create_user("anna@initech.example", "correct horse battery", name="Anna A.")
    create()
    user.refresh_from_db()
    assert user.check_password("correct horse battery")
    assert user.name == "Anna A."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"time_zone": "Helsinki"}, "--time-zone: Helsinki is not a time zone"),
        ({"country": "XX"}, "--country: XX is no country"),
        ({"slug": "Ini Tech"}, "--slug:"),
        ({"slug": "ini_tech"}, "--slug: small letters, digits and hyphens only"),
        ({"admin_email": "anna"}, "--admin-email:"),
        ({"desk_address": "tuki"}, "--desk-address:"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(wrong: dict[str, str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        create(**wrong)
    assert not Tenant.objects.exists()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(CommandError) as refusal:
        create(time_zone="Mars", country="XX")
    assert "--time-zone" in str(refusal.value)
    assert "--country" in str(refusal.value)


@pytest.mark.django_db
def test_a_slug_is_given_once() -> None:
    create()
    with pytest.raises(CommandError, match="--slug: initech is taken"):
        create(name="Another")
    assert Tenant.objects.get().name == "Initech"
