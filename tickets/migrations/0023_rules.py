"""Rules: what a desk lets happen by itself, what waits for them, and what they have done.

A trigger notes, in the transaction that logs an event, that a rule of the tenant waits for such an event, so that no
code can forget to and none is lost when transactions end in another order. What a rule does itself is left out: its
transaction bears the setting app.rules_rest, and its entries say whose they are. (docs/adr/0020)
"""

from typing import Any

import django.contrib.postgres.fields
import django.core.validators
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.fields
from core.doors import make_door
from core.rls import SecureTenantTables

NOTE_DUE = """
    CREATE FUNCTION note_due_rules() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        IF nullif(current_setting('app.rules_rest', true), '') IS NULL THEN
            INSERT INTO tickets_ruledue (tenant_id, rule_id, ticket_id, event_id, not_before, tries)
            SELECT added.tenant_id, rule.id, added.ticket_id, added.id, now(), 0
            FROM added JOIN tickets_rule AS rule ON rule.tenant_id = added.tenant_id
            WHERE rule.is_on AND added.kind = ANY (rule.events) AND added.data -> 'by_rule' IS NULL
            ORDER BY added.id, rule.position, rule.id;
        END IF;
        RETURN NULL;
    END $$
"""
LISTEN = """
    CREATE TRIGGER due_rules AFTER INSERT ON tickets_ticketevent REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION note_due_rules()
"""
DUE = """
    SELECT tenant_id, id FROM tickets_ruledue WHERE not_before <= now() ORDER BY not_before, id LIMIT how_many
"""
CLOCKS = "SELECT tenant_id, id FROM tickets_rule WHERE is_on AND clock <> ''"


def link(*, on_delete: Any = models.CASCADE, related_name: str = "+", **more: Any) -> Any:
    return accounts.fields.TenantForeignKey(
        db_constraint=False, on_delete=on_delete, related_name=related_name, **more
    )


def of_tenant() -> Any:
    return models.ForeignKey(
        db_index=False, editable=False, on_delete=models.PROTECT, related_name="+", to="accounts.tenant"
    )


