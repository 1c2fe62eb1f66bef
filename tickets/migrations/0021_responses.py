"""Canned responses and macros, who follows a ticket, and of what members want to hear."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.fields
from core.rls import SecureTenantLink, SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_sending_habits"),
        ("tickets", "0020_own_fields"),
    ]

    operations = [
        migrations.AddField(
            model_name="bulkaction",
            name="actions",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="bulkaction",
            name="note",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="notice",
            name="message",
            field=accounts.fields.TenantForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="tickets.message",
            ),
        ),
        migrations.AlterField(
            model_name="bulkaction",
            name="kind",
            field=models.CharField(
                choices=[
                    ("assign", "Assign"),
                    ("move", "Move to queue"),
                    ("status", "Set status"),
                    ("priority", "Set priority"),
                    ("kind", "Set kind"),
                    ("tag", "Add tag"),
                    ("untag", "Remove tag"),
                    ("macro", "Run macro"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("promise", "Promise"),
                    ("untouched", "Nobody has touched it"),
                    ("idle", "Nothing has happened"),
                    ("silent", "No word to the requester"),
                    ("waiting", "The requester has not answered"),
                    ("snoozed", "Asked for by themselves"),
                    ("assigned", "Assigned to them"),
                    ("answered", "The requester wrote"),
                    ("followed", "The requester wrote on a ticket that they follow"),
                    ("mentioned", "Mentioned in a note"),
                    ("noted", "A note on a ticket of theirs"),
                    ("arrived", "A new ticket in their queues"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="CannedResponse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=80, verbose_name="Title")),
                (
                    "audience",
                    models.CharField(
                        choices=[("mine", "Only me"), ("team", "A team"), ("all", "Everybody")],
                        default="mine",
                        max_length=4,
                        verbose_name="For",
                    ),
                ),
                ("used", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "owner",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "queue",
                    accounts.fields.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tickets.queue",
                        verbose_name="Only in this queue",
                    ),
                ),
                (
                    "team",
                    accounts.fields.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.team",
                        verbose_name="Team",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["-used", "title", "pk"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Follower",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "member",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
                (
                    "ticket",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="followers",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Macro",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=80, verbose_name="Title")),
                (
                    "audience",
                    models.CharField(
                        choices=[("mine", "Only me"), ("team", "A team"), ("all", "Everybody")],
                        default="mine",
                        max_length=4,
                        verbose_name="For",
                    ),
                ),
                ("used", models.PositiveIntegerField(default=0, editable=False)),
                ("note", models.TextField(blank=True, max_length=4000, verbose_name="Internal note")),
                ("actions", models.JSONField(default=list, editable=False)),
                (
                    "owner",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "queue",
                    accounts.fields.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tickets.queue",
                        verbose_name="Only in this queue",
                    ),
                ),
                (
                    "response",
                    accounts.fields.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Its text is put into the reply, where it can still be changed.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tickets.cannedresponse",
                        verbose_name="Canned response",
                    ),
                ),
                (
                    "team",
                    accounts.fields.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.team",
                        verbose_name="Team",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["-used", "title", "pk"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="NewsWish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "news",
                    models.CharField(
                        choices=[
                            ("assigned", "A ticket is assigned to me"),
                            ("answered", "The requester writes on a ticket of mine"),
                            ("followed", "The requester writes on a ticket that I follow"),
                            ("mentioned", "Somebody mentions me in a note"),
                            ("noted", "Somebody notes something on a ticket that I have or follow"),
                            ("arrived", "A new ticket arrives in my queues"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "mail",
                    models.CharField(
                        choices=[("now", "Mail at once"), ("digest", "One mail each morning"), ("never", "No mail")],
                        max_length=6,
                        verbose_name="Mail",
                    ),
                ),
                ("desktop", models.BooleanField(default=False, verbose_name="On the desktop")),
                (
                    "member",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ResponseText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(choices=[("en", "English"), ("fi", "Finnish")], max_length=5)),
                ("text", models.TextField()),
                (
                    "response",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="texts",
                        to="tickets.cannedresponse",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="cannedresponse",
            index=models.Index(fields=["tenant", "-used"], name="cannedresponse_used"),
        ),
        migrations.AddConstraint(
            model_name="cannedresponse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("audience", "team"), _negated=True), ("team__isnull", False), _connector="OR"
                ),
                name="cannedresponse_of_team",
            ),
        ),
        migrations.AddIndex(
            model_name="follower",
            index=models.Index(fields=["tenant", "member", "ticket"], name="follower_of_member"),
        ),
        migrations.AddConstraint(
            model_name="follower",
            constraint=models.UniqueConstraint(fields=("tenant", "ticket", "member"), name="follower_once"),
        ),
        migrations.AddIndex(
            model_name="macro",
            index=models.Index(fields=["tenant", "-used"], name="macro_used"),
        ),
        migrations.AddConstraint(
            model_name="macro",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("audience", "team"), _negated=True), ("team__isnull", False), _connector="OR"
                ),
                name="macro_of_team",
            ),
        ),
        migrations.AddIndex(
            model_name="newswish",
            index=models.Index(fields=["tenant", "news"], name="news_wish_of_kind"),
        ),
        migrations.AddConstraint(
            model_name="newswish",
            constraint=models.UniqueConstraint(fields=("tenant", "member", "news"), name="news_wish_once"),
        ),
        migrations.AddConstraint(
            model_name="responsetext",
            constraint=models.UniqueConstraint(fields=("tenant", "response", "language"), name="response_language"),
        ),
        SecureTenantTables("CannedResponse", "ResponseText", "Macro", "Follower", "NewsWish"),
        SecureTenantLink("Notice", "message"),
    ]
