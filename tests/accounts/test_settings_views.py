"""People, offices, customers, products and the profile."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.errors import LastAdmin
from accounts.models import Customer, Membership, Module, Product, Requester, TeamMember
from accounts.services.tenants import change_roles
from outbox.models import OutgoingMail
from tests.accounts.settings_support import form_of, new_actions, statements, words
from tests.conftest import Cast


@pytest.fixture(autouse=True)
def _mail_goes_to_the_outbox(settings: Any) -> None:
    """As everywhere but in Django's own test environment."""
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"


def invitation(cast: Cast, **more: object) -> dict[str, object]:
    person = {"email": "Nea@acme.example", "name": "Nea New", "roles": ["agent"], "office": cast.office.pk}
    return person | more


def test_an_invitation_gives_a_place_and_mails_the_way_in(acme: Cast) -> None:
    data = invitation(acme, teams=[acme.desk.team.pk])
    added = new_actions(acme, lambda: acme.client("ada").post(reverse("accounts:person_add"), data))
    assert added == ["member.added"]
    with acme.scope():
        member = Membership.objects.get(user__email="nea@acme.example")
        assert TeamMember.objects.filter(membership=member, team=acme.desk.team).exists()
        mail = OutgoingMail.objects.get()
        assert mail.to == ["nea@acme.example"]
        assert mail.confidential
        assert acme.tenant.url("/") in mail.text


def test_somebody_with_a_place_is_not_invited_twice(acme: Cast) -> None:
    data = invitation(acme, email="AINO@acme.example", roles=["finance"])
    answer = acme.client("ada").post(reverse("accounts:person_add"), data)
    assert answer.status_code == 422
    assert "Nea New" in words(answer)
    with acme.scope():
        assert acme.aino.refreshed().roles == ["agent"]


def test_an_invitation_without_role_or_address_is_refused_in_words(acme: Cast) -> None:
    answer = acme.client("ada").post(reverse("accounts:person_add"), invitation(acme, email="nobody", roles=[]))
    assert answer.status_code == 422
    assert set(form_of(answer).errors) == {"email", "roles"}
    assert "nobody" in words(answer)


def test_roles_and_office_are_audited_once_each(acme: Cast) -> None:
    url = reverse("accounts:person", args=[acme.aino.pk])
    data = {"roles": ["lead"], "office": acme.office.pk, "title": "Head", "teams": [acme.desk.team.pk]}
    assert new_actions(acme, lambda: acme.client("ada").post(url, data)) == ["member.roles", "member.changed"]
    assert new_actions(acme, lambda: acme.client("ada").post(url, data)) == []


def test_the_last_admin_stays_one(acme: Cast) -> None:
    ada = acme.client("ada")
    url = reverse("accounts:person", args=[acme.ada.pk])
    answer = ada.post(url, {"roles": ["agent"], "office": acme.office.pk})
    assert answer.status_code == 422
    assert "last admin" in words(answer)
    assert ada.post(reverse("accounts:person_end", args=[acme.ada.pk]), follow=True).status_code == 200
    with acme.scope():
        assert acme.ada.refreshed().has_role(Role.ADMIN)
        with pytest.raises(LastAdmin):
            change_roles(acme.ada, roles=[Role.AGENT], by=acme.actor("ada"))


def test_with_another_admin_one_may_go(acme: Cast) -> None:
    with acme.scope():
        change_roles(acme.liisa, roles=[Role.ADMIN], by=acme.actor("ada"))
    ended = new_actions(acme, lambda: acme.client("liisa").post(reverse("accounts:person_end", args=[acme.ada.pk])))
    assert ended == ["member.ended"]
    assert acme.client("ada").get(reverse("accounts:people")).status_code == 302


def test_ending_a_place_ends_the_session_at_once(acme: Cast) -> None:
    aino = acme.client("aino")
    assert aino.get(reverse("accounts:profile")).status_code == 200
    acme.client("ada").post(reverse("accounts:person_end", args=[acme.aino.pk]))
    assert aino.get(reverse("accounts:profile")).status_code == 302


def test_another_tenants_member_cannot_be_ended(acme: Cast, globex: Cast) -> None:
    answer = acme.client("ada").post(reverse("accounts:person_end", args=[globex.greta.pk]))
    assert answer.status_code == 404
    with globex.scope():
        assert globex.greta.refreshed().ended_at is None


