"""The people and companies of a batch: looked up together, and made where this desk does not know them."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from accounts.models import Customer, CustomerDomain, Membership, Office, Requester, RequesterAddress
from imports.format import OldTicket, Person


@dataclass(slots=True)
class People:
    """Who is who here. Whoever worked at the old desk and not at this one has no row, only a name."""

    office: Office
    members: dict[str, Membership] = field(default_factory=dict)
    by_address: dict[str, Requester] = field(default_factory=dict)
    by_name: dict[tuple[str, int | None], Requester] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    domains: dict[str, Customer] = field(default_factory=dict)
    made_requesters: int = 0
    made_customers: int = 0

    @classmethod
    def of(cls, tickets: Collection[OldTicket], office: Office) -> "People":
        """Everybody whom the tickets name, with those made who asked and are not known; in the tenant in scope."""
        found = cls(office)
        found.members = {each.email.lower(): each for each in Membership.objects.select_related("user")}
        domains = CustomerDomain.objects.select_related("customer")
        found.domains = {each.domain: each.customer for each in domains}
        found._learn_customers(tickets)
        found._learn_requesters([person for ticket in tickets for person in askers(ticket)])
        return found

    def member(self, person: Person) -> Membership | None:
        return self.members.get(person.email) if person.email else None

    def requester(self, person: Person) -> Requester | None:
        """Who asked; None for a name without an address that no ticket was asked by."""
        if person.email:
            return self.by_address.get(person.email)
        return self.by_name.get(self._key(person))

    def customer(self, name: str) -> Customer | None:
        return self.customers.get(name.casefold()) if name else None

    def _key(self, person: Person) -> tuple[str, int | None]:
        customer = self.customer(person.customer)
        return person.name, customer.pk if customer else None

    def _learn_customers(self, tickets: Iterable[OldTicket]) -> None:
        names: dict[str, str] = {}
        for ticket in tickets:
            for name in (ticket.customer, *(person.customer for person in askers(ticket))):
                if name:
                    names.setdefault(name.casefold(), name)
        if not names:
            return
        self.customers = {each.name.casefold(): each for each in Customer.objects.order_by("-pk")}
        new = [self._new_customer(name) for key, name in names.items() if key not in self.customers]
        self.customers |= {each.name.casefold(): each for each in Customer.objects.bulk_create(new)}
        self.made_customers += len(new)

    def _new_customer(self, name: str) -> Customer:
        return Customer(name=name, country=self.office.country, office=self.office, language=self.office.language)

    def _learn_requesters(self, persons: Sequence[Person]) -> None:
        emails = {person.email for person in persons if person.email}
        known = RequesterAddress.objects.filter(email__in=emails).select_related("requester")
        self.by_address = {each.email: each.requester for each in known}
        new = {each.email: each for each in reversed(persons) if each.email and each.email not in self.by_address}
        made = self._make(new.values(), lambda person: self.domains.get(person.email.rpartition("@")[2]))
        RequesterAddress.objects.bulk_create(
            RequesterAddress(requester=requester, email=email) for email, requester in zip(new, made, strict=True)
        )
        self.by_address |= dict(zip(new, made, strict=True))
        self._learn_nameless(persons)

    def _learn_nameless(self, persons: Collection[Person]) -> None:
        """People without an address are the same where name and company are."""
        wanted = {self._key(person): person for person in persons if not person.email}
        if not wanted:
            return
        names = {name for name, _ in wanted}
        known = Requester.objects.filter(name__in=names, addresses=None).order_by("-pk")
        self.by_name = {(each.name, each.customer_id): each for each in known}
        new = {key: person for key, person in wanted.items() if key not in self.by_name}
        self.by_name |= dict(zip(new, self._make(new.values(), lambda _: None), strict=True))

    def _make(self, persons: Collection[Person], otherwise: Callable[[Person], Customer | None]) -> list[Requester]:
        rows = []
        for person in persons:
            customer = self.customer(person.customer) or otherwise(person)
            rows.append(
                Requester(
                    name=person.name or person.email.partition("@")[0],
                    customer=customer,
                    language=customer.language if customer else self.office.language,
                    phone=person.phone,
                )
            )
        self.made_requesters += len(rows)
        return Requester.objects.bulk_create(rows)


def askers(ticket: OldTicket) -> list[Person]:
    """Those of a ticket who become requesters: who asked, and whoever with an address wrote as one."""
    wrote = [each.author for each in ticket.messages if each.kind == "requester" and each.author.email]
    return [ticket.requester, *wrote]
