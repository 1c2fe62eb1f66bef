"""Rules, macros and responses as they were: each save leaves a version, and any can be brought back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from accounts.actors import Actor
from accounts.models import SettingVersion
from accounts.services import audit
from tickets.models import CannedResponse, Macro, ResponseText, Rule

TEXT = "text_"


@dataclass(frozen=True, slots=True)
class Thing:
    """A sort of setting: its model, and what of it a version keeps. Whether a rule is on is none of it."""

    name: str
    model: type[models.Model]
    fields: tuple[str, ...]


READY = ("title", "audience", "team", "queue")
TIMES = ("events", "clock", "amount", "unit")
TOLD = ("tell", "tell_member", "tell_team")
THINGS = {
    each.name: each
    for each in (
        Thing("rule", Rule, ("name", "position", *TIMES, "query", "words", "actions", "note", *TOLD)),
        Thing("macro", Macro, (*READY, "response", "note", "actions")),
        Thing("response", CannedResponse, READY),
    )
}


def thing_of(row: models.Model) -> Thing:
    return next(each for each in THINGS.values() if isinstance(row, each.model))


def _field(thing: Thing, name: str) -> Any:
    return thing.model._meta.get_field(name)


def snapshot(row: Any) -> dict[str, Any]:
    """All that a version keeps, as plain JSON values; other rows by their ids, texts by language."""
    thing = thing_of(row)
    value = {name: getattr(row, _field(thing, name).attname) for name in thing.fields}
    if isinstance(row, CannedResponse):
        texts = ResponseText.objects.filter(response=row).order_by("pk")
        value |= {f"{TEXT}{text.language}": text.text for text in texts}
    return value


def versions_of(row: models.Model) -> "models.QuerySet[SettingVersion]":
    """Newest first."""
    found: models.QuerySet[SettingVersion] = SettingVersion.objects.filter(thing=thing_of(row).name, row=row.pk)
    return found.order_by("-pk")


@contextmanager
def kept(row: models.Model, *, by: Actor) -> Iterator[None]:
    """Note what the row is after the block, where that is something new; and before it, where nothing was noted yet.

    In the transaction of the caller, so that row and version stand or fall together.
    """
    if row.pk and not versions_of(row).exists():
        before = thing_of(row).model._default_manager.filter(pk=row.pk).first()
        if before is not None:
            _note(before, None)
    yield
    last = versions_of(row).first()
    if last is None or last.value != snapshot(row):
        _note(row, by)


def _note(row: models.Model, by: Actor | None) -> None:
    who = {"member_id": by.membership_id, "actor_name": by.name} if by else {}
    SettingVersion.objects.create(thing=thing_of(row).name, row=row.pk, value=snapshot(row), **who)


@transaction.atomic
def restore(row: Any, version: SettingVersion, *, by: Actor) -> None:
    """Give the row the values of a version of its own; what they name and what is gone since is left empty.

    Raises ValidationError where another row has its name, or where something is gone that it cannot be without.
    """
    thing = thing_of(row)
    for name in thing.fields:
        field = _field(thing, name)
        if name in version.value:
            setattr(row, field.attname, _known(field, version.value[name]))
    row.validate_constraints()
    with kept(row, by=by):
        row.save()
        if isinstance(row, CannedResponse):
            _bring_texts(row, version.value)
    audit.record(f"{thing.name}.restored", by=by, target=row, version=version.pk)


def _known(field: Any, value: Any) -> Any:
    if not field.is_relation or value is None or field.related_model.objects.filter(pk=value).exists():
        return value
    if not field.null:
        raise ValidationError({field.name: "gone"})
    return None


def _bring_texts(row: CannedResponse, value: Mapping[str, Any]) -> None:
    texts = {name.removeprefix(TEXT): text for name, text in value.items() if name.startswith(TEXT)}
    ResponseText.objects.filter(response=row).exclude(language__in=texts).delete()
    for language, text in texts.items():
        ResponseText.objects.update_or_create(response=row, language=language, defaults={"text": text})
