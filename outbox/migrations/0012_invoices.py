"""Invoices and credit notes go by mail."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0011_portal"),
    ]

    operations = [
        migrations.AlterField(
            model_name="mailtemplate",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("acknowledgement", "Acknowledgement to the requester"),
                    ("details", "Ticket details to the consultant"),
                    ("reply", "Reply to the requester"),
                    ("solution", "Solution and confirmation request"),
                    ("reminder", "Reminder of a promise"),
                    ("confirmation", "Reminder to confirm the solution"),
                    ("closing", "Notice that a ticket was closed"),
                    ("survey", "Question how it was"),
                    ("portal", "Invitation to the portal"),
                    ("invoice", "Invoice"),
                    ("credit_note", "Credit note"),
                    ("answered", "The requester's message to the consultant"),
                    ("side", "Side conversation"),
                    ("returned", "A mail that did not arrive"),
                    ("commands", "Answer to a mail with commands"),
                    ("handover", "Standing in for a colleague"),
                    ("news", "What a member wants to hear of"),
                    ("code", "Code for a new browser"),
                    ("system", "Sign-in and account"),
                ],
                max_length=16,
                verbose_name="Used for",
            ),
        ),
        migrations.AlterField(
            model_name="outgoingmail",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("acknowledgement", "Acknowledgement to the requester"),
                    ("details", "Ticket details to the consultant"),
                    ("reply", "Reply to the requester"),
                    ("solution", "Solution and confirmation request"),
                    ("reminder", "Reminder of a promise"),
                    ("confirmation", "Reminder to confirm the solution"),
                    ("closing", "Notice that a ticket was closed"),
                    ("survey", "Question how it was"),
                    ("portal", "Invitation to the portal"),
                    ("invoice", "Invoice"),
                    ("credit_note", "Credit note"),
                    ("answered", "The requester's message to the consultant"),
                    ("side", "Side conversation"),
                    ("returned", "A mail that did not arrive"),
                    ("commands", "Answer to a mail with commands"),
                    ("handover", "Standing in for a colleague"),
                    ("news", "What a member wants to hear of"),
                    ("code", "Code for a new browser"),
                    ("system", "Sign-in and account"),
                ],
                max_length=16,
            ),
        ),
    ]
