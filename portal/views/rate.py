"""How it was: the page behind a click in the mail. Looking changes nothing; one button says it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import TenantRequest
from portal import pages
from portal.forms_portal import RatingForm
from portal.links import Visit
from portal.pages import link_page
from tickets.enums import LinkPurpose
from tickets.errors import LinkUnusable
from tickets.models import Rating
from tickets.services import surveys


@require_http_methods(["GET", "POST"])
@link_page(LinkPurpose.RATE)
def rate(request: TenantRequest, visit: Visit) -> HttpResponse:
    """The score that the mail's link has chosen, to be changed as long as the link is good."""
    person = visit.link.requester
    asked = Rating.objects.filter(ticket=visit.ticket, requester=person).order_by("-asked_at").first()
    if asked is None or person is None:
        raise LinkUnusable
    if request.method != "POST":
        chosen = request.GET.get("score", "")
        initial = {"score": chosen or (str(asked.score) if asked.score else ""), "comment": asked.comment}
        return _page(request, visit, RatingForm(initial=initial), asked)
    form = RatingForm(request.POST)
    if not form.is_valid():
        return _page(request, visit, form, asked, status=422)
    surveys.answer(visit.ticket, person, score=form.cleaned_data["score"], comment=form.cleaned_data["comment"])
    messages.success(request, _("Thank you"))
    return redirect("portal:rate", visit.token)


def _page(request: TenantRequest, visit: Visit, form: RatingForm, asked: Rating, *, status: int = 200) -> HttpResponse:
    context = {"ticket": visit.ticket, "form": form, "answered": asked.score is not None}
    return pages.show(request, "portal/rate.html", visit, context, status=status)
