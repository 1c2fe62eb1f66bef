"""Finding the person and the company behind a mail address."""

from dataclasses import dataclass

from django.db import IntegrityError, models, transaction

from accounts.models import Customer, Requester, RequesterAddress
from accounts.models.customers import RequesterQuerySet
from tickets.models import Queue


@dataclass(frozen=True, slots=True)
class Sender:
    """What is known of an address: the person, or only the company its domain belongs to, or neither."""

    requester: Requester | None
    customer: Customer | None


def known_sender(email: str) -> Sender:
    """Look an address up: person first, then the company of its mail domain."""
    if requester := requesters().with_address(email).first():
        return Sender(requester, requester.customer)
    domain = email.rpartition("@")[2].lower()
    return Sender(None, customers().filter(domains__domain=domain).first())


def sender_of(requester_id: int | None, customer_id: int | None) -> Sender:
    """The same for whoever has looked the ids up already."""
    if requester_id:
        requester = requesters().get(pk=requester_id)
        return Sender(requester, requester.customer)
    return Sender(None, customers().get(pk=customer_id) if customer_id else None)


def requesters() -> RequesterQuerySet:
    return Requester.objects.select_related("customer__office")


def customers() -> models.QuerySet[Customer]:
    return Customer.objects.select_related("office")


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
    try:
        with transaction.atomic():
            return new_requester(email, name, customer=customer, queue=queue)
    except IntegrityError:  # a mail of theirs was faster
        return requesters().with_address(email).get()


def new_requester(email: str, name: str, *, customer: Customer | None, queue: Queue) -> Requester:
    """A person whose address nobody had when it was looked up; lower case.

    Raises IntegrityError where somebody was faster.
    """
    requester = Requester.objects.create(
        name=(name.strip() or email.partition("@")[0])[:120],
        customer=customer,
        language=customer.language if customer else queue.office.language,
    )
    requester.only_address = RequesterAddress.objects.create(requester=requester, email=email)
    return requester
