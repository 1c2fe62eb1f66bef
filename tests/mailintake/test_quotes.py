from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailintake.decoding import decode
from mailintake.quotes import is_forward, split

CORPUS = Path(os.environ.get("VASTE_SHARED", "/nonexistent")) / "data" / "mail"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="VASTE_SHARED does not name the shared mail corpus")

ATTRIBUTIONS = {
    "fi gmail": "ti 3. helmik. 2026 klo 10.15 Vasteen tuki (tuki@vaste.example) kirjoitti:",
    "fi thunderbird": "Vasteen tuki kirjoitti 3.2.2026 klo 10:15:",
    "fi apple": "Vasteen tuki <tuki@vaste.example> kirjoitti 3.2.2026 kello 10.15:",
    "sv gmail": "Den tis 3 feb. 2026 kl 10:15 skrev Support <tuki@vaste.example>:",
    "sv apple": "3 feb. 2026 kl. 10:15 skrev Support <tuki@vaste.example>:",
    "en gmail": "On Tue, Feb 3, 2026 at 10:15 AM Vaste Support <tuki@vaste.example> wrote:",
    "en wrapped": "On Tue, Feb 3, 2026 at 10:15 AM Vaste Support\n<tuki@vaste.example>\nwrote:",
    "de gmail": "Am Di., 3. Feb. 2026 um 10:15 Uhr schrieb Support <tuki@vaste.example>:",
    "de thunderbird": "Am 03.02.26 um 10:15 schrieb Support:",
    "es gmail": "El mar, 3 feb 2026 a las 10:15, Soporte (<tuki@vaste.example>) escribió:",
    "fr gmail": "Le mar. 3 févr. 2026 à 10:15, Support <tuki@vaste.example> a écrit :",
    "no verb": "2026-02-03 10:15 GMT+02:00 Support <tuki@vaste.example>:",
}
HEADS = {
    "fi": "Lähettäjä: Tuki <tuki@vaste.example>\nLähetetty: tiistai 3. helmikuuta 2026 10.15\n"
    "Vastaanottaja: Matti\nAihe: x",
    "sv": "Från: Support\nSkickat: den 3 februari 2026 10:15\nTill: Maria\nÄmne: x",
    "en": "From: Support\nSent: Tuesday, February 3, 2026 10:15 AM\nTo: Matti\nSubject: x",
    "en bold": "*From:* Support <tuki@vaste.example>\n*Sent:* 3 February 2026\n*To:* Matti\n*Subject:* x",
    "de": "Von: Support\nGesendet: Dienstag, 3. Februar 2026 10:15\nAn: Jörg\nBetreff: x",
    "es": "De: Soporte\nEnviado: martes, 3 de febrero de 2026 10:15\nPara: Ana\nAsunto: x",
    "fr": "De : Support\nEnvoyé : mardi 3 février 2026 10:15\nÀ : Anne\nObjet : x",
    "separator fi": "-----Alkuperäinen viesti-----\nLähettäjä: Tuki",
    "separator sv": "-----Ursprungligt meddelande-----\nFrån: Support",
    "separator en": "-----Original Message-----\nFrom: Support",
    "separator de": "-----Ursprüngliche Nachricht-----\nVon: Support",
}
MOBILE = [
    "Sent from my iPhone",
    "Lähetetty iPhonesta",
    "Lähetetty Outlook for Androidista",
    "Hanki Outlook for iOS",
    "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "Skickat från min iPhone",
    "Von meinem iPhone gesendet",
    "Envoyé de mon iPhone",
    "Enviado desde mi iPhone",
    "Sent with Airmail",
    "(sent from a phone)",
    "Sent wirelessly via BlackBerry from T-Mobile.",
    "Lähetetty Samsung Galaxy -älypuhelimesta.",
    "Gesendet mit der Telekom Mail App",
    "Verstuurd vanaf mijn iPad",
    "從我的 iPhone 傳送",
]
NO_PHONE = [
    "Sent by courier yesterday.",
    "Sent from the warehouse on Monday.",
    "Skickat från lagret igår.",
    "Lähetetty eilen postissa",
    "Enviado de nuevo el pedido",
    "Envoyé de Paris hier",
    "Gesendet von Köln am Montag",
]
NEW = "Hei,\n\nei toimi vieläkään.\n\nTerveisin\nMatti"


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
@pytest.mark.parametrize(
    "history", ["> Hei\n>\n> Kokeile uudelleen.", "Hei\n\nKokeile uudelleen."], ids=["marked", "bare"]
)
def test_an_attributed_quote_is_history(attribution: str, history: str) -> None:
    found = split(f"{NEW}\n\n{attribution}\n\n{history}\n")
    assert found.new == NEW
    assert found.quoted == f"{attribution}\n\n{history}"


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_a_quoted_mail_head_starts_the_history(head: str) -> None:
    found = split(f"{NEW}\n\n________________________________\n{head}\n\nKokeile uudelleen.")
    assert found.new == NEW
    assert found.quoted.endswith("Kokeile uudelleen.")


@pytest.mark.parametrize("line", MOBILE)
def test_a_phones_own_line_is_no_news(line: str) -> None:
    assert split(f"{NEW}\n\n{line}").new == NEW
    assert split(f"{NEW}\n\n{line}\n\n{HEADS['fi']}\n\nx").new == NEW


