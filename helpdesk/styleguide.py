"""Every component in every state on one page, for whoever changes the look; served in development and tests only."""

from datetime import timedelta

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import member_required
from accounts.requests import MemberRequest
from core.forms import LookForm
from tickets.chips import STATUS_LOOK, Chip, StatusLook, due_chip
from tickets.rows import USUAL_COLUMNS, Priority, Row


class Sample(LookForm):
    """A form with a field of each kind."""

    title = forms.CharField(label="Title", help_text="Every list shows it.")
    customer = forms.ChoiceField(label="Customer", choices=[("1", "Kymi Paperi Oyj")])
    text = forms.CharField(label="Text", widget=forms.Textarea(attrs={"rows": 3}))


@require_GET
@member_required
def show(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    chips = [
        due_chip("resolution", now + timedelta(days=2), None, now=now, quiet=True),
        due_chip("restore", now + timedelta(minutes=127), None, now=now),
        due_chip("periodic_update", now + timedelta(minutes=22), None, now=now),
        due_chip("first_response", now - timedelta(minutes=18), None, now=now),
        Chip("mute", "clock-pause", "Clock paused", "since Wed", "paused"),
        Chip("ok", "check", "First response met", "in 12 min", "quiet"),
        Chip("mute", "minus", "No promise", kind="quiet"),
    ]
    statuses = [StatusLook(tone, icon, str(name.label)) for name, (tone, icon) in STATUS_LOOK.items()]
    rows = [_row(place, chip, statuses[place % len(statuses)]) for place, chip in enumerate(chips)]
    form = Sample({"title": ""} if "errors" in request.GET else None)
    context = {"chips": chips, "statuses": statuses, "groups": [("", rows)], "columns": USUAL_COLUMNS, "form": form}
    return render(request, "styleguide.html", context)


def _row(place: int, chip: Chip, status: StatusLook) -> Row:
    return Row(
        pk=place,
        number=f"SYS-{1040 + place}",
        url="#main",
        subject="Reel lifter on winder 2 loses pressure after 20 minutes",
        who="Tuomas Hakala, Kymi Paperi Oyj",
        unread=place % 3 == 0,
        status=status,
        priority=Priority(["normal", "high", "urgent"][place % 3], ["Normal", "High", "Urgent"][place % 3]),
        chip=chip,
        assignee="Sanna Virta" if place % 2 else "",
        age="5 h",
        selected=place == 1,
    )
