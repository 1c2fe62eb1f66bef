"""Attachment bytes: the same bytes once, whole, and apart by tenant."""

import errno
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings

from core.files import DROP_AFTER, RENEW_AFTER, default_storage, drop_unnamed, load, store


def stored() -> list[str]:
    root = Path(settings.MEDIA_ROOT)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_bytes_lie_under_their_digest_and_come_back() -> None:
    digest = hashlib.sha256(b"data").hexdigest()

    key = store(7, b"data")

    assert key == f"7/{digest[:2]}/{digest}"
    assert load(key) == b"data"


def test_the_same_bytes_are_stored_once_for_each_tenant() -> None:
    keys = {store(7, b"data"), store(7, b"data"), store(8, b"data")}

    assert stored() == sorted(keys)
    assert len(keys) == 2


def test_nothing_is_something_to_store() -> None:
    assert load(store(7, b"")) == b""


def test_a_write_that_breaks_off_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            store(7, b"the whole file")
    assert stored() == []

    assert load(store(7, b"the whole file")) == b"the whole file"


def test_a_file_is_never_seen_half() -> None:
    """A reader looks all the time while the file is written; it sees nothing or everything."""
    content = b"x" * 20_000_000
    key = f"7/{(digest := hashlib.sha256(content).hexdigest())[:2]}/{digest}"
    path = Path(settings.MEDIA_ROOT) / key
    sizes = set()

    with ThreadPoolExecutor(1) as writers:
        writing = writers.submit(store, 7, content)
        while not writing.done():
            sizes.add(path.stat().st_size if path.exists() else 0)

    assert sizes <= {0, len(content)}
    assert load(key) == content


def test_files_can_be_read_by_nobody_else() -> None:
    path = Path(settings.MEDIA_ROOT) / store(7, b"data")

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_many_writers_of_the_same_bytes_leave_one_whole_file() -> None:
    content = b"x" * 3_000_000

    with ThreadPoolExecutor(8) as writers:
        keys = set(writers.map(lambda _: store(7, content), range(16)))

    (key,) = keys
    assert load(key) == content
    assert stored() == [key]


def grow_old(key: str, seconds: float) -> None:
    path = Path(settings.MEDIA_ROOT) / key
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


def test_what_no_row_names_goes_after_a_day() -> None:
    old, named, young, other = store(7, b"old"), store(7, b"named"), store(7, b"young"), store(8, b"old")
    half = f"{Path(old).parent}/.part-x1"
    (Path(settings.MEDIA_ROOT) / half).write_bytes(b"ol")
    for key in (old, named, other, half):
        grow_old(key, DROP_AFTER.total_seconds() + 1)

    assert drop_unnamed(7, lambda keys: {named} & set(keys)) == 2
    assert stored() == sorted([named, young, other])
    assert drop_unnamed(9, lambda keys: []) == 0


def test_bytes_that_are_stored_again_are_young_again() -> None:
    key = store(7, b"data")
    grow_old(key, RENEW_AFTER.total_seconds() + 1)
    store(7, b"data")
    grow_old(key, DROP_AFTER.total_seconds() - 60)

    assert drop_unnamed(7, lambda keys: []) == 0
    assert load(key) == b"data"


def test_bytes_that_are_stored_while_they_are_cleared_away_stay() -> None:
    key = store(7, b"data")
    grow_old(key, DROP_AFTER.total_seconds() + 1)

    def named(keys: list[str]) -> list[str]:
        store(7, b"data")
        return []

    assert drop_unnamed(7, named) == 0
    assert load(key) == b"data"
    assert not default_storage.exists(f"{Path(key).parent}/.part-gone-{Path(key).name}")


def test_a_lost_file_is_an_error_and_not_empty() -> None:
    with pytest.raises(FileNotFoundError):
        load("7/ab/abcdef")
