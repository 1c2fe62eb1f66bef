"""Writing on a ticket: sent, taken back, or kept as a draft until it is."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import member_required
from accounts.enums import AfterSending
from accounts.models import Membership
from accounts.requests import MemberRequest
from core import live
from core.templatetags.vaste import clock_time
from core.tokens import new_token
from tickets import presence
from tickets.access import get_ticket
from tickets.composing import SEND, sends_as
from tickets.enums import Mode
from tickets.errors import Overtaken, TicketError
from tickets.forms import keep
from tickets.forms_work import as_typed
from tickets.forms_writing import ComposerForm, DraftForm
from tickets.models import Draft, Message, Ticket, WorkType
from tickets.presence import doing_of
from tickets.services import conversation, drafts, lifecycle, work
from tickets.services.drafts import Saved, Spot, Typed
from tickets.services.responses import run_now
from tickets.services.undoing import Draft as TakenBack
from tickets.services.undoing import undo_send
from tickets.threads import tag
from tickets.views.actions import CONFLICT, INVALID, back_to, problem_of
from tickets.views.following import unheard_words
from tickets.views.ticket import position_seen, render_ticket
from tickets.whence import follower, whence

MOST_LISTED = 100


def _work_types() -> list[WorkType]:
    return list(WorkType.objects.all())


@require_POST
@member_required
def write(request: MemberRequest, number: int) -> HttpResponse:
    """Send a reply or keep a note, with the time worked on it."""
    ticket = get_ticket(request, number, may="tickets.work")
    form = ComposerForm(request.POST, request.FILES, work_types=_work_types(), member=request.membership)
    if not form.is_valid():
        return render_ticket(request, ticket.number, composer=form, status=INVALID)
    try:
        _write(ticket, form, request)
    except TicketError as refusal:
        return _refused(request, form, number, refusal)
    drafts.discard(ticket, form.typed.mode, at=form.spot, member=request.membership)
    live.leave(request.tenant.pk, str(number), str(request.membership.pk))
    is_note = form.typed.mode == Mode.NOTE
    messages.success(
        request,
        _("Note kept") if is_note else _("The mail leaves in a few seconds"),
        extra_tags=f"sent-{form.spot.page}" if form.spot.page else "",
    )
    return redirect(_onwards(request, ticket, form))


@transaction.atomic
def _write(ticket: Ticket, form: ComposerForm, request: MemberRequest) -> None:
    """What was written is said, and what the macro beside it sets is set; both or neither."""
    _say(ticket, form, request)
    if form.cleaned_data["macro"]:
        run_now(form.cleaned_data["macro"], ticket, request.membership)


def _say(ticket: Ticket, form: ComposerForm, request: MemberRequest) -> None:
    """The verb that the pressed button names; a note has only one."""
    data, written, by, seen = form.cleaned_data, form.written(), request.actor, position_seen(request)
    time = {"minutes": data["minutes"], "work_type": data["work_type"], "details": form.details()}
    if data["mode"] == Mode.REPLY and "resolve" in request.POST:
        lifecycle.resolve(ticket, solution=written.text, files=written.files, by=by, seen=seen, **time)
        return
    if data["mode"] == Mode.NOTE:
        message = conversation.note(ticket, written, by=by)
        for words in unheard_words(message.unheard):
            messages.warning(request, words)
    elif "wait" in request.POST:
        message = conversation.ask(ticket, written, by=by, seen=seen)
    else:
        message = conversation.reply(ticket, written, by=by, seen=seen)
        if data["status"]:
            lifecycle.set_status(ticket, data["status"], by=by, at=message.at)
    if data["minutes"]:
        work.log(ticket, by=by, at=message.at, **time)


def _refused(request: MemberRequest, form: ComposerForm, number: int, refusal: TicketError) -> HttpResponse:
    """Nothing was sent; the page comes back with what was typed, and with what came in between where that is why."""
    saved = drafts.save(get_ticket(request, number), form.typed, at=form.spot, member=request.membership)
    initial = form.again() | _place(form.spot, saved)
    composer = ComposerForm(work_types=_work_types(), initial=initial)
    since = refusal.seen if isinstance(refusal, Overtaken) else None
    pressed = sends_as(request.POST)
    problem = "" if since is not None else problem_of(number, refusal)
    return render_ticket(
        request, number, composer=composer, status=CONFLICT, problem=problem, since=since, pressed=pressed
    )


def _place(spot: Spot, saved: Saved) -> dict[str, Any]:
    """What a page's hidden fields say after its text was kept."""
    row = saved.draft
    here = {"branch": row.branch, "version": row.version} if row else {"branch": spot.branch, "version": spot.version}
    return here | {"page": spot.page or new_token()}


def _onwards(request: MemberRequest, ticket: Ticket, form: ComposerForm) -> str:
    """Where its writer goes: the next ticket, the list, or back to this one; chosen so next time as well."""
    then = form.cleaned_data["then"] or request.membership.after_sending
    # Plain sending has a button of its own, whatever was done last.
    way = sends_as(request.POST) if form.typed.mode == Mode.REPLY else SEND
    _remember(request.membership, after_sending=then, **({} if way == SEND else {"sends_as": way}))
    path = whence(request)
    back = path or reverse("tickets:mine")
    if then == AfterSending.LIST:
        return back
    if then == AfterSending.NEXT:
        following = follower(request.membership, path, ticket.number)
        return back_to(request, following) if following else back
    return back_to(request, ticket)


