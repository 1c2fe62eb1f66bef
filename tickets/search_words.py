"""What the search page says about searching: its operators by example, and what it could not read."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.searching import LONGEST, MOST_TERMS, Trouble, TroubleKind

TROUBLES = {
    TroubleKind.TOO_LONG: gettext_lazy("Only the first %(most)s characters were read."),
    TroubleKind.TOO_MANY: gettext_lazy("Only %(words)s words were looked for, not “%(typed)s”."),
    TroubleKind.UNCLOSED: gettext_lazy("The quotation mark of %(typed)s is never closed; read to the end."),
    TroubleKind.NO_VALUE: gettext_lazy("“%(typed)s” needs a value right after the colon."),
    TroubleKind.NO_OPERATOR: gettext_lazy("“%(typed)s” is no operator; looked for as a word."),
    TroubleKind.NO_WORD: gettext_lazy("There is no word in “%(typed)s”."),
    TroubleKind.NO_DATE: gettext_lazy("“%(typed)s” is no date; write it like 2026-11-02 or 2.11.2026."),
    TroubleKind.UNKNOWN: gettext_lazy("Nothing here matches “%(typed)s”."),
}


def trouble_words(trouble: Trouble) -> str:
    return str(TROUBLES[trouble.kind]) % {"typed": trouble.typed, "most": LONGEST, "words": MOST_TERMS}


@dataclass(frozen=True, slots=True)
class Example:
    """A search to try, as a link, and what it finds."""

    typed: str
    says: str

    @property
    def url(self) -> str:
        return "?" + urlencode({"q": self.typed})


def examples() -> list[Example]:
    """One for each operator, in the reader's language."""
    return [
        Example(_("from:otto@paper.example"), _("asked by this address, or by a person of this name")),
        Example(_('customer:"Paper Ltd"'), _("of this company")),
        Example(_("status:open"), _("a status, or open, waiting, finished")),
        Example(_("assignee:me"), _("in my hands; also nobody, or a name")),
        Example(_("queue:service"), _("in a queue whose name has this")),
        Example(_("kind:fault"), _("of this kind")),
        Example(_("priority:high"), _("of this priority")),
        Example(_("after:2026-11-01"), _("received on this day or later")),
        Example(_("before:2026-12-01"), _("received before this day")),
        Example(_('"line three stops"'), _("these words next to each other")),
        Example(_("pump -oil"), _("the first word, and not the second")),
        Example(_("has:file"), _("with a file")),
    ]
