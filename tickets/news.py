"""What has happened on a ticket since somebody looked at it, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from core.templatetags.vaste import minutes_words
from tickets.enums import EventKind
from tickets.models import Message, TicketEvent
from tickets.services.events import standing
from tickets.stories import line_of

# On the page, but not at a message.
NOWHERE = "#conversation"


@dataclass(frozen=True, slots=True)
class News:
    """One thing that somebody else did; `text` is what they wrote, `place` where the page shows it."""

    words: str
    at: datetime
    text: str = ""
    place: str = NOWHERE
    is_note: bool = False

    @property
    def words_ago(self) -> str:
        """Such as "Konsta Virta replied 2 min ago"."""
        minutes = max(0, int((timezone.now() - self.at).total_seconds() // 60))
        if not minutes:
            return _("%(what)s just now") % {"what": self.words}
        return _("%(what)s %(time)s ago") % {"what": self.words, "time": minutes_words(minutes)}


def news_of(events: Iterable[TicketEvent], messages: Iterable[Message] = ()) -> list[News]:
    """What the events tell, in their order; texts are those of the messages given."""
    said = {message.pk: message for message in messages}
    return [each for event in standing(events) if (each := _news(event, said.get(event.data.get("message", 0))))]


def headline(news: Sequence[News]) -> News | None:
    """What one hears first: the last thing that somebody wrote, else the last thing that happened."""
    written = [each for each in news if each.place != NOWHERE]
    return (written or list(news))[-1] if news else None


def _news(event: TicketEvent, message: Message | None) -> News | None:
    kind, name = EventKind(event.kind), {"name": event.actor_name}
    words = {
        EventKind.MESSAGE: _("%(name)s wrote"),
        EventKind.REPLY: _("%(name)s replied"),
        EventKind.NOTE: _("%(name)s wrote a note"),
        EventKind.SOLUTION: _("%(name)s resolved it"),
    }
    if kind in words:
        place = f"#message-{event.data['message']}" if "message" in event.data else NOWHERE
        text = message.text if message else ""
        return News(words[kind] % name, event.recorded_at, text, place, is_note=kind == EventKind.NOTE)
    line = line_of(event)
    return News(line.text, event.recorded_at) if line else None