def _remember(member: Membership, **habits: str) -> None:
    changed = [name for name, value in habits.items() if getattr(member, name) != value]
    for name in changed:
        setattr(member, name, habits[name])
    if changed:
        member.save(update_fields=changed)


@require_POST
@member_required
def undo(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """Take a reply back while its mail has not left; what was typed returns to the composer, and is kept there."""
    ticket = get_ticket(request, number, may="tickets.work")
    message = get_object_or_404(Message, pk=pk, ticket=ticket, member=request.membership)
    try:
        draft = undo_send(message, by=request.actor)
    except TicketError as refusal:
        return render_ticket(request, ticket.number, status=CONFLICT, problem=str(refusal))
    if draft is None:
        return render_ticket(request, ticket.number, status=CONFLICT, problem=_("The reply has left already."))
    composer = ComposerForm(work_types=_work_types(), initial=_as_typed(request, ticket, draft))
    return render_ticket(request, number, composer=composer)


def _as_typed(request: MemberRequest, ticket: Ticket, back: TakenBack) -> dict[str, Any]:
    """The composer as it was before it was sent; what it holds but its files is kept as a draft."""
    minutes, work_type = (back.work.minutes, back.work.work_type) if back.work else (None, None)
    spot = Spot(new_token())
    saved = drafts.save(ticket, Typed(Mode.REPLY, back.text, minutes, work_type), at=spot, member=request.membership)
    typed = {"mode": Mode.REPLY, "text": back.text, "kept": [keep(file) for file in back.files]}
    time = {"minutes": minutes, "work_type": work_type.pk, **as_typed(back.work)} if work_type and back.work else {}
    return typed | time | _place(spot, saved)


@require_POST
@member_required
def save_draft(request: MemberRequest, number: int) -> HttpResponse:
    """Keep what stands in the composer; the page's script hears where it stands now."""
    ticket = get_ticket(request, number, may="tickets.work")
    form = DraftForm(request.POST, work_types=_work_types())
    form.is_valid()
    if not form.can_be_kept:
        whole = ComposerForm(request.POST, work_types=_work_types())
        return render_ticket(request, ticket.number, composer=whole, status=INVALID)
    spot = form.spot if form.spot.page else Spot(new_token(), form.spot.branch, form.spot.version)
    saved = drafts.save(ticket, form.typed, at=spot, member=request.membership)
    place = str(number)
    sight = live.look(request.tenant.pk)
    doing = presence.Doing.VIEWING if form.typed.is_empty else doing_of(form.typed.mode.value)
    presence.arrive(sight, place, doing, member=request.membership, seen=sight.position)
    if request.accepts("text/html"):
        return redirect(_after_keeping(request, ticket, saved.draft))
    answer = _place(spot, saved) | {"said": saved_words(saved.draft), "other": saved.other.text if saved.other else ""}
    return JsonResponse(answer)


def _after_keeping(request: MemberRequest, ticket: Ticket, draft: Draft | None) -> str:
    """What the button that was pressed leads to, with the draft: what is ready, a new response, or the ticket."""
    query = f"?draft={draft.pk}" if draft else ""
    if "ready" in request.POST:
        return reverse("tickets:ready", args=[ticket.number]) + query
    if "as_response" in request.POST:
        return reverse("tickets:response_add") + query
    messages.success(request, _("Draft kept"))
    return with_draft(request, ticket, draft)


def with_draft(request: MemberRequest, ticket: Ticket, draft: Draft | None) -> str:
    """The ticket's page with this draft in its composer."""
    query = {"from": whence(request), "draft": draft.pk if draft else ""}
    return f"{ticket.get_absolute_url()}?{urlencode({name: value for name, value in query.items() if value})}#write"


def saved_words(draft: Draft | None) -> str:
    """What the composer says of its draft."""
    return _("Draft saved %(time)s") % {"time": clock_time(draft.saved_at)} if draft else ""


@require_POST
@member_required
def take_draft(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """Go on with a draft of a colleague, in one's own composer."""
    ticket = get_ticket(request, number, may="tickets.work")
    theirs = Draft.objects.exclude(member=request.membership).select_related("work_type")
    draft = get_object_or_404(theirs, pk=pk, ticket=ticket)
    draft.ticket = ticket
    taken = drafts.take_over(draft, page=new_token(), member=request.membership)
    return redirect(with_draft(request, ticket, taken))


@require_POST
@member_required
def drop_draft(request: MemberRequest, number: int, pk: int) -> HttpResponse:
    """Throw a draft of one's own away."""
    ticket = get_ticket(request, number, may="tickets.work")
    get_object_or_404(Draft, pk=pk, ticket=ticket, member=request.membership).delete()
    messages.success(request, _("Draft thrown away"))
    return redirect(back_to(request, ticket))


@require_GET
@member_required
def my_drafts(request: MemberRequest) -> HttpResponse:
    """What the member has begun to write, on tickets that they still see."""
    seen = Ticket.objects.visible_to(request.membership)
    mine = Draft.objects.filter(member=request.membership, ticket__in=seen).select_related("ticket").latest_first()
    rows = [(tag(request.tenant, draft.ticket.number), draft) for draft in mine[:MOST_LISTED]]
    return render(request, "tickets/drafts.html", {"rows": rows})
