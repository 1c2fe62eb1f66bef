"""A workspace is reached by a host name of its own, and by no other tenant's."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Tenant, TenantHost
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
OWN = "tuki.paperi.example"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("tenant_host", *arguments, stdout=out)
    return out.getvalue()


def test_it_leads_to_the_workspace_and_all_links_lead_there(acme: Cast) -> None:
    former = acme.tenant.host
    assert Client(headers={"host": OWN}).get("/account/login/").status_code == 400

    assert OWN in run("acme", "Tuki.Paperi.example.")
    run("acme", OWN)
    tenant = Tenant.objects.get(slug="acme")
    assert tenant.url("/r/x/").split("/")[2].startswith(OWN)
    for host in (OWN, former):
        assert "Acme" in Client(headers={"host": host}).get("/account/login/").content.decode()
    assert TenantHost.objects.filter(tenant=tenant).count() == 2

    run("acme", OWN, "--remove")
    assert Tenant.objects.get(slug="acme").host == former
    assert Client(headers={"host": OWN}).get("/account/login/").status_code == 400


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nobody", OWN), "no workspace"),
        (("acme", "not a name"), "no host name"),
        (("acme", "globex.localhost"), "tenant_create"),
        (("acme", OWN, "--remove"), "no host name of its own"),
        (("acme", "acme.localhost", "--remove"), "no host name of its own"),
    ],
)
def test_what_cannot_be_is_told(acme: Cast, arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(*arguments)


def test_nobody_takes_anothers_name(acme: Cast, globex: Cast) -> None:
    run("acme", OWN)
    with pytest.raises(CommandError, match="another workspace"):
        run("globex", OWN)
