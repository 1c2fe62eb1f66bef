"""What is asked of others apart from the conversation, contacts that came by no mail, and small steps."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models

import accounts.fields
from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_phone_numbers"),
        ("tickets", "0023_rules"),
    ]

    operations = [
        migrations.AlterField(
            model_name="ticketevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("received", "Received"),
                    ("reception_corrected", "Reception time corrected"),
                    ("policy", "Promises chosen"),
                    ("status", "Status changed"),
                    ("assigned", "Assigned"),
                    ("moved", "Moved to a queue"),
                    ("changed", "Facts changed"),
                    ("message", "Requester wrote"),
                    ("reply", "Reply written"),
                    ("delivered", "Reply delivered"),
                    ("undelivered", "Reply not delivered"),
                    ("note", "Note written"),
                    ("work_started", "Investigation started"),
                    ("restored", "Service restored"),
                    ("work_logged", "Work logged"),
                    ("solution", "Solution written"),
                    ("confirmed", "Requester confirmed the solution"),
                    ("rejected", "Requester says it is still broken"),
                    ("breached", "Promise broken"),
                    ("reminded", "Reminder sent"),
                    ("follow_up", "Follow-up opened"),
                    ("next_step", "Next step written"),
                    ("undone", "Reply taken back"),
                    ("tagged", "Tagged"),
                    ("merged", "Merged into another ticket"),
                    ("merged_from", "Another ticket merged into it"),
                    ("linked", "Linked to another ticket"),
                    ("split", "A message became a ticket of its own"),
                    ("split_from", "Opened from a message of another ticket"),
                    ("rule_left_out", "A rule was left out"),
                    ("imported", "Taken over from another desk"),
                    ("side_asked", "Somebody else asked"),
                    ("side_answered", "Somebody else answered"),
                    ("side_settled", "No answer awaited any more"),
                    ("task_done", "Task done"),
                    ("task_undone", "Task opened again"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="When")),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
                (
                    "channel",
                    models.CharField(
                        choices=[("phone", "Phone"), ("corridor", "Corridor"), ("chat", "Chat"), ("other", "Other")],
                        default="phone",
                        max_length=8,
                        verbose_name="How",
                    ),
                ),
                ("is_outgoing", models.BooleanField(default=False)),
                ("is_reached", models.BooleanField(default=True)),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="Name")),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="Number")),
                (
                    "number_tail",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Right(
                            models.Func(
                                models.F("number"),
                                models.Value("[^0-9]"),
                                models.Value(""),
                                models.Value("g"),
                                function="regexp_replace",
                            ),
                            7,
                        ),
                        output_field=models.CharField(max_length=7),
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=1000, verbose_name="What about")),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        null=True, validators=[django.core.validators.MaxValueValidator(1440)], verbose_name="Minutes"
                    ),
                ),
                (
                    "customer",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="accounts.customer",
                    ),
                ),
                (
                    "member",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "requester",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="accounts.requester",
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
            name="ContactTicket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "contact",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="tickets.contact",
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
                        related_name="+",
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
            name="SideConversation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=200)),
                (
                    "addresses",
                    django.contrib.postgres.fields.ArrayField(base_field=models.EmailField(max_length=254), size=None),
                ),
                ("waits_since", models.DateTimeField(null=True)),
                ("holds_ticket", models.BooleanField(default=False)),
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
                        related_name="sides",
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
            name="SideMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("author_name", models.CharField(max_length=120)),
                ("author_email", models.CharField(blank=True, max_length=320)),
                ("text", models.TextField()),
                ("quoted", models.TextField(blank=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("mail_id", models.CharField(blank=True, max_length=250)),
                ("outgoing_id", models.BigIntegerField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("delivery_error", models.TextField(blank=True)),
                ("caution", models.CharField(blank=True, max_length=200)),
                (
                    "member",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "side",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="tickets.sideconversation",
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
            name="SideFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=255)),
                ("content_type", models.CharField(max_length=120)),
                ("size", models.PositiveIntegerField()),
                ("storage_key", models.CharField(max_length=120)),
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
                    "message",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="tickets.sidemessage",
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
            name="TicketTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=200, verbose_name="Task")),
                ("due_on", models.DateField(null=True, verbose_name="Due")),
                ("position", models.PositiveIntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "done_by",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
                (
                    "member",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
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
                        related_name="tasks",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["tenant", "member", "-at"], name="contact_of_member"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["tenant", "requester", "-at"], name="contact_of_requester"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["tenant", "customer", "-at"], name="contact_of_customer"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["tenant", "number_tail", "-at"], name="contact_of_number"),
        ),
        migrations.AddConstraint(
            model_name="contactticket",
            constraint=models.UniqueConstraint(fields=("tenant", "contact", "ticket"), name="contact_ticket_once"),
        ),
        migrations.AddIndex(
            model_name="sideconversation",
            index=models.Index(fields=["tenant", "ticket"], name="side_of_ticket"),
        ),
        migrations.AddIndex(
            model_name="sidemessage",
            index=models.Index(fields=["tenant", "side", "at"], name="side_message_order"),
        ),
        migrations.AddIndex(
            model_name="sidemessage",
            index=models.Index(fields=["tenant", "mail_id"], name="side_message_mail_id"),
        ),
        migrations.AddIndex(
            model_name="sidemessage",
            index=models.Index(
                condition=models.Q(("outgoing_id__isnull", False)),
                fields=["tenant", "outgoing_id"],
                name="side_message_sent",
            ),
        ),
        migrations.AddIndex(
            model_name="sidefile",
            index=models.Index(fields=["tenant", "message"], name="side_file_message"),
        ),
        migrations.AddIndex(
            model_name="tickettask",
            index=models.Index(fields=["tenant", "ticket", "position"], name="task_of_ticket"),
        ),
        SecureTenantTables("SideConversation", "SideFile", "SideMessage", "Contact", "ContactTicket", "TicketTask"),
    ]
