"""The second step of signing in, and links for a new password of which only the newest works."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_tenant_walls"),
    ]

    operations = [
        migrations.RemoveField(model_name="tenant", name="follow_up_days"),
        migrations.AddField(
            model_name="tenant",
            name="require_two_step",
            field=models.BooleanField(
                default=False,
                help_text="Whoever has not set it up does that first. Consultants' mail links stay as they are.",
                verbose_name="Members sign in with a second step",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="resets",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
    ]
