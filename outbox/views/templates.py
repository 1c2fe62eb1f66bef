"""The words of automatic mails, per purpose and language."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import role_required
from accounts.enums import Language, Role
from accounts.pages import Chip, Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from accounts.services.records import keep, remove
from outbox.enums import Purpose
from outbox.forms import SAMPLES, TemplateForm
from outbox.models import MailTemplate
from outbox.words import OF_INVOICES, VARIABLES, Words, default_words, fill


@require_GET
@role_required(Role.ADMIN)
def templates(request: MemberRequest) -> HttpResponse:
    own = {(row.purpose, row.language) for row in MailTemplate.objects.only("purpose", "language")}
    lines = [
        _line(Purpose(purpose), language, own=(purpose, language) in own)
        for purpose in VARIABLES
        if request.tenant.billing_on or purpose not in OF_INVOICES
        for language in Language
    ]
    about = _("What automatic mails say")
    columns = [_("Mail"), _("Language"), _("Words")]
    return list_page(request, Listing(title=_("Mail texts"), about=about, columns=columns, lines=lines))


def _line(purpose: Purpose, language: Language, *, own: bool) -> Line:
    chip = Chip("info", "pencil", _("Your own")) if own else Chip("mute", "check", _("Ready-made"))
    return Line(reverse("outbox:template", args=[purpose, language]), str(purpose.label), [language.label], chip)


def _row(purpose: str, language: str) -> MailTemplate:
    """The tenant's row, or a new one that begins with the product's words; Http404 for what has no words."""
    if purpose not in VARIABLES or language not in Language.values:
        raise Http404
    row = MailTemplate.objects.filter(purpose=purpose, language=language).first()
    words = default_words(purpose, language)
    return row or MailTemplate(purpose=purpose, language=language, subject=words.subject, body=words.body)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def template(request: MemberRequest, purpose: str, language: str) -> HttpResponse:
    """Change the words of one mail; the button Preview saves nothing."""
    row = _row(purpose, language)
    own = bool(row.pk)
    form = TemplateForm(posted(request), instance=row)
    previews = "preview" in request.POST
    if form.is_valid() and not previews:
        keep(form.save(commit=False), by=request.actor, changed=form.changed_data)
        messages.success(request, _("Saved"))
        return redirect("outbox:templates")
    label, spoken = Purpose(purpose).label, Language(language).label
    shown = None if form.errors else _preview(row, language)
    more: dict[str, Any] = {"template": "outbox/template.html", "row": row, "own": own, "preview": shown}
    more |= {"variables": [(name, str(SAMPLES[name])) for name in VARIABLES[purpose]]}
    return form_page(request, form, title=f"{label}, {spoken}", up=("outbox:templates", _("Mail texts")), **more)


def _preview(row: MailTemplate, language: str) -> Words:
    with translation.override(language):
        values = {name: str(sample) for name, sample in SAMPLES.items()}
    return Words(fill(row.subject, values), fill(row.body, values))


@require_POST
@role_required(Role.ADMIN)
def reset(request: MemberRequest, purpose: str, language: str) -> HttpResponse:
    """Go back to the product's words."""
    remove(get_object_or_404(MailTemplate, purpose=purpose, language=language), by=request.actor)
    messages.success(request, _("The ready-made words are used again."))
    return redirect("outbox:templates")
