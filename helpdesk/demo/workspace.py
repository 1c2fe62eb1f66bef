"""The people and promises of a demo tenant, made by the services that settings pages call."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from guardian.shortcuts import assign_perm

from accounts.actors import SYSTEM
from accounts.enums import Role
from accounts.models import (
    Customer,
    CustomerDomain,
    LegalEntity,
    Membership,
    Module,
    Office,
    Product,
    Requester,
    RequesterAddress,
    Team,
    Tenant,
    User,
)
from accounts.scope import tenant_scope
from accounts.services.tenants import add_member, create_team, create_tenant, join_team
from helpdesk.demo.ready import add_ready
from mailintake.models import Mailbox
from sla.business_time import Clock, clock_of
from sla.models import Calendar, Contract, Policy
from sla.services.holidays import public_holidays
from sla.services.immutable import hours
from sla.services.versions import save_calendar, save_policy
from tickets.enums import Audience
from tickets.models import PromiseRule, Queue, SavedView
from tickets.services.setup import STEPS, TARGETS, grant_queue, prepare_desk

PASSWORD = "vaste-demo-2026"  # noqa: S105  # printed for everyone who tries the demo
METRICS = ("first_response", "investigation_start", "resolution")
ALL_DAY = {str(day): [["00:00", "24:00"]] for day in range(7)}


@dataclass(slots=True)
class Workspace:
    """A demo tenant while it is built; everything by the key or name its file uses."""

    tenant: Tenant
    today: date
    offices: dict[str, Office] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    members: dict[str, Membership] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    modules: dict[tuple[str, str], Module] = field(default_factory=dict)
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    requesters: list[Requester] = field(default_factory=list)

    def holidays(self, office: Office) -> dict[str, Any]:
        """Real public holidays of the office's country: last year's, this year's and the next."""
        return public_holidays(office.country, range(self.today.year - 1, self.today.year + 2), office.language)


def make_tenant(facts: dict[str, Any]) -> Tenant:
    """The tenant with its first office."""
    first = facts["office"][0]
    tenant = create_tenant(
        slug=facts["slug"],
        name=facts["name"],
        language=facts["language"],
        time_zone=first["time_zone"],
        country=first["country"],
        currency=first["currency"],
        is_demo=True,
    )
    tenant.subject_prefix = facts["subject_prefix"]
    tenant.save(update_fields=["subject_prefix"])
    return tenant


def furnish(tenant: Tenant, facts: dict[str, Any], today: date) -> Workspace:
    """Everything but tickets and mail, in the scope of the tenant."""
    with tenant_scope(tenant.pk):
        place = Workspace(tenant, today)
        for number, entry in enumerate(facts["office"]):
            _add_office(place, entry, first=number == 0)
        _add_people(place, facts["person"])
        _add_extra_queues(place, facts["queue"])
        _add_products(place, facts["product"])
        _add_policies(place, facts)
        for entry in facts["customer"]:
            _add_customer(place, entry)
        _add_views(place, facts["view"])
        add_ready(Membership.objects.order_by("pk")[0], facts)
    return place


def _weekly(opens: list[str], days: int = 5) -> dict[str, Any]:
    return {str(day): [opens] for day in range(days)}


def _add_office(place: Workspace, entry: dict[str, Any], *, first: bool) -> None:
    """An office with its legal entity, calendar, promises, queue, team and mailbox."""
    office = Office.objects.select_related("legal_entity").get() if first else Office(legal_entity=LegalEntity())
    entity = office.legal_entity
    entity.name, entity.business_id = entry["entity"], entry["business_id"]
    entity.country, entity.currency = entry["country"], entry["currency"]
    entity.save()
    office.legal_entity, office.name, office.country = entity, entry["name"], entry["country"]
    office.time_zone, office.language, office.currency = entry["time_zone"], entry["language"], entry["currency"]
    office.save()
    key = entry["key"]
    place.offices[key] = office
    if first:
        _first_desk(place, key, entry)
    else:
        _further_desk(place, key, entry)
    version = place.calendars[key].versions.latest("number")
    place.clocks[key] = clock_of(hours(version.pk))
    _add_mailbox(place, entry)


def _first_desk(place: Workspace, key: str, entry: dict[str, Any]) -> None:
    """The desk that every new tenant gets, under the names of this one."""
    office = place.offices[key]
    desk = prepare_desk(office, address=entry["address"], today=place.today)
    desk.queue.name, desk.queue.position = entry["queue"], 1
    desk.queue.save(update_fields=["name", "position"])
    place.calendars[key] = save_calendar(
        name=entry["calendar"],
        time_zone=office.time_zone,
        weekly=_weekly(entry["opens"]),
        exceptions=place.holidays(office),
        office=office,
        calendar=desk.calendar,
    )
    place.policies[entry["policy"]] = desk.policy
    place.queues[entry["queue"]], place.teams[key] = desk.queue, desk.team


def _further_desk(place: Workspace, key: str, entry: dict[str, Any]) -> None:
    office = place.offices[key]
    calendar = save_calendar(
        name=entry["calendar"],
        time_zone=office.time_zone,
        weekly=_weekly(entry["opens"]),
        exceptions=place.holidays(office),
        office=office,
    )
    policy = save_policy(name=entry["policy"], calendar=calendar, targets=TARGETS, steps=STEPS)
    queue = Queue.objects.create(
        name=entry["queue"], address=entry["address"], office=office, policy=policy, position=len(place.queues) + 1
    )
    team = create_team(entry["queue"])
    grant_queue(team, queue)
    place.calendars[key], place.policies[entry["policy"]] = calendar, policy
    place.queues[entry["queue"]], place.teams[key] = queue, team


