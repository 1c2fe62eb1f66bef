"""The consultant's page: one ticket, and what can be done with it from a mail and a phone."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import member_actor
from accounts.requests import TenantRequest
from portal import browser, pages
from portal.entries import for_consultant
from portal.forms import CodeForm, LinkForm
from portal.links import Visit, mail_new_work_link
from portal.pages import link_page
from portal.verbs import VERBS
from tickets.chips import next_promise_chip, status_look
from tickets.enums import LinkPurpose
from tickets.errors import AlreadyDone, CodeRefused, LinkUnusable, TicketClosed, TicketError, TransitionRefused
from tickets.services import events, links
from tickets.services.letters import moment


@require_safe
@link_page(LinkPurpose.WORK)
def show(request: TenantRequest, visit: Visit) -> HttpResponse:
    """The ticket, its conversation and the forms; looking changes nothing."""
    return _page(request, visit, opened=request.GET.get("do", ""))


@require_POST
@link_page(LinkPurpose.WORK)
def act(request: TenantRequest, visit: Visit, verb: str) -> HttpResponse:
    """One press. A browser that is not the consultant's is asked for the mailed code first; nothing typed is lost."""
    form = _form(request, visit, verb)
    if not form.is_valid():
        return _page(request, visit, opened=verb, bound=form, status=422)
    if browser.is_trusted(request, visit.link):
        return _carry_out(request, visit, verb, form)
    status = 200 if browser.mail_code(visit.link) else 429
    return _code_page(request, visit, verb, form, status=status)


@require_POST
@link_page(LinkPurpose.WORK)
def type_code(request: TenantRequest, visit: Visit) -> HttpResponse:
    """The code was typed: the browser is the consultant's from now on, and what they had pressed happens at once."""
    verb = request.POST.get("verb", "")
    form, code = _form(request, visit, verb), CodeForm(request.POST)
    if not code.is_valid():
        return _code_page(request, visit, verb, form, code=code, status=422)
    try:
        secret = browser.bind(visit, code.cleaned_data["code"])
    except CodeRefused as refusal:
        code.add_error("code", str(refusal))
        return _code_page(request, visit, verb, form, code=code, status=422)
    if form.is_valid():
        response = _carry_out(request, visit, verb, form)
    else:
        response = _page(request, visit, opened=verb, bound=form, trusted=True, status=422)
    browser.remember(response, secret)
    return response


@require_POST
@link_page(LinkPurpose.WORK)
def new_code(request: TenantRequest, visit: Visit) -> HttpResponse:
    """Another code, where the first did not arrive."""
    verb = request.POST.get("verb", "")
    form = _form(request, visit, verb)
    status = 200 if browser.mail_code(visit.link, again=True) else 429
    return _code_page(request, visit, verb, form, status=status)


@require_POST
@link_page(LinkPurpose.WORK, dead=True)
def new_link(request: TenantRequest, visit: Visit) -> HttpResponse:
    """A new link to the address on file; the answer is the same whether one was sent or not."""
    mail_new_work_link(visit.link)
    return pages.gone(request, visit, asked=True)


def _form(request: TenantRequest, visit: Visit, verb: str) -> LinkForm:
    """The posted form of a verb; Http404 for a verb that does not exist."""
    if verb not in VERBS:
        raise Http404
    return VERBS[verb].form(request.POST, name=verb, link=visit.link)


def _carry_out(request: TenantRequest, visit: Visit, verb: str, form: LinkForm) -> HttpResponse:
    try:
        done = _do(visit, verb, form)
    except (LinkUnusable, TicketClosed):
        raise
    except AlreadyDone as refusal:
        return _page(request, visit, problem=str(refusal), trusted=True, status=409)
    except TicketError as refusal:
        form.add_error(None, str(refusal))
        return _page(request, visit, opened=verb, bound=form, trusted=True, status=409)
    if verb == "hand-over" and not _still_held(visit):
        return pages.show(request, "portal/handed_over.html", visit, {"done": done})
    messages.success(request, done)
    return redirect("portal:work", visit.token)


@transaction.atomic
def _do(visit: Visit, verb: str, form: LinkForm) -> str:
    """Use the form up and run the verb; both or neither.

    Raises LinkUnusable where the ticket has just gone to somebody else, and what the verb's service refuses.
    """
    link, member = visit.link, visit.link.member
    ticket = events.locked(link.ticket)
    if member is None or not ticket.is_held_by(member):
        raise LinkUnusable
    links.use_form(link, form.cleaned_data["form_token"])
    if ticket.is_finished and not VERBS[verb].after_solution:
        raise TransitionRefused
    return VERBS[verb].run(ticket, form.cleaned_data, member_actor(member))


def _still_held(visit: Visit) -> bool:
    """Whether the ticket stayed where it was, because whoever was to get it is away and this member stands in."""
    visit.ticket.refresh_from_db(fields=["assignee"])
    return visit.link.member is not None and visit.ticket.is_held_by(visit.link.member)


def _page(  # noqa: PLR0913  # the one page that every answer of this link is
    request: TenantRequest,
    visit: Visit,
    *,
    opened: str = "",
    bound: LinkForm | None = None,
    problem: str = "",
    trusted: bool | None = None,
    status: int = 200,
) -> HttpResponse:
    ticket = visit.ticket
    trusted = browser.is_trusted(request, visit.link) if trusted is None else trusted
    if status != 200:
        visit.link.ticket.refresh_from_db(fields=["status", "status_class", "work_started_at"])
    forms = {name: verb.form(name=name, link=visit.link) for name, verb in VERBS.items()}
    if bound is not None:
        forms[opened] = bound
    context: dict[str, Any] = {
        "ticket": ticket,
        "forms": {name.replace("-", "_"): form for name, form in forms.items()},
        "opened": opened,
        "problem": problem,
        "trusted": trusted,
        "status": status_look(ticket),
        "chip": next_promise_chip(ticket),
        "entries": for_consultant(ticket, visit.token, with_notes=trusted),
        "email": ticket.requester.email,
        "received": moment(ticket.received_at),
    }
    return pages.show(request, "portal/work.html", visit, context, status=status)


def _code_page(  # what was pressed, what was typed, and how it went
    request: TenantRequest,
    visit: Visit,
    verb: str,
    form: LinkForm,
    *,
    code: CodeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "verb": verb,
        "pending": form,
        "code_form": code or CodeForm(),
        "too_many": status == 429,
    }
    return pages.show(request, "portal/code.html", visit, context, status=status)
