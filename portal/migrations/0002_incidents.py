"""Who has an incident that is known already."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="deflection",
            name="incident",
            field=models.BigIntegerField(null=True),
        ),
    ]
