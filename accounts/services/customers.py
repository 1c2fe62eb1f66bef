"""Customers with their mail domains, requesters with their addresses."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Customer, CustomerDomain, Requester, RequesterAddress
from accounts.services.records import keep

FRESH: dict[str, Any] = {"undeliverable_since": None, "undeliverable_reason": "", "complained_at": None}


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
    """Save a requester; their addresses become exactly `emails`, lower case, the first being the one written to.

    Whoever edits the addresses vouches for them: what mail that came back said of them is forgotten.
    """
    keep(requester, by=by, changed=changed)
    fresh: dict[str, Any] = FRESH if "emails" in changed else {}
    requester.addresses.exclude(email__in=emails).delete()
    for place, email in enumerate(emails):
        RequesterAddress.objects.update_or_create(
            requester=requester, email=email, defaults={"is_primary": place == 0, **fresh}
        )


def heard_from(email: str) -> None:
    """Mail came from the address, so mail may go there again; costs one statement."""
    marked = RequesterAddress.objects.filter(email=email.strip().lower(), undeliverable_since__isnull=False)
    marked.update(undeliverable_since=None, undeliverable_reason="")
