"""New words of a reply, apart from the history and the signature below them.

Line rules for Finnish, Swedish, English, German, Spanish and French (and the writing verbs of their neighbours). The
rule above all others: when unsure, a line is new. Whoever reads the ticket can always open the whole text.
"""

# ruff: noqa: RUF001 - words of many languages look ambiguous
from __future__ import annotations

import re
from dataclasses import dataclass

ATTRIBUTION_LINES = 4
ATTRIBUTION_CHARS = 400
HEADER_BLOCK_LINES = 10
SIGNATURE_LINES = 12
MAX_LINE = 500

# Sie schrieben / skrev / kirjoitti ...: the verb that ends or splits the line above a quote.
WROTE = re.compile(
    r"(?i)\b(?:wrote|writes|kirjoitti|kirjoittaa|skrev|skrifaði|schrieb|schreef|a écrit|escribió|escribio|escribiste|"
    r"va escriure|escreveu|ha scritto|scrive|napisał\(?a?\)?|pisze|napsal\(?a?\)?|написал\(?а?\)?|пишет|"
    r"a scris|írta|yazdı|rakstīja|rašė|kirjutas)\b|写道|寫道|のメール|님이 작성"
)
DATED = re.compile(r"\b\d{4}\b|\b\d{1,2}[./-]\d{1,2}|\b\d{1,2}[:.]\d{2}\b")
MAILBOX = re.compile(r"[^\s<>@]+@[^\s<>@]+")
OPENS_ATTRIBUTION = re.compile(
    r"(?:On|Le|Am|El|Den|Il|Op|Em|Dnia|W dniu|Dne|Na|Pe|ma|ti|ke|to|pe|la|su|maanantai\w*|tiistai\w*|keskiviikko\w*|"
    r"torstai\w*|perjantai\w*|lauantai\w*|sunnuntai\w*)\b.*\d|\d{1,4}[./-]"
)
MAILBOX_LAST = re.compile(r"<\s?(?:mailto:)?[^\s<>@]+@[^\s<>@]+>+\s*[:：]\s*$")
ENDS_ATTRIBUTION = re.compile(r"[:：]\s*$")

RULE = r"\s*[-_=*]{2,}\s*"
SEPARATOR = re.compile(
    rf"(?i)^(?:{RULE})?(?:Original Message|Original Appointment|Original e?-?mail|Alkuperäinen viesti|"
    rf"Alkuperäinen sähköposti\w*|Ursprungligt meddelande|Originalmeddelande|Ursprüngliche Nachricht|"
    rf"Originalnachricht|Message d['’]origine|Message original|Mensaje original|Correo original|Messaggio originale|"
    rf"Oprindelig meddelelse|Oprindelig besked|Opprinnelig melding|Oorspronkelijk bericht|"
    rf"Mensagem original|Reply message){RULE}$"
)
REPLY_ABOVE = re.compile(
    r"(?i)^\W{0,12}(?:please )?(?:type|write)?\W*(?:your )?(?:reply above this line|vastaa tämän rivin yläpuolelle|"
    r"kirjoita vastauksesi tämän rivin yläpuolelle|svara ovanför denna rad)\W{0,12}$"
)
FORWARDED = re.compile(
    r"(?i)^(?:[->\s]{0,14})(?:begin forwarded message|forwarded message|välitetty viesti|vidarebefordrat meddelande|"
    r"weitergeleitete nachricht|anfang der weitergeleiteten nachricht|message transféré|message transmis|"
    r"début du message (?:réexpédié|transféré)|mensaje reenviado|inicio del mensaje reenviado)\W{0,14}$"
)
FORWARD_SUBJECT = re.compile(r"(?i)^\s*(?:\[[^\]]{1,40}\]\s*)?(?:fwd?|vl|vb|wg|tr|rv|i|enc|vidarebefordrat)\s*:")

FIELD_KINDS = {
    "from": "from|lähettäjä|från|von|de|fra|van|da|od",
    "sent": "sent|date|sendt|lähetetty|päivämäärä|päiväys|pvm|skickat|datum|gesendet|gesendet am|"
    "envoyé|envoyé le|date d'envoi|enviado|enviado el|fecha|dato|verzonden|inviato|data",
    "to": "to|vastaanottaja|till|an|à|para|til|aan|a",
    "subject": "subject|aihe|ämne|betreff|objet|asunto|emne|onderwerp|oggetto|assunto",
    "copy": "cc|kopio|kopia|kopie|copie|copia|bcc|reply-to|vastausosoite",
}
FIELD = re.compile(
    "(?i)^[*_\\s]*(?:" + "|".join(f"(?P<{kind}>{names})" for kind, names in FIELD_KINDS.items()) + r")[*_\s]*:[*_\s]*"
)

SIGNATURE = re.compile(r"^--[ \xa0]?$")
MOBILE = re.compile(
    r"(?i)^[-_*\s]*(?:sent (?:from|via) (?:my |the )?\S|get outlook for |lähetetty (?:\S+ )?\S*(?:iphone|ipad|android|"
    r"puhelim|outlook|samsung|nokia|laitte|yahoo)|hanki outlook|skickat från |skaffa outlook|gesendet (?:von|mit) |"
    r"von meinem .{1,40} gesendet|outlook für .{1,20} beziehen|envoyé (?:de|depuis|à partir de) |"
    r"télécharge[rz] outlook|enviado (?:desde|de) |obtener outlook para).{0,120}$"
)


@dataclass(frozen=True, slots=True)
class Split:
    """`new` is what was written now; `quoted` the history and signature left out of it, empty when nothing was."""

    new: str
    quoted: str


def is_forward(subject: str) -> bool:
    return bool(FORWARD_SUBJECT.match(subject))


