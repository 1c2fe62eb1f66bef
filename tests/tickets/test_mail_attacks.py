"""Hostile words in every variable of every mail: they are words, in one header or in the text, and nothing else."""

import re
from datetime import date, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Product, Requester
from accounts.services import absences
from outbox.delivery import envelope
from outbox.enums import Purpose
from outbox.forms import TemplateForm
from outbox.models import Delivery, MailTemplate, OutgoingMail
from outbox.words import VARIABLES
from sla.models import Timer
from tests.billing.posted import posted
from tests.conftest import Cast
from tests.house.canaries import FORMS, escaped, shown
from tests.mailintake.post import arrive, open_box
from tickets.enums import Channel, Mode
from tickets.models import Rating, Ticket
from tickets.services import (
    absent_mails,
    assignment,
    conversation,
    drafts,
    lifecycle,
    mails,
    requester_mails,
    sides,
)
from tickets.services.conversation import NewFile, Written
from tickets.services.drafts import Spot, Typed
from tickets.services.intake import Matter, open_ticket
from tickets.services.sides import Question
from tickets.services.telling import tell_everybody

pytestmark = pytest.mark.django_db
ONCE = {"from", "to", "reply-to", "subject", "date", "message-id", "x-vaste-tenant", "mime-version", "content-type"}
MAY = {"in-reply-to", "references", "auto-submitted", "x-auto-response-suppress", "cc", "content-transfer-encoding"}
# A canary, whatever a template engine or a header would do with it, and its trace if it did.
CODE = "{{number}}{{7*7}}{% debug %}{{ ticket.tenant.slug }}{{settings.SECRET_KEY}}{{requester}}"
HEADER = "x\r\nBcc: victim@evil.example\r\nReply-To: evil@evil.example\r\n\r\n<script>alert(1)</script>\u2028Z: z"
BEGUN = "Ei asiakkaalle"
# A handover and news are of no one ticket, an invitation leads to the portal, an invoice to whom the company names.
OF_NO_TICKET = (Purpose.HANDOVER, Purpose.NEWS, Purpose.PORTAL, Purpose.INVOICE, Purpose.CREDIT_NOTE)
WALKS = "{% load static %}{% debug %}{{ ticket._meta.fields }}{{ticket.tenant.slug}}{{7*7}}{# x #}{% include 'x' %}"


def poisoned(cast: Cast, bait: str) -> list[OutgoingMail]:
    """Every mail that a ticket or an invoice can send, with the bait wherever somebody's words go."""
    with cast.scope():
        name = bait[:110]
        for row, value in ((cast.tenant, bait[:110]), (cast.customer, name), (cast.konsta.user, name)):
            type(row).objects.filter(pk=row.pk).update(name=value)
        Requester.objects.filter(pk=cast.requester.pk).update(name=name)
        product = Product.objects.create(name=bait[:78])
        matter = Matter(
            title=bait,
            queue=type(cast.desk.queue).objects.get(pk=cast.desk.queue.pk),
            requester=Requester.objects.get(pk=cast.requester.pk),
            customer=type(cast.customer).objects.get(pk=cast.customer.pk),
            product=product,
            written=Written(text=bait, files=[NewFile(bait[:60], bait[:60], b"x")]),
            channel=Channel.MAIL,
            received_at=timezone.now(),
            copies=["pia@paperi-acme.example"],
        )
        ticket = open_ticket(matter, by=cast.actor("aino"))
        begun = Typed(Mode.NOTE, f"{bait} {BEGUN}")
        drafts.save(ticket, begun, at=Spot("page"), member=Membership.objects.get(pk=cast.members["aino"].pk))
        konsta = type(cast.konsta).objects.select_related("user", "office").get(pk=cast.konsta.pk)
        assignment.assign(ticket, konsta, by=cast.actor("aino"))
        said = Written(text=bait, files=[NewFile(bait[:60], "text/plain", b"x")])
        reply = conversation.reply(ticket, said, by=cast.actor("konsta"))
        ticket = Ticket.objects.get(pk=ticket.pk)
        mails.send_reminder(ticket, Timer.objects.filter(subject=ticket.pk)[0], "75", konsta)
        mails.forward_answer(ticket, reply, konsta)
        mails.send_code(ticket, konsta, "123456")
        mails.answer_commands(ticket, konsta, done=[bait])
        mail = OutgoingMail.objects.get(purpose=Purpose.REPLY)
        failed = Delivery(mail=mail, address="otto@paperi-acme.example", fate="hard", said=bait[:400])
        mails.send_returned(ticket, reply, mail, konsta, [failed])
        sides.begin(
            ticket, Question(addresses=["part@supplier.example"], subject=bait, written=said), by=cast.actor("konsta")
        )
        conversation.note(ticket, Written(text=f"@Aino {bait}"), by=cast.actor("konsta"))
        tell_everybody(now=timezone.now() + timedelta(minutes=2))
        ticket = lifecycle.resolve(ticket, solution=bait, by=cast.actor("konsta"))
        mails.send_solution(ticket, ticket.messages.order_by("-pk")[0], again=True)
        requester_mails.send_closing(ticket, days=7)
        rating = Rating.objects.create(ticket=ticket, requester=ticket.requester, asked_at=timezone.now())
        requester_mails.send_survey(ticket, rating)
        requester_mails.send_joined(ticket, ticket.requester, by_name=name)
        absences.plan(konsta, starts_on=date(2020, 1, 1), substitute=cast.aino, note=bait[:200], by=cast.actor("ada"))
        absent_mails.tell_everybody()
        posted(cast, name)
        return list(OutgoingMail.objects.select_related("tenant").prefetch_related("files"))


