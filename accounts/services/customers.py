"""Customers with their mail domains, requesters with their addresses."""

from collections.abc import Collection, Sequence

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Customer, CustomerDomain, Requester, RequesterAddress
from accounts.services.records import keep


@transaction.atomic
def save_customer(customer: Customer, *, domains: Collection[str], changed: Sequence[str], by: Actor) -> None:
    """Save a customer; its senders' mail domains become exactly `domains`, lower case."""
    keep(customer, by=by, changed=changed)
    customer.domains.exclude(domain__in=domains).delete()
    known = set(customer.domains.values_list("domain", flat=True))
    for domain in sorted(set(domains) - known):
        CustomerDomain.objects.create(customer=customer, domain=domain)


@transaction.atomic
def save_requester(requester: Requester, *, emails: Sequence[str], changed: Sequence[str], by: Actor) -> None:
    """Save a requester; their addresses become exactly `emails`, lower case, the first being the one written to."""
    keep(requester, by=by, changed=changed)
    requester.addresses.exclude(email__in=emails).delete()
    for place, email in enumerate(emails):
        RequesterAddress.objects.update_or_create(
            requester=requester, email=email, defaults={"is_primary": place == 0}
        )
