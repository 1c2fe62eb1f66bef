"""A round over an IMAP folder: read without marking, store, commit, and only then mark or delete on the server."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models.functions import Greatest
from imap_tools import AND, UidRange

from accounts.scope import tenant_scope
from core.faults import fault_point
from mailintake.enums import AfterFetch
from mailintake.fetching.imap import ImapServer
from mailintake.models import Mailbox
from mailintake.services.rounds import BATCH, HEAD, Round, is_too_big, with_heads

Facts = tuple[datetime | None, int | None]


def take_in(server: ImapServer, work: Round) -> None:
    """Fetch what is new; then, if somebody asked for it and time is left, what is older."""
    begin(server, work.mailbox)
    visit = Visit(server, work)
    left = visit.left_unmarked()
    if visit.has_gone_back(left):
        _begin_anew(server, work.mailbox, server.validity()[1], generation=work.mailbox.generation + 1)
        left = Left({}, [])
    for uid in left.known:
        visit.acknowledge(uid)
    visit.fetch_new(left.unknown)
    if work.mailbox.takes_older:
        visit.fetch_older()


def begin(server: ImapServer, mailbox: Mailbox) -> None:
    """Set where reading begins: a new mailbox starts from now, and older mail in it is only counted.

    After a change of UIDVALIDITY, or when the folder has gone back in time under the same one (restored from a
    backup), UIDs mean other mails than before. Then all since the set-up is read anew, under sources of a new
    generation, and fingerprints keep known mails from becoming tickets twice.
    """
    validity, next_uid = server.validity()
    if mailbox.uid_validity == validity and not 0 < next_uid <= mailbox.last_uid:
        return
    generation = mailbox.generation if mailbox.uid_validity is None else mailbox.generation + 1
    mailbox.uid_validity = validity
    _begin_anew(server, mailbox, next_uid, generation=generation)


def _begin_anew(server: ImapServer, mailbox: Mailbox, next_uid: int, *, generation: int) -> None:
    # Servers keep whole seconds, and search by their own days.
    start = mailbox.started_at.replace(microsecond=0)
    recent = server.facts(server.uids(AND(date_gte=start.date() - timedelta(days=1))))
    younger = [uid for uid, (arrived, _) in recent.items() if arrived and arrived >= start]
    everything = server.uids()
    first = min(younger, default=0) or next_uid or max(everything, default=0) + 1
    mailbox.generation = generation
    mailbox.last_uid = mailbox.older_uid = first - 1
    mailbox.older_count = sum(1 for uid in everything if uid < first)
    with tenant_scope(mailbox.tenant_id):
        mailbox.save(update_fields=["uid_validity", "generation", "last_uid", "older_uid", "older_count"])


@dataclass(frozen=True, slots=True)
class Left:
    """Unmarked mails that reading has passed: the stored ones, with size and arrival, and others."""

    known: dict[int, tuple[int, datetime]]
    unknown: list[int]


class Visit:
    """One round over the open folder."""

    def __init__(self, server: ImapServer, work: Round) -> None:
        self.server, self.work, self.mailbox = server, work, work.mailbox
        # Reading may go on behind a mail only while all before it are stored.
        self.whole = True

    def source(self, uid: int) -> str:
        generation = f".{self.mailbox.generation}" if self.mailbox.generation else ""
        return f"imap:{self.mailbox.uid_validity}{generation}:{uid}"

    def left_unmarked(self) -> Left:
        """What was committed before while its mark, or its deletion, was lost."""
        first, last = self.mailbox.older_uid + 1, self.mailbox.last_uid
        if last < first:
            return Left({}, [])
        passed = UidRange(str(first), str(last))
        unread = self.mailbox.after_fetch == AfterFetch.SEEN
        uids = self.server.uids(AND(uid=passed, seen=False) if unread else AND(uid=passed))
        known = self.work.known(with_heads([self.source(uid) for uid in uids]))
        stored = {uid: known[self.source(uid)] for uid in uids if self.source(uid) in known}
        others = [uid for uid in uids if uid not in stored and self.source(uid) + HEAD not in known]
        return Left(stored, others)

    def has_gone_back(self, left: Left) -> bool:
        """Whether a UID now means another mail than the stored one, as after a backup was restored."""
        facts = self.server.facts([*left.known])
        return any(_differs(facts[uid], left.known[uid]) for uid in facts.keys() & left.known.keys())

    def fetch_new(self, passed: list[int]) -> None:
        """What lies behind the last mail read, in the order of arrival, and what was passed without being stored."""
        after = self.mailbox.last_uid
        # A range whose start is past the end still names the last mail (RFC 3501, 6.4.8), hence the filter.
        behind = [uid for uid in self.server.uids(AND(uid=UidRange(str(after + 1), "*"))) if uid > after]
        self._take(passed + behind)

    def fetch_older(self) -> None:
        """What lay here before the set-up, the youngest first; once nothing is left, that is written down."""
        older = self.server.uids(AND(uid=UidRange("1", str(self.mailbox.older_uid)))) if self.mailbox.older_uid else []
        remaining = self._take(older[::-1], is_older=True)
        done = {"older_uid": 0, "takes_older": False} if not remaining else {}
        with tenant_scope(self.mailbox.tenant_id):
            Mailbox.objects.filter(pk=self.mailbox.pk).update(older_count=remaining, **done)

    def _take(self, uids: list[int], *, is_older: bool = False) -> int:
        """Store and acknowledge these, as far as time allows; returns how many remain."""
        known = self.work.known(with_heads([self.source(uid) for uid in uids]))
        waiting = [uid for uid in uids if self.source(uid) + HEAD not in known]
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH]
            facts = self.server.facts([uid for uid in batch if self.source(uid) not in known])
            for place, uid in enumerate(batch):
                if not self.work.has_time:
                    return len(waiting) - start - place
                if self.source(uid) in known or self._store(uid, facts.get(uid, (None, None)), is_older=is_older):
                    self.acknowledge(uid)
        return len(self.work.doubts)

    def _store(self, uid: int, facts: Facts, *, is_older: bool) -> bool:
        if is_too_big(facts[1]):
            if head := self.server.fetch(uid, head_only=True):
                self.work.store_head(self.source(uid), head, facts[1] or 0)
            return False
        fetched = self.server.fetch(uid)
        if not self.work.is_whole(self.source(uid), fetched) or fetched is None:
            # Gone meanwhile, or not given whole: the next round asks again, so reading does not go on behind it.
            self.whole = False
            return False
        progress = {"last_uid": Greatest("last_uid", uid)} if self.whole and not is_older else {}
        self.work.store(self.source(uid), fetched, is_older=is_older, **progress)
        return True

    def acknowledge(self, uid: int) -> None:
        """Tell the server that we have a mail, which is committed."""
        fault_point("before-acknowledge")
        if self.mailbox.after_fetch == AfterFetch.SEEN:
            self.server.mark_read(uid)
        else:
            self.server.mark_deleted(uid)
            fault_point("before-expunge")
            self.server.expunge(uid)
        fault_point("after-acknowledge")


def _differs(facts: Facts, stored: tuple[int, datetime]) -> bool:
    """Whether a mail on the server is another one than the stored; sizes alone may be estimates."""
    (arrived, size), (stored_size, stored_at) = facts, stored
    return arrived is not None and arrived != stored_at and size != stored_size