def office_data(cast: Cast, **more: object) -> dict[str, object]:
    facts = {"name": "Turku", "legal_entity": cast.office.legal_entity_id, "country": "fi", "currency": "eur"}
    return facts | {"time_zone": "Europe/Helsinki", "language": "fi"} | more


def test_an_office_is_written_in_capitals_where_codes_are(acme: Cast) -> None:
    added = new_actions(acme, lambda: acme.client("ada").post(reverse("accounts:office_add"), office_data(acme)))
    assert added == ["office.added"]
    assert "FI" in words(acme.client("ada").get(reverse("accounts:offices")))


@pytest.mark.parametrize(
    ("field", "value"), [("time_zone", "Helsinki"), ("country", "Finland"), ("currency", "€"), ("name", "Acme")]
)
def test_what_an_office_cannot_be(acme: Cast, field: str, value: str) -> None:
    answer = acme.client("ada").post(reverse("accounts:office_add"), office_data(acme, **{field: value}))
    assert answer.status_code == 422
    assert list(form_of(answer).errors) == [field]
    assert value in words(answer)


def customer_data(cast: Cast, **more: object) -> dict[str, object]:
    facts = {"name": "Sahat Oy", "country": "FI", "office": cast.office.pk, "language": "fi"}
    return facts | {"domains": "Sahat.example; sahat.fi, sahat.fi"} | more


def test_a_customer_has_its_mail_domains(acme: Cast) -> None:
    url = reverse("accounts:customer_add")
    assert new_actions(acme, lambda: acme.client("liisa").post(url, customer_data(acme))) == ["customer.added"]
    with acme.scope():
        customer = Customer.objects.get(name="Sahat Oy")
        assert sorted(customer.domains.values_list("domain", flat=True)) == ["sahat.example", "sahat.fi"]
    url = reverse("accounts:customer", args=[customer.pk])
    assert acme.client("liisa").post(url, customer_data(acme, domains="sahat.fi")).status_code == 302
    with acme.scope():
        assert list(customer.domains.values_list("domain", flat=True)) == ["sahat.fi"]


def test_a_domain_belongs_to_one_customer(acme: Cast) -> None:
    answer = acme.client("ada").post(
        reverse("accounts:customer_add"), customer_data(acme, domains="paperi-acme.example")
    )
    assert form_of(answer).errors["domains"] == ["paperi-acme.example belongs to Paperi Oy."]
    nonsense = acme.client("ada").post(reverse("accounts:customer_add"), customer_data(acme, domains="not a domain"))
    assert nonsense.status_code == 422
    double = acme.client("ada").post(reverse("accounts:customer_add"), customer_data(acme, name="Paperi Oy"))
    assert form_of(double).errors["name"] == ["There is one with this already."]


def test_a_requester_writes_from_several_addresses(acme: Cast) -> None:
    url = reverse("accounts:requester", args=[acme.requester.pk])
    data = {"name": "Otto Oja", "language": "fi", "customer": acme.customer.pk}
    emails = "otto@home.example, otto@paperi-acme.example"
    assert acme.client("liisa").post(url, data | {"emails": emails}).status_code == 302
    with acme.scope():
        row = Requester.objects.prefetch_related("addresses").get(pk=acme.requester.pk)
        assert row.email == "otto@home.example"
        assert row.addresses.count() == 2
    clash = acme.client("liisa").post(
        reverse("accounts:requester_add"), data | {"name": "Other", "emails": "otto@home.example"}
    )
    assert form_of(clash).errors["emails"] == ["otto@home.example belongs to Otto Oja."]


