"""Of what each member wants to hear, and how; what nobody has decided is as it is for all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Membership
from tickets.enums import ByMail, NewsKind
from tickets.models import NewsWish


@dataclass(frozen=True, slots=True)
class Wish:
    """When to mail, and whether to show it on the desktop of a browser that was asked to."""

    mail: ByMail
    desktop: bool = False


# What is meant for one person alone is mailed; what several hear of is not, or nobody would read any of it.
USUAL: Mapping[NewsKind, Wish] = {
    NewsKind.ASSIGNED: Wish(ByMail.NOW),
    NewsKind.ANSWERED: Wish(ByMail.NOW),
    NewsKind.FOLLOWED: Wish(ByMail.NEVER),
    NewsKind.MENTIONED: Wish(ByMail.NOW),
    NewsKind.NOTED: Wish(ByMail.NEVER),
    NewsKind.ARRIVED: Wish(ByMail.NEVER),
}


def wishes_of(news: NewsKind, members: Iterable[int]) -> dict[int, Wish]:
    """The wish of each of the members, by their ids; one query."""
    ids = list(members)
    rows = NewsWish.objects.filter(news=news, member__in=ids).values_list("member", "mail", "desktop")
    own = {member: Wish(ByMail(mail), desktop) for member, mail, desktop in rows}
    return {pk: own.get(pk, USUAL[news]) for pk in ids}


def all_wishes(member: Membership) -> dict[NewsKind, Wish]:
    """What one member has decided, in the order in which it is asked."""
    rows = NewsWish.objects.filter(member=member)
    own = {row.news: Wish(ByMail(row.mail), row.desktop) for row in rows}
    return {news: own.get(news, USUAL[news]) for news in NewsKind}


@transaction.atomic
def decide(member: Membership, wishes: Mapping[NewsKind, Wish]) -> None:
    """Keep what a member has decided."""
    for news, wish in wishes.items():
        NewsWish.objects.update_or_create(
            member=member, news=news, defaults={"mail": wish.mail, "desktop": wish.desktop}
        )
