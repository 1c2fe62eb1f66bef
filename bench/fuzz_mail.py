"""`python bench/fuzz_mail.py DIR [--mails N] [--seed S]`: damaged mails of a corpus, read one after the other.

Counts crashes, mails that took longer than 10 s, and the peak of memory. Each mail is made from the seed and its
number, so that a failure is repeated with `--seed S --only NUMBER`. Exits with 1 after a crash, a hang, or more than
512 MB.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import sys
import time
import traceback
from pathlib import Path
from types import FrameType

BASE_DIR = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE_DIR))

from bench.mutations import damage  # noqa: E402 - the path comes first
from mailintake.record import record_of  # noqa: E402
from mailintake.tnef import SIGNATURE  # noqa: E402

HANG_SECONDS = 10
MAX_MEGABYTES = 512
MAX_SOURCE = 300_000


class Hang(Exception):
    """The mail took longer than any mail may."""


def main() -> int:
    options = arguments()
    sources = corpus(options.folder)
    signal.signal(signal.SIGALRM, stop)
    began, slowest, failed = time.perf_counter(), (0.0, 0), 0
    numbers = [options.only] if options.only is not None else range(options.mails)
    for number in numbers:
        took, told = read_one(damage(sources[number % len(sources)], f"{options.seed}:{number}"))
        slowest = max(slowest, (took, number))
        if told:
            failed += 1
            print(f"mail {number} of seed {options.seed}: {told}")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    spent = time.perf_counter() - began
    print(
        f"seed {options.seed}: {len(numbers)} mails of {len(sources)} sources in {spent:.0f} s, {failed} crashes or "
        f"hangs, slowest {slowest[0]:.2f} s (mail {slowest[1]}), peak {megabytes:.0f} MB"
    )
    return failed > 0 or megabytes > MAX_MEGABYTES


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", type=int)
    return parser.parse_args()


def corpus(folder: Path) -> list[bytes]:
    """All mails and TNEF files of the corpus that are not large by themselves."""
    meta = json.loads((folder / "meta.json").read_text())
    names = sorted(name for name, facts in meta.items() if facts["kind"] in ("mail", "tnef"))
    raws = [path.read_bytes() for name in names if (path := folder / name).is_file()]
    return [raw for raw in raws if 0 < len(raw) <= MAX_SOURCE]


def read_one(raw: bytes) -> tuple[float, str]:
    """Seconds, and what went wrong. A record must be fit for a line of JSON, too."""
    began = time.perf_counter()
    signal.alarm(HANG_SECONDS)
    try:
        json.dumps(record_of(raw))
        if raw.startswith(SIGNATURE[:2]):
            json.dumps(record_of(SIGNATURE + raw[4:]))
    except Exception:  # noqa: BLE001 - whatever it is, it is counted and told
        return time.perf_counter() - began, traceback.format_exc(limit=-3)
    finally:
        signal.alarm(0)
    return time.perf_counter() - began, ""


def stop(signum: int, frame: FrameType | None) -> None:
    raise Hang(f"more than {HANG_SECONDS} s")


if __name__ == "__main__":
    sys.exit(main())
