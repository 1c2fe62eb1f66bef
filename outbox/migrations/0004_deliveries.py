"""What became of each receiver's mail, servers that take none, and whose mailbox a mail goes to."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.fields
from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_returned_mail"),
        ("outbox", "0003_doors"),
    ]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.EmailField(max_length=254)),
                (
                    "fate",
                    models.CharField(
                        choices=[
                            ("delayed", "delayed, tried again by itself"),
                            ("uncertain", "no answer, tried once more"),
                            ("accepted", "delivered"),
                            ("unknown", "perhaps delivered: the server did not answer"),
                            ("refused", "refused"),
                            ("late", "late on its way"),
                            ("soft", "came back, the address may work later"),
                            ("hard", "came back, the address does not work"),
                            ("complained", "reported as spam by its reader"),
                        ],
                        max_length=10,
                    ),
                ),
                ("said", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Outage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("own", models.BooleanField()),
                ("since", models.DateTimeField()),
                ("said", models.CharField(max_length=500)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("rests_until", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="inbox",
            field=models.CharField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="losses",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="tried_since",
            field=models.DateTimeField(null=True),
        ),
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
                    ("answered", "The requester's message to the consultant"),
                    ("returned", "A mail that did not arrive"),
                    ("commands", "Answer to a mail with commands"),
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
                    ("answered", "The requester's message to the consultant"),
                    ("returned", "A mail that did not arrive"),
                    ("commands", "Answer to a mail with commands"),
                    ("code", "Code for a new browser"),
                    ("system", "Sign-in and account"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(fields=["tenant", "inbox", "-queued_at"], name="outgoing_inbox"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="mail",
            field=accounts.fields.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="outbox.outgoingmail",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="tenant",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.tenant",
            ),
        ),
        migrations.AddField(
            model_name="outage",
            name="tenant",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.tenant",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("tenant", "mail", "address"), name="delivery_once"),
        ),
        migrations.AddConstraint(
            model_name="outage",
            constraint=models.UniqueConstraint(fields=("tenant", "own"), name="outage_once"),
        ),
        SecureTenantTables("Delivery", "Outage"),
    ]