def split(text: str, *, forwarded: bool = False) -> Split:
    """Part new text from history and signature. Never raises; with nothing new left, everything counts as new.

    A forwarded mail (`forwarded`, from its subject) is kept whole: what it passes on is what the sender wants to say.
    """
    lines = [line.rstrip() for line in text.split("\n")]
    if forwarded:
        return Split(text.strip("\n"), "")
    end = _history_start(lines)
    # Some programs put the signature below the quote, others above it.
    body = _without_signature(_without_trailing_quote(_without_signature(lines[:end])))
    start = _leading_quote(body)
    new = "\n".join(body[start:]).strip("\n")
    if not new.strip():
        return Split(text.strip("\n"), "")
    quoted = "\n".join([*body[:start], *lines[len(body) :]]).strip("\n")
    return Split(new, quoted)


def _history_start(lines: list[str]) -> int:
    """The line from which on everything is an earlier mail, or the number of lines."""
    for number, line in enumerate(lines):
        if len(line) > MAX_LINE or _is_quote(line):
            continue
        if FORWARDED.match(line):
            return len(lines)
        if SEPARATOR.match(line) or REPLY_ABOVE.match(line) or _is_header_block(lines, number):
            return _with_rule(lines, number)
        start = _attribution(lines, number)
        if start is not None and _names_source(lines[start : number + 1]) and _is_unmarked(lines, number):
            return start
    return len(lines)


def _is_header_block(lines: list[str], number: int) -> bool:
    """From, a date and To or Subject in one run of field lines: the head of a mail as Outlook quotes it."""
    kinds: set[str | None] = set()
    strangers = 0  # A long field is wrapped without indentation, so one line in between may be no field.
    if not FIELD.match(lines[number]):
        return False
    for line in lines[number : number + HEADER_BLOCK_LINES]:
        found = FIELD.match(line[:MAX_LINE])
        if found:
            kinds.add(found.lastgroup)
            strangers = 0
        elif line.strip():
            strangers += 1
            if strangers > 1:
                break
    return {"from", "sent"} <= kinds and bool(kinds & {"to", "subject"})


def _with_rule(lines: list[str], number: int) -> int:
    """A drawn line just above belongs to the history."""
    above = number - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and re.fullmatch(r"\s*[-_=*]{5,}\s*", lines[above]) else number


def _attribution(lines: list[str], number: int) -> int | None:
    """The first line of "On ..., ... wrote:" when it ends at `number`; mail programs wrap it over several."""
    if not ENDS_ATTRIBUTION.search(lines[number]):
        return None
    lowest = max(number - ATTRIBUTION_LINES, -1)
    widest = " ".join(lines[lowest + 1 : number + 1])
    if not WROTE.search(widest) and not MAILBOX_LAST.search(widest):
        return None
    for start in range(number, lowest, -1):
        if not lines[start].strip() or _is_quote(lines[start]):
            return None
        joined = " ".join(lines[start : number + 1])
        if len(joined) > ATTRIBUTION_CHARS:
            return None
        if _is_attribution(joined, single=start == number):
            return _first_line(lines, start, lowest)
    return None


def _is_attribution(joined: str, *, single: bool) -> bool:
    dated = bool(DATED.search(joined))
    if WROTE.search(joined):
        return single or dated or bool(MAILBOX.search(joined))
    return dated and bool(MAILBOX_LAST.search(joined))


def _names_source(lines: list[str]) -> bool:
    joined = " ".join(lines)
    return bool(DATED.search(joined) or MAILBOX.search(joined))


def _first_line(lines: list[str], start: int, lowest: int) -> int:
    if OPENS_ATTRIBUTION.match(lines[start].strip()):
        return start
    for above in range(start - 1, lowest, -1):
        if not lines[above].strip():
            break
        if OPENS_ATTRIBUTION.match(lines[above].strip()):
            return above
    return start


def _is_unmarked(lines: list[str], number: int) -> bool:
    """Whether what follows carries no > marks; then it cannot be told from an answer, and is taken as history."""
    following = next((line for line in lines[number + 1 :] if line.strip()), "")
    return bool(following) and not _is_quote(following)


def _without_trailing_quote(lines: list[str]) -> list[str]:
    """Cut the last run of > lines and the line that announces it; answers between quotes keep their questions."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _is_quote(lines[end - 1])):
        end -= 1
    if not any(_is_quote(line) for line in lines[end:]):
        return lines
    start = _attribution(lines, end - 1) if end else None
    return lines[: end if start is None else start]


def _leading_quote(lines: list[str]) -> int:
    """Where the answer begins when it stands below one whole quote."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    quote = next((number for number, line in enumerate(lines) if _is_quote(line)), None)
    if quote is None:
        return 0
    above = [number for number in range(first, quote) if lines[number].strip()]
    if above and _attribution(lines, above[-1]) != above[0]:
        return 0
    after = quote
    while after < len(lines) and (_is_quote(lines[after]) or not lines[after].strip()):
        after += 1
    return 0 if any(_is_quote(line) for line in lines[after:]) else after


def _without_signature(lines: list[str]) -> list[str]:
    """Cut below "-- " when what stands there is as short as a signature, then a mobile's own line at the end."""
    for number in range(len(lines) - 1, -1, -1):
        if SIGNATURE.match(lines[number]):
            below = [line for line in lines[number + 1 :] if line.strip()]
            if len(below) <= SIGNATURE_LINES and not any(_is_quote(line) for line in below):
                lines = lines[:number]
            break
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[: end - 1] if end > 1 and len(lines[end - 1]) < MAX_LINE and MOBILE.match(lines[end - 1]) else lines


def _is_quote(line: str) -> bool:
    return line.startswith((">", " >"))
