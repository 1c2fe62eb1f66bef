"""The product's own WSGI application at the instant that a file names, for pages whose words depend on the clock."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import time_machine

from helpdesk.wsgi import application as product


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """One request at a time, or one would end the other's standstill."""
    with time_machine.travel(Path(os.environ["VASTE_CLOCK_FILE"]).read_text(), tick=False):
        return list(product(environ, start_response))
