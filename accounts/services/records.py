"""Rows of the settings: saved together with their entry in the audit log."""

from collections.abc import Iterable

from django.db import models, transaction

from accounts.actors import Actor
from accounts.services import audit


@transaction.atomic
def keep(row: models.Model, *, by: Actor, changed: Iterable[str], name: str = "") -> None:
    """Save a row; the entry names the fields and never their values, which may be secret.

    `name` is the thing's name in the audit log, the model's by default. Saving without a change writes no entry.
    """
    added, fields = row._state.adding, sorted(changed)
    row.save()
    if added or fields:
        thing = name or str(row._meta.model_name)
        audit.record(f"{thing}.{'added' if added else 'changed'}", by=by, target=row, fields=fields)


@transaction.atomic
def remove(row: models.Model, *, by: Actor, name: str = "") -> None:
    """Delete a row of the settings that nothing depends on."""
    audit.record(f"{name or row._meta.model_name}.removed", by=by, target=row)
    row.delete()
