"""`manage.py two_step_off`: for somebody who has lost the phone and the recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.actors import SYSTEM
from accounts.models import Membership, Tenant, User
from accounts.scope import tenant_scope
from accounts.services import two_step


class Command(BaseCommand):
    help = (
        "Switches a person's second step off, in all their workspaces, and notes it in each audit log. "
        "Only whoever runs the installation can: an admin of one workspace must not open another."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    @transaction.atomic
    def handle(self, *args: object, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        if not two_step.is_on(user):
            raise CommandError(f"{user.email} has no second step.")
        two_step.forget(user)
        for tenant in Tenant.objects.order_by("pk"):
            with tenant_scope(tenant.pk):
                if Membership.objects.filter(user=user).exists():
                    two_step.note_off(user, by=SYSTEM)
        self.stdout.write(f"{user.email} signs in with the password or a mailed code alone.")
