"""A round over a POP3 mailbox: read, store, commit, and only then delete, where that is wanted.

POP3 knows a mail by its UIDL and tells no dates. What lay there before the set-up is written down as OlderMail.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from accounts.scope import tenant_scope
from core.faults import fault_point
from mailintake.enums import AfterFetch
from mailintake.fetching.accounts import Fetched
from mailintake.fetching.pop3 import Entry, Pop3Server, arrival
from mailintake.models import InboundMessage, Mailbox, OlderMail
from mailintake.services.rounds import HEAD, Round, is_too_big, with_heads

# Stands where IMAP has its UIDVALIDITY: reading has begun.
BEGUN = 1
# UIDLs have up to 70 characters (RFC 1939, 7); some servers' have more.
LONGEST_UIDL = 90


def take_in(server: Pop3Server, work: Round) -> None:
    """Fetch what is new; then, if somebody asked for it and time is left, what is older."""
    listing = server.listing()
    visit = Visit(server, work, listing)
    if work.mailbox.uid_validity is None or visit.is_renumbered():
        visit.begin()
    visit.fetch([entry for entry in listing if name_of(entry) not in visit.older])
    if work.mailbox.takes_older:
        visit.fetch_older()
    fault_point("before-expunge")


def name_of(entry: Entry) -> str:
    """The UIDL, or its digest where it is longer than any UIDL may be."""
    return entry.uidl if len(entry.uidl) <= LONGEST_UIDL else hashlib.sha256(entry.uidl.encode()).hexdigest()


class Visit:
    """One session."""

    def __init__(self, server: Pop3Server, work: Round, listing: Sequence[Entry]) -> None:
        self.server, self.work, self.mailbox, self.listing = server, work, work.mailbox, listing
        generation = f".{self.mailbox.generation}" if self.mailbox.generation else ""
        self.prefix = f"pop3{generation}:"
        self.known = work.known(with_heads([self.source(entry) for entry in listing]))
        with tenant_scope(self.mailbox.tenant_id):
            rows = OlderMail.objects.filter(mailbox=self.mailbox)
            self.older = set(rows.values_list("uidl", flat=True))

    def source(self, entry: Entry) -> str:
        return self.prefix + name_of(entry)

    def is_renumbered(self) -> bool:
        """Whether the server names all its mails anew, as after it was moved: nothing that we left is there."""
        left = self.mailbox.after_fetch == AfterFetch.SEEN
        if not self.listing or any(self._is_recognised(entry) for entry in self.listing):
            return False
        with tenant_scope(self.mailbox.tenant_id):
            stored = InboundMessage.objects.filter(mailbox=self.mailbox, source__startswith=self.prefix).exists()
        return bool(self.older) or (left and stored)

    def _is_recognised(self, entry: Entry) -> bool:
        return self.source(entry) in self.known or name_of(entry) in self.older

    def begin(self) -> None:
        """Set where reading begins: what arrived before the set-up is only counted.

        From the youngest on, until one is older; a mail whose server does not say when it came is taken for young.
        """
        start = self.mailbox.started_at.replace(microsecond=0)
        older: list[Entry] = []
        for place in range(len(self.listing), 0, -1):
            came = arrival(self.server.head(self.listing[place - 1].number))
            if came is not None and came < start:
                older = [*self.listing[:place]]
                break
        self.older = {name_of(entry) for entry in older}
        self.mailbox.uid_validity, self.mailbox.older_count = BEGUN, len(self.older)
        with tenant_scope(self.mailbox.tenant_id):
            OlderMail.objects.filter(mailbox=self.mailbox).delete()
            OlderMail.objects.bulk_create(
                [OlderMail(tenant_id=self.mailbox.tenant_id, mailbox=self.mailbox, uidl=uidl) for uidl in self.older],
                batch_size=1000,
            )
            self.mailbox.save(update_fields=["uid_validity", "older_count"])

    def fetch(self, entries: Sequence[Entry], *, is_older: bool = False) -> list[Entry]:
        """Store these and acknowledge them, as far as time allows; returns those that remain."""
        remaining = []
        for entry in entries:
            if self.source(entry) + HEAD in self.known:
                continue
            if not self.work.has_time or not self._settle(entry, is_older=is_older):
                remaining.append(entry)
        return remaining

    def fetch_older(self) -> None:
        """What lay here before the set-up, the youngest first; what is stored is not older any more."""
        older = [entry for entry in reversed(self.listing) if name_of(entry) in self.older]
        remaining = self.fetch(older, is_older=True)
        left = [name_of(entry) for entry in remaining]
        with tenant_scope(self.mailbox.tenant_id):
            OlderMail.objects.filter(mailbox=self.mailbox).exclude(uidl__in=left).delete()
            Mailbox.objects.filter(pk=self.mailbox.pk).update(older_count=len(left), takes_older=bool(left))

    def _settle(self, entry: Entry, *, is_older: bool) -> bool:
        """Have a mail stored, and its deletion asked for; False where the next round has to try again."""
        deletes = self.mailbox.after_fetch == AfterFetch.DELETE
        name = self.source(entry)
        if name in self.known:
            if not deletes:
                return True
            name = self._checked(entry)
        if name not in self.known and not self._store(entry, name, is_older=is_older):
            return False
        if deletes:
            fault_point("before-acknowledge")
            self.server.delete(entry.number)
            fault_point("after-acknowledge")
        return True

    def _checked(self, entry: Entry) -> str:
        """The source of a mail whose deletion was lost; another one where the server has used its name again."""
        head, name = self.server.head(entry.number), self.source(entry)
        with tenant_scope(self.mailbox.tenant_id):
            stored = InboundMessage.objects.get(mailbox=self.mailbox, source=name)
        # An erased mail has no bytes left to compare.
        if not stored.raw or bytes(stored.raw).startswith(head):
            return name
        name = f"{name[:85]}+{hashlib.sha256(head).hexdigest()[:16]}"
        self.known |= self.work.known([name])
        return name

    def _store(self, entry: Entry, name: str, *, is_older: bool) -> bool:
        if is_too_big(entry.size):
            head = self.server.head(entry.number)
            self.work.store_head(name, Fetched(head, _came(head), entry.size), entry.size)
            return False
        raw = self.server.fetch(entry.number)
        fetched = Fetched(raw, _came(raw), entry.size)
        if not self.work.is_whole(name, fetched):
            return False
        self.work.store(name, fetched, is_older=is_older)
        return True


def _came(raw: bytes) -> datetime:
    """When a mail arrived: by its server's own word, unless that lies ahead of us."""
    now = timezone.now()
    return min(arrival(raw) or now, now)
