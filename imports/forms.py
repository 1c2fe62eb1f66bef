"""Forms of loading tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.forms import LookForm
from imports.columns import COLUMNS, NONE
from imports.models import TableKind
from imports.tables import MOST_BYTES, MOST_CELL, MOST_COLUMNS, MOST_ROWS, TableTrouble

TROUBLES = {
    TableTrouble.EMPTY: _("There is no row below the first one. The first row names the columns."),
    TableTrouble.TOO_LARGE: _("The file is larger than %(mb)s MB. Load it in parts."),
    TableTrouble.TOO_MANY_ROWS: _("There are more than %(rows)s rows. Load them in parts."),
    TableTrouble.TOO_WIDE: _("Row %(line)s has more than %(columns)s columns."),
    TableTrouble.TOO_LONG: _("A cell in row %(line)s has more than %(cell)s characters."),
    TableTrouble.NO_TEXT: _("This is no CSV file. Save the table as “CSV UTF-8” in your spreadsheet program."),
    TableTrouble.BROKEN: _("Row %(line)s cannot be read. Save the table as “CSV UTF-8” once more."),
}
LIMITS = {"mb": MOST_BYTES // 2**20, "rows": MOST_ROWS, "columns": MOST_COLUMNS, "cell": MOST_CELL}
NAMES = {
    "name": _("Name"),
    "business_id": _("Business ID"),
    "country": _("Country"),
    "city": _("City"),
    "office": _("Office"),
    "language": _("Language"),
    "domains": _("Mail domains"),
    "expert": _("Named expert"),
    "email": _("Mail addresses"),
    "customer": _("Customer"),
    "phone": _("Phone"),
    "title": pgettext_lazy("person", "Title"),
    "keywords": _("Words that name it in a mail"),
}


class LoadForm(LookForm):
    """A file, and what its rows are."""

    kind = forms.ChoiceField(label=_("What it lists"), choices=TableKind)
    file = forms.FileField(
        label=_("CSV file"),
        max_length=255,
        help_text=_("The first row names the columns. Nothing is changed before you have seen what will happen."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )


class ColumnsForm(LookForm):
    """Which column of the file is what."""

    def __init__(self, *args: Any, kind: str, head: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [(str(NONE), _("Not in the file")), *((str(at), name or "—") for at, name in enumerate(head))]
        for column in COLUMNS[kind]:
            self.fields[column.name] = forms.TypedChoiceField(
                label=NAMES[column.name], choices=places, coerce=int, required=False, empty_value=str(NONE)
            )

    @property
    def columns(self) -> Mapping[str, int]:
        return {name: int(place) for name, place in self.cleaned_data.items()}
