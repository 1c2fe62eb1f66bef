"""Mails that want to be somebody, or somewhere, by the real intake: they add text and never a right (A09 to A20).

Beside these, test_matching.py holds signatures, references, tags and members with and without proof.
"""

from collections.abc import Iterator

import pytest

from accounts.models import Requester
from mailintake.enums import InboundState
from mailintake.models import InboundMessage
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.house.hostile import SHARED, to_acme
from tests.mailintake.post import OTTO, arrive, entries, open_box, outgoing, ticket_of, write
from tests.portal.conftest import rows
from tickets import threads
from tickets.models import AccessLink, Message, Ticket
from tickets.services import conversation, lifecycle, links
from tickets.services.conversation import Written

pytestmark = pytest.mark.django_db
DESK, AGENT = "support@acme.example", "aino@acme.example"
EVE = "Eve <eve@evil.example>"
FROMS = [
    f"{AGENT} <eve@evil.example>",
    f'"{AGENT}" <eve@evil.example>',
    "=?utf-8?q?aino=40acme.example?= <eve@evil.example>",
    "=?utf-8?q?Aino_=3Caino=40acme.example=3E?= <eve@evil.example>",
    "=?utf-7?Q?aino+AEA-acme.example+AD4-?=@evil.example",
    f"eve@evil.example, {AGENT}",
    f"{AGENT}, eve@evil.example",
    f"agents:{AGENT},eve@evil.example;",
    f"<{AGENT}> <eve@evil.example>",
    f"{AGENT}%evil.example@evil.example",
    "aino@acme.example\x00@evil.example",
    "aino@acme.example@evil.example",
    '"aino@acme.example "@evil.example',
    f"Eve <eve@evil.example> ({AGENT})",
    "a\u0456no@acme.example",
    "aino@\u0430cme.example",
]


@pytest.fixture(autouse=True)
def _box(acme: Cast) -> None:
    open_box(acme)


def raw(sender: str, *, subject: str = "hello", more: str = "", body: str = "x") -> bytes:
    """A mail whose headers are exactly these, as no library would write them."""
    head = f"From: {sender}\r\nTo: {DESK}\r\nSubject: {subject}\r\nMessage-ID: <one@evil.example>\r\n"
    return (head + more + "\r\n" + body + "\r\n").encode()


@pytest.mark.parametrize("sender", FROMS)
def test_one_sender_is_stored_matched_and_answered_and_never_the_agent(acme: Cast, sender: str) -> None:
    """A13: what is stored, who becomes requester, and who is answered are one address."""
    row = arrive(acme, raw(sender))

    assert row.from_email != AGENT
    with acme.scope():
        answered = [address for mail in OutgoingMail.objects.all() for address in mail.receivers]
        assert AGENT not in answered
        if row.ticket is None:
            assert (row.state, answered) == (InboundState.TRIAGE, [])
            return
        known = list(row.ticket.requester.addresses.values_list("email", flat=True))
        assert known == [row.from_email]
        assert set(answered) <= {row.from_email}
        assert row.entry.member_id is None


def test_a_number_in_the_subject_is_a_new_matter_for_a_person_to_look_at(acme: Cast) -> None:
    """A09."""
    ticket = ticket_of(acme)
    for subject in (f"Re: [SYS-{ticket.number}]", f"[#{ticket.number}]", f"SYS-{ticket.number}", f"{ticket.number}"):
        row = arrive(acme, write(EVE, subject=subject))
        assert row.ticket_id != ticket.pk
    assert entries(acme, ticket) == []


@pytest.mark.parametrize("cc", [EVE, "Pia <pia@elsewhere.example>"])
def test_nobody_gains_a_ticket_by_being_in_cc(acme: Cast, cc: str) -> None:
    """A14: in a mail from a stranger, and in one from the requester."""
    ticket = ticket_of(acme)
    links_before = count(acme, AccessLink)
    to = threads.reply_address(acme.tenant.pk, ticket.pk, DESK)
    for sender in (EVE, OTTO):
        arrive(acme, write(sender, in_reply_to="<first@paperi-acme.example>", cc=cc))
        arrive(acme, write(sender, to=to, cc=cc), to=to)
    with acme.scope():
        ticket = Ticket.objects.get(pk=ticket.pk)
        conversation.reply(ticket, Written(text="Only for Otto."), by=acme.actor("aino"))

    assert ticket.copies == []
    assert outgoing(acme) == [("reply", ["otto@paperi-acme.example"])]
    with acme.scope():
        assert [mail.cc for mail in OutgoingMail.objects.all()] == [[]]
    assert count(acme, AccessLink) == links_before


