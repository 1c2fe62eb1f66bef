"""WSGI entry point; granian serves it."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

application = get_wsgi_application()

from accounts.roles import require_application_role  # noqa: E402  # Django must be set up first

require_application_role()

# A page makes many small things that die with it: the collector need not walk through what is loaded by now, and may
# look for the few circles among them less often (docs/adr/0023).
gc.collect()
gc.freeze()
gc.set_threshold(10_000)
