"""Of what a member hears, and how."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from core.forms import LookForm
from tickets.enums import ByMail, NewsKind
from tickets.services.wishes import Wish


class WishesForm(LookForm):
    """For each kind of news when it is mailed, and whether it is shown on the desktop."""

    def __init__(self, *args: Any, wishes: Mapping[NewsKind, Wish], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for news, wish in wishes.items():
            self.fields[f"mail_{news}"] = forms.ChoiceField(choices=ByMail, initial=wish.mail, label=news.label)
            self.fields[f"desktop_{news}"] = forms.BooleanField(required=False, initial=wish.desktop, label=news.label)

    def rows(self) -> Iterator[tuple[NewsKind, forms.BoundField, forms.BoundField]]:
        """What the page shows in a line: the news, the choice of mail, the box of the desktop."""
        for news in NewsKind:
            yield news, self[f"mail_{news}"], self[f"desktop_{news}"]

    @property
    def wishes(self) -> dict[NewsKind, Wish]:
        """What was chosen, after cleaning."""
        data = self.cleaned_data
        return {news: Wish(ByMail(data[f"mail_{news}"]), data[f"desktop_{news}"]) for news in NewsKind}
