"""Closed lists of the knowledge base."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ArticleLanguage(TextChoices):
    """Languages that articles are written in, by each name as its readers know it."""

    FINNISH = "fi", "Suomi"
    SWEDISH = "sv", "Svenska"
    ENGLISH = "en", "English"
    GERMAN = "de", "Deutsch"
    SPANISH = "es", "Español"


class State(TextChoices):
    """Who may read an article."""

    DRAFT = "draft", pgettext_lazy("article", "Draft")
    INTERNAL = "internal", _("Colleagues only")
    PUBLIC = "public", _("Everyone")
    CUSTOMER = "customer", _("One customer")


class Use(TextChoices):
    """What became of an article once."""

    SHOWN = "shown", _("Suggested")
    OPENED = "opened", _("Read")
    SENT = "sent", _("Sent in a reply")
    SOLVED = "solved", _("Solved")
