"""Finnish all the way: a complete catalogue, and no English left on any page."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polib
import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation.reloader import translation_file_changed

from accounts.enums import Role
from tests.conftest import make_cast
from tests.house.addresses import ADDRESSES
from tests.house.conftest import give_password, just_signed_in, visitors_of
from tests.house.stock import Stock, fill

PEOPLE = {
    "ada": ("Ada Aalto", [Role.ADMIN]),
    "liisa": ("Liisa Lehto", [Role.LEAD]),
    "aino": ("Aino Ahola", [Role.AGENT]),
    "konsta": ("Konsta Koski", [Role.CONSULTANT]),
    "fiona": ("Fiona Forss", [Role.FINANCE]),
}
# For those who build pages, in English only.
NOT_TRANSLATED = {"styleguide"}
# What the people of the test have called their things; names of headers, programs, addresses, variables, hosts, and of
# languages as their own readers know them.
OWN_WORDS = re.compile(
    r"Kysymys (spare_)?mail|Aside|Hydraulics|Message-ID|English|DATEV|Xero|QuickBooks Online|"
    r"\S+@\S+|\{\{\w+\}\}|\S+\.example\S*"
)
WORD = re.compile(r"[^\W\d_]{4,}")
PLACEHOLDER = re.compile(r"%\(\w+\)s|%\(\w+\)d|\{\{\w+\}\}|<[^>]*>|\S+\.(?:example|com)\S*")
SPOKEN = {"alt", "aria-label", "data-find", "data-nothing-found", "placeholder", "title"}
SILENT = {"code", "pre", "script", "style", "svg"}
ENOUGH_PAGES = 70


def run(script: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, f"scripts/{script}.py"]
    return subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)


def words(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(text)}


def catalogue() -> polib.POFile:
    return polib.pofile(str(Path(settings.BASE_DIR) / "locale/fi/LC_MESSAGES/django.po"))


class Texts(HTMLParser):
    """What a page shows and what it has read out, piece by piece."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent.append(tag)
        self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.found.append(data)


@pytest.fixture(scope="module")
def english() -> set[str]:
    """Words of the product's English that its Finnish never uses."""
    run("compile_messages")
    translation_file_changed(None, Path("django.mo"))
    entries = list(catalogue())
    source = " ".join(PLACEHOLDER.sub(" ", f"{entry.msgid} {entry.msgid_plural}") for entry in entries)
    translated = " ".join(f"{entry.msgstr} {' '.join(entry.msgstr_plural.values())}" for entry in entries)
    return words(source) - words(translated)


@dataclass(frozen=True, slots=True)
class Suomi:
    """A Finnish tenant, each member's session, in which they have just confirmed that it is them, and requesters'."""

    stock: Stock
    sessions: dict[str, str]
    visitors: dict[str, str]

    def browser(self, who: str) -> Client:
        client = self.stock.cast.client()
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fi"
        if who in self.visitors:
            client.cookies["requester"] = self.visitors[who]
        elif who:
            client.cookies["session"] = self.sessions[who]
        return client


@pytest.fixture
def suomi(db: None) -> Suomi:
    cast = make_cast("suomi", PEOPLE, language="fi")
    stock = fill(cast, writer="aino", worker="konsta", first_number=1000)
    give_password(cast)
    return Suomi(stock, {name: just_signed_in(cast, name) for name in cast.members}, visitors_of(cast))


def pages(suomi: Suomi) -> Iterator[tuple[str, Any]]:
    """Every page as somebody sees it who may, its form with everything missing, and what strangers are told."""
    for name, row in ADDRESSES.items():
        if name in NOT_TRANSLATED:
            continue
        path = reverse(name, kwargs=row.kwargs(suomi.stock.ids))
        for method in ("GET", "POST"):
            if method in row.methods:
                with transaction.atomic():
                    yield f"{method} {name}", ask(suomi.browser(row.who[0] if row.who else ""), method, path)
                    transaction.set_rollback(True)
    yield "not found", suomi.browser("ada").get("/nowhere/")
    yield "forbidden", suomi.browser("konsta").get(reverse("tickets:settings"))


def ask(client: Client, method: str, path: str) -> Any:
    """One request; a post carries what each form of a mail link carries, and nothing that a person fills in."""
    answer = client.get(path) if method == "GET" else client.post(path, {"form_token": "pressed-just-once"})
    if answer.streaming:
        answer.getvalue()  # or its file stays open
    return answer


def test_the_catalogue_is_complete() -> None:
    result = run("check_translations")

    assert result.returncode == 0, result.stdout


def test_no_page_shows_english(suomi: Suomi, english: set[str]) -> None:
    seen, left = 0, []
    for name, answer in pages(suomi):
        if answer.headers.get("Content-Type", "").startswith("text/html") and answer.content:
            seen += 1
            texts = Texts(answer.content.decode()).found
            left += [(name, text.strip()) for text in texts if words(OWN_WORDS.sub(" ", text)) & english]

    assert left == [], "\n".join(map(str, left))
    assert seen >= ENOUGH_PAGES