def test_a_colleague_in_cc_reads_what_comes_later_and_nothing_before(acme: Cast) -> None:
    """A14: a known person of the same company."""
    with acme.scope():
        pia = Requester.objects.create(name="Pia", customer=acme.customer, language="en")
        pia.addresses.create(email="pia@paperi-acme.example")
    ticket = arrive(acme, write(OTTO, text="The first words.\n", cc="pia@paperi-acme.example")).ticket
    with acme.scope():
        conversation.note(ticket, Written(text="A note."), by=acme.actor("aino"))
        conversation.reply(ticket, Written(text="An answer."), by=acme.actor("aino"))
        copied = [mail for mail in OutgoingMail.objects.all() if "pia@paperi-acme.example" in mail.receivers]

    assert [mail.purpose for mail in copied] == ["reply"]
    assert "An answer." in copied[0].text
    assert not any(words in copied[0].text for words in ("A note.", "The first words.", "/c/", "/l/"))


def count(cast: Cast, model: type) -> int:
    with cast.scope():
        return int(model.objects.count())  # type: ignore[attr-defined]  # as every model


VERIFICATIONS = [
    ("appleid@id.apple.example", "Verify your Apple ID", "Your code is 123456."),
    ("no-reply@accounts.google.example", "Security alert", "Is this you? https://accounts.google.example/v?t=123456"),
    ("account-security-noreply@microsoft.example", "Microsoft account security code", "Security code: 123456"),
    ("feedback@slack.example", "Confirm your email address on Slack", "123-456"),
    ("noreply@github.example", "[GitHub] Please verify your email address.", "https://github.example/confirm/123456"),
    (
        "notifications@atlassian.example",
        "Verify your email for Atlassian",
        "Click: https://id.atlassian.example/123456",
    ),
    ("no-reply@zoom.example", "Please activate your account", "https://zoom.example/activate?code=123456"),
    ("do-not-reply@gitlab.example", "Confirmation instructions", "https://gitlab.example/users/confirmation?123456"),
    ("verify@x.example", "123456 is your verification code", "123456"),
    ("no-reply@dropbox.example", "Verify your email", "https://dropbox.example/verify/123456"),
    ("security@facebookmail.example", "123456 on vahvistuskoodisi", "Koodi: 123456"),
    ("messages-noreply@linkedin.example", "Here's your PIN", "PIN: 123456"),
    ("noreply@tunnistus.example", "Vahvista sähköpostiosoitteesi", "https://tunnistus.example/v/123456"),
    ("support@okta.example", "Activate your account", "https://okta.example/welcome/123456"),
    ("noreply@notion.example", "Your temporary login code", "swift-canyon-123456"),
]


@pytest.fixture
def taken(acme: Cast) -> Iterator[Ticket]:
    """A ticket whose requester is an attacker, who knows its reply address from the acknowledgement."""
    ticket = arrive(acme, write("Eve <eve@evil.example>", text="Please help.\n")).ticket
    with acme.scope():
        yield Ticket.objects.get(pk=ticket.pk)


@pytest.mark.parametrize("site", VERIFICATIONS)
@pytest.mark.parametrize("way", ["address", "message-id"])
def test_a_sites_code_sent_to_a_reply_address_is_read_by_the_desk_alone(
    acme: Cast, taken: Ticket, way: str, site: tuple[str, str, str]
) -> None:
    """A15, the "ticket trick": the attacker signs up somewhere with the ticket's address as their own."""
    sender, subject, text = site
    address = threads.reply_address(acme.tenant.pk, taken.pk, DESK)
    ours = threads.make_message_id(acme.tenant.pk, taken.pk, DESK)
    facts = {"to": address} if way == "address" else {"in_reply_to": f"<{ours}>"}
    row = arrive(acme, write(sender, subject=subject, text=text, files={"code-123456.txt": b"123456"}, **facts))

    assert (row.state, row.ticket_id, row.reason) == (InboundState.LINKED, taken.pk, "stranger")
    with acme.scope():
        taken.assignee = acme.konsta
        taken.save()
        lifecycle.resolve(taken, solution="Done.", by=acme.actor("konsta"))
        pages = [
            f"/c/{links.make_confirm_link(taken, taken.requester)}/",
            f"/l/{links.make_work_link(taken, acme.konsta)}/",
        ]
        file = row.entry.attachments.get().pk
        sent = [mail.text + mail.html for mail in OutgoingMail.objects.all() if "eve@evil.example" in mail.receivers]
    nobody = acme.client()
    for path in pages:
        page = nobody.get(path)
        assert page.status_code == 200
        assert "123456" not in page.content.decode()
        assert nobody.get(f"{path}files/{file}/").status_code == 404
    assert not any("123456" in text for text in sent)
    seen = acme.client("aino").get(f"/tickets/{taken.number}/").content.decode()
    assert "123456" in seen
    assert "nothing to do with this ticket" in seen


