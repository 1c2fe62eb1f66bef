"""Holds the Finnish translation complete: nothing missing, nothing fuzzy, no placeholder lost."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

BASE_DIR = Path(__file__).resolve().parent.parent
LANGUAGE = "fi"
CATALOGUE = Path("locale") / LANGUAGE / "LC_MESSAGES" / "django.po"
# Names and words that Finnish has taken over as they are.
EQUAL_IN_BOTH = {"DKIM", "HTML", "IMAP", "OK", "SLA", "SMTP", "SSL", "STARTTLS", "TLS", "Vaste", "min"}
# The one list of options, for `make messages` too: no line numbers, so that catalogues change only where texts do.
EXTRACT = ("makemessages", "--locale", LANGUAGE, "--add-location", "file", "--no-wrap", "--no-obsolete")
EXTRACT_IGNORED = tuple(
    part for name in ("tests", "bench", "node_modules", "var", "static/vendor") for part in ("--ignore", f"{name}/*")
)
_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdif]|\{\w*\}")
_WORD = re.compile(r"[a-z]{2}")
_NOT_SOURCE = shutil.ignore_patterns(".*", "node_modules", "var", "tests", "bench", "vendor", "screens", "__pycache__")


def main() -> int:
    """Print each string that is not right, exit status 1 if there is any. `--update` extracts into the catalogue."""
    if "--update" in sys.argv:
        extract(BASE_DIR)
        return 0
    path = BASE_DIR / CATALOGUE
    if not path.exists():
        print(f"{CATALOGUE} is missing")
        return 1
    catalogue = polib.pofile(str(path))
    problems = [*entry_problems(catalogue), *_missing(catalogue)]
    for problem in problems:
        print(problem)
    return bool(problems)


def entry_problems(catalogue: polib.POFile) -> Iterator[str]:
    """What is wrong with the entries as they are."""
    for entry in catalogue:
        if entry.obsolete:
            continue
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if "fuzzy" in entry.flags:
            yield f"fuzzy: {entry.msgid!r}"
        elif not all(texts):
            yield f"not translated: {entry.msgid!r}"
        elif entry.msgid in texts and _is_english(entry.msgid):
            yield f"same as English: {entry.msgid!r}"
        elif lost := _lost_placeholders(entry, texts):
            yield f"placeholder {', '.join(lost)} not in the translation: {entry.msgid!r}"


def _is_english(text: str) -> bool:
    """Whether there is more in it than placeholders, signs and what both languages share."""
    words = _PLACEHOLDER.sub("", text).strip()
    return words not in EQUAL_IN_BOTH and bool(_WORD.search(words))


def _lost_placeholders(entry: polib.POEntry, texts: list[str]) -> list[str]:
    """Those of the last form; a singular may say "one" in words."""
    source = entry.msgid_plural or entry.msgid
    return sorted(set(_PLACEHOLDER.findall(source)) ^ set(_PLACEHOLDER.findall(texts[-1])))


def _missing(catalogue: polib.POFile) -> Iterator[str]:
    if not shutil.which("xgettext"):
        print("note: without gettext, strings that are not in the catalogue yet are not noticed")
        return
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue if not entry.obsolete}
    with tempfile.TemporaryDirectory(prefix="vaste-messages-") as name:
        copy = Path(name) / "source"
        shutil.copytree(BASE_DIR, copy, ignore=_NOT_SOURCE)
        extract(copy)
        for entry in polib.pofile(str(copy / CATALOGUE)):
            if not entry.obsolete and (entry.msgctxt, entry.msgid) not in known:
                yield f"not in the catalogue (make messages): {entry.msgid!r}"


def extract(directory: Path) -> None:
    """Run Django's makemessages in that checkout."""
    (directory / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "manage.py", *EXTRACT, *EXTRACT_IGNORED]
    result = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(f"makemessages failed: {result.stderr.strip()}")


if __name__ == "__main__":
    sys.exit(main())
