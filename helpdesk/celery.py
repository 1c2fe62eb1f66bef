"""The Celery application. The broker may lose everything: each task is also found by a sweep in beat."""

import gc
import os
import warnings
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import worker_init
from django.conf import settings
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
# Only JSON is accepted, so that root, where the launcher has no other user to run as, adds no risk by itself.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("helpdesk", fixups=["helpdesk.kept_connections:fixup"])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def refuse_powerful_roles(**kwargs: Any) -> None:
    """A worker that row-level security does not bind must not start."""
    from accounts.roles import require_application_role  # noqa: PLC0415  # settings are not loaded at import

    require_application_role()


@worker_init.connect
def suit_small_tasks(**kwargs: Any) -> None:
    """Many small tasks of few kinds (docs/adr/0013): plan their statements once, look for garbage less often.

    What is loaded by now stays, so the collector need not walk through it.
    """
    if settings.PREPARED_STATEMENTS:
        prepared = {"server_side_binding": True, "prepare_threshold": 3}
        connections.settings["default"].setdefault("OPTIONS", {}).update(prepared)
        connections.close_all()
    gc.freeze()
    gc.set_threshold(50_000)
