"""Proving an address by a mailed code: the same for every address, whether it is known, refused or nobody's.

A row is made for each, and the same is answered; only the mail tells the difference, and it goes to whoever owns the
address. Nothing that the desk receives can prove one: its own addresses are sent no code (the "ticket trick").
"""

from datetime import timedelta

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import requester_actor
from accounts.models import Customer, Requester, Tenant
from accounts.services import audit
from core.tokens import new_code, new_token, same, token_hash
from mailintake.models import Mailbox
from outbox.inboxes import inbox_of
from portal.enums import Guests
from portal.models import Portal, PortalSession, SignInCode
from portal.visitors import LIFETIME
from tickets.errors import CodeRefused
from tickets.models import Queue
from tickets.services.people import known_sender, requester_for

CODE_LIFETIME = timedelta(minutes=15)
MAX_TRIES = 5
# Of codes to one mailbox, however its address is written.
AN_HOUR = 3
KEPT_FOR = timedelta(days=1)


def ask(email: str, portal: Portal, *, tenant: Tenant) -> str:
    """Mail a code if the address may enter; returns the secret of the browser that waits for it, in any case."""
    email, now = email.strip().lower(), timezone.now()
    SignInCode.objects.filter(made_at__lt=now - KEPT_FOR).delete()
    lately = SignInCode.objects.filter(inbox=inbox_of(email), mailed=True, made_at__gt=now - timedelta(hours=1))
    mailed = lately.count() < AN_HOUR and _may_enter(email, portal)
    code, secret = new_code(), new_token()
    SignInCode.objects.create(
        email=email,
        inbox=inbox_of(email),
        browser_hash=token_hash(secret),
        code_hash=token_hash(f"{secret}{code}"),
        expires_at=now + CODE_LIFETIME,
        mailed=mailed,
    )
    if mailed:
        _mail(email, code, tenant)
    return secret


def _mail(email: str, code: str, tenant: Tenant) -> None:
    """By the installation's own transport, unreadable in the mail log."""
    known = Requester.objects.with_address(email).first()
    with translation.override(known.language if known else translation.get_language()):
        values = {"desk": tenant.name, "code": code}
        send_mail(
            _("Your code for %(desk)s") % values,
            _(
                "Your code is %(code)s. It holds for 15 minutes and for the browser in which you asked for it.\n\n"
                "If you did not ask for it, do nothing: without the code nobody gets in.\n\n%(desk)s"
            )
            % values,
            None,
            [email],
        )


def _may_enter(email: str, portal: Portal) -> bool:
    if _is_ours(email):
        return False
    sender = known_sender(email)
    if sender.requester is not None or portal.guests == Guests.ANYBODY:
        return True
    return sender.customer is not None and portal.guests == Guests.COMPANY


def _is_ours(email: str) -> bool:
    """Whether mail to it ends on the desk, where a ticket would show it to somebody."""
    inbox = inbox_of(email)
    own = {*Queue.objects.values_list("address", flat=True), *Mailbox.objects.values_list("address", flat=True)}
    return inbox in {inbox_of(address) for address in own}


def enter(browser: str, typed: str, portal: Portal) -> str:
    """Trade the code for a session's secret; makes the requester where the address is new.

    Raises CodeRefused for a wrong, old or worn-out code, and in a browser that did not ask; each try counts, also
    when two come at once.
    """
    rows = SignInCode.objects.filter(browser_hash=token_hash(browser), expires_at__gt=timezone.now())
    if not browser or not rows.filter(tries__lt=MAX_TRIES).update(tries=F("tries") + 1):
        raise CodeRefused
    with transaction.atomic():
        row = SignInCode.objects.select_for_update(of=("self",)).filter(browser_hash=token_hash(browser)).first()
        if row is None or not row.mailed or not same(row.code_hash, token_hash(f"{browser}{typed.strip()}")):
            raise CodeRefused
        row.delete()
        if not _may_enter(row.email, portal):
            raise CodeRefused
        return _begin(_person(row.email, portal), row.email)


def _person(email: str, portal: Portal) -> Requester:
    """Whoever has proved the address. Its mail domain makes them one of a company only now."""
    sender = known_sender(email)
    company: Customer | None = known_sender(f"@{email.rpartition('@')[2]}").customer
    person = sender.requester or requester_for(email, "", customer=company, queue=portal.queue)
    if person.customer_id is None and company is not None:
        person.customer = company
        person.save(update_fields=["customer"])
        audit.record("requester.joined_company", by=requester_actor(person), target=company.name)
    return person


def _begin(person: Requester, email: str) -> str:
    now, secret = timezone.now(), new_token()
    PortalSession.objects.filter(requester=person, expires_at__lt=now).delete()
    PortalSession.objects.create(
        requester=person, email=email, secret_hash=token_hash(secret), expires_at=now + LIFETIME
    )
    audit.record("requester.signed_in", by=requester_actor(person), target=email)
    return secret


def leave(session: PortalSession, *, everywhere: bool = False) -> None:
    """End this session, or all of its person."""
    if everywhere:
        PortalSession.objects.filter(requester=session.requester_id).delete()
    else:
        session.delete()
