"""A team that wants to know more of its faults: the fields that tests fill in."""

from dataclasses import dataclass

from accounts.actors import SYSTEM
from tests.conftest import Cast
from tickets.models import CustomField, FieldChoice, FieldRule, Ticket
from tickets.process import forget
from tickets.services.shaping import save_choices


@dataclass(frozen=True, slots=True)
class Fields:
    """Ids of choices by their names."""

    pump: int
    hardware: int
    software: int
    oulu: int
    turku: int


def shape(cast: Cast) -> Fields:
    """Cause (needed to resolve a fault), part (only of hardware, needed at once), and one of each other type."""
    with cast.scope():
        cause = _field("cause", "choice", kinds=["fault"])
        save_choices(cause, {}, ["Hardware > Pump", "Hardware > Valve", "Software"], by=SYSTEM)
        names = dict(FieldChoice.objects.filter(field=cause).values_list("name", "pk"))
        part = _field("part", "text")
        FieldRule.objects.create(field=cause, effect="resolved", kinds=["fault"])
        FieldRule.objects.create(field=part, effect="shown", when_field=cause, when_choice_id=names["Hardware"])
        FieldRule.objects.create(field=part, effect="made", kinds=["fault", "order"])
        for name, kind in (("pressure", "number"), ("installed", "day"), ("warranty", "yes"), ("story", "long")):
            _field(name, kind)
        sites = _field("sites", "choices")
        save_choices(sites, {}, ["Oulu", "Turku"], by=SYSTEM)
        more = dict(FieldChoice.objects.filter(field=sites).values_list("name", "pk"))
        forget()
        return Fields(names["Pump"], names["Hardware"], names["Software"], more["Oulu"], more["Turku"])


def _field(key: str, type_: str, *, kinds: list[str] | None = None) -> CustomField:
    position = CustomField.objects.count()
    return CustomField.objects.create(key=key, name=key.capitalize(), type=type_, kinds=kinds or [], position=position)


def fault(cast: Cast, ticket: Ticket) -> Ticket:
    with cast.scope():
        Ticket.objects.filter(pk=ticket.pk).update(kind="fault")
        return Ticket.objects.get(pk=ticket.pk)
