"""Colleagues to choose from when some are away: said beside their names, with the choice to give it to them anyway."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.away_words import aside
from accounts.models import Membership
from accounts.standing_in import Away

NOBODY_AWAY: Mapping[int, Away] = MappingProxyType({})


class EvenAwayField(forms.BooleanField):
    """Whether somebody who is away gets it all the same."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, label=_("To the one I chose, also while they are away"), **kwargs)


def offer(form: forms.Form, members: Iterable[Membership], away: Mapping[int, Away]) -> dict[int, str]:
    """The labels of members in a pick list by id; takes `even_away` from the form where nobody of them is away."""
    known = list(members)
    if not any(member.pk in away for member in known):
        del form.fields["even_away"]
    return named(known, away)


def named(members: Iterable[Membership], away: Mapping[int, Away]) -> dict[int, str]:
    """Names by id, of those who are away with how long and who stands in."""
    return {m.pk: f"{m.name} ({aside(away[m.pk])})" if m.pk in away else m.name for m in members}
