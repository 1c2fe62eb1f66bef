"""What a server says of a mail, receiver by receiver."""

from collections.abc import Iterable
from dataclasses import dataclass

from outbox.enums import Fate

MAX_WORDS = 500
# RFC 5321, 4.2.1: the first digit decides.
PERMANENT = 500
LATER = 400
DONE = 200
# Neither is about the mail: the server closes, or wants to know us first.
ABOUT_US = frozenset({421, 454, 530, 534, 535, 538})


class ServerFailing(Exception):
    """The server takes no mail at all now; the words say why. Nobody has got the mail."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one receiver's mail met with; `said` are the server's words."""

    fate: Fate
    said: str = ""


Answers = dict[str, Answer]


def words(answer: bytes | str) -> str:
    """An answer as one line that can be stored and shown."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.replace("\0", "").split())[:MAX_WORDS]


def judged(code: int, answer: bytes | str) -> Answer:
    """An SMTP reply as the receiver's fate."""
    said = words(f"{code} {words(answer)}")
    if code >= PERMANENT:
        return Answer(Fate.REFUSED, said)
    return Answer(Fate.ACCEPTED if DONE <= code < DONE + 100 else Fate.DELAYED, said)


def for_all(receivers: Iterable[str], answer: Answer) -> Answers:
    return dict.fromkeys(receivers, answer)
