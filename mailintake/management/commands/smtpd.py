"""`manage.py smtpd`: take mail for the tenants' addresses by SMTP, or by LMTP from a mail server of one's own."""

import asyncio
import signal
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.roles import require_application_role
from mailintake.smtp import protocol_factory


class Command(BaseCommand):
    help = "Accepts mail by SMTP on VASTE_SMTP_LISTEN for the addresses of all tenants' mailboxes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--lmtp", action="store_true", help="Speak LMTP, with an answer for each recipient.")
        parser.add_argument(
            "--listen",
            metavar="HOST:PORT",
            help="Instead of VASTE_SMTP_LISTEN; unix:PATH is a socket of this machine.",
        )

    def handle(self, *args: object, **options: Any) -> None:
        require_application_role()
        listen = options["listen"] or settings.VASTE_SMTP_LISTEN
        asyncio.run(self._serve(listen, protocol_factory(lmtp=options["lmtp"])))

    async def _serve(self, listen: str, factory: Callable[[], asyncio.Protocol]) -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        host, _, port = listen.rpartition(":")
        server: asyncio.Server
        if host == "unix":
            server = await loop.create_unix_server(factory, port)
        else:
            server = await loop.create_server(factory, host or "127.0.0.1", int(port))
        self.stdout.write(f"Listening on {listen}")
        async with server:
            await stop.wait()
