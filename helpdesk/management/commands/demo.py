"""`manage.py demo`: two workspaces to look around in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from helpdesk.demo.build import SlugTaken, build_demo
from helpdesk.demo.guide import write_guide


class Command(BaseCommand):
    help = "Makes the demo workspaces acme and globex if they are not there, and writes demo.txt beside the data."

    def handle(self, *args: object, **options: Any) -> None:
        try:
            tenants = build_demo()
        except SlugTaken as taken:
            raise CommandError(f"The workspace {taken} exists and is no demo; nothing was changed.") from taken
        path = write_guide(tenants, settings.VASTE_DATA_DIR)
        self.stdout.write(f"Demo: {', '.join(tenant.url() for tenant in tenants)}. Sign-ins are in {path}.")
