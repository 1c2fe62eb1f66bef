"""An export as a directory or an archive: no name leads out of it, and nothing in it can fill the memory."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from imports.files import MOST_BYTES, Archive, Directory, NoFile, opened
from imports.format import Trouble
from imports.zammad import Zammad


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "export"
    (root / "kuvat").mkdir(parents=True)
    (root / "kuvat" / "k.gif").write_bytes(b"GIF")
    (tmp_path / "secret").write_bytes(b"secret")
    (root / "link").symlink_to(tmp_path / "secret")
    with (root / "huge").open("wb") as file:
        os.truncate(file.fileno(), MOST_BYTES + 1)
    return root


@pytest.mark.parametrize(
    "name",
    ["../secret", "kuvat/../../secret", "/etc/passwd", "link", "kuvat\\k.gif", "a\x00", "", "none", "huge", "kuvat"],
)
def test_a_directory_gives_no_more_than_is_in_it(root: Path, name: str) -> None:
    with pytest.raises(NoFile):
        Directory(root).read(name)
    assert Directory(root).read("kuvat/k.gif") == b"GIF"
    assert Directory(root).names("kuvat") == ["kuvat/k.gif"]


def test_an_archive_gives_files_up_to_a_size(root: Path) -> None:
    path = root / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lines.jsonl", "{}\n")
        archive.writestr("kuvat/k.gif", b"GIF")
        archive.writestr("bomb", b"\0" * (MOST_BYTES + 1))
    damaged = bytearray(path.read_bytes())
    damaged[damaged.index(b"GIF") if b"GIF" in damaged else 80] ^= 0xFF

    with opened(path) as files:
        assert isinstance(files, Archive)
        assert (files.names("kuvat"), files.read("kuvat/k.gif"), files.lines_name()) == (
            ["kuvat/k.gif"],
            b"GIF",
            "lines.jsonl",
        )
        for name in ("bomb", "../secret", "none"):
            with pytest.raises(NoFile):
                files.read(name)
    with zipfile.ZipFile(io.BytesIO(bytes(damaged))) as archive, pytest.raises(NoFile, match="cannot be read"):
        [Archive(archive).read(name) for name in ("lines.jsonl", "kuvat/k.gif")]


def test_a_broken_page_or_ticket_of_zammad_is_told_with_its_place(root: Path) -> None:
    (root / "tickets").mkdir()
    (root / "tickets" / "1.json").write_text("{")
    (root / "tickets" / "2.json").write_text('[5, {"id": 7}, {"id": 8, "links": 1}]')
    (root / "ticket_articles" / "by_ticket").mkdir(parents=True)
    (root / "ticket_articles" / "by_ticket" / "8.json").write_text('[{"no": "id"}]')

    found = [each for each in Zammad(Directory(root)).lines() if isinstance(each, Trouble)]

    assert [(each.place, each.id) for each in found] == [
        ("tickets/1.json", ""),
        ("tickets/2.json[0]", ""),
        ("tickets/2.json[1]", "7"),
        ("tickets/2.json[2]", "8"),
    ]
    assert "there is no file" in found[2].words
