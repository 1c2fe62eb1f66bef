"""One ticket's life, step by step, through the services that pages and workers call."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db.models import F
from django.utils import timezone

from accounts.actors import Actor, member_actor, requester_actor
from accounts.models import Membership
from helpdesk.demo.past import StoryClock
from helpdesk.demo.plot import Act, Step, Story
from outbox.enums import MailState
from outbox.models import OutgoingMail
from outbox.signals import delivered
from sla.business_time import Clock
from sla.models import Timer
from tickets.enums import StatusClass
from tickets.models import Ticket
from tickets.services import assignment, conversation, lifecycle, work
from tickets.services.conversation import Written
from tickets.services.events import status_of
from tickets.services.telling import tell_everybody
from tickets.tasks import run_timer

# Between the moment a mail is due and the moment the mail server has it.
HANDED_OVER = timedelta(seconds=3)
PHRASES = {
    "en": {
        "ask": "Could you send us a photo of it and the exact time of the last occurrence? We go on then.",
        "reject": "Sorry, it came back this morning, exactly the same as before.",
        "work": "Checked again after the feedback and replaced the part.",
        "reply": "We are looking into this right now and will tell you by the end of the day how it goes on.",
    },
    "fi": {
        "ask": "Voisitteko lähettää kuvan ja tarkan kellonajan, jolloin tämä viimeksi tapahtui?",
        "reject": "Valitettavasti vika tuli aamulla takaisin, täsmälleen samanlaisena.",
        "work": "Tarkistettu uudelleen palautteen jälkeen ja osa vaihdettu.",
        "reply": "Selvitämme asiaa parhaillaan ja kerromme tämän päivän aikana, miten jatketaan.",
    },
}


@dataclass(slots=True)
class Play:
    """A ticket on its way; `moment` is when its latest step happened.

    Long-past tickets (`lately` false) are told with fewer words: no mails to colleagues, no reminders of promises.
    """

    ticket: Ticket
    story: Story
    agent: Membership
    consultant: Membership
    hours: Clock
    clock: StoryClock
    random: Random
    moment: datetime
    lately: bool

    def perform(self, steps: list[Step]) -> None:
        """Do the steps until they would lie in the future, then let mails and promises run on to the present."""
        for step in steps:
            instant = self.hours.add(self.moment, step.minutes * 60)
            if instant is None or instant > self.clock.present:
                break
            self.run_until(instant)
            self.moment = instant
            self.clock.set(instant)
            ACTS[step.act](self, step.text or PHRASES[self.story.language].get(step.act, ""))
        self.run_until(self.clock.present)

    def run_until(self, instant: datetime) -> None:
        """What the workers do meanwhile: send the ticket's mails, act on its promises, each at its own moment."""
        while (due := self._next_due(instant)) is not None:
            moment, run = due
            self.clock.set(moment)
            run()

    def _next_due(self, until: datetime) -> tuple[datetime, Callable[[], None]] | None:
        """The next thing a worker has to do. Only replies and solutions matter to the clocks; see `hand_over_rest`."""
        found: list[tuple[datetime, Callable[[], None]]] = []
        waiting = OutgoingMail.objects.about(self.ticket.pk).filter(state=MailState.QUEUED, part__isnull=False)
        mail = waiting.filter(due_at__lte=until - HANDED_OVER).order_by("due_at", "pk").first()
        if mail:
            moment = mail.due_at + HANDED_OVER
            found.append((moment, lambda: _hand_over(mail, moment)))
        timers = Timer.objects.of(self.ticket.pk).filter(next_action_at__lte=until).order_by("next_action_at")
        timer = timers.first() if self.lately else None
        if timer and timer.next_action_at:
            found.append((timer.next_action_at, lambda: _remind(timer)))
        return min(found, key=lambda pair: pair[0]) if found else None

    @property
    def desk(self) -> Actor:
        return member_actor(self.agent)

    @property
    def worker(self) -> Actor:
        return member_actor(self.consultant)

    @property
    def requester(self) -> Actor:
        return requester_actor(self.ticket.requester)

    def later(self, days: int) -> datetime:
        """A working time some days after this step, or after the present where that would be past."""
        base = max(self.moment, self.clock.present - timedelta(hours=2)) + timedelta(days=days)
        return self.hours.add(base, self.random.randint(0, 240) * 60) or base


