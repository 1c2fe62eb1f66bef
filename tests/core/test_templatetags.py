from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from core.templatetags import vaste

NBSP = "\N{NO-BREAK SPACE}"
NOW = datetime(2026, 11, 19, 12, 38, tzinfo=UTC)  # Thursday, 14:38 in Turku


@pytest.fixture(autouse=True)
def turku() -> Iterator[None]:
    with timezone.override("Europe/Helsinki"), translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("name", "words", "letters"),
    [
        ("Aino Lehtonen", "ends", "AL"),
        ("Anna Maria Virta", "ends", "AV"),
        ("Kymi Paperi Oyj", "start", "KP"),
        ("Vaste", "ends", "V"),
        ("support@nordhuolto.example", "ends", "S"),
        ("äijä öljy", "ends", "ÄÖ"),
        ("Hansa & Söhne", "start", "HS"),
        ("", "ends", ""),
    ],
)
def test_initials(name: str, words: str, letters: str) -> None:
    assert vaste.initials(name, words) == letters


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (12_300, "12 kB"),
        (640_000, "640 kB"),
        (999_600, "1.0 MB"),
        (1_240_000, "1.2 MB"),
        (35_000_000, "35 MB"),
        (2_000_000_000, "2.0 GB"),
    ],
)
def test_filesize_short(size: int, words: str) -> None:
    assert vaste.filesize_short(size) == words.replace(" ", NBSP)


def test_filesize_has_the_readers_decimal_sign() -> None:
    with translation.override("fi"):
        assert vaste.filesize_short(1_240_000) == f"1,2{NBSP}MB"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 19, 14, 45, tzinfo=UTC), "today 16:45"),
        (datetime(2026, 11, 18, 22, 5, tzinfo=UTC), "today 00:05"),  # yesterday in UTC
        (datetime(2026, 11, 20, 9, 10, tzinfo=UTC), "Fri 11:10"),
        (datetime(2026, 11, 13, 9, 10, tzinfo=UTC), "Fri 11:10"),
        (datetime(2026, 11, 26, 9, 10, tzinfo=UTC), "26 Nov"),
        (datetime(2026, 11, 12, 9, 10, tzinfo=UTC), "12 Nov"),
        (datetime(2025, 11, 19, 9, 10, tzinfo=UTC), "19 Nov 2025"),
    ],
)
def test_local_time(moment: datetime, words: str) -> None:
    assert vaste.local_time(moment, NOW) == words


def test_local_time_follows_the_reader() -> None:
    with timezone.override("America/Toronto"):
        assert vaste.local_time(datetime(2026, 11, 19, 14, 45, tzinfo=UTC), NOW) == "today 09:45"


def test_clock_and_full_time() -> None:
    assert vaste.clock_time(NOW) == "14:38"
    assert vaste.full_time(NOW) == "Thu 19 Nov 2026 14:38"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 min"),
        (22, "22 min"),
        (-18, "18 min"),
        (59, "59 min"),
        (60, "1 h"),
        (127, "2 h 7 min"),
        (1439, "23 h 59 min"),
        (1440, "1 day"),
        (3000, "2 days"),
    ],
)
def test_minutes_words(minutes: int, words: str) -> None:
    assert vaste.minutes_words(minutes) == words


def test_the_scripts_words_are_those_of_minutes_words() -> None:
    words = vaste.unit_words()
    assert 'data-hours-minutes="%(hours)s h %(minutes)s min"' in words
    assert 'data-day="%(days)s day" data-days="%(days)s days"' in words


def test_icon_is_hidden_unless_it_stands_alone() -> None:
    assert vaste.icon("lock").startswith('<svg class="icon" aria-hidden="true"><use href="/static/icons.')
    assert 'class="icon icon-sm" role="img" aria-label="Closed &amp; done"' in vaste.icon(
        "lock", "sm", "Closed & done"
    )


def test_lean_leaves_out_only_what_html_can_do_without() -> None:
    """A text that looks like an attribute is escaped, and so stays as it is."""
    rows = (
        '<tr class="v-row on">\n<td id="a-1">{{ text }}</td>\n <td data-due="2026-11-02T10:00Z">2</td>\n</tr> '
        "<tr><td>3</td></tr>"
    )
    told = Template("{% lean %}" + rows + "{% endlean %}").render(Context({"text": 'x="y" </td> '}))
    assert told == (
        '<tr class="v-row on"><td id=a-1>x=&quot;y&quot; &lt;/td&gt; <td data-due=2026-11-02T10:00Z>2'
        "<tr><td>3</td></tr>"
    )