def bytes_of(cast: Cast, mail: OutgoingMail) -> tuple[bytes, EmailMessage]:
    with cast.scope():
        raw = envelope(mail, mail.receivers).content
    return raw, message_from_bytes(raw, policy=modern)  # type: ignore[return-value]


def test_the_attack_reaches_every_purpose(acme: Cast) -> None:
    purposes = {mail.purpose for mail in poisoned(acme, CODE)}
    assert purposes == set(Purpose) - {Purpose.SYSTEM}


def test_a_note_that_was_only_begun_is_in_no_mail(acme: Cast) -> None:
    for mail in poisoned(acme, "plain"):
        assert BEGUN not in f"{mail.subject}{mail.text}{mail.html}", mail.purpose


def test_no_value_makes_a_header_of_its_own(acme: Cast) -> None:
    for mail in poisoned(acme, HEADER):
        raw, message = bytes_of(acme, mail)
        names = [name.lower() for name in message]
        assert len(names) == len(set(names)), mail.purpose
        answered = mail.purpose not in OF_NO_TICKET
        wanted = ONCE if answered else ONCE - {"reply-to"}
        assert wanted <= set(names) <= wanted | MAY, (mail.purpose, set(names) - wanted - MAY)
        assert [address.addr_spec for address in message["From"].addresses] == ["support@acme.example"]
        assert [address.addr_spec for address in message["To"].addresses] == mail.to
        place = "support+s" if mail.purpose == Purpose.SIDE else "support+t"
        assert str(message["Reply-To"]).startswith(place if answered else "None")
        assert b"\nBcc" not in raw.partition(b"\r\n\r\n")[0]
        assert "<script" not in mail.html
        for part in message.iter_attachments():
            assert {name.lower() for name in part} <= {
                "content-type",
                "content-transfer-encoding",
                "content-disposition",
                "mime-version",
            }


def test_no_value_makes_an_element_of_a_mail(acme: Cast) -> None:
    for mail in poisoned(acme, FORMS[0].format(7)):
        assert escaped(mail.html) == [], mail.purpose
        if mail.html and mail.purpose != Purpose.CODE:
            assert 7 in shown(mail.html), mail.purpose


# What may hold any figures: numbers of tickets, times of day, spans, addresses, years.
TIMES = re.compile(r"SYS-\d+|\d\d[:.]\d\d|\d+\s(?:h|t|min)\b|https?://\S+|\d{4}")


def test_no_value_is_read_as_a_template(acme: Cast) -> None:
    for mail in poisoned(acme, CODE):
        if mail.purpose == Purpose.CODE:
            continue
        whole = f"{mail.subject}\n{mail.text}\n{mail.from_name}"
        assert "{{7*7}}{% debug %}{{ ticket.tenant.slug }}{{settings.SECRET_KEY}}" in whole, mail.purpose
        assert "49" not in re.sub(r"SYS-\d+|\d\d[:.]\d\d|\d+\s(?:h|t|min)\b|https?://\S+|\d{4}", "", whole), (
            mail.purpose
        )
        assert "{{number}}" in whole, mail.purpose


