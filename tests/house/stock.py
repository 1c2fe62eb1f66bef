"""One of each thing a tenant can have, by the name under which addresses ask for it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from guardian.shortcuts import assign_perm

from accounts.actors import SYSTEM
from accounts.models import Absence, LegalEntity, Membership, Module, Product, SettingVersion
from core.files import store
from imports.models import LoadedTable
from knowledge.enums import State
from knowledge.models import Article, ArticleFile, ArticleProduct, ArticleText, ArticleVersion, Category
from knowledge.services import answering, writing
from mailintake.enums import HookKind
from mailintake.models import InboundMessage, Mailbox, OlderMail, ThreadMark
from mailintake.services.hooks import open_hook
from mailintake.services.receiving import store_raw
from mailintake.tasks import process
from outbox.enums import CallEvent
from outbox.models import (
    Delivery,
    MailTemplate,
    Outage,
    OutgoingFile,
    OutgoingMail,
    SigningKey,
    Transport,
    Webhook,
    WebhookCall,
)
from outbox.services.webhooks import queue_call, save_hook
from portal.models import Deflection, Portal, PortalSession, PortalText, SentForm, SignInCode
from reports.models import Board
from reports.services.boards import hang
from sla.models import Contract, StepFired, Timer
from tests.conftest import Cast
from tests.flows.mails import mail
from tests.house.priced_stock import priced
from tickets.enums import ArticleTie, BulkKind, ByMail, Channel, Mode, NewsKind, RelationKind
from tickets.models import (
    Aftercare,
    Attachment,
    BoundBrowser,
    CannedResponse,
    CustomField,
    FieldChoice,
    FieldRule,
    FieldValue,
    KindName,
    Macro,
    Origin,
    Participant,
    PromiseRule,
    Queue,
    Rating,
    Reminded,
    ReminderRule,
    ResponseText,
    Rule,
    RuleDue,
    RuleRun,
    SavedView,
    SideFile,
    Status,
    Ticket,
    TicketArticle,
    TicketCounter,
    WorkType,
)
from tickets.services import (
    bulk,
    contacts,
    conversation,
    drafts,
    following,
    lifecycle,
    links,
    merging,
    relating,
    sides,
    snoozing,
    tagging,
    ticking,
    wishes,
    work,
)
from tickets.services.conversation import NewFile, Written
from tickets.services.intake import Matter, open_ticket
from tickets.services.sides import Question
from tickets.services.versions import snapshot


@dataclass(frozen=True, slots=True)
class Stock:
    """A tenant with something of everything; `ids` gives what stands for a thing in an address."""

    cast: Cast
    ids: dict[str, Any]


def fill(cast: Cast, *, writer: str, worker: str, first_number: int) -> Stock:
    """Stock a tenant; `writer` answers on a ticket, `worker` holds another behind a link, a third one is solved."""
    with cast.scope():
        TicketCounter.objects.create(last_number=first_number)
        ticket = new_ticket(cast, writer)
        reply = conversation.reply(ticket, Written(text="Tutkimme."), by=cast.actor(writer))
        conversation.note(ticket, Written(text="Vain meille."), by=cast.actor(writer))
        work.log(ticket, minutes=5, work_type=WorkType.objects.all()[0], by=cast.actor(writer))
        held = new_ticket(cast, writer, assignee=cast.members[worker])
        solved = new_ticket(cast, writer)
        lifecycle.resolve(solved, solution="Korjattu.", by=cast.actor(writer))
        merging.merge(new_ticket(cast, writer), ticket, by=cast.actor(writer))
        relation = relating.relate(ticket, solved, RelationKind.PART, by=cast.actor(writer))
        begun = drafts.Typed(Mode.NOTE, "Kysy vielä Petriltä.")
        draft = drafts.save(ticket, begun, at=drafts.Spot("page"), member=cast.members[writer]).draft
        ids = {
            **_aside(cast, ticket, writer),
            "ticket": ticket.number,
            "solved_ticket": solved.number,
            "message": ticket.messages.order_by("pk")[0].pk,
            "reply": reply.pk,
            "draft": draft.pk if draft else None,
            "relation": relation.pk,
            "attachment": Attachment.objects.get(ticket=ticket).pk,
            "work_token": links.make_work_link(held, cast.members[worker]),
            "work_file": Attachment.objects.get(ticket=held).pk,
            "confirm_token": links.make_confirm_link(solved, cast.requester),
            "rate_token": links.make_rating_link(solved, cast.requester),
            "confirm_file": Attachment.objects.get(ticket=solved).pk,
            **_records(cast, worker),
        }
        ids |= _article(cast, writer)
        ids |= priced(cast, ticket, writer=writer, worker=worker)
    _mail_in(cast, ids)
    _loose_rows(cast, ids, held, worker)
    return Stock(cast, ids)


def _aside(cast: Cast, ticket: Ticket, writer: str) -> dict[str, int]:
    """Somebody else asked about the ticket, who has answered; and a call that it came of."""
    said = Written(text="Onko varastossa?", files=[NewFile("b.txt", "text/plain", b"b")])
    asked = Question(addresses=["sami@elsewhere.example"], subject="Ohjain", written=said)
    side = sides.begin(ticket, asked, by=cast.actor(writer))
    sides.receive(side, Written(text="On."), sender=("Sami", "sami@elsewhere.example"), at=timezone.now())
    met = contacts.Met(at=timezone.now(), requester=cast.requester, number="040 123 4567", text="Soitti.")
    call = contacts.log(met, by=cast.actor(writer))
    contacts.became(call, ticket)
    task = ticking.add(ticket, ["Tilaa ohjain"], member=cast.members[writer], due_on=date(2027, 1, 1))[0]
    return {"task": task.pk, "side": side.pk, "side_file": SideFile.objects.get().pk, "contact": call.pk}


def new_ticket(cast: Cast, writer: str, **more: Any) -> Ticket:
    """A fault of Otto's with a file, taken in by `writer`; in the cast's scope."""
    said = Written(text="Paine putoaa.", html="<p>Paine putoaa.</p>", files=[NewFile("a.txt", "text/plain", b"a")])
    matter = Matter(
        title="Rullanostin ei toimi",
        queue=cast.desk.queue,
        requester=cast.requester,
        customer=cast.customer,
        written=said,
        channel=Channel.MAIL,
        received_at=timezone.now(),
        **more,
    )
    return open_ticket(matter, by=cast.actor(writer))


def _records(cast: Cast, worker: str) -> dict[str, Any]:
    product, entity = Product.objects.create(name="PackLine"), LegalEntity.objects.get()
    contract = Contract.objects.create(
        number="K-1", customer=cast.customer, policy=cast.desk.policy, legal_entity=entity, starts_on=date(2027, 1, 1)
    )
    return {
        "member": cast.members[worker].pk,
        "absence": Absence.objects.create(member=cast.members[worker], starts_on=date(2100, 1, 1)).pk,
        "office": cast.office.pk,
        "entity": entity.pk,
        "team": cast.desk.team.pk,
        "queue": cast.desk.queue.pk,
        "calendar": cast.desk.calendar.pk,
        "policy": cast.desk.policy.pk,
        "contract": contract.pk,
        "customer": cast.customer.pk,
        "requester": cast.requester.pk,
        "product": product.pk,
        "module": Module.objects.create(product=product, name="Hydraulics").pk,
        "status": Status.objects.filter(is_default=True)[0].pk,
        "work_type": WorkType.objects.all()[0].pk,
        "promise_rule": PromiseRule.objects.create(name="Praise", kind="feedback", policy=cast.desk.policy).pk,
        "reminder": ReminderRule.objects.create(kind="silent").pk,
        "response": _response(cast.members[worker]).pk,
        "macro": Macro.objects.create(
            title="Kiireiset",
            audience="all",
            owner=cast.members[worker],
            note="Katso {{title}}",
            actions=[{"kind": "priority", "value": "high"}],
        ).pk,
        "view": SavedView.objects.create(name="Hissit", audience="all", owner=cast.members[worker]).pk,
    }


def _article(cast: Cast, writer: str) -> dict[str, Any]:
    """A guide that everyone may read, with a file beside it, which somebody found useful."""
    cast.tenant.knowledge_on = cast.tenant.help_on = True
    cast.tenant.save()
    by = cast.actor(writer)
    category = Category.objects.create(name="Hissit")
    article = Article(language="fi", state=State.PUBLIC, category=category, keywords=["nostin"])
    title = f"Hissin {cast.tenant.slug} huolto"
    writing.write(article, language="fi", title=title, body="<p>Rasvaa ketju.</p>", by=by)
    text = writing.publish(article, language="fi", by=by)
    ArticleProduct.objects.create(article=article, product=Product.objects.all()[0])
    answering.answer(text, solved=True, comment="Auttoi.")
    tie = TicketArticle(ticket=Ticket.objects.order_by("pk")[0], article=article, kind=ArticleTie.SENT)
    tie.save()
    file = ArticleFile.objects.create(
        article=article,
        name="ohje.txt",
        content_type="text/plain",
        size=1,
        storage_key=store(cast.tenant.pk, b"a"),
    )
    version = ArticleVersion.objects.get(article=article)
    return {
        "article": article.pk,
        "article_slug": ArticleText.objects.get(pk=text.pk).slug,
        "article_file": file.pk,
        "article_version": version.pk,
        "category": category.pk,
    }


def _response(member: Membership) -> CannedResponse:
    response = CannedResponse.objects.create(title="Salasana", audience="all", owner=member)
    ResponseText.objects.create(response=response, language="fi", text="Hei {{requester}}")
    return response


def _mail_in(cast: Cast, ids: dict[str, Any]) -> None:
    """A mail in triage, one in quarantine, and the mailbox they came through."""
    address = f"support@{cast.tenant.slug}.example"
    with cast.scope():
        box = Mailbox.objects.create(address=address, queue=cast.desk.queue)
        ids["mailbox"] = box.pk
        ids["hook_token"], _ = open_hook(box, kind=HookKind.RAW, key="", by=SYSTEM)
        for name in ("mail", "spare_mail"):
            raw = mail(sender="eva@elsewhere.example", to=address, subject=f"Kysymys {name}", text="Miten?\n")
            ids[name] = store_raw(box, source=name, raw=raw, received_at=timezone.now(), recipient=address).pk
    for name in ("mail", "spare_mail"):
        process(cast.tenant.pk, ids[name])
    with cast.scope():
        InboundMessage.objects.filter(pk=ids["spare_mail"]).update(state="quarantined", reason="failed")


def _loose_rows(cast: Cast, ids: dict[str, Any], held: Ticket, worker: str) -> None:
    """The tables that nothing above has written to, so that each has a row to steal."""
    member = cast.members[worker]
    with cast.scope():
        outgoing = OutgoingMail.objects.order_by("pk")[0]
        ids["outgoing"] = outgoing.pk
        OutgoingFile.objects.create(mail=outgoing, name="a", content_type="text/plain", storage_key="a", size=1)
        MailTemplate.objects.create(purpose="details", language="fi", subject="Työ", body="{{number}}")
        Transport.objects.create(host="smtp.elsewhere.example")
        now = timezone.now()
        Delivery.objects.create(mail=outgoing, address="a@elsewhere.example", fate="accepted", at=now)
        ids["signing_key"] = SigningKey.objects.create(domain="elsewhere.example", selector="vaste").pk
        hooks = [Webhook(name=name, url="https://pager.elsewhere.example/") for name in ("Hälytin", "Toinen")]
        save_hook(hooks[0], changed=[], by=SYSTEM)
        save_hook(hooks[1], changed=[], by=SYSTEM)
        ids |= {"webhook": hooks[0].pk, "spare_webhook": hooks[1].pk}
        ids["webhook_call"] = queue_call(hooks[0], CallEvent.STEP, {}, key="a", about="ACM-1").pk
        WebhookCall.objects.update(state="failed", outcome="answered", status=500, tried_at=now)
        Outage.objects.create(own=True, since=now, said="554 No", rests_until=now)
        OlderMail.objects.create(mailbox_id=ids["mailbox"], uidl="1")
        ThreadMark.objects.create(ticket=held, mail_id="thread@elsewhere.example")
        StepFired.objects.create(timer=Timer.objects.all()[0], step="75", at=timezone.now())
        ids["tag"] = tagging.find_or_make("Hissi").pk
        tagging.add(held, tagging.find_or_make("hissi"), by=cast.actor(worker))
        action = bulk.plan([held], BulkKind.PRIORITY, value="high", words="Kiireinen", member=member)
        bulk.step(action, most=1)
        ids["bulk"] = action.pk
        ids |= _own_fields(held) | _rules(held)
        following.follow(held, [member.pk])
        wishes.decide(member, {NewsKind.NOTED: wishes.Wish(ByMail.NEVER)})
        snoozing.snooze(held, member, until=now + timedelta(hours=1), now=now)
        BoundBrowser.objects.create(member=member, secret_hash="0" * 64, expires_at=timezone.now())
        screen = Board(name="Aula", office=cast.office, shows_names=True)
        ids["board_token"], ids["board"] = hang(screen, by=SYSTEM), screen.pk
        ids |= _loaded(member)
        _portal(cast, held)
        Origin.objects.create(ticket=held, source="Zammad", external_id="17", number="64017")
        links.use_form(held.links.order_by("pk")[0], "form-token")
        _grant(cast, member)


def _portal(cast: Cast, ticket: Ticket) -> None:
    """An open portal with key users, what was asked there, and what follows a solution."""
    portal = Portal.objects.create(
        is_on=True, queue=cast.desk.queue, key_users=True, logo=b"\x89PNG", logo_type="image/png"
    )
    PortalText.objects.create(portal=portal, language="fi", welcome="Tervetuloa")
    now, asker = timezone.now(), cast.requester
    SignInCode.objects.create(
        email="a@a.example", inbox="a@a.example", browser_hash="0", code_hash="0", expires_at=now
    )
    PortalSession.objects.create(requester=asker, email="a@a.example", secret_hash="0", expires_at=now)
    SentForm.objects.create(requester=asker, token="form-token-of-portal", ticket=ticket)
    Deflection.objects.create(requester=asker, words="Miten vaihdan salasanan?")
    Aftercare.objects.create(is_on=True, asks_rating=True)
    Reminded.objects.create(ticket=ticket, solved_at=now, step=1)
    for each in Ticket.objects.filter(status_class="resolved"):
        Rating.objects.create(ticket=each, requester=asker, score=2, comment="Kesti.", answered_at=now)
    Participant.objects.create(ticket=ticket, requester=asker)


def _rules(ticket: Ticket) -> dict[str, int]:
    """Two rules that are off, what waits for one, and what it has done."""
    rules = [
        Rule.objects.create(name=name, events=["received"], words=["hissi"], note="{{requester}} odottaa.")
        for name in ("Hissit", "Toinen")
    ]
    RuleDue.objects.create(rule=rules[0], ticket=ticket, instant=ticket.received_at)
    run = RuleRun.objects.create(rule=rules[0], ticket=ticket, state="refused", why="Suljettu")
    version = SettingVersion.objects.create(thing="rule", row=rules[0].pk, value=snapshot(rules[0]))
    return {"rule_version": version.pk, "rule": rules[0].pk, "spare_rule": rules[1].pk, "rule_run": run.pk}


def _own_fields(ticket: Ticket) -> dict[str, int]:
    """A field of the team's own with a choice that the ticket has, a rule, and a kind by another name."""
    field = CustomField.objects.create(key="line", name="Linja", type="choice")
    choice = FieldChoice.objects.create(field=field, name="Linja 1")
    FieldValue.objects.create(ticket=ticket, field=field, choice=choice)
    text = CustomField.objects.create(key="part", name="Osa", type="text", help_text="Tyyppikilvestä", position=1)
    FieldValue.objects.create(ticket=ticket, field=text, text="PX-4")
    rule = FieldRule.objects.create(field=text, effect="shown", when_field=field, when_choice=choice)
    KindName.objects.create(kind="order", name="Tilaus", description="Kun jotain ostetaan.")
    return {"own_field": field.pk, "own_rule": rule.pk}


def _loaded(member: Membership) -> dict[str, int]:
    """Tables: one to look at, one that was imported, one to throw away."""
    facts: dict[str, Any] = {"kind": "products", "content": b"Tuote\nHissi\n", "member": member}
    looked = LoadedTable.objects.create(file_name="tuotteet.csv", **facts)
    done = LoadedTable.objects.create(file_name="vanhat.csv", imported_at=timezone.now(), refused=1, **facts)
    spare = LoadedTable.objects.create(file_name="turha.csv", **facts)
    return {"table": looked.pk, "done_table": done.pk, "spare_table": spare.pk}


def _grant(cast: Cast, member: Membership) -> None:
    """A personal grant, given to somebody whom it opens nothing that a test counts as closed."""
    queue = Queue.objects.create(name="Aside", address="aside@elsewhere.example", office=cast.office)
    assign_perm("tickets.work_queue", member.user, queue)
