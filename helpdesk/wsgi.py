"""WSGI entry point; granian serves it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

application = get_wsgi_application()

from accounts.roles import require_application_role  # noqa: E402  # Django must be set up first

require_application_role()
