"""DKIM keys of a tenant: made here, published by its admin, checked on request, used once they are found."""

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.services.records import keep, remove
from core.later import after_commit
from core.secrets import seal
from outbox.enums import RecordState
from outbox.models import SigningKey
from outbox.signing_keys import new_key


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
    after_commit("outbox.tasks.check_record", key.tenant_id, key.pk)


@transaction.atomic
def remove_key(key: SigningKey, *, by: Actor) -> None:
    """Mails are signed with it no longer; the record in DNS does no harm."""
    remove(key, by=by)
