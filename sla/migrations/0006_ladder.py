"""Steps of the ladder know their place, their readers and what they do; a contract names whom to tell."""

from typing import Any

from django.db import migrations, models

DEADLINE = 100


def percents_to_steps(apps: Any, schema_editor: Any) -> None:
    """A number meant: tell whoever has it, and from the deadline on the team leads as well.

    A ladder with any step took one at the deadline too.
    """
    version = apps.get_model("sla", "PolicyVersion")
    for row in version.objects.exclude(steps=[]).only("steps").iterator(chunk_size=500):
        percents = sorted({*row.steps, DEADLINE})
        row.steps = [_step(percent) for percent in percents]
        row.save(update_fields=["steps"])


def _step(percent: int) -> dict[str, Any]:
    whom = ["assignee", "leads"] if percent >= DEADLINE else ["assignee"]
    return {"whom": whom} if percent == DEADLINE else {"percent": percent, "whom": whom}


def steps_to_percents(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("sla", "PolicyVersion")
    for row in version.objects.exclude(steps=[]).only("steps").iterator(chunk_size=500):
        row.steps = sorted({step.get("percent", DEADLINE) for step in row.steps})
        row.save(update_fields=["steps"])


# A promise without any step was looked at by nobody; a broken one is found at its deadline from now on.
FIND_BROKEN = """
    UPDATE sla_timer SET next_action_at = due_at + interval '1 second'
    WHERE next_action_at IS NULL AND due_at IS NOT NULL AND breached_at IS NULL AND fulfilled_at IS NULL
      AND state = 'running'
"""


class Migration(migrations.Migration):
    dependencies = [("sla", "0005_promises")]
    operations = [
        migrations.AlterField("stepfired", "step", models.CharField(max_length=16)),
        migrations.AlterField("timer", "next_step", models.CharField(max_length=16, null=True)),
        migrations.AddField(
            "contract",
            "contact_name",
            models.CharField(blank=True, default="", max_length=120, verbose_name="Contact for reminders"),
            preserve_default=False,
        ),
        migrations.AddField(
            "contract",
            "contact_email",
            models.EmailField(blank=True, default="", max_length=254, verbose_name="Their mail address"),
            preserve_default=False,
        ),
        migrations.AddField(
            "contract",
            "contact_language",
            models.CharField(
                blank=True,
                choices=[("en", "English"), ("fi", "Finnish")],
                default="",
                max_length=5,
                verbose_name="Their language",
            ),
            preserve_default=False,
        ),
        migrations.RunPython(percents_to_steps, steps_to_percents),
        migrations.RunSQL(FIND_BROKEN, migrations.RunSQL.noop),
    ]
