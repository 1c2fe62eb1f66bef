"""Documents changed at random: what the official schema and rules refuse, the check refuses too."""

import contextlib
import importlib.util
import io
import os
import random
import re
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from billing.documents.checking import check_all

SHARED = Path(os.environ.get("VASTE_SHARED", "/nonexistent")) / "data" / "einvoice"
HOW_MANY = int(os.environ.get("VASTE_EXAMPLES", "3000"))
SECONDS = 600
WORDS = ["S", "E", "AE", "O", "M", "FI", "fi", "ZZ", "EUR", "HUR", "2026-02-30", "20261301", "\u0663", "0", "1e3"]
Node = Any


def texts(root: Node) -> list[Node]:
    return [node for node in root.iter() if len(node) == 0 and (node.text or "").strip()]


def inner(root: Node) -> list[Node]:
    return [node for node in root.iter() if node.getparent() is not None]


def other(dice: random.Random, text: str) -> str:
    """The text with a sign more, less or changed, twice as long, empty, or another word that stands in documents."""
    at = dice.randrange(len(text) + 1)
    sign = dice.choice("0123456789-,. aZ/")
    ways = [text[:at] + sign + text[at + 1 :], text[:at] + text[at + 1 :], text[:at] + sign + text[at:]]
    return dice.choice([*ways, *ways, text * 2, text.swapcase(), "", f"-{text}", "A" * 300, dice.choice(WORDS)])


def one_text(dice: random.Random, root: Node) -> None:
    node = dice.choice(texts(root))
    node.text = other(dice, node.text)


def all_such_texts(dice: random.Random, root: Node) -> None:
    found = dice.choice(texts(root)).text
    changed = other(dice, found)
    for node in texts(root):
        if node.text == found:
            node.text = changed


def another_text(dice: random.Random, root: Node) -> None:
    dice.choice(texts(root)).text = dice.choice(texts(root)).text


def without(dice: random.Random, root: Node) -> None:
    node = dice.choice(inner(root))
    node.getparent().remove(node)


def twice(dice: random.Random, root: Node) -> None:
    node = dice.choice(inner(root))
    node.addnext(deepcopy(node))


def exchanged(dice: random.Random, root: Node) -> None:
    node = dice.choice([node for node in inner(root) if node.getnext() is not None])
    node.getnext().addnext(node)


def renamed(dice: random.Random, root: Node) -> None:
    dice.choice(inner(root)).tag = dice.choice(inner(root)).tag


def an_attribute(dice: random.Random, root: Node) -> None:
    node = dice.choice([node for node in inner(root) if node.attrib])
    name = dice.choice(sorted(node.attrib))
    if dice.random() < 0.3:
        del node.attrib[name]
    else:
        node.set(name, other(dice, node.get(name)))


def one_attribute_more(dice: random.Random, root: Node) -> None:
    name, value = dice.choice([pair for node in inner(root) for pair in node.attrib.items()])
    dice.choice(inner(root)).set(name, value)


CHANGES: list[Callable[[random.Random, Node], None]] = [
    *[one_text] * 4, all_such_texts, another_text, *[without] * 2, twice, exchanged, renamed, an_attribute,
    one_attribute_more,
]  # fmt: skip


def changed(emitted: dict[tuple[str, str], bytes]) -> Iterator[tuple[str, bytes]]:
    """What was done to which document, and what came of it."""
    for seed, key in zip(range(HOW_MANY), cycle(sorted(emitted)), strict=False):
        dice = random.Random(seed)  # noqa: S311  # to be drawn again by the same seed
        root = etree.fromstring(emitted[key])
        change = dice.choice(CHANGES)
        change(dice, root)
        what = f"{seed}: {change.__name__} in {' '.join(key)}"
        yield what, etree.tostring(root, xml_declaration=True, encoding="UTF-8")


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], str]:
    """What the validator has against a file; one that breaks its machine is refused as well."""
    monkeypatch.setattr(sys, "argv", ["validate.py"])
    spec = importlib.util.spec_from_file_location("validator", SHARED / "validate.py")
    assert spec is not None
    assert spec.loader is not None
    validator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(validator)

    def ask(file: Path) -> str:
        monkeypatch.setattr(sys, "argv", ["validate.py", str(file)])
        said = io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                validator.main()
        except Exception as error:  # noqa: BLE001  # whatever the rules' machine throws
            return f"broke off: {error}"
        lines = said.getvalue().splitlines()
        return "\n".join(line for line in lines if not re.search(r"\] (OK$|fatal=0 )", line))

    return ask


@pytest.mark.prove
@pytest.mark.skipif(not SHARED.is_dir(), reason="VASTE_SHARED does not name the shared invoice schemas")
def test_what_the_official_rules_refuse_is_refused(
    emitted: dict[tuple[str, str], bytes],
    refused: Callable[[Path], str],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    made = list(changed(emitted))
    reports = check_all([data for _what, data in made], SECONDS)
    let_pass, officially = {}, 0
    file = tmp_path / "changed.xml"
    for (what, data), report in zip(made, reports, strict=True):
        file.write_bytes(data)
        said = refused(file)
        officially += bool(said)
        if said and not report.errors:
            let_pass[what] = said
    ours = sum(bool(report.errors) for report in reports)
    counts = f"{len(made):,} changed at random, {officially:,} officially wrong, {ours:,} refused"
    record_property("told", f"invoices: {counts}")

    assert let_pass == {}
    assert officially > HOW_MANY // 3
