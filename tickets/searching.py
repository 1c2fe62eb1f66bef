"""What a person types into the one search box, read: words, exact phrases, operators, and what none of them explains.

Pure: text in, `Query` out. Nothing that was typed is dropped in silence; what cannot be read becomes a trouble, and
what looks like an operator but is none is searched for as words. Operators and their values are understood in
Finnish and English alike, whatever the language of the pages.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Operator(StrEnum):
    """What a search can be narrowed by."""

    FROM = "from"
    CUSTOMER = "customer"
    STATUS = "status"
    ASSIGNEE = "assignee"
    QUEUE = "queue"
    KIND = "kind"
    PRIORITY = "priority"
    BEFORE = "before"
    AFTER = "after"
    HAS = "has"


NAMES = {
    **{str(operator): operator for operator in Operator},
    "to": Operator.CUSTOMER,
    "requester": Operator.FROM,
    "consultant": Operator.ASSIGNEE,
    "lähettäjä": Operator.FROM,
    "keneltä": Operator.FROM,
    "asiakas": Operator.CUSTOMER,
    "tila": Operator.STATUS,
    "konsultti": Operator.ASSIGNEE,
    "jono": Operator.QUEUE,
    "työjono": Operator.QUEUE,
    "laji": Operator.KIND,
    "kriittisyys": Operator.PRIORITY,
    "ennen": Operator.BEFORE,
    "jälkeen": Operator.AFTER,
    "sisältää": Operator.HAS,
}
FILE_WORDS = frozenset({"file", "files", "attachment", "tiedosto", "tiedostoja", "liite", "liitteitä"})
DATES = (Operator.BEFORE, Operator.AFTER)
# Characters of the box that are read.
LONGEST = 500
# Words and phrases; more would be a text, not a question.
MOST_TERMS = 20
_PIECE = re.compile(
    r'(?P<minus>-?)(?:(?P<name>[^\W\d_]+):(?!//))?(?:"(?P<quoted>[^"]*)(?P<closed>"?)|(?P<plain>[^\s"]*))'
)
_WORD = re.compile(r"[^\W_]+")
_ISO = re.compile(r"\A(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?\Z")
_FINNISH = re.compile(r"\A(\d{1,2})\.(\d{1,2})\.(\d{4})\Z")


class TroubleKind(StrEnum):
    """Why something that was typed could not be taken as it stands."""

    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    UNCLOSED = "unclosed"
    NO_VALUE = "no_value"
    NO_OPERATOR = "no_operator"
    NO_WORD = "no_word"
    NO_DATE = "no_date"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A piece as it was typed, and what is wrong with it."""

    kind: TroubleKind
    typed: str


@dataclass(frozen=True, slots=True)
class Term:
    """Words to be found next to each other (`exact`) or one word in any of its forms; `unwanted` excludes them."""

    text: str
    exact: bool = False
    unwanted: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """An operator with its value; `typed` is the whole piece, `day` the value of `before:` and `after:`."""

    operator: Operator
    value: str
    typed: str
    unwanted: bool = False
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for. Empty where nothing was typed that can be looked for."""

    terms: tuple[Term, ...] = ()
    filters: tuple[Filter, ...] = ()
    troubles: tuple[Trouble, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.terms or self.filters)

    @property
    def wants_words(self) -> bool:
        """Whether any word has to be there, so that an index of words can answer."""
        return any(not term.unwanted for term in self.terms)

    def lines(self, *, exact: bool, unwanted: bool) -> str:
        """The terms of one sort, one on each line."""
        return "\n".join(term.text for term in self.terms if (term.exact, term.unwanted) == (exact, unwanted))


def read(typed: str) -> Query:
    """Read what was typed: at most LONGEST characters and MOST_TERMS terms; a trouble says where there were more."""
    terms: list[Term] = []
    filters: list[Filter] = []
    troubles: list[Trouble] = []
    text = " ".join(typed.split())
    if len(text) > LONGEST:
        troubles.append(Trouble(TroubleKind.TOO_LONG, text[LONGEST:]))
    for match in _PIECE.finditer(text[:LONGEST]):
        if match[0]:
            _take(match, terms, filters, troubles)
    if len(terms) > MOST_TERMS:
        troubles += [Trouble(TroubleKind.TOO_MANY, term.text) for term in terms[MOST_TERMS:]]
    return Query(tuple(terms[:MOST_TERMS]), tuple(filters), tuple(troubles))


def _take(match: "re.Match[str]", terms: list[Term], filters: list[Filter], troubles: list[Trouble]) -> None:
    quoted, unwanted = match["quoted"] is not None, bool(match["minus"])
    value = match["quoted"] if quoted else match["plain"]
    if quoted and not match["closed"]:
        troubles.append(Trouble(TroubleKind.UNCLOSED, match[0]))
    name = match["name"]
    operator = NAMES.get(name.lower()) if name else None
    if operator:
        _filter(Filter(operator, value.strip(), match[0], unwanted), filters, troubles)
        return
    if name:
        troubles.append(Trouble(TroubleKind.NO_OPERATOR, f"{name}:"))
        terms.append(Term(name, unwanted=unwanted))
        if not value:
            return
    if not quoted and "@" in value.strip("@"):
        filters.append(Filter(Operator.FROM, value, match[0], unwanted))
        return
    words = _WORD.findall(value)
    if not words:
        troubles.append(Trouble(TroubleKind.NO_WORD, match[0]))
    terms += _terms(words, quoted=quoted, unwanted=unwanted)


def _terms(words: list[str], *, quoted: bool, unwanted: bool) -> list[Term]:
    """Several words are a phrase where they were quoted, and where they are unwanted: -E-203 excludes no other E."""
    if len(words) > 1 and (quoted or unwanted):
        return [Term(" ".join(words), exact=True, unwanted=unwanted)]
    return [Term(word, exact=quoted, unwanted=unwanted) for word in words]


def _filter(asked: Filter, filters: list[Filter], troubles: list[Trouble]) -> None:
    """Take an operator whose value can be read."""
    if not asked.value:
        troubles.append(Trouble(TroubleKind.NO_VALUE, asked.typed))
    elif asked.operator in DATES:
        day = read_day(asked.value)
        if day is None:
            troubles.append(Trouble(TroubleKind.NO_DATE, asked.typed))
        else:
            filters.append(Filter(asked.operator, asked.value, asked.typed, asked.unwanted, day))
    elif asked.operator == Operator.HAS and asked.value.lower() not in FILE_WORDS:
        troubles.append(Trouble(TroubleKind.UNKNOWN, asked.typed))
    else:
        filters.append(asked)


def read_day(text: str) -> date | None:
    """A day as 2026-11-02, 2.11.2026, 2026-11 or 2026, the latter two as their first day; None for anything else."""
    if iso := _ISO.match(text):
        parts = int(iso[1]), int(iso[2] or 1), int(iso[3] or 1)
    elif finnish := _FINNISH.match(text):
        parts = int(finnish[3]), int(finnish[2]), int(finnish[1])
    else:
        return None
    try:
        day = date(*parts)
    except ValueError:
        return None
    # The days at either end of the calendar have no neighbours, and no midnight in some time zones.
    return day if date.min + timedelta(days=2) < day < date.max - timedelta(days=2) else None
