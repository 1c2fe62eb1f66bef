"""What is wrong and concerns everybody at the desk: shown on top of every page until it is mended."""

from dataclasses import dataclass
from datetime import datetime

# How old an alarm's state may be; each page asks for it.
ALARM_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is wrong; `kind` names its words in templates/layouts/_alarm.html.

    `subject` is what it is about, `others` counts those that are wrong in the same way, `url` is where an admin
    mends it, if they can. Without words of its own, because it is kept for readers of all languages.
    """

    kind: str
    since: datetime
    subject: str = ""
    url: str = ""
    others: int = 0