def grants() -> list[str]:
    made = "FUNCTION note_due_rules()"
    return [
        f"REVOKE ALL ON {made} FROM PUBLIC",
        f'GRANT EXECUTE ON {made} TO "{settings.VASTE_APP_ROLE}"',
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_sending_habits"),
        ("tickets", "0022_origins"),
    ]

    operations = [
        migrations.AddField(
            model_name="status",
            name="enter_from",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                blank=True,
                default=list,
                size=None,
                verbose_name="May be set only from these statuses",
            ),
        ),
        migrations.AlterField(
            model_name="newswish",
            name="news",
            field=models.CharField(
                choices=[
                    ("assigned", "A ticket is assigned to me"),
                    ("answered", "The requester writes on a ticket of mine"),
                    ("followed", "The requester writes on a ticket that I follow"),
                    ("mentioned", "Somebody mentions me in a note"),
                    ("noted", "Somebody notes something on a ticket that I have or follow"),
                    ("arrived", "A new ticket arrives in my queues"),
                    ("rule", "A rule of the desk tells me of a ticket"),
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
                    ("rule", "A rule of the desk"),
                ],
                max_length=10,
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
                    ("linked", "Linked to another ticket"),
                    ("split", "A message became a ticket of its own"),
                    ("split_from", "Opened from a message of another ticket"),
                    ("rule_left_out", "A rule was left out"),
                    ("imported", "Taken over from another desk"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="Rule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="Name")),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Rules run in this order.",
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="Position",
                    ),
                ),
                ("is_on", models.BooleanField(default=False, editable=False)),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("received", "A ticket is opened"),
                                ("message", "The requester writes more"),
                                ("reply", "Somebody replies to the requester"),
                                ("note", "Somebody writes a note"),
                                ("status", "The status changes"),
                                ("assigned", "It is assigned"),
                                ("moved", "It is moved to a queue"),
                                ("changed", "A fact changes, such as priority or customer"),
                                ("tagged", "A tag is added or removed"),
                                ("breached", "A promise is broken"),
                                ("confirmed", "The requester confirms the solution"),
                                ("rejected", "The requester says it is still broken"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="When it happens",
                    ),
                ),
                (
                    "clock",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("received", "The ticket is received"),
                            ("activity", "The last activity"),
                            ("word", "The last word to the requester"),
                            ("status", "Its status was entered"),
                        ],
                        max_length=8,
                        verbose_name="Or some time after",
                    ),
                ),
                (
                    "amount",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(999),
                        ],
                        verbose_name="How long after",
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
                ("swept_until", models.DateTimeField(editable=False, null=True)),
                ("query", models.CharField(blank=True, editable=False, max_length=2000)),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="Only with one of these words",
                    ),
                ),
                ("actions", models.JSONField(default=list, editable=False)),
                ("note", models.TextField(blank=True, max_length=4000, verbose_name="Internal note")),
                (
                    "tell",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("assignee", "The consultant"),
                            ("team", "The queue's teams"),
                            ("leads", "Team leads"),
                        ],
                        max_length=8,
                        verbose_name="Tell",
                    ),
                ),
                (
                    "tell_member",
                    link(
                        blank=True,
                        null=True,
                        on_delete=models.SET_NULL,
                        to="accounts.membership",
                        verbose_name="And this colleague",
                    ),
                ),
                (
                    "tell_team",
                    link(
                        blank=True,
                        null=True,
                        on_delete=models.SET_NULL,
                        to="accounts.team",
                        verbose_name="And this team",
                    ),
                ),
                ("tenant", of_tenant()),
            ],
            options={
                "ordering": ["position", "pk"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="RuleDue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("instant", models.DateTimeField(null=True)),
                ("not_before", models.DateTimeField(default=django.utils.timezone.now)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("event", link(null=True, to="tickets.ticketevent")),
                ("rule", link(related_name="due", to="tickets.rule")),
                ("tenant", of_tenant()),
                ("ticket", link(to="tickets.ticket")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="RuleRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("instant", models.DateTimeField(null=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("done", "Changed"),
                            ("unchanged", "Was so already"),
                            ("refused", "Left as it was"),
                            ("stopped", "Left out: too many rules at once"),
                            ("failed", "Failed"),
                            ("undone", "Taken back"),
                        ],
                        max_length=10,
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=200)),
                ("actions", models.JSONField(default=list)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("event", link(null=True, to="tickets.ticketevent")),
                ("rule", link(related_name="runs", to="tickets.rule")),
                ("tenant", of_tenant()),
                ("ticket", link(related_name="rule_runs", to="tickets.ticket")),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="rule",
            index=models.Index(condition=models.Q(("is_on", True)), fields=["tenant"], name="rule_listens"),
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.UniqueConstraint(fields=("tenant", "name"), name="rule_name"),
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.CheckConstraint(
                condition=models.Q(("clock", ""), ("events", []), _connector="OR"), name="rule_begins_once"
            ),
        ),
        migrations.AddIndex(
            model_name="ruledue",
            index=models.Index(fields=["not_before", "id"], name="rule_due"),
        ),
        migrations.AddIndex(
            model_name="ruledue",
            index=models.Index(fields=["tenant", "ticket", "id"], name="rule_due_of_ticket"),
        ),
        migrations.AddConstraint(
            model_name="ruledue",
            constraint=models.UniqueConstraint(
                fields=("tenant", "rule", "ticket", "event", "instant"), name="rule_due_once", nulls_distinct=False
            ),
        ),
        migrations.AddIndex(
            model_name="rulerun",
            index=models.Index(fields=["tenant", "ticket", "-at"], name="rule_run_of_ticket"),
        ),
        migrations.AddIndex(
            model_name="rulerun",
            index=models.Index(fields=["tenant", "rule", "-id"], name="rule_run_of_rule"),
        ),
        migrations.AddIndex(
            model_name="rulerun",
            index=models.Index(
                condition=models.Q(("state__in", ["stopped", "failed"])),
                fields=["tenant", "at"],
                name="rule_run_trouble",
            ),
        ),
        migrations.AddConstraint(
            model_name="rulerun",
            constraint=models.UniqueConstraint(
                fields=("tenant", "rule", "ticket", "event", "instant"), name="rule_run_once", nulls_distinct=False
            ),
        ),
        SecureTenantTables("Rule", "RuleDue", "RuleRun"),
        migrations.RunSQL([NOTE_DUE, *grants(), LISTEN], ["DROP FUNCTION note_due_rules() CASCADE"]),
        make_door("door_due_rules", "how_many integer", DUE),
        make_door("door_rule_clocks", "", CLOCKS),
    ]
