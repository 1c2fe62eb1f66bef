"""Settings of a team's own fields: their list, one with its choices and rules, and how it all looks."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import role_required
from accounts.enums import Role
from accounts.pages import Chip, Line, Listing, form_page, list_page, posted
from accounts.requests import MemberRequest
from tickets.enums import Kind
from tickets.forms_fields import ChoicesForm, KindForm, OwnFieldForm, PreviewForm, RuleForm
from tickets.models import CustomField, FieldRule, KindName
from tickets.process import OwnField, Process, load
from tickets.rule_words import in_a_sentence
from tickets.services import shaping


@require_GET
@role_required(Role.ADMIN)
def fields(request: MemberRequest) -> HttpResponse:
    own = load()
    listing = Listing(
        title=_("Fields"),
        about=_("What your team wants to know of its tickets, beside the product's own fields"),
        columns=[_("Name"), _("What is filled in"), _("Kinds"), _("Rules"), _("State")],
        lines=[_line(own, each) for each in own.fields],
        add=(reverse("tickets:own_field_add"), _("Add a field")),
        more=[(reverse("tickets:own_fields_preview"), _("Look at the form"))] if own.fields else [],
        empty=_("Such as an order number, a branch or the cause of a fault."),
    )
    return list_page(request, listing)


def _line(own: Process, each: OwnField) -> Line:
    kinds = ", ".join(str(own.kind_label(kind)) for kind in Kind if kind in each.wanted.kinds) or _("All")
    rules = " ".join(in_a_sentence(rule, own) for rule in each.wanted.rules)
    chip = Chip("ok", "check", _("In use")) if each.active else Chip("mute", "minus", _("Out of use"))
    url = reverse("tickets:own_field", args=[each.pk])
    return Line(url, each.name, [each.type.label, kinds, rules], chip, faded=not each.active)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def field(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Change a field, or add one; its choices and rules are further down."""
    row, own = get_object_or_404(CustomField, pk=pk) if pk else None, load()
    form = OwnFieldForm(posted(request), instance=row, own=own, initial={} if row else {"position": len(own.fields)})
    if form.is_valid():
        kept = shaping.save_field(form.save(commit=False), changed=form.changed_data, by=request.actor)
        messages.success(request, _("Saved"))
        return redirect("tickets:own_field", kept.pk) if row is None else redirect("tickets:own_fields")
    return _field_page(request, own, form, row)


def _field_page(
    request: MemberRequest,
    own: Process,
    form: OwnFieldForm,
    row: CustomField | None,
    *,
    choices: ChoicesForm | None = None,
    rule: RuleForm | None = None,
) -> HttpResponse:
    more: dict[str, object] = {}
    if row:
        each = _of(own, row.pk)
        rules = FieldRule.objects.filter(field=row)
        more = {
            "field": each,
            "rules": [
                (told.pk, in_a_sentence(rule_, own)) for told, rule_ in zip(rules, each.wanted.rules, strict=True)
            ],
            "choices_form": (choices or ChoicesForm(own=each)) if each.has_choices else None,
            "rule_form": rule or RuleForm(own=own, field=each),
        }
    title = form.initial.get("name") or _("New field")
    up = ("tickets:own_fields", _("Fields"))
    answer = form_page(request, form, title=title, up=up, template="tickets/settings/own_field.html", **more)
    answer.status_code = 422 if choices or rule else answer.status_code
    return answer


def _of(own: Process, pk: int) -> OwnField:
    """The field of that id; Http404 where there is none."""
    found = next((each for each in own.fields if each.pk == pk), None)
    if found is None:
        raise Http404
    return found


@require_POST
@role_required(Role.ADMIN)
def choices(request: MemberRequest, pk: int) -> HttpResponse:
    """Rename, order and put away the choices of a field, and add new ones."""
    row, own = get_object_or_404(CustomField, pk=pk), load()
    each = _of(own, pk)
    if not each.has_choices:
        raise Http404
    form = ChoicesForm(request.POST, own=each)
    if not form.is_valid():
        return _field_page(request, own, OwnFieldForm(instance=row, own=own), row, choices=form)
    shaping.save_choices(row, form.edited, form.cleaned_data["new"], by=request.actor)
    messages.success(request, _("Choices saved"))
    return redirect("tickets:own_field", pk)


@require_POST
@role_required(Role.ADMIN)
def rule_add(request: MemberRequest, pk: int) -> HttpResponse:
    """One more rule of a field; it holds from the next form on."""
    row, own = get_object_or_404(CustomField, pk=pk), load()
    form = RuleForm(request.POST, own=own, field=_of(own, pk))
    if not form.is_valid():
        return _field_page(request, own, OwnFieldForm(instance=row, own=own), row, rule=form)
    shaping.add_rule(form.rule(), by=request.actor)
    messages.success(request, _("Rule added"))
    return redirect("tickets:own_field", pk)


@require_POST
@role_required(Role.ADMIN)
def rule_remove(request: MemberRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(FieldRule, pk=pk)
    shaping.remove_rule(rule, by=request.actor)
    messages.success(request, _("Rule removed"))
    return redirect("tickets:own_field", rule.field_id)


@require_GET
@role_required(Role.ADMIN)
def preview(request: MemberRequest) -> HttpResponse:
    """The fields as whoever fills them in sees them, and what would be missing; nothing is kept."""
    form = PreviewForm(request.GET or None, own=load(), roles=frozenset(request.membership.roles))
    context = {"form": form, "complete": form.is_bound and form.is_valid()}
    return render(request, "tickets/settings/fields_preview.html", context)


@require_GET
@role_required(Role.ADMIN)
def kinds(request: MemberRequest) -> HttpResponse:
    own = load()
    listing = Listing(
        title=_("Kinds of tickets"),
        about=_("Named by you; clocks and invoices know what they are"),
        columns=[_("Name"), _("In the product"), _("When it is chosen"), _("State")],
        lines=[_kind_line(own, kind) for kind in Kind],
    )
    return list_page(request, listing)


def _kind_line(own: Process, kind: Kind) -> Line:
    named, off = own.kinds.get(kind), own.is_off(kind)
    chip = Chip("mute", "minus", _("Not used here")) if off else Chip("ok", "check", _("In use"))
    cells: list[str | Promise] = [kind.label, named.description if named else ""]
    return Line(reverse("tickets:kind", args=[kind]), str(own.kind_label(kind)), cells, chip, faded=off)


@require_http_methods(["GET", "POST"])
@role_required(Role.ADMIN)
def kind(request: MemberRequest, kind: str) -> HttpResponse:
    """What the team calls a kind, and whether it uses it."""
    if kind not in Kind.values:
        raise Http404
    own, row = load(), KindName.objects.filter(kind=kind).first() or KindName(kind=kind)
    form = KindForm(posted(request), instance=row, own=own)
    if form.is_valid():
        shaping.save_kind(form.save(commit=False), changed=form.changed_data, by=request.actor)
        messages.success(request, _("Saved"))
        return redirect("tickets:kinds")
    title = str(own.kind_label(kind))
    return form_page(request, form, title=title, up=("tickets:kinds", _("Kinds of tickets")))
