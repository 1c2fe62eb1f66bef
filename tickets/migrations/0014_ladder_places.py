"""A notice knows the step it tells of by its place on the ladder."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0013_notices")]
    operations = [migrations.AlterField("notice", "step", models.CharField(blank=True, max_length=16))]
