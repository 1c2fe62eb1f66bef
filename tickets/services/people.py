"""Finding the person and the company behind a mail address."""

from dataclasses import dataclass

from django.db import transaction

from accounts.models import Customer, Requester, RequesterAddress
from tickets.models import Queue


@dataclass(frozen=True, slots=True)
class Sender:
    """What is known of an address: the person, or only the company its domain belongs to, or neither."""

    requester: Requester | None
    customer: Customer | None


def known_sender(email: str) -> Sender:
    """Look an address up: person first, then the company of its mail domain."""
    requester = Requester.objects.with_address(email).select_related("customer__office").first()
    if requester:
        return Sender(requester, requester.customer)
    domain = email.rpartition("@")[2].lower()
    return Sender(None, Customer.objects.filter(domains__domain=domain).select_related("office").first())


@transaction.atomic
def caller(name: str, email: str, *, customer: Customer | None, queue: Queue) -> Requester:
    """The person on the phone: known by the address they give, or new and perhaps without one."""
    if email:
        return requester_for(email, name, customer=customer or known_sender(email).customer, queue=queue)
    language = customer.language if customer else queue.office.language
    return Requester.objects.create(name=name.strip()[:120], customer=customer, language=language)


@transaction.atomic
def requester_for(email: str, name: str, *, customer: Customer | None, queue: Queue) -> Requester:
    """The person with this address; made where there is none, in the language of company or office."""
    email = email.strip().lower()
    if known := Requester.objects.with_address(email).first():
        return known
    language = customer.language if customer else queue.office.language
    requester = Requester.objects.create(
        name=(name.strip() or email.partition("@")[0])[:120], customer=customer, language=language
    )
    RequesterAddress.objects.create(requester=requester, email=email)
    return requester
