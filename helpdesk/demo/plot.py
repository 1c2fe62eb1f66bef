"""The stories as data: what is read from data/*.toml, and the order in which a ticket lives through its steps."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

DATA = Path(__file__).parent / "data"


class Act(StrEnum):
    """One thing that happens to a ticket. The first seven may stand in a story's `talk`."""

    NOTE = "note"
    ASK = "ask"
    ANSWER = "answer"
    REPLY = "reply"
    SUPPLIER = "supplier"
    VISIT = "visit"
    WORK = "work"
    ASSIGN = "assign"
    START = "start"
    RESOLVE = "resolve"
    CONFIRM = "confirm"
    CLOSE = "close"
    REJECT = "reject"
    REOPEN = "reopen"


class Fate(StrEnum):
    """How far a ticket gets, if time allows."""

    UNTOUCHED = "untouched"
    GIVEN = "given"
    STARTED = "started"
    TALKING = "talking"
    WAITING = "waiting"
    SUPPLIER = "supplier"
    VISIT = "visit"
    RESOLVED = "resolved"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    REJECTED = "rejected"
    REJECTED_THEN_SOLVED = "rejected_then_solved"
    REOPENED = "reopened"


# Taken in turn, so that even a small demo shows every state.
LATELY = [
    Fate.UNTOUCHED,
    Fate.TALKING,
    Fate.WAITING,
    Fate.VISIT,
    Fate.RESOLVED,
    Fate.UNTOUCHED,
    Fate.SUPPLIER,
    Fate.STARTED,
    Fate.REJECTED,
    Fate.GIVEN,
    Fate.TALKING,
    Fate.UNTOUCHED,
    Fate.WAITING,
    Fate.REOPENED,
]
LONG_AGO = [
    Fate.CONFIRMED,
    Fate.CONFIRMED,
    Fate.CLOSED,
    Fate.CONFIRMED,
    Fate.REJECTED_THEN_SOLVED,
    Fate.CONFIRMED,
    Fate.CONFIRMED,
    Fate.RESOLVED,
]


SPOKEN = (Act.NOTE, Act.ASK, Act.ANSWER, Act.REPLY)


@dataclass(frozen=True, slots=True)
class Story:
    """A matter that customers of a tenant come with; `talk` is what is said between its start and its solution."""

    title: str
    text: str
    solution: str
    product: str
    language: str
    module: str = ""
    priority: str = "normal"
    kind: str = "request"
    channel: str = "mail"
    office: str = ""
    talk: tuple[tuple[Act, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """An act, `minutes` of the desk's open time after the one before."""

    act: Act
    minutes: int
    text: str = ""


def load_workspace(slug: str) -> dict[str, Any]:
    """The people, customers and promises of a demo tenant, as its file has them."""
    with (DATA / f"{slug}.toml").open("rb") as file:
        return tomllib.load(file)


def load_stories(slug: str) -> list[Story]:
    """All stories of a demo tenant, in the order of their files and lines."""
    stories = []
    for path in sorted(DATA.glob(f"{slug}_stories_*.toml")):
        with path.open("rb") as file:
            stories += [_story(entry) for entry in tomllib.load(file)["story"]]
    return stories


def load_articles(slug: str) -> list[dict[str, Any]]:
    """Guides that stand there when the story begins."""
    with (DATA / f"{slug}_articles.toml").open("rb") as file:
        articles: list[dict[str, Any]] = tomllib.load(file)["article"]
        return articles


def load_letters(slug: str) -> list[dict[str, Any]]:
    """Mails that wait at the end of the story: in triage, in quarantine, ignored."""
    with (DATA / f"{slug}_letters.toml").open("rb") as file:
        letters: list[dict[str, Any]] = tomllib.load(file)["letter"]
        return letters


def _story(entry: dict[str, Any]) -> Story:
    talk = tuple(_said(line) for line in entry.pop("talk", []))
    texts = {name: entry.pop(name).strip() for name in ("title", "text", "solution")}
    return Story(**texts, talk=talk, **entry)


def _said(line: str) -> tuple[Act, str]:
    act, _, text = line.partition(":")
    return Act(act.strip()), text.strip()


def script(story: Story, fate: Fate, random: Random) -> list[Step]:
    """What happens after reception, in order."""
    if fate is Fate.UNTOUCHED:
        return []
    slow = random.random() < 0.12  # a story, no secret
    given = Step(Act.ASSIGN, random.randint(200, 420) if slow else random.randint(2, 15))
    begun = [given, Step(Act.START, random.randint(1, 15))]
    talk = [Step(act, random.randint(4, 35), text) for act, text in story.talk]
    if fate is Fate.GIVEN:
        return [given]
    if fate is Fate.STARTED:
        return begun
    if fate in (Fate.TALKING, Fate.WAITING, Fate.SUPPLIER, Fate.VISIT):
        return begun + _unfinished(talk, fate, random)
    return begun + talk + _ending(story, fate, random)


def _unfinished(talk: list[Step], fate: Fate, random: Random) -> list[Step]:
    """The talk up to where the ticket hangs, and what it hangs on; the requester has heard from the desk by then."""
    if fate is Fate.WAITING:
        upto = next((index for index, step in enumerate(talk) if step.act is Act.ASK), None)
        return talk[: upto + 1] if upto is not None else [*talk, Step(Act.ASK, random.randint(10, 40))]
    said = [step for step in talk[:3] if step.act in SPOKEN]
    if not any(step.act in (Act.REPLY, Act.ASK) for step in said):
        said = [Step(Act.REPLY, random.randint(4, 30)), *said]
    if fate is Fate.TALKING:
        return said
    act = Act.SUPPLIER if fate is Fate.SUPPLIER else Act.VISIT
    return [*said, Step(act, random.randint(20, 120))]


def _ending(story: Story, fate: Fate, random: Random) -> list[Step]:
    solved = Step(Act.RESOLVE, random.randint(10, 120), story.solution)
    if fate is Fate.RESOLVED:
        return [solved]
    if fate is Fate.CLOSED:
        return [solved, Step(Act.CLOSE, random.randint(1500, 2600))]
    if fate is Fate.REOPENED:
        return [solved, Step(Act.REOPEN, random.randint(30, 200))]
    if fate is Fate.REJECTED:
        return [solved, Step(Act.REJECT, random.randint(20, 120))]
    answered = [solved, Step(Act.CONFIRM, random.randint(15, 900))]
    if fate is Fate.REJECTED_THEN_SOLVED:
        return [solved, Step(Act.REJECT, random.randint(30, 300)), Step(Act.WORK, random.randint(30, 200)), *answered]
    return answered
