"""X11: the disk that attachments are written to is full in the middle of a mail, and has room again later."""

import os
import random
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bench.faults.disks import fill, small_disk
from core.files import DROP_AFTER, load
from mailintake.enums import InboundState
from mailintake.models import InboundMessage
from tests.conftest import Cast
from tests.e2e.ledger import account, numbered, open_mailbox, pass_time, settle
from tests.e2e.parts import Installation, wait_until
from tickets.models import Attachment, Message
from tickets.tasks import sweep_files

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove]
ADDRESS = "support@acme.example"
ATTACHMENTS, MEGABYTES, ROOM = 500, 60, 8 * 2**20
Tell = Callable[[str, Any], None]


@pytest.fixture
def disk(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Where this process and the workers keep files."""
    with small_disk(tmp_path / "files", MEGABYTES) as place:
        settings.MEDIA_ROOT = place
        yield place


def mails_with_files(chance: random.Random) -> dict[int, tuple[bytes, list[str]]]:
    """Mails with one to four files each, and the digests of those."""
    found: dict[int, tuple[bytes, list[str]]] = {}
    left = ATTACHMENTS
    while left:
        many = min(left, chance.randint(1, 4))
        files = {f"plan{number}.bin": chance.randbytes(chance.randint(20_000, 60_000)) for number in range(many)}
        number, left = len(found) + 1, left - many
        found[number] = numbered(number, files=files), sorted(sha256(data).hexdigest() for data in files.values())
    return found


def files_on(disk: Path) -> set[str]:
    return {str(file.relative_to(disk)) for file in disk.rglob("*") if file.is_file() and file.name != "ballast"}


def incomplete(cast: Cast, wanted: dict[int, list[str]]) -> list[int]:
    """Mails that are on a ticket without a file that came with them, or with other bytes."""
    with cast.scope():
        titles = dict(Message.objects.values_list("pk", "ticket__title"))
        found: dict[int, list[str]] = {int(title.rpartition(" ")[2]): [] for title in titles.values()}
        for row in Attachment.objects.all():
            number = int(titles[row.message_id].rpartition(" ")[2])
            found[number].append(sha256(load(row.storage_key)).hexdigest())
    return [number for number, digests in found.items() if sorted(digests) != wanted[number]]


def named(cast: Cast) -> set[str]:
    with cast.scope():
        return set(Attachment.objects.values_list("storage_key", flat=True))


def states(cast: Cast) -> dict[int, str]:
    """The state of each mail by its row."""
    with cast.scope():
        return dict(InboundMessage.objects.values_list("pk", "state"))


def place_what_can_be(place: Installation, cast: Cast) -> None:
    def done() -> bool:
        if InboundState.RECEIVED not in states(cast).values():
            return True
        pass_time(cast)
        place.sweep()
        time.sleep(0.3)
        return False

    wait_until(done, seconds=180, what="every mail to be placed or put aside")


def grow_old(disk: Path) -> None:
    """Let more than a day go by for all files."""
    then = time.time() - DROP_AFTER.total_seconds() - 60
    for key in files_on(disk):
        os.utime(disk / key, (then, then))


def read_again(cast: Cast, rows: list[int]) -> None:
    """As an admin who presses the button on each mail's page."""
    client = cast.client("ada")
    for pk in rows:
        assert "No space left on device" in client.get(f"/mail/in/{pk}/").content.decode()
        assert client.post(f"/mail/in/{pk}/read-again/").status_code == 302


def test_the_disk_of_the_attachments_is_full(
    disk: Path, acme: Cast, installation: Installation, chance: random.Random, tell: Tell
) -> None:
    open_mailbox(acme)
    smtpd, mails = installation.smtpd(), mails_with_files(chance)
    wanted = {number: digests for number, (_, digests) in mails.items()}
    ballast = fill(disk, leave=ROOM)
    for raw, _ in mails.values():
        smtpd.send(raw, ADDRESS)
    installation.wait_for(installation.worker(concurrency=2))
    place_what_can_be(installation, acme)

    aside = [pk for pk, state in states(acme).items() if state == InboundState.QUARANTINED]
    placed = account(acme, mails)
    orphans = files_on(disk) - named(acme)
    assert aside
    assert placed.tickets + len(aside) == len(mails)
    assert incomplete(acme, wanted) == []
    grow_old(disk)
    sweep_files()
    left = files_on(disk) - named(acme)

    ballast.unlink()
    read_again(acme, aside)
    settle(installation, acme, expected=set(mails), seconds=120)
    found = account(acme, mails)
    tell(
        "X11",
        f"{len(mails)} mails with {ATTACHMENTS} files, room for {ROOM / 2**20:.0f} MB: {placed.tickets} placed whole, "
        f"{len(aside)} put aside in sight, {len(orphans)} files of nobody, {len(left)} of them after a day; "
        f"room again: {found}, {len(files_on(disk) - named(acme))} files of nobody",
    )
    found.assert_exact()
    assert incomplete(acme, wanted) == []
    assert left == set()
    assert files_on(disk) == named(acme)
