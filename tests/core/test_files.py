"""Attachment bytes: the same bytes once, whole, and apart by tenant."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings

from core.files import load, store


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


def test_what_a_killed_process_left_half_is_written_anew() -> None:
    key = store(7, b"the whole file")
    (Path(settings.MEDIA_ROOT) / key).write_bytes(b"the wh")

    assert store(7, b"the whole file") == key
    assert load(key) == b"the whole file"
    assert stored() == [key]


def test_many_writers_of_the_same_bytes_leave_one_whole_file() -> None:
    content = b"x" * 3_000_000

    with ThreadPoolExecutor(8) as writers:
        keys = set(writers.map(lambda _: store(7, content), range(16)))

    (key,) = keys
    assert load(key) == content
    assert stored() == [key]


def test_a_lost_file_is_an_error_and_not_empty() -> None:
    with pytest.raises(FileNotFoundError):
        load("7/ab/abcdef")
