"""Notices and their digest, rules that mind silences, and when each requester last heard from the desk."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import accounts.fields
from core.doors import make_door
from core.rls import SecureTenantTables

LAST_WORDS = """
    UPDATE tickets_ticket AS ticket SET last_word_at = greatest(ticket.received_at, (
        SELECT max(message.delivered_at) FROM tickets_message AS message
        WHERE message.tenant_id = ticket.tenant_id AND message.ticket_id = ticket.id
    ))
"""
DUE_NOTICES = """
    SELECT DISTINCT tenant_id, member_id FROM tickets_notice
    WHERE settled_at IS NULL AND send_at <= now() ORDER BY 1, 2 LIMIT how_many
"""
RULES = "SELECT tenant_id, id FROM tickets_reminderrule WHERE is_on ORDER BY 1, 2"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_absences"),
        ("sla", "0005_promises"),
        ("tickets", "0012_stand_ins"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("promise", "Promise"),
                            ("untouched", "Nobody has touched it"),
                            ("idle", "Nothing has happened"),
                            ("silent", "No word to the requester"),
                            ("waiting", "The requester has not answered"),
                            ("snoozed", "Asked for by themselves"),
                        ],
                        max_length=10,
                    ),
                ),
                ("key", models.CharField(max_length=120)),
                ("step", models.PositiveSmallIntegerField(null=True)),
                ("since", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField()),
                ("send_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "end",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Waits to be told"),
                            ("told", "Told"),
                            ("finished", "The ticket is finished"),
                            ("settled", "The promise is kept or no longer counts"),
                            ("overtaken", "A later notice says more"),
                            ("stirred", "Something has happened since"),
                            ("snoozed", "The member wants to hear later"),
                            ("hidden", "The member may not see the ticket any more"),
                            ("withdrawn", "The member took it back"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("mail", models.BigIntegerField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ReminderRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("untouched", "Nobody has touched a new or unassigned ticket"),
                            ("idle", "Nothing has happened on an assigned ticket"),
                            ("silent", "No word to the requester"),
                            ("waiting", "The requester has not answered"),
                        ],
                        max_length=10,
                        verbose_name="Remind when",
                    ),
                ),
                (
                    "amount",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(999),
                        ],
                        verbose_name="After how long",
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        choices=[("hours", "Hours"), ("days", "Days")],
                        default="days",
                        max_length=5,
                        verbose_name="Counted in",
                    ),
                ),
                (
                    "hearer",
                    models.CharField(
                        choices=[
                            ("assignee", "The consultant"),
                            ("team", "The queue's teams"),
                            ("leads", "Team leads"),
                        ],
                        default="assignee",
                        max_length=8,
                        verbose_name="Who is reminded",
                    ),
                ),
                (
                    "repeats",
                    models.BooleanField(
                        default=False,
                        help_text="Without it there is one reminder, until something new happens.",
                        verbose_name="Again each time the same span has passed",
                    ),
                ),
                ("is_on", models.BooleanField(default=True, verbose_name="Switched on")),
            ],
            options={
                "ordering": ["kind", "unit", "amount", "pk"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="ticket",
            name="last_word_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    ("status_class__in", ["new", "open", "waiting_requester", "waiting_third_party", "scheduled"])
                ),
                fields=["tenant", "last_word_at"],
                name="ticket_silence",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="member",
            field=accounts.fields.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        migrations.AddField(
            model_name="notice",
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
            model_name="notice",
            name="ticket",
            field=accounts.fields.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notices",
                to="tickets.ticket",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="timer",
            field=accounts.fields.TenantForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="sla.timer",
            ),
        ),
        migrations.AddField(
            model_name="reminderrule",
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
            model_name="notice",
            name="rule",
            field=accounts.fields.TenantForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="tickets.reminderrule",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderrule",
            constraint=models.UniqueConstraint(
                fields=("tenant", "kind", "hearer", "unit", "amount"), name="reminder_rule_once"
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(condition=models.Q(("settled_at", None)), fields=["send_at"], name="notice_waits"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["tenant", "ticket", "member"], name="notice_of_ticket"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(fields=("tenant", "key"), name="notice_once"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "snoozed"), ("settled_at", None)),
                fields=("tenant", "ticket", "member"),
                name="notice_one_snooze",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("end", ""), ("settled_at", None)),
                    models.Q(models.Q(("end", ""), _negated=True), ("settled_at__isnull", False)),
                    _connector="OR",
                ),
                name="notice_end",
            ),
        ),
        SecureTenantTables("ReminderRule", "Notice"),
        make_door("door_due_notices", "how_many integer", DUE_NOTICES),
        make_door("door_reminder_rules", "", RULES),
        migrations.RunSQL(LAST_WORDS, migrations.RunSQL.noop),
    ]
