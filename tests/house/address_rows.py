"""Who there is, and a row of the tables of addresses."""

from dataclasses import dataclass, field
from typing import Any

EVERYBODY = ("ada", "liisa", "aino", "konsta", "fiona")
ADMIN = ("ada",)
LEADS = ("ada", "liisa")
DESK = ("ada", "liisa", "aino")
WRITERS = ("ada", "liisa", "aino", "konsta")
READERS = ("ada", "liisa", "fiona")
# Requesters with a session at the portal: who asked, a colleague, their company's key user, and another company's.
REQUESTERS = ("otto", "oona", "kaisa", "vera")
THEIRS, NOT_THEIRS = ("otto", "kaisa"), ("oona", "vera")
# For anybody who has the address: sign-in, and the pages behind mail links.
PUBLIC: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One address: its methods, who may, what its parameters stand for (names of Stock.ids, or "=" and a constant).

    Whoever may not gets 403, those in `blind` 404, because they may not even know of the thing.
    """

    methods: str
    who: tuple[str, ...]
    blind: tuple[str, ...] = ()
    params: dict[str, str] = field(default_factory=dict)

    @property
    def is_portal(self) -> bool:
        """Whether it is for requesters, whose sessions are of another kind."""
        return bool(self.who) and set(self.who) <= set(REQUESTERS)

    @property
    def foreign_params(self) -> list[str]:
        """The parameters that name a thing of one tenant."""
        return [name for name, value in self.params.items() if not value.startswith("=")]

    def kwargs(
        self, ids: dict[str, Any], other: dict[str, Any] | None = None, swap: frozenset[str] = frozenset()
    ) -> Any:
        """The parameters for a tenant's things; those in `swap` for the other tenant's."""
        return {
            name: value[1:] if value.startswith("=") else (other if other and name in swap else ids)[value]
            for name, value in self.params.items()
        }


def row(methods: str, who: tuple[str, ...], blind: tuple[str, ...] = (), **params: str) -> Row:
    return Row(methods, who, blind, params)


# Members who see none of the tickets of the others: no grant opens a queue to them.
UNSEEN = ("konsta", "fiona")
