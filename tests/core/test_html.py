from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.html import html_to_text, sanitise_mail, text_to_html
from mailintake.parsing import parse

CORPUS = Path(os.environ.get("VASTE_SHARED", "/nonexistent")) / "data" / "mail"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="VASTE_SHARED does not name the shared mail corpus")
ACTIVE = ("<script", "<style", "<svg", "<math", "<form", "<iframe", "<base", "<meta", "<link", "<object", "<input")
ACTIVE_ATTRIBUTES = (" on", " style=", " class=", " id=", " hx-", " x-", " data-", " @click", "javascript:", "data:")


def is_inert(html: str) -> bool:
    tags = "".join(piece.partition(">")[0] + ">" for piece in html.lower().replace("<", "\n<").split("\n<")[1:])
    return not any(word in html.lower() for word in ACTIVE) and not any(word in tags for word in ACTIVE_ATTRIBUTES)


def without_link_policy(html: str) -> str:
    """Without what we add to each link ourselves, which comes in no fixed order."""
    return re.sub(r' (?:rel|target)="[^"]*"', "", html)


@pytest.mark.parametrize(
    ("source", "cleaned"),
    [
        ("<p class=a id=b style='x' onclick=y>Hei <b>kaikki</b></p>", "<p>Hei <b>kaikki</b></p>"),
        ("a<script>alert(1)</script>b", "ab"),
        ("<style>p{}</style><title>t</title>x", "x"),
        ("<div hx-get='/x' x-data='y' data-z='1' @click='q'>z</div>", "<div>z</div>"),
        ("<svg><script>alert(1)</script></svg>x", "x"),
        ("<img src='cid:kuva1' alt='k'>", '<img src="cid:kuva1" alt="k">'),
        ("<form action=x><input name=y>z</form>", "z"),
    ],
)
def test_only_the_allowlist_survives(source: str, cleaned: str) -> None:
    assert sanitise_mail(source).html == cleaned


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JaVaScRiPt:x", "/tickets/1/close", "//evil.example", "cid:x", "data:,x"]
)
def test_a_link_inwards_loses_its_address(address: str) -> None:
    assert "href" not in sanitise_mail(f"<a href='{address}'>x</a>").html


@pytest.mark.parametrize("address", ["https://x.example", "http://x.example", "mailto:a@x.example", "tel:+358401234"])
def test_a_link_outwards_opens_without_telling_where_from(address: str) -> None:
    found = sanitise_mail(f"<a href=' {address}' onclick=y>x</a>").html
    attributes = {f'href="{address}"', 'rel="noopener noreferrer nofollow"', 'target="_blank"'}
    assert all(attribute in found for attribute in attributes)
    assert found.count("=") == len(attributes)


def test_remote_images_are_blocked_and_counted() -> None:
    found = sanitise_mail(
        "<img src='https://t.example/p.gif' width=1><img src='//t.example/2'><img src='cid:a'>"
        "<img src='data:image/svg+xml,x'><img srcset='https://t.example/3'><td background='https://t.example/4'>x"
    )
    assert "t.example" not in found.html
    assert "data:" not in found.html
    assert found.blocked_images == 2
    assert 'src="cid:a"' in found.html


@given(st.text(alphabet=st.sampled_from("<>/ \"'=abdimgsrcxonlk:;!-&#"), max_size=120))
@settings(deadline=None)
def test_sanitising_is_inert_and_stable(source: str) -> None:
    once = sanitise_mail(source).html
    assert is_inert(once)
    assert without_link_policy(sanitise_mail(once).html) == without_link_policy(once)


def test_text_keeps_words_lists_and_tables() -> None:
    text = html_to_text("<p>Hei&nbsp;ääkköset</p><ul><li>yksi</li></ul><table><tr><td>a</td><td>b</td></tr></table>")
    assert text.split() == ["Hei", "ääkköset", "*", "yksi", "a", "b"]
    assert html_to_text("<p>a</p><p>b</p><p>c</p>") == "a\n\nb\n\nc"


def test_text_and_html_show_the_same_words() -> None:
    source = "<div style='display:none'>piilossa</div><p>näkyvissä</p>"
    assert html_to_text(source).split() == ["piilossa", "näkyvissä"]
    assert "piilossa" in sanitise_mail(source).html


@pytest.mark.parametrize("depth", [100, 250, 300, 3_000, 100_000])
def test_depth_loses_no_word(depth: int) -> None:
    source = "<div>" * depth + "syvällä" + "</div>" * depth
    started = time.perf_counter()
    assert html_to_text(source) == "syvällä"
    assert "syvällä" in sanitise_mail(source).html
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "pattern",
    [
        "<b><p>",
        "<",
        "<!--",
        "<a ",
        "<div title='</div>'>",
        "&",
        "<table><tr><td>",
        "<script>",
        "<font><div></font>",
        "]]>",
    ],
)
def test_hostile_html_costs_seconds_at_most(pattern: str) -> None:
    source = pattern * (1_500_000 // len(pattern)) + "loppu"
    started = time.perf_counter()
    assert is_inert(sanitise_mail(source).html)
    html_to_text(source)
    assert time.perf_counter() - started < 5


def test_costly_html_is_shown_as_its_text() -> None:
    source = "<p onclick=x>Hei</p><script>alert(1)</script><br>" + "<b>" * 30_000 + "&lt;b&gt; kaikki"
    assert sanitise_mail(source).html == "<p>Hei</p>\n<p>&lt;b&gt; kaikki</p>"


def test_plain_text_becomes_paragraphs_without_markup() -> None:
    assert text_to_html("a <b>\nc\n\nd & e\n") == "<p>a &lt;b&gt;<br>c</p>\n<p>d &amp; e</p>"


@needs_corpus
@pytest.mark.parametrize("name", ["alpine", "dangling", "data", "math", "meta", "nested", "script", "svg"])
def test_corpus_attacks_are_inert(name: str) -> None:
    mail = parse((CORPUS / "attacks" / f"xss-{name}.eml").read_bytes())
    assert mail.html
    assert is_inert(sanitise_mail(mail.html).html)
