"""Lists: their order and its indexes, saved views, tags, acts on many tickets."""

import datetime

import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
from django.db import migrations, models

import accounts.fields
from core.doors import make_door
from core.rls import SecureTenantTables

# Its task may be lost with the broker, or with the worker that had it.
UNFINISHED_BULK = """
    SELECT tenant_id, id FROM tickets_bulkaction WHERE finished_at IS NULL ORDER BY id LIMIT how_many
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_absences"),
        ("sla", "0007_decided_promises"),
        ("tickets", "0015_report_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("assign", "Assign"),
                            ("move", "Move to queue"),
                            ("status", "Set status"),
                            ("priority", "Set priority"),
                            ("kind", "Set kind"),
                            ("tag", "Add tag"),
                            ("untag", "Remove tag"),
                        ],
                        max_length=10,
                    ),
                ),
                ("value", models.CharField(blank=True, max_length=40)),
                ("words", models.CharField(blank=True, max_length=120)),
                ("notify", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("undone_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="BulkItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Waits for its turn"),
                            ("done", "Changed"),
                            ("unchanged", "Was so already"),
                            ("refused", "Left as it was"),
                            ("undone", "Taken back"),
                            ("kept", "Changed since, so it stays"),
                        ],
                        default="planned",
                        max_length=9,
                    ),
                ),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("why", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["pk"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="Name")),
                (
                    "audience",
                    models.CharField(
                        choices=[("mine", "Only me"), ("team", "A team"), ("all", "Everybody")],
                        default="mine",
                        max_length=4,
                        verbose_name="For",
                    ),
                ),
                ("query", models.CharField(blank=True, max_length=2000)),
                ("in_menu", models.BooleanField(default=True, verbose_name="Show in the menu, with its count")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="Position")),
            ],
            options={
                "ordering": ["position", "name", "pk"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="Name")),
                ("key", models.CharField(editable=False, max_length=40)),
            ],
            options={
                "ordering": ["key"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="TicketTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.RemoveIndex(
            model_name="ticket",
            name="ticket_queue",
        ),
        migrations.RemoveIndex(
            model_name="ticket",
            name="ticket_assignee",
        ),
        migrations.RemoveIndex(
            model_name="ticket",
            name="ticket_due",
        ),
        migrations.AddField(
            model_name="ticket",
            name="due_order",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Coalesce(
                    "next_due_at", models.Value(datetime.datetime(9999, 1, 1, 0, 0, tzinfo=datetime.UTC))
                ),
                output_field=models.DateTimeField(),
            ),
        ),
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
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    ("status_class__in", ["new", "open", "waiting_requester", "waiting_third_party", "scheduled"])
                ),
                fields=["tenant", "queue", "due_order", "id"],
                name="ticket_queue_open",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    ("status_class__in", ["new", "open", "waiting_requester", "waiting_third_party", "scheduled"])
                ),
                fields=["tenant", "assignee", "due_order", "id"],
                name="ticket_assignee_open",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["tenant", "due_order", "id"], name="ticket_due_order"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["tenant", "queue", "received_at"], name="ticket_queue"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["tenant", "assignee", "received_at"], name="ticket_assignee"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["tenant", "last_activity_at"], name="ticket_activity"),
        ),
        migrations.AddField(
            model_name="bulkaction",
            name="member",
            field=accounts.fields.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="bulkaction",
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
            model_name="bulkitem",
            name="action",
            field=accounts.fields.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="items",
                to="tickets.bulkaction",
            ),
        ),
        migrations.AddField(
            model_name="bulkitem",
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
            model_name="bulkitem",
            name="ticket",
            field=accounts.fields.TenantForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tickets.ticket"
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="owner",
            field=accounts.fields.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="team",
            field=accounts.fields.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.team",
                verbose_name="Team",
            ),
        ),
        migrations.AddField(
            model_name="savedview",
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
            model_name="tag",
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
            model_name="tickettag",
            name="tag",
            field=accounts.fields.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="ticket_tags",
                to="tickets.tag",
            ),
        ),
        migrations.AddField(
            model_name="tickettag",
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
            model_name="tickettag",
            name="ticket",
            field=accounts.fields.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="ticket_tags",
                to="tickets.ticket",
            ),
        ),
        migrations.AddIndex(
            model_name="bulkaction",
            index=models.Index(condition=models.Q(("finished_at", None)), fields=["id"], name="bulk_unfinished"),
        ),
        migrations.AddIndex(
            model_name="bulkitem",
            index=models.Index(fields=["tenant", "action", "state", "id"], name="bulk_item_state"),
        ),
        migrations.AddConstraint(
            model_name="bulkitem",
            constraint=models.UniqueConstraint(fields=("tenant", "action", "ticket"), name="bulk_item_once"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("audience", "team"), _negated=True), ("team__isnull", False), _connector="OR"
                ),
                name="saved_view_team",
            ),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(fields=("tenant", "key"), name="tag_key"),
        ),
        migrations.AddIndex(
            model_name="tickettag",
            index=models.Index(fields=["tenant", "tag", "ticket"], name="ticket_tag_of_tag"),
        ),
        migrations.AddConstraint(
            model_name="tickettag",
            constraint=models.UniqueConstraint(fields=("tenant", "ticket", "tag"), name="ticket_tag_once"),
        ),
        SecureTenantTables("SavedView", "Tag", "TicketTag", "BulkAction", "BulkItem"),
        make_door("door_bulk_actions", "how_many integer", UNFINISHED_BULK),
    ]
