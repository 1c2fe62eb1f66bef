"""The table of attacks names tests that exist."""

import ast
import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROW = re.compile(r"(?m)^\| (A\d\d) \|.*\| ([^|]+) \|$")
NAMED = re.compile(r"`([^`:]+)::([^`]+)`")


def table() -> dict[str, list[tuple[str, str]]]:
    """(file, function) of each test, by the attack."""
    return {row[1]: NAMED.findall(row[2]) for row in ROW.finditer((ROOT / "docs" / "attacks.md").read_text())}


def test_each_row_names_tests_that_exist() -> None:
    rows = table()
    assert len(rows) > 25
    for attack, tests in rows.items():
        assert tests, attack
        for file, name in tests:
            functions = {node.name for node in ast.parse((ROOT / file).read_text()).body if hasattr(node, "name")}
            assert name in functions, f"{attack}: {file}::{name}"


def test_each_attack_stands_once_in_order() -> None:
    found = re.findall(r"(?m)^\| (A\d\d) \|", (ROOT / "docs" / "attacks.md").read_text())

    assert found == sorted(set(found)) == list(table())
