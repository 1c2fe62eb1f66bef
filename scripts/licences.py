"""Refuses a copyleft licence in what users install: requirements/base.txt and package-lock.json.

LGPL and MPL are allowed: the packages are used unmodified, as separate and replaceable libraries.
"""

import json
import re
import sys
from importlib import metadata
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
_REQUIREMENT = re.compile(r"^([\w.-]+)==")
_FORBIDDEN = re.compile(r"\bA?GPL|(?<!Lesser )General Public License", re.IGNORECASE)
_KNOWN = re.compile(
    r"\b(0BSD|Apache|BSD|ISC|LGPL|Lesser General Public|MIT|MPL|Mozilla Public|OFL|PSF|Public Domain|"
    r"Python Software Foundation)",
    re.IGNORECASE,
)
# Packages whose classifiers list licences of which the user may choose one.
_CHOSEN = {"pyphen": "MPL-1.1"}
# Packages whose metadata names no licence, with what their makers say elsewhere.
_SAID_ELSEWHERE = {"saxonche": "MPL-2.0"}


def main() -> int:
    """Print what is not allowed or not understood. Exit status 1 if there is any."""
    problems = [*_python_problems(), *_asset_problems()]
    for problem in problems:
        print(problem)
    return bool(problems)


def _python_problems() -> list[str]:
    lines = (BASE_DIR / "requirements" / "base.txt").read_text().splitlines()
    problems = []
    for name in (match[1] for line in lines if (match := _REQUIREMENT.match(line))):
        try:
            licence = python_licence(name)
        except metadata.PackageNotFoundError:
            continue  # for another system or Python version
        problems += judge(name, licence)
    return problems


def _asset_problems() -> list[str]:
    packages = json.loads((BASE_DIR / "package-lock.json").read_text())["packages"]
    return [
        problem
        for path, package in packages.items()
        if path and not package.get("dev")
        for problem in judge(path.removeprefix("node_modules/"), package.get("license", ""))
    ]


def python_licence(name: str) -> str:
    """What we chose, or what it says of itself: the SPDX expression, else classifiers and its text."""
    if name in _CHOSEN:
        return _CHOSEN[name]
    found = metadata.metadata(name)
    if "License-Expression" in found:
        return found["License-Expression"]
    classifiers = [text for text in found.get_all("Classifier") or [] if text.startswith("License ::")]
    texts = [text.strip().split("\n")[0] for text in found.get_all("License") or []]
    return "; ".join([*classifiers, *texts]) or _SAID_ELSEWHERE.get(name, "")


def judge(name: str, licence: str) -> list[str]:
    """Problems with that licence. Of alternatives (`MIT OR GPL-2.0`) one that is allowed is enough."""
    alternatives = re.split(r"\s+OR\s+", licence)
    if all(_FORBIDDEN.search(alternative.replace("LGPL", "")) for alternative in alternatives):
        return [f"{name}: {licence} is not allowed here"]
    if not _KNOWN.search(licence):
        return [f"{name}: licence {licence or 'not named'!r} is not known to this check"]
    return []


if __name__ == "__main__":
    sys.exit(main())
