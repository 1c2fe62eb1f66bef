"""DKIM keys of a tenant: made here, published by its admin, checked on request, used once they are found."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.services.records import keep, remove
from core.secrets import seal
from outbox.enums import RecordState
from outbox.models import SigningKey
from outbox.signing import new_key
from outbox.tasks import check_record


@transaction.atomic
def add_key(key: SigningKey, *, by: Actor) -> None:
    """Give a new row its key pair. The selector names the day, so that a later key stands beside this one in DNS."""
    pair = new_key()
    key.sealed_private, key.public = seal(pair.private), pair.public
    key.selector = f"vaste{timezone.now():%Y%m%d}"
    keep(key, by=by, changed=["domain"])


@transaction.atomic
def ask_for_record(key: SigningKey) -> None:
    """Have DNS asked, by a worker and after this has committed: no network inside a scope."""
    SigningKey.objects.filter(pk=key.pk).update(record=RecordState.ASKING)
    transaction.on_commit(partial(_ask, key.tenant_id, key.pk), robust=True)


def _ask(tenant_id: int, key_id: int) -> None:
    check_record.apply_async((tenant_id, key_id), retry=False)


@transaction.atomic
def remove_key(key: SigningKey, *, by: Actor) -> None:
    """Mails are signed with it no longer; the record in DNS does no harm."""
    remove(key, by=by)
