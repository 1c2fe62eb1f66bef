"""What a member's first button under a reply did last, and where they went from there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_absences"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="after_sending",
            field=models.CharField(
                choices=[("stay", "stay here"), ("next", "open the next ticket"), ("list", "go to the list")],
                default="stay",
                editable=False,
                max_length=4,
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="sends_as",
            field=models.CharField(blank=True, editable=False, max_length=20),
        ),
    ]
