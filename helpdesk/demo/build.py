"""Both demo tenants, each in one transaction: a tenant is there whole or not at all."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle
from multiprocessing import get_context
from random import Random

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Membership, Office, Requester, Tenant
from accounts.scope import tenant_scope
from helpdesk.demo.arrival import Arrival
from helpdesk.demo.away import send_away
from helpdesk.demo.guides import write_guides
from helpdesk.demo.invoices import put_invoices
from helpdesk.demo.letters import deliver_waiting
from helpdesk.demo.past import StoryClock, telling
from helpdesk.demo.play import Play, hand_over_rest
from helpdesk.demo.plot import (
    LATELY,
    LONG_AGO,
    Fate,
    Story,
    load_articles,
    load_letters,
    load_stories,
    load_workspace,
    script,
)
from helpdesk.demo.prices import put_prices
from helpdesk.demo.selfservice import open_portal
from helpdesk.demo.workspace import Workspace, furnish, make_tenant
from sla.business_time import Clock
from tickets.enums import Channel
from tickets.models import WorkEntry

# How many tickets each tells of.
TICKETS = {"acme": 40, "globex": 30}
# Open minutes that lie behind: about five days of the desk, and about two months of it.
LATE_MINUTES, ALL_MINUTES = 2_300, 19_500
LATE_SHARE = 2
# Nobody leaves a ticket lying for longer than this many open minutes, not even in a demo.
NOBODY_LOOKED = 500


class SlugTaken(Exception):
    """A tenant of this name exists and is no demo."""


class DemoUnfinished(Exception):
    """A demo tenant could not be made; its process has said why, and left nothing behind."""


def build_demo() -> list[Tenant]:
    """Make the demo tenants that are not there yet, side by side in a process each; returns both.

    Raises SlugTaken where somebody's own tenant has the name, DemoUnfinished where a process failed.
    """
    missing = [slug for slug in TICKETS if find_demo(slug) is None]
    if missing:
        connection.close()  # no two processes may share it
        # Plain processes and no pool: a pool needs semaphores, which a bare chroot does not give to everybody.
        processes = [get_context("fork").Process(target=build_tenant, args=(slug,)) for slug in missing]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        if any(process.exitcode for process in processes):
            raise DemoUnfinished
    return [tenant for slug in TICKETS if (tenant := find_demo(slug))]


def find_demo(slug: str) -> Tenant | None:
    """The demo tenant of that name, if it has been made.

    Raises SlugTaken for a tenant that is no demo.
    """
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant and not tenant.is_demo:
        raise SlugTaken(slug)
    return tenant


def build_tenant(slug: str, *, tickets: int | None = None, present: datetime | None = None) -> Tenant:
    """Make one demo tenant, in one transaction.

    The same `present` gives the same story; ids, tokens and Message-IDs of outgoing mail differ.
    """
    return _build(slug, TICKETS[slug] if tickets is None else tickets, present or timezone.now())


def _build(slug: str, tickets: int, present: datetime) -> Tenant:
    clock = StoryClock(present)
    with transaction.atomic(), telling(clock):
        clock.set(present - timedelta(days=75))
        plan = load_workspace(slug)
        tenant = make_tenant(plan)
        place = furnish(tenant, plan, present.date())
        with tenant_scope(tenant.pk):
            write_guides(place, clock, load_articles(slug))
            _Teller(place, clock, Random(f"vaste {slug}")).tell(load_stories(slug), tickets)  # noqa: S311  # a story
            send_away(place, clock, plan.get("absence", []))
            hand_over_rest(present)
            deliver_waiting(place, clock, load_letters(slug))
            open_portal(slug)
            # A column default does not know the story's clock.
            WorkEntry.objects.update(recorded_at=F("ended_at"))
            put_prices(place, slug)
            put_invoices(place)
    return tenant


def before(hours: Clock, instant: datetime, minutes: int) -> datetime:
    """The moment that lies so many open minutes before an instant."""
    left = timedelta(minutes=minutes)
    for start, end in reversed(list(hours.intervals(instant - timedelta(minutes=minutes * 8 + 20_000), instant))):
        if end - start >= left:
            return end - left
        left -= end - start
    return instant - timedelta(minutes=minutes)


class _Teller:
    """Chooses who comes with what and when, and lets each ticket play."""

    def __init__(self, place: Workspace, clock: StoryClock, random: Random) -> None:
        self.place, self.clock, self.random = place, clock, random
        self.office_keys = {office.pk: key for key, office in place.offices.items()}

    def tell(self, stories: list[Story], tickets: int) -> None:
        """Oldest ticket first, so that numbers follow time."""
        order = list(stories)
        self.random.shuffle(order)
        plots = cycle(order)
        lately = min(tickets, max(tickets // LATE_SHARE, len(LATELY)))
        ages = [*_spread(LATE_MINUTES, ALL_MINUTES, tickets - lately, self.random)]
        ages += _spread(8, LATE_MINUTES, lately, self.random)
        fates = {True: cycle(LATELY), False: cycle(LONG_AGO)}
        arrivals = []
        for age in ages:
            story = next(plots)
            requester = self.random.choice(self._who_tells(story))
            arrivals.append((self._received(requester, age), age, story, requester))
        for number, (received_at, age, story, requester) in enumerate(sorted(arrivals, key=lambda a: a[0])):
            fate = next(fates[age <= LATE_MINUTES])
            if fate in (Fate.UNTOUCHED, Fate.GIVEN, Fate.STARTED) and age > NOBODY_LOOKED:
                fate = Fate.TALKING
            self._one(number, received_at, story, requester, fate, lately=age <= LATE_MINUTES)

    def _who_tells(self, story: Story) -> list[Requester]:
        return [
            person
            for person in self.place.requesters
            if person.language == story.language and story.office in ("", self._office_key(person))
        ]

    def _office_key(self, requester: Requester) -> str:
        customer = requester.customer
        return self.office_keys[customer.office_id] if customer else next(iter(self.office_keys.values()))

    def _received(self, requester: Requester, age: int) -> datetime:
        return before(self.place.clocks[self._office_key(requester)], self.clock.present, age)

    def _one(
        self, number: int, received_at: datetime, story: Story, requester: Requester, fate: Fate, *, lately: bool
    ) -> None:
        unit = str(self.random.randint(1, 4))
        title, text = (words.replace("{unit}", unit) for words in (story.title, story.text))
        story = replace(story, title=title, text=text)
        office = self.place.offices[self._office_key(requester)]
        agent = self.random.choice(self._members(office, Role.AGENT))
        consultant = self._consultant(story, office)
        taken_at = min(received_at + timedelta(minutes=self.random.randint(2, 14)), self.clock.present)
        arrival = Arrival(self.place, self.clock, story, requester, received_at, taken_at, agent)
        ticket = (
            arrival.by_mail(number) if lately and story.channel == Channel.MAIL else arrival.by_hand(notify=lately)
        )
        hours = self.place.clocks[self._office_key(requester)]
        play = Play(ticket, story, agent, consultant, hours, self.clock, self.random, taken_at, lately)
        play.perform(script(story, fate, self.random))

    def _members(self, office: Office, role: Role) -> list[Membership]:
        return [m for m in self.place.members.values() if m.office_id == office.pk and m.has_role(role)]

    def _consultant(self, story: Story, office: Office) -> Membership:
        """The expert of the module or product where they are at hand, else somebody of the office."""
        thing = self.place.modules.get((story.product, story.module)) or self.place.products[story.product]
        near = self._members(office, Role.CONSULTANT) or self._members(office, Role.AGENT)
        return thing.expert if thing.expert in near else self.random.choice(near)


def _spread(low: int, high: int, count: int, random: Random) -> list[int]:
    """So many ages between two limits, evenly but not regularly."""
    width = (high - low) / max(count, 1)
    return [round(low + width * (index + random.random() * 0.9)) for index in range(count)]