def test_an_admins_template_is_words_with_variables_and_nothing_else(acme: Cast) -> None:
    with acme.scope():
        for purpose in VARIABLES:
            MailTemplate.objects.create(purpose=purpose, language="en", subject=WALKS, body=WALKS)
            MailTemplate.objects.create(purpose=purpose, language="fi", subject=WALKS, body=WALKS)
    shown = [mail for mail in poisoned(acme, "plain") if mail.purpose in VARIABLES]

    assert {mail.purpose for mail in shown} == set(VARIABLES)
    for mail in shown:
        assert WALKS in mail.subject
        assert WALKS in mail.text
        assert "&lt;" not in mail.text


@pytest.mark.parametrize("purpose", VARIABLES)
def test_a_template_that_names_what_nobody_fills_is_refused(acme: Cast, purpose: str) -> None:
    with acme.scope():
        for name in ("settings", "password", "token", "request", "confirm_url"):
            row = MailTemplate(purpose=purpose, language="en")
            form = TemplateForm({"subject": f"{{{{{name}}}}}", "body": f"{{{{ {name} }}}}"}, instance=row)
            assert set(form.errors) == {"subject", "body"}


@pytest.mark.parametrize(
    "head",
    [
        "Subject: =?utf-8?q?Re:_x=0D=0ABcc:_eve@evil.example=0D=0AX:_y?=\r\nFrom: Eve <eve@evil.example>\r\n",
        "Subject: a\r\nFrom: E <eve@evil.example>\r\nReply-To: =?utf-8?q?a@b.example=0D=0ABcc:victim@x.example?=\r\n",
        "Subject: hello\r\nFrom: =?utf-8?q?Eve=0D=0ABcc:victim@x.example?= <eve@evil.example>\r\n",
    ],
)
def test_a_mail_whose_headers_hide_line_ends_is_answered_without_them(acme: Cast, head: str) -> None:
    open_box(acme)
    raw = head + "To: support@acme.example\r\nMessage-ID: <73@evil.example>\r\nMIME-Version: 1.0\r\n\r\nx\r\n"
    row = arrive(acme, raw.encode())
    with acme.scope():
        conversation.reply(row.ticket, Written(text="Hello."), by=acme.actor("aino"))
        mails_out = list(OutgoingMail.objects.select_related("tenant").prefetch_related("files"))

    assert {mail.purpose for mail in mails_out} == {Purpose.ACKNOWLEDGEMENT, Purpose.REPLY}
    for mail in mails_out:
        _, message = bytes_of(acme, mail)
        names = [name.lower() for name in message]
        assert len(names) == len(set(names))
        assert set(names) <= ONCE | MAY
        assert mail.receivers == ["eve@evil.example"]


def test_a_reply_comes_from_its_writer_and_the_desk_and_other_mail_from_the_desk(acme: Cast) -> None:
    names = {mail.purpose: mail.from_name for mail in poisoned(acme, "Nordhuolto")}
    assert names.pop(Purpose.REPLY) == names.pop(Purpose.SOLUTION) == "Konsta Consultant, Nordhuolto"
    assert names.pop(Purpose.CONFIRMATION) == "Konsta Consultant, Nordhuolto"
    assert names.pop(Purpose.SIDE) == "Konsta Consultant, Nordhuolto"
    assert set(names.values()) == {"Nordhuolto"}


def copies_of(cast: Cast, *copies: str) -> dict[str, Any]:
    with cast.scope():
        for mail in poisoned(cast, "plain"):
            mail.delete()
        ticket = Ticket.objects.get()
        lifecycle.reopen(ticket, by=cast.actor("aino"))
        Ticket.objects.update(copies=list(copies))
        conversation.reply(Ticket.objects.get(), Written(text="x"), by=cast.actor("aino"))
        return {mail.purpose: mail.cc for mail in OutgoingMail.objects.all()}


def test_a_reply_goes_to_the_copies_and_neither_twice_nor_to_the_desk(acme: Cast) -> None:
    desk = "Support@acme.example"
    copies = copies_of(
        acme,
        "pia@p.example",
        "PIA@p.example",
        "OTTO@paperi-acme.example",
        desk,
        "support+t1-aaaaaaaaaaaaaaaa@acme.example",
    )
    assert copies == {Purpose.REPLY: ["PIA@p.example"]}


def test_only_what_a_person_writes_goes_to_the_copies(acme: Cast) -> None:
    copied = {mail.purpose for mail in poisoned(acme, "plain") if mail.cc}
    assert copied == {Purpose.REPLY, Purpose.SOLUTION, Purpose.CONFIRMATION}
