"""From the cells of a row to a customer, a requester or a product: new, changed, or refused in words."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from accounts.enums import Language
from accounts.models import Customer, CustomerDomain, Membership, Office, Product, Requester, RequesterAddress
from imports.checking import is_address

Cells = Mapping[str, str]
Thing = Customer | Requester | Product
COUNTRY = re.compile(r"\A[A-Z]{2}\Z")
DOMAIN = re.compile(r"\A[a-z0-9-]+(\.[a-z0-9-]+)+\Z")
LANGUAGES = {"fi": "fi", "suomi": "fi", "finnish": "fi", "en": "en", "englanti": "en", "english": "en"}
MOST_WORDS = 50
# The owner of a mail domain that an earlier row of the same table has taken.
THIS_TABLE = -1


class Unfit(ValueError):
    """A row that cannot be taken; the message says why, in the reader's language."""


@dataclass(slots=True)
class Made:
    """A thing with the row's values, what of it is another value than before, and its addresses or mail domains."""

    thing: Thing
    changed: list[str]
    further: list[str] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.thing.pk is None


class Known:
    """The tenant's rows that a table may speak of, looked up once."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.offices = {each.name.casefold(): each for each in Office.objects.all()}
        members = Membership.objects.assignable()
        self.members = {key: each for each in members for key in (each.name.casefold(), each.email.lower())}
        self.customers = {each.name.casefold(): each for each in Customer.objects.select_related("office", "expert")}
        self.numbers = _single(self.customers.values(), lambda each: each.business_id)
        self.domains: dict[str, int] = {each.domain: each.customer_id for each in CustomerDomain.objects.all()}
        addresses = RequesterAddress.objects.select_related("requester__customer")
        self.addresses = {each.email: each.requester for each in addresses}
        self.products = {each.name.casefold(): each for each in Product.objects.select_related("expert")}

    def office_of(self, word: str) -> Office:
        if found := self.offices.get(word.casefold()):
            return found
        raise Unfit(_("There is no office “%(name)s”.") % {"name": word[:80]})

    def member(self, word: str) -> Membership:
        if found := self.members.get(word.casefold()):
            return found
        raise Unfit(_("“%(name)s” is nobody who works on tickets here.") % {"name": word[:80]})

    def customer(self, word: str) -> Customer:
        if found := self.customers.get(word.casefold()) or self.numbers.get(word):
            return found
        raise Unfit(_("There is no customer “%(name)s”. Load the customers first.") % {"name": word[:80]})


def _single(rows: Iterable[Customer], key: Callable[[Customer], str]) -> dict[str, Customer]:
    """By a key that only one of them has."""
    found: dict[str, list[Customer]] = {}
    for each in rows:
        found.setdefault(key(each), []).append(each)
    return {value: each[0] for value, each in found.items() if value and len(each) == 1}


def customer(cells: Cells, known: Known) -> Made:
    """By the business ID where one has it, else by the name."""
    name, number = _text(Customer, "name", cells), _text(Customer, "business_id", cells)
    row = known.numbers.get(number) or known.customers.get(name.casefold())
    other = known.customers.get(name.casefold())
    if row and other and row.pk != other.pk:
        raise Unfit(_("Another customer has this name."))
    office = known.office_of(cells["office"]) if cells["office"] else None
    country = cells["country"].upper()
    if country and not COUNTRY.match(country):
        raise Unfit(_("“%(word)s” is no country: two letters, such as FI.") % {"word": country[:20]})
    made = _made(
        row or _new_customer(office or known.office),
        name=name,
        business_id=number,
        city=_text(Customer, "city", cells),
        country=country,
        office=office,
        language=_language(cells),
        expert=known.member(cells["expert"]) if cells["expert"] else None,
    )
    return _with_domains(made, cells["domains"], known)


def _new_customer(office: Office) -> Customer:
    return Customer(office=office, country=office.country, language=office.language)


def _with_domains(made: Made, text: str, known: Known) -> Made:
    """Mail domains are added, none is taken away."""
    for domain in _words(text.lower()):
        if not DOMAIN.match(domain) or len(domain) > 253:
            raise Unfit(_("“%(word)s” is no mail domain.") % {"word": domain[:80]})
        owner = known.domains.get(domain)
        if owner is not None and owner != made.thing.pk:
            raise Unfit(_("The mail domain %(domain)s belongs to another customer.") % {"domain": domain})
        if owner is None:
            made.further.append(domain)
            known.domains[domain] = THIS_TABLE
    if made.further:
        made.changed.append("domains")
    return made


def requester(cells: Cells, known: Known) -> Made:
    """By the mail address, whichever of theirs it is."""
    email = cells["email"].lower()
    if not is_address(email):
        raise Unfit(_("“%(word)s” is no mail address.") % {"word": email[:80]})
    company = known.customer(cells["customer"]) if cells["customer"] else None
    row = known.addresses.get(email)
    made = _made(
        row or Requester(language=company.language if company else known.office.language),
        name=_text(Requester, "name", cells),
        customer=company,
        phone=_text(Requester, "phone", cells),
        title=_text(Requester, "title", cells),
        language=_language(cells),
    )
    made.further = [] if row else [email]
    return made


def product(cells: Cells, known: Known) -> Made:
    name = _text(Product, "name", cells)
    row = known.products.get(name.casefold()) or Product()
    words = _words(cells["keywords"].lower(), spaces=False)
    if len(words) > MOST_WORDS or any(len(word) > 40 for word in words):
        raise Unfit(_("At most 50 words of 40 characters each."))
    expert = known.member(cells["expert"]) if cells["expert"] else None
    return _made(row, name=name, keywords=words, expert=expert)


def _made(thing: Thing, **values: Any) -> Made:
    """Set what the row says; an empty cell leaves what is there."""
    changed = []
    for name, value in values.items():
        if value not in ("", None, []) and getattr(thing, name) != value:
            setattr(thing, name, value)
            changed.append(name)
    return Made(thing, changed)


def _text(model: type[Thing], name: str, cells: Cells) -> str:
    most = getattr(model._meta.get_field(name), "max_length", None)
    if most is not None and len(cells[name]) > most:
        raise Unfit(_("“%(word)s…” has more than %(most)s characters.") % {"word": cells[name][:30], "most": most})
    return cells[name]


def _language(cells: Cells) -> str:
    word = cells["language"]
    if word and word.casefold() not in LANGUAGES:
        known = ", ".join(Language.values)
        raise Unfit(_("“%(word)s” is no language here: %(known)s.") % {"word": word[:20], "known": known})
    return LANGUAGES.get(word.casefold(), "")


def _words(text: str, *, spaces: bool = True) -> list[str]:
    parts = re.split(r"[,;\s]+" if spaces else r"[,;]+", text)
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


MAKERS: dict[str, Callable[[Cells, Known], Made]] = {
    "customers": customer,
    "requesters": requester,
    "products": product,
}
