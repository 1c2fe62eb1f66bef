"""The Celery application. The broker may lose everything: each task is also found by a sweep in beat."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def refuse_powerful_roles(**kwargs: Any) -> None:
    """A worker that row-level security does not bind must not start."""
    from accounts.roles import require_application_role  # noqa: PLC0415  # settings are not loaded at import

    require_application_role()