def test_a_product_with_a_module_and_its_expert(acme: Cast) -> None:
    client = acme.client("liisa")
    data = {"name": "Pumps", "keywords": "Pump, valve, pump", "expert": acme.konsta.pk}
    assert new_actions(acme, lambda: client.post(reverse("accounts:product_add"), data)) == ["product.added"]
    with acme.scope():
        product = Product.objects.get()
        assert (product.keywords, product.expert) == (["pump", "valve"], acme.konsta)
    url = reverse("accounts:module_add", args=[product.pk])
    assert client.post(url, {"name": "Hydraulics", "expert": acme.aino.pk}).status_code == 302
    assert client.post(url, {"name": "Hydraulics"}).status_code == 422
    with acme.scope():
        module = Module.objects.get()
    page = words(client.get(reverse("accounts:product", args=[product.pk])))
    assert reverse("accounts:module", args=[product.pk, module.pk]) in page
    assert client.get(reverse("accounts:module", args=[product.pk + 1, module.pk])).status_code == 404


def test_everybody_has_a_profile_of_their_own(acme: Cast) -> None:
    client: Client = acme.client("konsta")
    data = {"name": "Konsta K", "language": "fi", "theme": "dark"}
    assert client.post(reverse("accounts:profile"), data).status_code == 302
    acme.konsta.user.refresh_from_db()
    user = acme.konsta.user
    assert (user.name, user.language, user.theme, user.shortcuts) == ("Konsta K", "fi", "dark", False)
    page = client.get(reverse("accounts:profile"))
    assert 'data-bs-theme="dark"' in words(page)
    assert page.headers["Content-Language"] == "fi"
    assert client.post(reverse("accounts:profile"), data | {"name": ""}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_lists_cost_the_same_with_thirty_rows(acme: Cast) -> None:
    client = acme.client("ada")
    pages = [reverse(f"accounts:{name}") for name in ("people", "customers", "requesters", "products")]
    with acme.scope():
        Product.objects.create(name="First", expert=acme.konsta)
    client.get(pages[0])
    few = [statements(lambda url=url: client.get(url)) for url in pages]
    with acme.scope():
        for number in range(30):
            customer = Customer.objects.create(name=f"C{number:02}", country="FI", office=acme.office, language="fi")
            Requester.objects.create(name=f"R{number:02}", customer=customer, language="fi")
            Product.objects.create(name=f"P{number:02}", expert=acme.aino)
    assert [statements(lambda url=url: client.get(url)) for url in pages] == few


def test_long_lists_are_paged_by_key_and_back(acme: Cast) -> None:
    with acme.scope():
        for number in range(119):
            Customer.objects.create(name=f"C{number:03}", country="FI", office=acme.office, language="fi")
    client, url, seen = acme.client("ada"), reverse("accounts:customers"), []
    query = ""
    pages = []
    while True:
        listing = client.get(url + query).context["listing"]
        seen += [line.name for line in listing.lines]
        pages.append([line.name for line in listing.lines])
        if not listing.later:
            break
        query = listing.later
    assert len(seen) == len(set(seen)) == 120
    assert seen == sorted(seen)
    back = client.get(url + listing.earlier).context["listing"]
    assert [line.name for line in back.lines] == pages[1]
    first = client.get(url + back.earlier).context["listing"]
    assert [line.name for line in first.lines] == pages[0]
    assert first.earlier == ""
    assert client.get(url, {"after": "9e99"}).context["listing"].lines[0].name == "C000"


def test_the_workspace_is_changed_and_audited(acme: Cast, globex: Cast) -> None:
    url = reverse("accounts:workspace")
    data = {"name": "Acme Service", "subject_prefix": "ACM", "language": "fi", "time_zone": "Europe/Stockholm"}

    assert new_actions(acme, lambda: acme.client("ada").post(url, data)) == ["workspace.changed"]

    tenant = acme.tenant
    tenant.refresh_from_db()
    assert (tenant.name, tenant.subject_prefix, tenant.time_zone) == ("Acme Service", "ACM", "Europe/Stockholm")
    assert not tenant.confirm_browsers
    assert acme.client("aino").post(url, data).status_code == 403
    other = globex.tenant
    before = other.name
    other.refresh_from_db()
    assert other.name == before


def test_a_bad_prefix_or_zone_is_told_at_its_field(acme: Cast) -> None:
    data = {"name": "Acme", "subject_prefix": "a[1", "language": "fi", "time_zone": "Mars/Base"}

    answer = acme.client("ada").post(reverse("accounts:workspace"), data)

    assert answer.status_code == 422
    assert set(form_of(answer).errors) == {"subject_prefix", "time_zone"}
    assert "a[1" in words(answer)
