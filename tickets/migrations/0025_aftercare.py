"""What follows a solution, colleagues of a requester, and own fields that the portal shows."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import accounts.fields
import tickets.models.aftercare
from core.doors import make_door
from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_portal_people"),
        ("tickets", "0024_sides_contacts"),
    ]

    operations = [
        migrations.AddField(
            model_name="customfield",
            name="in_portal",
            field=models.BooleanField(default=False, verbose_name="Shown in the portal"),
        ),
        migrations.AlterField(
            model_name="accesslink",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("work", "One ticket, for its consultant"),
                    ("confirm", "The solution, for its requester"),
                    ("rate", "How it was, for its requester"),
                ],
                max_length=8,
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
                    ("side_asked", "Somebody else asked"),
                    ("side_answered", "Somebody else answered"),
                    ("side_settled", "No answer awaited any more"),
                    ("task_done", "Task done"),
                    ("task_undone", "Task opened again"),
                    ("asked_again", "Requester asked again whether it works"),
                    ("unanswered", "Closed without an answer"),
                    ("invited", "A colleague was asked in"),
                    ("rated", "Requester said how it was"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="Aftercare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_on", models.BooleanField(default=False, verbose_name="Remind, and close what nobody answers")),
                ("since", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "remind_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(
                            validators=[
                                django.core.validators.MinValueValidator(1),
                                django.core.validators.MaxValueValidator(365),
                            ]
                        ),
                        blank=True,
                        default=tickets.models.aftercare.default_days,
                        size=5,
                        verbose_name="Remind after so many days",
                    ),
                ),
                (
                    "close_days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
                        ],
                        verbose_name="Close after so many days",
                    ),
                ),
                (
                    "reopen_days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
                        ],
                        verbose_name="Requesters may reopen for so many days",
                    ),
                ),
                ("asks_rating", models.BooleanField(default=False, verbose_name="Ask how it was, after closing")),
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
                "constraints": [models.UniqueConstraint(fields=("tenant",), name="aftercare_once")],
            },
        ),
        migrations.CreateModel(
            name="Participant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "requester",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
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
                (
                    "ticket",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="participants",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["tenant", "requester", "ticket"], name="participant_person")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "ticket", "requester"), name="participant_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Rating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("score", models.PositiveSmallIntegerField(null=True)),
                ("comment", models.TextField(blank=True, verbose_name="Comment")),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "requester",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
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
                (
                    "ticket",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ratings",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["tenant", "requester", "-asked_at"], name="rating_of_requester"),
                    models.Index(fields=["tenant", "ticket"], name="rating_of_ticket"),
                    models.Index(fields=["tenant", "answered_at"], name="rating_answered"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score", None), models.Q(("score__gte", 1), ("score__lte", 5)), _connector="OR"
                        ),
                        name="rating_score",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reminded",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("solved_at", models.DateTimeField()),
                ("step", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
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
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "ticket", "solved_at", "step"), name="reminded_once")
                ],
            },
        ),
        SecureTenantTables("Aftercare", "Participant", "Rating", "Reminded"),
        make_door("door_aftercare", "", "SELECT tenant_id, id FROM tickets_aftercare WHERE is_on"),
    ]
