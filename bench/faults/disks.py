"""Disks that are small enough to fill."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BLOCK = 2**16


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[Path]:
    """A file system of this size, mounted on a directory; skips where nobody lets us mount one."""
    place.mkdir(mode=0o711, parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=711", "vaste", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, *, leave: int = 0) -> Path:
    """Take all room but so many bytes; deleting the file that is returned gives it back."""
    ballast = disk / "ballast"
    room = shutil.disk_usage(disk).free - leave if leave else shutil.disk_usage(disk).total
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for _ in range(room // BLOCK + 1):
            file.write(b"x" * BLOCK)
    assert leave or shutil.disk_usage(disk).free < BLOCK
    return ballast