@pytest.mark.parametrize("line", NO_PHONE)
def test_a_persons_own_last_line_is_news(line: str) -> None:
    assert split(f"{NEW}\n\n{line}").new == f"{NEW}\n\n{line}"


def test_a_signature_goes_but_a_long_text_below_dashes_stays() -> None:
    assert split(f"{NEW}\n-- \nMatti\nAsiakas Oy").new == NEW
    long = f"{NEW}\n--\n" + "\n".join(f"rivi {number}" for number in range(30))
    assert split(long).new == long


@pytest.mark.parametrize("closing", ["Sent from my iPhone", "--\nMatti\nAsiakas Oy"])
def test_above_a_marked_quote_every_line_is_kept(closing: str) -> None:
    found = split(f"{NEW}\n\n{closing}\n\n{ATTRIBUTIONS['en gmail']}\n> x")
    assert (found.new, found.quoted) == (f"{NEW}\n\n{closing}", f"{ATTRIBUTIONS['en gmail']}\n> x")


def test_a_quote_that_nothing_announces_stays_with_its_answer() -> None:
    text = "> Versio?\n> Käykö?\n\n4.2, käy."
    assert split(text).new == text


def test_answers_between_quotes_keep_their_questions() -> None:
    text = "On 3.2.2026 Tuki wrote:\n> Versio?\n\n4.2\n\n> Käykö?\n\nKäy."
    assert split(text).new == text


def test_an_answer_below_one_quote_stands_alone() -> None:
    found = split("On 3.2.2026 Tuki wrote:\n> Versio?\n> Käykö?\n\n4.2, käy.")
    assert (found.new, found.quoted) == ("4.2, käy.", "On 3.2.2026 Tuki wrote:\n> Versio?\n> Käykö?")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "> only a quote",
        "He wrote: the printer burns",
        "From: Oulu\nTo: Helsinki\nSubject: train tickets",
        "Asia: x\nAihe: y",
        "Tilaus 3.2.2026:\n\n10 kpl",
        "He wrote at 10:15 that:\n\nit burns",
        "-- \nMatti",
        "----\nkaksi\n----",
    ],
)
def test_when_unsure_everything_is_new(text: str) -> None:
    assert split(text).new == text.strip("\n")
    assert split(text).quoted == ""


def test_a_forward_is_kept_whole() -> None:
    passed_on = f"Katsokaa.\n\n{HEADS['fi']}\n\nLinja seis."
    assert split(passed_on, forwarded=True).new == passed_on
    marked = "Katsokaa.\n\n---------- Forwarded message ---------\nFrom: x\nDate: 1.1.2026\nTo: y\n\nLinja seis."
    assert split(marked).new == marked
    assert [is_forward(subject) for subject in ("Fwd: a", "VL: a", "[X-1] WG: a", "Re: a", "VS: a", "a")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


PLAIN = st.from_regex(r"[a-zåäö][a-zåäö ,.!?]{0,40}[a-zåäö.]", fullmatch=True)
BLOCK = st.one_of(PLAIN, st.just(""), st.just("> vanhaa"), st.just(">> vanhempaa"))


@given(st.lists(BLOCK, max_size=30))
def test_every_line_that_is_no_quote_survives(lines: list[str]) -> None:
    kept = split("\n".join(lines)).new.split("\n")
    expected = [line for line in lines if line and not line.startswith(">")]
    assert [line for line in kept if line and not line.startswith(">")] == expected


@given(st.text(max_size=300))
def test_no_text_raises_and_no_word_vanishes(text: str) -> None:
    found = split(text)
    assert sorted((found.new + " " + found.quoted).split()) == sorted(text.split())


@needs_corpus
def test_corpus_reply_texts() -> None:
    wanted = {
        name: facts["reply_text"]
        for name, facts in json.loads((CORPUS / "expectations.json").read_text()).items()
        if "reply_text" in facts and name.startswith(("crisp_erp/", "discourse_ert/"))
    }
    right = 0
    for name, reply in wanted.items():
        new = split(decode((CORPUS / name).read_bytes()).replace("\r\n", "\n")).new
        right += new.split() == reply.split()
        assert not set(reply.split()) - set(new.split()), name
    print(f"corpus: reply text exact: {right} of {len(wanted)}")  # noqa: T201 - the figure, for -s
    assert right / len(wanted) >= 0.8


WRITTEN = st.lists(st.one_of(PLAIN, st.just("")), min_size=1, max_size=12).filter(any)


@given(WRITTEN, st.sampled_from([*ATTRIBUTIONS.values(), *HEADS.values()]), st.lists(PLAIN, min_size=1, max_size=6))
def test_new_text_above_any_history_is_kept_to_the_word(new: list[str], opening: str, old: list[str]) -> None:
    for mark in ("", "> "):
        history = "\n".join(mark + line for line in old)
        found = split("\n".join(new) + f"\n\n{opening}\n\n{history}\n")
        assert found.new.split() == "\n".join(new).split()
        assert found.quoted.split()[-1] == old[-1].split()[-1]
