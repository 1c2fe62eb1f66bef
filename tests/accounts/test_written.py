"""Queries that are worded once: for whichever tenant is in scope, and never for the one that came first."""

import pytest
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef

from accounts.models import Customer, CustomerDomain
from accounts.scope import NoTenantScope
from accounts.written import written_once
from tests.conftest import Cast

pytestmark = pytest.mark.django_db


def add(cast: Cast, domain: str) -> None:
    with cast.scope():
        CustomerDomain.objects.create(customer=cast.customer, domain=domain)


def test_each_tenant_gets_its_own(acme: Cast, globex: Cast) -> None:
    add(acme, "one.example")
    add(globex, "two.example")
    domains = CustomerDomain.objects.filter(customer=OuterRef("pk")).order_by("pk")
    rows = written_once(
        Customer.objects.annotate(own_domains=ArraySubquery(domains.values("domain")), any_domain=Exists(domains))
    )

    for cast, domain in ((acme, "one.example"), (globex, "two.example"), (acme, "one.example")):
        with cast.scope():
            found = rows.get(pk=cast.customer.pk)
            assert domain in found.own_domains
            assert found.any_domain is True
            assert str(cast.tenant.pk) in str(rows.query)
            assert rows.filter(name=cast.customer.name).exists()


def test_there_is_none_without_a_tenant(acme: Cast) -> None:
    rows = written_once(Customer.objects.annotate(known=Exists(CustomerDomain.objects.all())))

    with pytest.raises(NoTenantScope):
        list(rows)
