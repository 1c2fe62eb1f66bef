"""What the pages of the settings have in common: one list, one form, one way up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Chip:
    """A state in words with its tone and icon, as the component `c-chip` shows it."""

    tone: str
    icon: str
    label: Words


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list: where it leads, what it is called, its further cells, its state."""

    url: str
    name: str
    cells: Sequence[Words] = ()
    chip: Chip | None = None
    faded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A page with one list. `columns` name the cells, the first one the line's name; `add` is (address, words)."""

    title: Words
    columns: Sequence[Words]
    lines: Sequence[Line]
    about: Words = ""
    add: tuple[str, Words] | None = None
    empty: Words = ""
    searches: bool = False
    query: str = ""
    earlier: str = ""
    later: str = ""
    up: tuple[str, Words] | None = None
    more: Sequence[tuple[str, Words]] = field(default=())


def list_page(request: HttpRequest, listing: Listing) -> HttpResponse:
    return render(request, "accounts/list.html", {"listing": listing})


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: the body of a POST, also an empty one; None for a GET."""
    return request.POST if request.method == "POST" else None


def form_page(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    title: Words,
    up: tuple[str, Words],
    template: str = "accounts/form.html",
    **context: Any,
) -> HttpResponse:
    """A page with one form: 422 for a form that came back with errors, with all that was typed.

    `up` is the URL name and label of the page above.
    """
    above = {"url": reverse(up[0]), "label": up[1]}
    page = {"form": form, "title": title, "up": above, "save_label": "", "wide": (), "more": ()} | context
    return render(request, template, page, status=422 if form.errors else 200)
