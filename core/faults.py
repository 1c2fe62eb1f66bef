"""Named places where a test may kill the process, to prove that nothing is lost or doubled there."""

import os
import signal
from pathlib import Path

from django.conf import settings

POINTS = (
    "after-fetch",
    "after-raw-write",
    "after-receipt-commit",
    "before-enqueue",
    "after-enqueue",
    "after-parse",
    "after-message-insert",
    "after-process-commit",
    "before-acknowledge",
    "after-acknowledge",
    "before-expunge",
    "before-smtp",
    "after-smtp",
    "after-step-row",
    "after-notice",
    "after-step-commit",
    "after-notice-mail",
    "in-import-batch",
    "after-import-batch",
    "after-rule-run",
    "with-series-held",
    "before-issue-commit",
    "after-invoice-file",
    "after-invoice-mail",
)


def fault_point(name: str) -> None:
    """Die here, as by kill -9, if a test has asked for it; costs one comparison otherwise.

    A test names the point in the file VASTE_FAULT_FILE; it is taken away first, so that only one process dies.
    """
    if not settings.TESTING:
        return
    file = os.environ.get("VASTE_FAULT_FILE", "")
    if not file:
        return
    wanted = Path(file)
    try:
        if wanted.read_text().strip() != name:
            return
        wanted.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
