"""New words of a reply, apart from the history and the signature below them.

Line rules for Finnish, Swedish, English, German, Spanish and French (and the writing verbs of their neighbours). The
rule above all others: when unsure, a line is new. Whoever reads the ticket can always open the whole text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailintake import quote_words as words

ATTRIBUTION_LINES = 4
ATTRIBUTION_CHARS = 400
HEADER_BLOCK_LINES = 10
SIGNATURE_LINES = 12
MAX_LINE = 500
NEAR = 20


@dataclass(frozen=True, slots=True)
class Split:
    """`new` is what was written now; `quoted` the history and signature left out of it, empty when nothing was."""

    new: str
    quoted: str


def is_forward(subject: str) -> bool:
    return bool(words.FORWARD_SUBJECT.match(subject))


def split(text: str, *, forwarded: bool = False) -> Split:
    """Part new text from history and signature. Never raises; with nothing new left, everything counts as new.

    A forwarded mail (`forwarded`, from its subject) is kept whole: what it passes on is what the sender wants to say.
    """
    lines = [line.rstrip() for line in text.split("\n")]
    if forwarded:
        return Split(text.strip("\n"), "")
    end = _history_start(lines)
    # Above a marked quote the marks alone tell whose words are whose; there a signature is the writer's like the rest.
    body = _without_trailing_quote(_without_signature(lines[:end]))
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
        if words.FORWARDED.match(line):
            return len(lines)
        if words.MACHINE_ATTRIBUTION.match(line) or _is_dated_mailbox(lines, number):
            return number
        if words.SEPARATOR.match(line) or words.REPLY_ABOVE.match(line) or _is_header_block(lines, number):
            return _with_rule(lines, number)
        start = _attribution(lines, number)
        if start is not None and _names_source(lines[start : number + 1]) and _is_unmarked(lines, number):
            return start
    return len(lines)


def _is_dated_mailbox(lines: list[str], number: int) -> bool:
    """A date and a mailbox without a colon, when the next words are marked as a quote, be it with bars."""
    return bool(words.DATED_MAILBOX.match(lines[number])) and _following(lines, number).startswith((">", "|"))


def _is_header_block(lines: list[str], number: int) -> bool:
    """From, a date and To or Subject in one run of field lines: the head of a mail as Outlook quotes it."""
    kinds: set[str | None] = set()
    strangers = 0  # A long field is wrapped without indentation, so one line in between may be no field.
    if not words.FIELD.match(lines[number]):
        return False
    for line in lines[number : number + HEADER_BLOCK_LINES]:
        found = words.FIELD.match(line[:MAX_LINE])
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
    if words.QUOTING.match(lines[number]):
        return number
    return _wrapped_attribution(lines, number) if words.ENDS_ATTRIBUTION.search(lines[number]) else None


def _wrapped_attribution(lines: list[str], number: int) -> int | None:
    lowest = max(number - ATTRIBUTION_LINES, -1)
    widest = " ".join(lines[lowest + 1 : number + 1])
    if not words.WROTE.search(widest) and not words.MAILBOX_LAST.search(widest):
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
    dated = bool(words.DATED.search(joined))
    if words.WROTE.search(joined):
        return single or dated or bool(words.MAILBOX.search(joined))
    return dated and bool(words.MAILBOX_LAST.search(joined))


def _names_source(lines: list[str]) -> bool:
    joined = " ".join(lines)
    return bool(words.DATED.search(joined) or words.MAILBOX.search(joined))


def _first_line(lines: list[str], start: int, lowest: int) -> int:
    if words.OPENS_ATTRIBUTION.match(lines[start].strip()):
        return start
    if start - 1 > lowest and "<" not in lines[start].partition(">")[0] and lines[start - 1].rstrip().endswith("<"):
        start -= 1
    for above in range(start - 1, lowest, -1):
        if not lines[above].strip():
            break
        if words.OPENS_ATTRIBUTION.match(lines[above].strip()):
            return above
    return start


def _is_unmarked(lines: list[str], number: int) -> bool:
    """Whether what follows carries no > marks; then it cannot be told from an answer, and is taken as history."""
    following = _following(lines, number)
    return bool(following) and not _is_quote(following)


def _following(lines: list[str], number: int) -> str:
    """The next line with words, if it is not far away."""
    return next((line for line in lines[number + 1 : number + 1 + NEAR] if line.strip()), "")


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
    """Where the answer begins when it stands below one whole quote that a program has announced."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    quote = next((number for number, line in enumerate(lines) if _is_quote(line)), None)
    if quote is None:
        return 0
    above = [number for number in range(first, quote) if lines[number].strip()]
    if not above or _attribution(lines, above[-1]) != above[0]:
        return 0
    after = quote
    while after < len(lines) and (_is_quote(lines[after]) or not lines[after].strip()):
        after += 1
    return 0 if any(_is_quote(line) for line in lines[after:]) else after


def _without_signature(lines: list[str]) -> list[str]:
    """Cut below "-- " when what stands there is as short as a signature, then a mobile's own line at the end."""
    for number in range(len(lines) - 1, -1, -1):
        if words.SIGNATURE.match(lines[number]):
            below = [line for line in lines[number + 1 :] if line.strip()]
            if len(below) <= SIGNATURE_LINES and not any(_is_quote(line) for line in below):
                lines = lines[:number]
            break
    return _without_closing_lines(lines)


def _without_closing_lines(lines: list[str]) -> list[str]:
    """Cut the lines that a program adds at the very end, but never the last one that is left."""
    kept = _cut_while(words.MOBILE, lines)
    plain = _cut_while(words.DRAWN, kept)
    # A drawn line above as well: then the two are a frame, and what they frame may be a table.
    return kept if any(words.DRAWN.match(line) for line in plain) else plain


def _cut_while(pattern: re.Pattern[str], lines: list[str]) -> list[str]:
    end = last = _end(lines, len(lines))
    while end > 1 and len(lines[end - 1]) < MAX_LINE and pattern.match(lines[end - 1]):
        above = _end(lines, end - 1)
        if not above:
            break
        end = above
    return lines[:end] if end < last else lines


def _end(lines: list[str], end: int) -> int:
    while end and not lines[end - 1].strip():
        end -= 1
    return end


def _is_quote(line: str) -> bool:
    return line.startswith((">", " >"))