def _remind(timer: Timer) -> None:
    """What the sweep does when a promise's next instant has come."""
    run_timer(timer.tenant_id, timer.pk)
    tell_everybody(now=timezone.now())


def _hand_over(mail: OutgoingMail, moment: datetime) -> None:
    """What the outbox does when a mail has left, without the way to a server: a demo keeps its mails."""
    mail.state, mail.sent_at, mail.attempts = MailState.KEPT, moment, 1
    mail.save(update_fields=["state", "sent_at", "attempts"])
    delivered.send(OutgoingMail, mail=mail, at=moment)


def hand_over_rest(present: datetime) -> None:
    """Mark as kept what nobody waits for: acknowledgements, details, reminders. Nothing hears of those."""
    rest = OutgoingMail.objects.filter(state=MailState.QUEUED, part=None, due_at__lte=present - HANDED_OVER)
    rest.update(state=MailState.KEPT, sent_at=F("due_at") + HANDED_OVER, attempts=1)


def _assign(play: Play, text: str) -> None:
    assignment.assign(play.ticket, play.consultant, by=play.desk, notify=play.lately)


def _start(play: Play, text: str) -> None:
    lifecycle.start(play.ticket, by=play.worker)


def _note(play: Play, text: str) -> None:
    conversation.note(play.ticket, Written(text=text), by=play.worker)


def _ask(play: Play, text: str) -> None:
    conversation.ask(play.ticket, Written(text=text), by=play.worker)


def _answer(play: Play, text: str) -> None:
    conversation.receive(play.ticket, Written(text=text), by=play.requester, at=play.moment)


def _reply(play: Play, text: str) -> None:
    conversation.reply(play.ticket, Written(text=text), by=play.worker)


def _supplier(play: Play, text: str) -> None:
    if text:
        _note(play, text)
    lifecycle.set_status(play.ticket, status_of(StatusClass.WAITING_THIRD_PARTY), by=play.worker)


def _visit(play: Play, text: str) -> None:
    if text:
        _note(play, text)
    lifecycle.set_status(play.ticket, status_of(StatusClass.SCHEDULED), by=play.worker, until=play.later(2))


def _work(play: Play, text: str) -> None:
    work.log(play.ticket, minutes=play.random.choice([15, 30, 45, 60, 90, 120]), text=text, by=play.worker)


def _resolve(play: Play, text: str) -> None:
    minutes = play.random.choice([10, 15, 20, 30, 45, 60, 75])
    lifecycle.resolve(play.ticket, solution=text, minutes=minutes, by=play.worker)


def _confirm(play: Play, text: str) -> None:
    lifecycle.confirm(play.ticket, by=play.requester)


def _close(play: Play, text: str) -> None:
    lifecycle.close(play.ticket, by=play.desk)


def _reject(play: Play, text: str) -> None:
    lifecycle.reject(play.ticket, reason=text, by=play.requester)


def _reopen(play: Play, text: str) -> None:
    lifecycle.reopen(play.ticket, by=play.desk)


ACTS: dict[Act, Callable[[Play, str], None]] = {
    Act.ASSIGN: _assign,
    Act.START: _start,
    Act.NOTE: _note,
    Act.ASK: _ask,
    Act.ANSWER: _answer,
    Act.REPLY: _reply,
    Act.SUPPLIER: _supplier,
    Act.VISIT: _visit,
    Act.WORK: _work,
    Act.RESOLVE: _resolve,
    Act.CONFIRM: _confirm,
    Act.CLOSE: _close,
    Act.REJECT: _reject,
    Act.REOPEN: _reopen,
}
