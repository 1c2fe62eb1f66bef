"""From a solved ticket to the draft of an article: the solution without whose it was.

Pure. Names that the ticket knows go wherever they stand, in any form and case; what looks like an address, a number
that somebody is called by, a greeting or a signature goes whoever's it is. What is left is for a person to read:
an article made like this is a draft.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.stemming import fold

# A name is as short as this, or it is a word like any other.
SHORTEST_NAME = 2
# Endings that a name may have: Matilta, Virtaselle, Paperi Oy:n, Otto's. Others would take "päivitys" for Päivi.
ENDINGS = (
    r"(?::?(?:['\u2019]s|n|a|ä|t|s|in|en|ta|tä|aa|ää|lle|lta|ltä|lla|llä|ssa|ssä|sta|stä|ksi|na|nä|tta|ttä|hin|iin|oon"
    r"|uun|een|aan|ään|seen|ni|nsa|nsä|mme|nne|lleen|ltaan|n?kin|n?ko|n?kö)(?:kin|ko|kö|han|hän|kaan|kään)?)?"
)
EMAIL = re.compile(r"(?:mailto:)?[\w.+'-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
LINK = re.compile(r"\bhttps?://\S+|\bwww\.\S+", re.IGNORECASE)
PHONE = re.compile(r"(?<![\w.,/-])(?:\+\d{1,3}|00\d{2}|0)[\s()-]*\d(?:[\s().-]*\d){5,13}(?![\w-])")
STREET = re.compile(
    r"\b[A-ZÅÄÖ][\wåäöÅÄÖ-]*(?:katu|tie|kuja|polku|väylä|raitti|gatan|vägen|straße|strasse|street|road|avenue)"
    r"\w{0,4}\s+\d+\s?[A-Za-z]?(?:\s\d+)?\b|\b\d+\s[A-Z]\w+\s(?:Street|Road|Avenue|Lane)\b"
)
POSTCODE = re.compile(r"\b(?:FI-)?\d{5}\s+[A-ZÅÄÖ][\wåäö]+\b")
PERSONAL_ID = re.compile(r"\b\d{6}[-+A-FU-Y]\d{3}[0-9A-Z]\b")
ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,4})?\b")
COMPANY = re.compile(
    r"\b(?:[A-ZÅÄÖ][\wåäöÅÄÖ&-]*\s+){1,3}(?:Oyj?|OYJ?|Ab|AB|GmbH|Ltd|Inc|LLC|Plc|AS|Ky|Tmi|ry)\b(?::\w+)?"
)
LEGAL_FORM = re.compile(r",?\s+(?:oyj?|ab|gmbh|ag|ltd|inc|llc|plc|as|ky|tmi|ry)\.?$", re.IGNORECASE)
GREETING = re.compile(
    r"^\s*(?:hei(?:ppa)?|moi(?:kka)?|terve|tervehdys|huomenta|hyvää (?:päivää|huomenta|iltapäivää)|hi|hello|dear|hej|"
    r"good (?:morning|afternoon|day)|hallo|hola|guten tag|sehr geehrte\w*)\b[^.:\n]{0,60}?(?:[,!.:]+\s*|\s*$)",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"^\s*(?:(?:ystävällisin |parhain |hyvää )?terveisin|t(?:erv)?\s*[.:]|yst\.?\s*terv\.?|terv\.|kiitos ja terveisin|"
    r"yt|kind regards|best regards|regards|br|best|cheers|sincerely|yours\b.*|thanks|thank you|med vänlig hälsning|"
    r"mvh|hälsningar|mit freundlichen grüßen|mfg|saludos|--|__+|sent from my .*|lähetetty .*(?:puhelimesta|iphonesta)"
    r"|kiitos(?: avusta)?(?: etukäteen)?)\s*[,.!]*\s*$|^\s*(?:terveisin|regards|t:|terv\.)\s+\w+[\w\s.]{0,40}$",
    re.IGNORECASE,
)
THANKS = re.compile(
    r"^\s*(?:suuri |suuret )?(?:kiitos|kiitokset|thanks|thank you|tack)\b[^.\n]{0,60}[.!]?\s*$", re.IGNORECASE
)
# A person as texts name them that the ticket does not know: by an initial, or by a given name and what follows it.
_SURNAME = r"[A-ZÅÄÖÜÉ][a-zåäöüéß]+(?:-[A-ZÅÄÖÜÉ][a-zåäöüéß]+)?"
INITIAL = re.compile(rf"\b[A-ZÅÄÖ]\.\s?(?:[A-ZÅÄÖ]\.\s?)?{_SURNAME}\b")
# A line that is nothing but a name, with a title perhaps: how mails without a closing end.
_PART = rf"(?:{_SURNAME}|[A-ZÅÄÖ]\.)"
SIGNED = re.compile(rf"^\s*{_PART}(?:\s+{_PART}){{0,3}}(?:,\s*[\w\s]{{1,40}})?\s*$")
GAP = re.compile(r"[ \t]{2,}")
EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Known:
    """Whom and what the ticket knows: people's names, companies' names."""

    people: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _given() -> re.Pattern[str]:
    """Common given names, with a surname where one follows; those that are other words as well are left out."""
    names = (Path(__file__).parent / "data" / "given_names.txt").read_text("utf-8").split()
    ways = "|".join(sorted({_bent(name) for name in names}, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{ways}){ENDINGS}(?!\w)(?:[ \t]+{_SURNAME}\b)?")


def redact(text: str, known: Known, *, person: str = "…", company: str = "…") -> str:
    """A text of the conversation or a solution without personal data; `person` and `company` stand for names."""
    kept = "\n".join(_body(text.replace("\r\n", "\n").split("\n")))
    for pattern in (EMAIL, LINK, ACCOUNT, PERSONAL_ID, PHONE, STREET, POSTCODE):
        kept = pattern.sub("", kept)
    kept = _without(kept, known.companies, company)
    for bare in (LEGAL_FORM.sub("", name) for name in known.companies):
        # "Paperi Oy" is also Paperi, but paper is no company.
        if len(bare) > SHORTEST_NAME:
            kept = re.sub(rf"(?<!\w){re.escape(bare)}{ENDINGS}(?!\w)", company, kept)
    kept = COMPANY.sub(company, kept)
    kept = _without(kept, _parts(known.people), person)
    kept = INITIAL.sub(person, _given().sub(person, kept))
    kept = re.sub(rf"(?:{re.escape(person)}[ \t]*){{2,}}", person + " ", kept)
    lines = (GAP.sub(" ", line).strip() for line in kept.split("\n"))
    return EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _body(lines: list[str]) -> list[str]:
    """What lies between the greeting and the closing; after a closing comes a signature, and nothing else."""
    kept: list[str] = []
    for line in lines:
        if CLOSING.match(line) and any(each.strip() for each in kept):
            break
        if THANKS.match(line):
            continue
        kept.append(GREETING.sub("", line) if not any(each.strip() for each in kept) else line)
    return _unsigned(kept)


def _unsigned(lines: list[str]) -> list[str]:
    """Without names that stand alone at the end, below something else."""
    while len(lines) > 1 and (not lines[-1].strip() or SIGNED.match(lines[-1])):
        lines = lines[:-1]
    return lines


def _parts(names: Iterable[str]) -> list[str]:
    """Full names, then each part of them: people are called by either."""
    told = [name.strip() for name in names if name.strip()]
    parts = [part for name in told for part in re.split(r"[\s,]+", name) if len(part) >= SHORTEST_NAME]
    return [*told, *parts]


def _without(text: str, names: Iterable[str], instead: str) -> str:
    """The text without these names, longest first, in any case and with any ending; accents do not save one."""
    for name in sorted(set(names), key=len, reverse=True):
        if len(name.strip()) >= SHORTEST_NAME:
            text = _pattern(name).sub(instead, text)
    return text


def _pattern(name: str) -> re.Pattern[str]:
    """A name as it is written, or without its accents; its last letters may give way to another stem's."""
    ways = {_way(name), _way(fold(name))}
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(ways, key=len, reverse=True))})(?!\w)", re.IGNORECASE)


def _way(name: str) -> str:
    """A name's parts with any ending."""
    return r"\s+".join(_bent(part) for part in name.split()) + ENDINGS


def _bent(part: str) -> str:
    """Virtanen is also Virtasen, Matti Matin, Pekka Pekan: the end of a name bends."""
    ways = {re.escape(part)}
    if part.lower().endswith("nen"):
        ways |= {re.escape(part[:-3]) + "se", re.escape(part[:-3]) + "s"}
    if weak := re.match(r"(.*)(k|p|t)\2([aeiouyäö])$", part, re.IGNORECASE):
        ways.add(re.escape(weak[1] + weak[2] + weak[3]))
    return f"(?:{'|'.join(sorted(ways, key=len, reverse=True))})"
