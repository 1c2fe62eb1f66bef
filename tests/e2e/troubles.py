"""What goes wrong at a desk, made by the services themselves: their pages must say what happened and what to do."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.actors import member_actor
from accounts.models import Membership, Tenant
from accounts.scope import tenant_scope
from core.secrets import seal
from mailintake.fetching.accounts import Fetched
from mailintake.models import InboundMessage, Mailbox
from mailintake.services.polling import poll
from mailintake.services.receiving import store_raw
from mailintake.services.rounds import HEAD, Round
from mailintake.tasks import MAX_ATTEMPTS, process
from outbox.models import OutgoingMail
from outbox.tasks import send
from tests.e2e.parts import HOST, Dovecot, free_port
from tests.flows.mails import mail
from tickets.models import Queue, Ticket
from tickets.services import conversation
from tickets.services.conversation import Written
from tickets.threads import reply_address

CYRILLIC_A = "\N{CYRILLIC SMALL LETTER A}"
WANTED = "Tilinumeromme on vaihtunut. Maksakaa jatkossa uudelle tilille.\n"
DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.acme.example>"


def make_troubles(tenant: Tenant, imap: Dovecot) -> dict[str, str]:
    """Everything that can be wrong at once; the path of each page that shows it, by the name of its picture."""
    # A demo keeps its mails and shows links that others must not see.
    Tenant.objects.filter(pk=tenant.pk).update(is_demo=False)
    with tenant_scope(tenant.pk):
        box = Mailbox.objects.order_by("pk")[0]
        queue = Queue.objects.order_by("pk")[0]
    return quarantined(box) | returned(box) | disguised(box) | unfetched(tenant, queue, imap)


def quarantined(box: Mailbox) -> dict[str, str]:
    """Mails that stay out: too large, no mail at all, and one that stopped its worker again and again."""
    lost = mail(
        sender="Jari Laine <jari.laine@nordpack.example>",
        to=box.address,
        subject="Kuljetin pysähtyi linjalla 2",
        text="Hei,\n\nkuljetin pysähtyi aamulla kello 6.40 eikä käynnisty uudelleen.\n\nTerveisin Jari\n",
    )
    pages = {
        "unreadable": arrive(box, b"\x00\x01\x02 not a mail at all").pk,
        "gave-up": arrive(box, lost, attempts=MAX_ATTEMPTS).pk,
        "too-big": left_there(box).pk,
    }
    paths = {f"quarantine-{name}": reverse("mailintake:log_in", args=[pk]) for name, pk in pages.items()}
    log = reverse("mailintake:log")
    return paths | {"log-in-troubled": f"{log}?way=in", "log-quarantine": f"{log}?way=in&state=quarantined"}


def arrive(box: Mailbox, raw: bytes, *, to: str = "", attempts: int = 0) -> InboundMessage:
    """The raw mail stored and placed, as if a worker had died over it so many times before."""
    with tenant_scope(box.tenant_id):
        source = f"smtp:trouble-{InboundMessage.objects.count()}"
        row = store_raw(box, source=source, raw=raw, received_at=timezone.now(), recipient=to or box.address)
        InboundMessage.objects.filter(pk=row.pk).update(attempts=attempts)
    process(box.tenant_id, row.pk)
    return row


def left_there(box: Mailbox) -> InboundMessage:
    """A mail too large to be fetched: its head is here, the mail stays on its server."""
    head = mail(sender="Kaisa Kallio <kaisa@kallio.example>", to=box.address, subject="Kuvat vauriosta", text="")
    source = "imap:1:9"
    Round(box).store_head(source, Fetched(head, timezone.now(), None), 48 * 2**20)
    with tenant_scope(box.tenant_id):
        return InboundMessage.objects.get(mailbox=box, source=source + HEAD)


def returned(box: Mailbox) -> dict[str, str]:
    """A reply that its server took, and that came back from the one behind it."""
    with tenant_scope(box.tenant_id):
        held = Ticket.objects.unfinished().exclude(assignee=None).order_by("pk")[0]
        agent = Membership.objects.filter(roles__contains=["agent"]).select_related("user").order_by("pk")[0]
        words = Written(text="Uusi anturi on matkalla ja saapuu huomenna.")
        message = conversation.reply(held, words, by=member_actor(agent))
        OutgoingMail.objects.filter(pk=message.outgoing_id).update(due_at=timezone.now())
    send(box.tenant_id, message.outgoing_id)
    with tenant_scope(box.tenant_id):
        sent = OutgoingMail.objects.get(pk=message.outgoing_id)
    arrive(box, bounce(sent, box.address))
    return {
        "ticket-returned": held.get_absolute_url(),
        "log-out-troubled": f"{reverse('mailintake:log')}?way=out",
        "mail-returned": reverse("mailintake:log_out", args=[sent.pk]),
    }


def bounce(sent: OutgoingMail, to: str) -> bytes:
    """The report that Postfix writes about a mail of ours."""
    return f"""From: {DAEMON}
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{sent.pk}.report@mx.acme.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; {sent.to[0]}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{sent.to[0]}>: Recipient address rejected: User unknown in virtual mailbox table
--b
Content-Type: message/rfc822

