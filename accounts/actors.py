"""Who acts: handed to every service as `by`, and written into every event and audit entry."""

from dataclasses import dataclass

from accounts.enums import ActorKind
from accounts.models import Membership, Requester


@dataclass(frozen=True, slots=True)
class Actor:
    """A member, a requester, or the system; `name` is kept as it was when they acted.

    `rule` is the id of the desk's rule for which the system acts.
    """

    kind: ActorKind
    name: str
    membership_id: int | None = None
    requester_id: int | None = None
    rule: int | None = None

    @property
    def is_member(self) -> bool:
        return self.kind == ActorKind.MEMBER


SYSTEM = Actor(ActorKind.SYSTEM, "Vaste")


def member_actor(membership: Membership) -> Actor:
    return Actor(ActorKind.MEMBER, membership.name, membership_id=membership.pk)


def requester_actor(requester: Requester) -> Actor:
    return Actor(ActorKind.REQUESTER, requester.name, requester_id=requester.pk)
