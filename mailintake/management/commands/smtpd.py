"""`manage.py smtpd`: take mail for the tenants' addresses by SMTP."""

import asyncio
import signal

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.roles import require_application_role
from mailintake.smtp import protocol_factory


class Command(BaseCommand):
    help = "Accepts mail by SMTP on VASTE_SMTP_LISTEN for the addresses of all tenants' mailboxes."

    def handle(self, *args: object, **options: object) -> None:
        require_application_role()
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        host, _, port = settings.VASTE_SMTP_LISTEN.rpartition(":")
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        server = await loop.create_server(protocol_factory(), host or "127.0.0.1", int(port))
        self.stdout.write(f"SMTP on {host}:{port}")
        async with server:
            await stop.wait()
