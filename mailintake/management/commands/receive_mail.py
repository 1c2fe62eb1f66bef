"""`manage.py receive_mail`: take one mail from standard input, for a mail server's pipe."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mailintake.smtp import find_mailboxes, keep


class Command(BaseCommand):
    help = "Stores the mail on standard input for the mailbox --to; exits 75 if it could not (the sender tries again)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", required=True, help="The address the mail was delivered to.")
        parser.add_argument("--sender", default="", help="The envelope sender.")

    def handle(self, *args: object, **options: Any) -> None:
        raw = sys.stdin.buffer.read()
        try:
            found = find_mailboxes(options["to"])
            if not found:
                raise CommandError(f"{options['to']} is no mailbox here.", returncode=os.EX_NOUSER)
            keep({options["to"]: found[0]}, options["sender"], raw)
        except CommandError:
            raise
        except Exception as error:
            # Any other code would have the mail server give the mail up.
            raise CommandError(f"Not stored: {error}", returncode=os.EX_TEMPFAIL) from error
