"""Composition root: settings, URLs, Celery, and the launcher of the embedded services."""

from helpdesk.celery import app as celery_app

__all__ = ["celery_app"]