def _add_mailbox(place: Workspace, entry: dict[str, Any]) -> None:
    queue = place.queues[entry.get("queue") or entry["name"]]
    place.mailboxes[entry["address"]] = Mailbox.objects.create(
        address=entry["address"], queue=queue, mode=entry["mode"]
    )


def _add_people(place: Workspace, entries: list[dict[str, Any]]) -> None:
    for entry in entries:
        member = add_member(
            email=f"{entry['key']}@{place.tenant.slug}.example",
            name=entry["name"],
            roles=[Role(role) for role in entry["roles"]],
            office=place.offices[entry["office"]],
            by=SYSTEM,
        )
        member.title, member.phone = entry["title"], entry.get("phone", "")
        member.save(update_fields=["title", "phone"])
        member.user.language = entry["language"]
        member.user.last_login = timezone.now()
        member.user.save(update_fields=["language", "last_login"])
        place.members[entry["key"]] = member
        if not member.has_role(Role.ADMIN, Role.FINANCE):
            join_team(place.teams[entry["office"]], member)
        if member.has_role(Role.LEAD):
            team = place.teams[entry["office"]]
            team.lead = member
            team.save(update_fields=["lead"])
    # One slow hash for all of them: the password is public.
    User.objects.filter(pk__in=[member.user_id for member in place.members.values()]).update(
        password=make_password(PASSWORD)
    )


def _add_extra_queues(place: Workspace, entries: list[dict[str, Any]]) -> None:
    """A queue of one team, and one colleague from another team with a grant of their own."""
    for entry in entries:
        queue = Queue.objects.create(
            name=entry["name"],
            address=entry["address"],
            office=place.offices[entry["office"]],
            position=len(place.queues) + 1,
        )
        place.queues[entry["name"]] = queue
        grant_queue(place.teams[entry["office"]], queue)
        guest = next(m for m in place.members.values() if m.office_id != queue.office_id and m.has_role(Role.AGENT))
        assign_perm("tickets.work_queue", guest.user, queue)
        _add_mailbox(place, entry)


def _add_products(place: Workspace, entries: list[dict[str, Any]]) -> None:
    for entry in entries:
        product = Product.objects.create(
            name=entry["name"], keywords=entry["keywords"], expert=place.members[entry["expert"]]
        )
        place.products[product.name] = product
        for name, expert in entry["modules"].items():
            module = Module.objects.create(product=product, name=name, expert=place.members[expert])
            place.modules[product.name, name] = module


def _add_policies(place: Workspace, facts: dict[str, Any]) -> None:
    """The promises that contracts buy; around the clock they know no holidays."""
    always = save_calendar(
        name=facts["round_the_clock"], time_zone=place.tenant.time_zone, weekly=ALL_DAY, exceptions={}
    )
    for entry in facts["policy"]:
        office, calendar = place.offices[entry["office"]], always
        if not entry.get("around_the_clock"):
            calendar = save_calendar(
                name=entry["calendar"],
                time_zone=office.time_zone,
                weekly=_weekly(entry["opens"], 7 if entry.get("every_day") else 5),
                exceptions=place.holidays(office),
                office=office,
            )
        targets = {
            priority: dict(zip(METRICS, minutes, strict=True)) for priority, minutes in entry["targets"].items()
        }
        place.policies[entry["name"]] = save_policy(
            name=entry["name"], calendar=calendar, targets=targets, steps=STEPS
        )
        if rule := entry.get("rule"):
            product = Product.objects.get(name=rule["product"])
            policy = place.policies[entry["name"]]
            PromiseRule.objects.create(name=rule["name"], product=product, priority=rule["priority"], policy=policy)


def _add_views(place: Workspace, entries: list[dict[str, str]]) -> None:
    owner = Membership.objects.order_by("pk")[0]
    for number, entry in enumerate(entries):
        SavedView.objects.create(**entry, owner=owner, audience=Audience.ALL, position=number)


def _add_customer(place: Workspace, entry: dict[str, Any]) -> None:
    office = place.offices[entry["office"]]
    customer = Customer.objects.create(
        name=entry["name"],
        business_id=entry["business_id"],
        country=entry["country"],
        city=entry["city"],
        office=office,
        language=entry["language"],
        expert=place.members.get(entry.get("expert", "")),
    )
    CustomerDomain.objects.bulk_create(CustomerDomain(customer=customer, domain=name) for name in entry["domains"])
    if "contract" in entry:
        number, policy = entry["contract"]
        Contract.objects.create(
            customer=customer,
            legal_entity=office.legal_entity,
            number=number,
            policy=place.policies[policy],
            starts_on=place.today - timedelta(days=400),
            ends_on=place.today + timedelta(days=330),
        )
    for person in entry["people"]:
        requester = Requester.objects.create(
            name=person["name"],
            customer=customer,
            language=person["language"],
            title=person["title"],
            phone=person.get("phone", ""),
        )
        RequesterAddress.objects.bulk_create(
            RequesterAddress(requester=requester, email=email, is_primary=number == 0)
            for number, email in enumerate(person["mail"])
        )
        place.requesters.append(requester)
