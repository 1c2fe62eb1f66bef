"""Components and form templates, rendered as pages use them; an unknown variable raises, as in every test."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django_cotton.compiler_regex import CottonCompiler

from core.forms import LookForm
from tickets.settings_index import SECTIONS

ROOT = Path(__file__).resolve().parents[2]
ICON = re.compile(r"""\{% icon "([\w-]+)"|(?<!:)\bicon="([\w-]+)"|<c-icon name="([\w-]+)\"""")


def render(html: str, **context: Any) -> str:
    rendered = Template(CottonCompiler().process(html)).render(Context(context))
    return re.sub(r"\s+", " ", rendered).strip()


def words(html: str, **context: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", render(html, **context))).strip()


CHIP = {"tone": "warn", "icon": "alarm", "words": "Update due in 22 min", "time": "15:00", "kind": "plain"}
DUE = "2026-11-19T13:00:00+00:00"


def test_status_follows_tone_and_icon() -> None:
    html = render('<c-status tone="info" icon="circle" label="New" />')
    assert 'class="v-status t-info"' in html
    assert "#circle" in html
    assert words('<c-status tone="info" icon="circle" label="New" />') == "New"


@pytest.mark.parametrize(("level", "seen"), [("urgent", "Urgent"), ("high", "High"), ("normal", ""), ("low", "")])
def test_a_list_shows_only_the_priorities_that_press(level: str, seen: str) -> None:
    html = render('<c-priority :level="level" :label="label" :bare="True" />', level=level, label=level.title())
    assert re.sub(r"<[^>]+>", "", html).strip() == seen
    assert html.count("<span") == html.count("</span>")


def test_a_chip_counts_on_only_with_the_name_of_its_promise() -> None:
    still = render("{% sla_chip chip %}", chip=SimpleNamespace(**CHIP, datetime=DUE, name=""))
    assert "data-due" not in still
    assert "<small>15:00</small>" in still
    live = render("{% sla_chip chip %}", chip=SimpleNamespace(**CHIP, name="Update", datetime=DUE))
    assert f'data-due="{DUE}"' in live


def test_no_chip_shows_nothing() -> None:
    assert render("{% sla_chip chip %}", chip=None) == ""


def test_person_escapes_the_name_once() -> None:
    html = render('<c-person :name="name" kind="staff" :show="True" />', name="Zoë <b> O'Hara")
    assert "Zoë &lt;b&gt; O&#x27;Hara" in html
    assert ">ZO</span>" in html
    assert words('<c-person kind="none" :show="True" />') == "Nobody"


@pytest.mark.parametrize(
    ("kind", "who", "heard"),
    [
        ("requester", "Requester", "Aino, Requester, 09:52"),
        ("reply", "", "Aino, Reply to customer, 09:52"),
        ("note", "", "Aino, Internal note, only colleagues see this, 09:52"),
    ],
)
def test_a_message_says_who_reads_it(kind: str, who: str, heard: str) -> None:
    html = render('<c-message name="Aino" :kind="kind" :who="who" time="09:52">Words</c-message>', kind=kind, who=who)
    assert f'<article class="v-msg {kind}" aria-label="{heard}">' in html
    assert '<div class="text">Words</div>' in html
    assert "foot" not in html


def test_a_component_does_not_see_the_pages_variables() -> None:
    html = render('<c-banner tone="ok">Fine</c-banner>', title="the page's title", actions="x", icon="lock")
    assert "the page" not in html
    assert "#circle-check" in html


def test_a_filter_that_is_on_says_that_it_can_be_removed() -> None:
    assert words('<c-filter label="Status" value="open" url="?" :on="True" />') == "Status: open remove"
    assert "aria-current" not in render('<c-filter label="Status" value="open" url="?" :on="True" />')


def test_a_button_with_an_address_is_a_link() -> None:
    assert render('<c-button url="/new/">New</c-button>') == '<a href="/new/" class="btn"> New </a>'
    button = render('<c-button kind="primary" name="do" value="start">Start</c-button>')
    assert (
        button == '<button type="submit" name="do" value="start" class="btn btn-primary" data-primary> Start </button>'
    )


class MailboxForm(LookForm):
    server = forms.CharField(label="Server", help_text="As your provider says.")
    port = forms.ChoiceField(label="Port", choices=[("993", "993")], required=False)
    keep = forms.BooleanField(label="Keep mail", required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect, required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_field_ties_label_help_and_suggestion_to_its_control() -> None:
    form = MailboxForm(initial={"server": "imap.mail.example"})
    form.suggest(server="From the address")
    html = render('<c-field :field="form.server" />', form=form)
    assert '<label class="form-label" for="id_server">Server</label>' in html
    assert 'aria-describedby="id_server_suggestion id_server_helptext"' in html
    assert 'id="id_server_suggestion"' in html
    assert 'class="form-control"' in html


def test_a_suggestion_goes_once_the_person_has_answered() -> None:
    form = MailboxForm({"server": "other.example"})
    form.suggest(server="From the address")
    assert "From the address" not in render("{{ form }}", form=form)


def test_an_error_is_said_at_the_field_and_on_top() -> None:
    html = render("{{ form }}", form=MailboxForm({"server": "", "port": "1"}))
    assert 'aria-invalid="true"' in html
    assert 'id="id_server_error"' in html
    assert '<a href="#id_server">Server</a>: This field is required.' in html
    assert html.index("v-errors") < html.index('name="server"')


def test_a_form_without_errors_has_no_summary() -> None:
    html = render("{{ form }}", form=MailboxForm())
    assert "v-errors" not in html
    assert html.count('type="hidden"') == 1
    assert "<legend" in html
    assert 'class="form-check-input m-0"' in html


def test_what_was_typed_is_escaped() -> None:
    html = render("{{ form }}", form=MailboxForm({"server": '"><script>'}))
    assert "<script>" not in html


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_need_no_context(name: str) -> None:
    html = render(f'{{% include "{name}.html" %}}')
    assert "<h1>" in html
    assert 'lang="en"' in html


def test_pages_ask_only_for_icons_of_the_sprite() -> None:
    script = (ROOT / "scripts" / "vendor_assets.mjs").read_text()
    listed = re.search(r"const ICONS = `(.*?)`", script, re.DOTALL)
    assert listed
    icons = set(listed[1].split())
    asked = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for found in re.findall(
            r"""\{% icon "([\w-]+)"|(?<!:)\bicon="([\w-]+)"|<c-icon name="([\w-]+)\"""", path.read_text()
        )
        for name in found
        if name
    }
    asked |= {setting.icon for section in SECTIONS for setting in section.settings}
    for app in ("accounts", "mailintake", "outbox", "portal", "reports", "sla", "tickets"):
        for path in (ROOT / app).rglob("*.py"):
            asked |= set(re.findall(r"""Chip\(\s*"\w+",\s*"([\w-]+)\"""", path.read_text()))
    assert asked
    assert asked <= icons, f"missing in scripts/vendor_assets.mjs: {asked - icons}"