Message-ID: <{sent.message_id}>
Subject: {sent.subject}

--b--
""".encode()


def disguised(box: Mailbox) -> dict[str, str]:
    """Mails of somebody whose address only looks like a requester's: on the ticket, and as a new matter."""
    with tenant_scope(box.tenant_id):
        held = Ticket.objects.unfinished().exclude(assignee=None).select_related("requester").order_by("pk")[1]
        known = held.requester.email
        to = reply_address(box.tenant_id, held.pk, box.address)
    local, _at, domain = known.partition("@")
    imitation = f"{local}@{domain.replace('a', CYRILLIC_A, 1)}"
    first, second = (
        mail(
            sender=f"{held.requester.name} <PLACE@place.example>", to=address, subject="Laskutus", text=WANTED
        ).replace(b"PLACE@place.example", imitation.encode())
        for address in (to, box.address)
    )
    arrive(box, first, to=to)
    waiting = arrive(box, second)
    return {
        "ticket-disguised": held.get_absolute_url(),
        "triage-disguised": reverse("mailintake:triage_mail", args=[waiting.pk]),
        "log-disguised": reverse("mailintake:log_in", args=[waiting.pk]),
    }


def unfetched(tenant: Tenant, queue: Queue, imap: Dovecot) -> dict[str, str]:
    """A mailbox whose password was changed yesterday, and a new one whose port is wrong, tested just now."""
    with tenant_scope(tenant.pk):
        silent = new_box(f"huolto@{tenant.slug}.example", queue, imap.port)
        wrong = new_box(f"varaosat@{tenant.slug}.example", queue, free_port())
    imap.add_user(silent.address)
    for box in (silent, wrong):
        poll(tenant.pk, box.pk)
    long_ago = timezone.now() - timedelta(hours=26)
    with tenant_scope(tenant.pk):
        # The clock of a day: what has happened stays as it was written, only earlier.
        Mailbox.objects.filter(pk=silent.pk).update(
            watched_from=long_ago - timedelta(days=40), fetched_at=long_ago, failing_since=long_ago, failures=112
        )
    return {
        "mailboxes-troubled": reverse("mailintake:mailboxes"),
        "mailbox-silent": reverse("mailintake:mailbox", args=[silent.pk]),
        "mailbox-test-failed": reverse("mailintake:mailbox", args=[wrong.pk]),
        "alarm-on-the-list": reverse("tickets:unassigned"),
    }


def new_box(address: str, queue: Queue, port: int) -> Mailbox:
    """As the settings page leaves it, with a password that is not right."""
    return Mailbox.objects.create(
        address=address,
        queue=queue,
        host=HOST,
        port=port,
        security="none",
        username=address,
        sealed_password=seal("Wrong since yesterday"),
    )