def test_the_consultant_reads_what_a_stranger_sent_in_a_browser_of_theirs(acme: Cast, taken: Ticket) -> None:
    address = threads.reply_address(acme.tenant.pk, taken.pk, DESK)
    row = arrive(acme, write("site@elsewhere.example", to=address, text="123456\n", files={"a.txt": b"123456"}))
    with acme.scope():
        taken.assignee = acme.konsta
        taken.save()
        path = f"/l/{links.make_work_link(taken, acme.konsta)}/"
        file = row.entry.attachments.get().pk

    konsta = acme.client("konsta")
    assert "123456" in konsta.get(path).content.decode()
    assert konsta.get(f"{path}files/{file}/").status_code == 200


def test_from_decides_who_asks_and_reply_to_nothing(acme: Cast) -> None:
    """A17."""
    for reply_to in ("eve@evil.example", AGENT, "otto@paperi-acme.example"):
        row = arrive(acme, write(EVE, headers={"Reply-To": reply_to}, text=f"{reply_to}\n"))
        with acme.scope():
            assert row.ticket.requester.email == "eve@evil.example"
            assert row.entry.reply_to == ("" if reply_to == "eve@evil.example" else reply_to)
            page = acme.client("aino").get(f"/tickets/{row.ticket.number}/").content.decode()
        assert (f"Asks for answers at {reply_to}" in page) is (reply_to != "eve@evil.example")
    assert {address for _, to in outgoing(acme) for address in to} == {"eve@evil.example"}


def test_two_mails_with_one_message_id_are_both_kept(acme: Cast) -> None:
    """A55: squatting on the id of a mail that is yet to come keeps nobody's mail out."""
    first = arrive(acme, raw(EVE, body="first", more="").replace(b"Message-ID: <", b"X: <"))
    squat = write(EVE, message_id="<dup@evil.example>", text="first\n")
    later = write(OTTO, message_id="<dup@evil.example>", text="second\n")
    states = [arrive(acme, each).state for each in (squat, later, later)]

    assert states == [InboundState.LINKED, InboundState.LINKED, InboundState.DUPLICATE]
    assert first.state == InboundState.LINKED


@pytest.mark.parametrize("subject", ["\u202eexe.ecioovni\u202c", "\u2066x\u2069", "pay\u200bpal", "a\u0000b"])
def test_words_that_hide_or_turn_others_are_shown_without_it(acme: Cast, subject: str) -> None:
    """A50: subject, name and file name; in the ticket, its list, the mail log and what goes out."""
    name = f"Eve {subject} <eve@evil.example>"
    body = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b\r\nContent-Type: text/plain\r\n"
    body += f'Content-Disposition: attachment; filename="{subject}.txt"\r\n\r\nx\r\n--b--'
    row = arrive(acme, raw(name, subject=subject, more="Content-Type: multipart/mixed; boundary=b\r\n", body=body))
    hidden = set("\u202e\u202c\u2066\u2069\u0000")
    pages = [f"/tickets/{row.ticket.number}/", "/unassigned/"]

    for page in [acme.client("ada").get(path).content.decode() for path in (*pages, f"/mail/in/{row.pk}/")]:
        assert not hidden & set(page)
    with acme.scope():
        told = [mail.subject + mail.text + mail.from_name for mail in OutgoingMail.objects.all()]
    assert not hidden & set("".join(told))


def test_a_hidden_part_of_html_is_part_of_the_text_that_people_read(acme: Cast) -> None:
    """A50: nothing is there for a program alone."""
    html = '<div style="display:none">close all tickets</div><p style="font-size:0">hidden</p>visible'
    row = arrive(acme, raw(EVE, more="Content-Type: text/html\r\n", body=html))
    page = acme.client("aino").get(f"/tickets/{row.ticket.number}/").content.decode()

    assert all(words in page for words in ("close all tickets", "hidden", "visible"))


def corpus() -> list[str]:
    return sorted(path.stem for path in SHARED.glob("*.eml"))


@pytest.mark.skipif(not corpus(), reason="VASTE_SHARED does not name the shared mail corpus")
@pytest.mark.parametrize("name", corpus())
def test_no_mail_of_the_corpus_touches_what_is_there(acme: Cast, globex: Cast, name: str) -> None:
    """Each attack by the real intake: the ticket it aims at, its readers and the other tenant stay as they were."""
    ticket, theirs = ticket_of(acme, assignee="konsta"), ticket_of(globex)
    before = rows(globex)
    row = arrive(acme, to_acme((SHARED / f"{name}.eml").read_bytes(), ticket=ticket.number))

    assert row.state in (InboundState.LINKED, InboundState.TRIAGE, InboundState.QUARANTINED, InboundState.IGNORED)
    assert not row.proven
    assert entries(acme, ticket) == []
    assert rows(globex) == before
    assert theirs.number
    with acme.scope():
        assert not Message.objects.exclude(kind="requester").exists()
        assert Ticket.objects.get(pk=ticket.pk).copies == []
        written = {address for mail in OutgoingMail.objects.all() for address in mail.receivers}
        assert written <= {row.from_email}
        assert InboundMessage.objects.count() == 1
