"""How it was, from one to five, in words."""

from django.utils.translation import gettext as _


def score_words(score: int) -> str:
    """What a score of 1 to 5 is called."""
    return (_("Very poor"), _("Poor"), _("Fair"), _("Good"), _("Very good"))[score - 1]
