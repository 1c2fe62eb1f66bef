"""Articles that are to be checked again: their owners are told a week before, once for each day that is set."""

from datetime import date, timedelta
from email.utils import make_msgid

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Tenant
from core.templatetags.vaste import full_day
from knowledge.models import Article
from outbox.enums import Purpose
from outbox.services.queueing import Mail, queue

BEFORE = timedelta(days=7)
MOST_AT_ONCE = 200


@transaction.atomic
def remind(tenant: Tenant, *, today: date) -> int:
    """Tell the owners of what is due, in the tenant in scope; how many mails that made. Twice is as once."""
    due = Article.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        Q(told_of=None) | ~Q(told_of=F("review_on")),
        retired_at=None,
        review_on__lte=today + BEFORE,
        owner__ended_at=None,
        owner__user__is_active=True,
    )
    articles = list(due.select_related("owner__user").order_by("pk")[:MOST_AT_ONCE])
    for article in articles:
        _tell(tenant, article)
        article.told_of = article.review_on
        article.save(update_fields=["told_of"])
    return len(articles)


def _tell(tenant: Tenant, article: Article) -> None:
    owner = article.owner
    address = settings.DEFAULT_FROM_EMAIL
    with translation.override(owner.user.language):
        day = full_day(article.review_on) if article.review_on else ""
        told = _("The article “%(title)s” is to be checked by %(day)s. Look whether it still holds:")
        text = told % {"title": article.title, "day": day}
        mail = Mail(
            purpose=Purpose.NEWS,
            message_id=make_msgid(domain=address.rsplit("@", 1)[-1]).strip("<>"),
            from_name=tenant.name,
            from_address=address,
            to=[owner.email],
            subject=_("To be checked: %(title)s") % {"title": article.title},
            text=f"{text}\n\n{tenant.url(reverse('knowledge:article', args=[article.pk]))}\n",
            language=owner.user.language,
            key=f"review:{article.pk}:{article.review_on}",
            automatic=True,
        )
        queue(mail)
