"""`python -m bench.faults [X06 ...] [--seed N]`: the fault proofs. Lists them; with names it runs those.

`make prove` runs the same ones, and all others that are marked as long proofs. The seed of a run is printed with its
results; `--seed` repeats it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
E2E, FLOWS, INTAKE, HERE = "tests/e2e", "tests/flows", "tests/mailintake", "bench/faults"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is broken, what must hold all the same, and where it is proved."""

    what: str
    required: str
    # Files or tests for pytest; a program with its arguments stands for itself.
    where: tuple[str, ...]
    program: tuple[str, ...] = ()


FAULTS = {
    "X01": Fault(
        "worker killed at 50 random times during 10,000 mails to 8 mailboxes of 3 tenants",
        "0 lost, 0 doubled, at most one more notification a kill and process, drained within 10 min",
        (f"{E2E}/test_random_kills.py::test_workers_killed_at_random_times_lose_and_double_nothing[full]",),
    ),
    "X02": Fault(
        "processes killed 20 times at each named step of intake, listener and outbox",
        "0 lost, 0 doubled; a mail in the middle of SMTP may leave once more",
        (f"{E2E}/test_faults.py",),
    ),
    "X03": Fault(
        "each mail five times, by IMAP, POP3, SMTP and a web address at once, 4 worker processes",
        "1 ticket each",
        (f"{HERE}/test_again.py",),
    ),
    "X04": Fault(
        "500 mails without Message-ID, 200 pairs with the same one and other words",
        "500 tickets; both of each pair kept",
        (f"{HERE}/test_message_ids.py",),
    ),
    "X05": Fault(
        "2,000 mails under another UIDVALIDITY, under other UIDLs, or from a backup of the mailbox",
        "0 lost, 0 doubled",
        (
            f"{HERE}/test_renumbered.py",
            f"{INTAKE}/test_imap_faults.py::test_a_mailbox_that_was_moved_loses_and_doubles_nothing[2000]",
        ),
    ),
    "X06": Fault(
        "mailboxes away for 1 to 72 h: refused, silent, cut, a byte a second, TLS, password; ten dead servers at once",
        "others not delayed over 60 s, pauses at most 15 min, alarm after 15 min, all mails in after the return",
        (f"{HERE}/test_mailbox_outages.py", f"{E2E}/test_dead_servers.py"),
    ),
    "X07": Fault(
        "100 of the worst mails among 1,000 good ones",
        "all 1,100 accounted for, no more than 3 tries each",
        (f"{HERE}/test_poison.py",),
    ),
    "X08": Fault(
        "database restarted 20 times at once and away for 45 s; no connection left; its disk full",
        "0 lost, nothing acknowledged that is not committed, pages say 503 within 5 s and nothing of anybody's data",
        (f"{HERE}/test_database.py",),
    ),
    "X09": Fault(
        "broker emptied, killed and away during intake and mail out, with the real beat",
        "0 lost, 0 mails twice, everything taken up within 60 s",
        (f"{HERE}/test_broker.py",),
    ),
    "X10": Fault(
        "mail server: 4xx, 5xx, greylisting, reset, silence after DATA, by dice",
        "a mail twice only after silence, under one Message-ID; 5xx visible on the ticket",
        (f"{HERE}/test_mail_server.py",),
    ),
    "X11": Fault(
        "disk of the attachments full in the middle of 500 files",
        "no message without its files, what waits is in sight, no file of nobody after a day",
        (f"{HERE}/test_disk.py",),
    ),
    "X12": Fault(
        "clock set by an hour and by ten minutes, forward and back, over a leap day, in the middle of sweeps",
        "no step, reminder or breach lost, doubled or undone, nothing negative, logs in the order in which they grew",
        (f"{FLOWS}/test_set_clocks.py", "tests/helpdesk/test_beat.py", f"{INTAKE}/test_clock_set_back.py"),
    ),
    "X13": Fault(
        "nights in which clocks change, by an hour and by half an hour, in eleven zones",
        "339 hand-checked deadlines to the minute, hours worked are real hours, each entry of beat as on any day",
        (
            "tests/sla/test_hand_checked_table.py",
            "tests/tickets/test_work_nights.py",
            "tests/helpdesk/test_beat.py",
            f"{E2E}/test_dst_nights.py",
        ),
    ),
    "X21": Fault(
        "two desks that answer each other; three lists that write their own From",
        "at most 10 automatic answers an address and hour",
        (f"{HERE}/test_loops.py",),
    ),
    "X23": Fault(
        "web address: the answer never comes back, 10 retries; 30 MB",
        "1 ticket; 200 within 2 s from the stored mail",
        (f"{HERE}/test_webhook.py",),
    ),
    "X24": Fault(
        "IMAP and POP3 that cut a mail, give none of it, lie about its size, or delete it meanwhile, by dice",
        "no half mail stored, all asked for again",
        (f"{HERE}/test_partial_mails.py",),
    ),
    "X25": Fault(
        "100,000 damaged mails of the corpus, read one after the other",
        "0 crashes, 0 over 10 s, less than 512 MB",
        (),
        ("bench/fuzz_mail.py", "{corpus}", "--mails", "100000"),
    ),
}


def main() -> int:
    options = arguments()
    if not options.names:
        tell()
        return 0
    failed = [name for name in options.names if run(FAULTS[name], options.seed)]
    if failed:
        print(f"failed: {', '.join(failed)}")
    return bool(failed)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("names", nargs="*", type=known, metavar="X06")
    parser.add_argument("--seed", type=int, help="of the dice; a run tells its own")
    return parser.parse_args()


def known(name: str) -> str:
    if name.upper() not in FAULTS:
        raise argparse.ArgumentTypeError(f"no fault {name}: {' '.join(FAULTS)}")
    return name.upper()


def tell() -> None:
    """The list."""
    for name, fault in FAULTS.items():
        print(f"{name}  {fault.what}")
        print(textwrap.indent(f"{fault.required}\n{' '.join(fault.where or fault.program)}", " " * 5))


def run(fault: Fault, seed: int | None) -> int:
    """One proof to its end; its exit status."""
    environment = os.environ | {"VASTE_PROVE": "1"} | ({} if seed is None else {"VASTE_SEED": str(seed)})
    if fault.program:
        return program(fault, seed)
    command = [sys.executable, "-m", "pytest", "-q", *fault.where]
    return subprocess.run(command, cwd=BASE_DIR, env=environment, check=False).returncode


def program(fault: Fault, seed: int | None) -> int:
    """A proof that needs neither services nor pytest, only the corpus."""
    shared = os.environ.get("VASTE_SHARED")
    if not shared:
        print("needs VASTE_SHARED, the folder in which data/mail lies")
        return 1
    corpus = f"{shared}/data/mail"
    words = [word.format(corpus=corpus) for word in fault.program] + ([] if seed is None else ["--seed", str(seed)])
    return subprocess.run([sys.executable, *words], cwd=BASE_DIR, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
