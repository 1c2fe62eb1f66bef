"""One canary for every text that a tenant's tables hold: a page shows it as the words it is, or it has got out."""

import html
import re
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.enums import ActorKind
from accounts.models import AuditEntry, SettingVersion, TenantModel, User
from billing.models import (
    ClosedMonth,
    ExportBatch,
    ExportedInvoice,
    Invoice,
    InvoicedEntry,
    InvoicedLot,
    InvoicedTicket,
    InvoiceFile,
    InvoiceLine,
    PoolMove,
    TermsVersion,
)
from knowledge.models import ArticleVersion
from tests.house.stock import Stock
from tickets.enums import EventKind
from tickets.models import Ticket, TicketEvent

MARK = re.compile(r"q\d+q")
# Quotes and a bracket get it out of an attribute, a tag and an attribute are its own, and the braces a template reads.
FORMS = ("=\"'><q{0}q q{0}q=1>{{{{q{0}q}}}}", "\"'><q{0}q q{0}q=1>", "<q{0}q>")
# Texts that are no words: what the product looks things up by, reads as something else, or makes itself.
TECHNICAL = {
    *("slug", "time_zone", "country", "currency", "metric", "next_metric", "trouble", "hook_kind", "password"),
    *(
        "storage_key",
        "key",
        "token",
        "token_hash",
        "code_hash",
        "secret_hash",
        "hook_hash",
        "fingerprint",
        "browser_hash",
    ),
    *("sealed_password", "sealed_grant", "sealed_refresh_token", "sealed_access_token", "sealed_hook_key"),
    *("sealed_private", "sealed_secret", "public", "roles", "kinds", "events", "logo_type"),
}
# Sanitised before it is stored, and shown as markup because of that; test_hostile_mail.py attacks it through intake.
MARKUP = {"tickets.Message.html", "knowledge.ArticleText.body", "knowledge.ArticleVersion.body"}
# What lines of a ticket's log say, one word each.
SAID_ALONE = ("name", "number", "minutes", "before", "contract", "instead_of", "text", "added", "source")
ADD_ONLY = (
    *(ArticleVersion, AuditEntry, SettingVersion, TermsVersion, TicketEvent),
    # Issued invoices and what belongs to them the database itself keeps.
    *(ClosedMonth, ExportBatch, ExportedInvoice, Invoice, InvoicedEntry, InvoicedTicket, InvoiceFile, InvoiceLine),
    InvoicedLot,
    PoolMove,
)


def canary(number: int, room: int | None) -> str:
    """The longest form that fits; empty where none does."""
    return next((form for each in FORMS if len(form := each.format(number)) <= (room or 999)), "")


def words_of(model: type[models.Model]) -> list[models.Field]:  # type: ignore[type-arg]  # fields of any type
    """The fields of a model that hold somebody's words."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(
            field.base_field if isinstance(field, ArrayField) else field, models.CharField | models.TextField
        )
        and not field.choices
        and field.name not in TECHNICAL
        and f"{model._meta.label}.{field.name}" not in MARKUP
    ]


class Aviary:
    """The canaries that were let into a tenant's rows, by the field that each sits in."""

    def __init__(self) -> None:
        self.fields: dict[int, str] = {}

    def hatch(self, model: type[models.Model], field: Any) -> Any:
        """A new canary for a field of one row."""
        number = len(self.fields) + 100
        inner = field.base_field if isinstance(field, ArrayField) else field
        bird = canary(number, inner.max_length)
        self.fields[number] = f"{model._meta.label}.{field.name}"
        return [bird] if isinstance(field, ArrayField) else bird

    def fill(self, stock: Stock) -> None:
        """Put one into each field of words of each row of the tenant."""
        with stock.cast.scope():
            users = User.objects.filter(pk__in=[member.user_id for member in stock.cast.members.values()])
            self._write(type(stock.cast.tenant).objects.filter(pk=stock.cast.tenant.pk))
            self._write(users)
            for model in apps.get_models():
                if issubclass(model, TenantModel) and model not in ADD_ONLY:
                    self._write(model.objects.all())  # type: ignore[attr-defined]  # every model here has it
            self._add(stock)

    def _write(self, rows: Any) -> None:
        fields = words_of(rows.model)
        for pk in rows.order_by("pk").values_list("pk", flat=True) if fields else []:
            rows.model.objects.filter(pk=pk).update(**{field.name: self.hatch(rows.model, field) for field in fields})

    def _add(self, stock: Stock) -> None:
        """Lines of the logs, which nobody changes: new ones, of each kind, with a canary for every word in them."""
        field = TicketEvent._meta.get_field("actor_name")
        for ticket in Ticket.objects.all():
            for kind in EventKind:
                data = {name: self.hatch(TicketEvent, field) for name in SAID_ALONE}
                lists = {name: [self.hatch(TicketEvent, field)] for name in ("names", "addresses")}
                changed = {"fields": {"title": [self.hatch(TicketEvent, field), self.hatch(TicketEvent, field)]}}
                at, rules = ticket.received_at.isoformat(), stock.cast.desk.policy.current
                fixed = {"class": "open", "metric": "first_response", "received_at": at, "written_at": at}
                fixed |= {"policy_version": rules.pk, "calendar_version": rules.calendar.current_id}
                fixed |= {
                    "priority": "normal",
                    "reason": "contract",
                    "relation": "part",
                    "forwards": False,
                    "score": 5,
                }
                TicketEvent.objects.create(
                    ticket=ticket,
                    kind=kind,
                    at=ticket.received_at,
                    actor_kind=ActorKind.SYSTEM,
                    actor_name=self.hatch(TicketEvent, field),
                    data=data | lists | changed | fixed,
                )


class Reader(HTMLParser):
    """Reads a page as a browser does, and notes what of it a canary has made."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.escaped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if MARK.search(tag) or any(MARK.search(name) for name, _ in attrs):
            self.escaped.append(self.get_starttag_text() or tag)

    def handle_endtag(self, tag: str) -> None:
        self.handle_starttag(tag, [])


def escaped(page: str) -> list[str]:
    """What canaries have made of a page: its elements and attributes that are theirs."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader.escaped


def shown(page: str) -> set[int]:
    """The numbers of the canaries that the page shows as they are."""
    text = html.unescape(page)
    numbers = {int(mark[1:-1]) for mark in MARK.findall(text)}
    return {number for number in numbers if any(form.format(number) in text for form in FORMS)}
