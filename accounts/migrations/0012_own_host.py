"""A host name of a tenant's own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_billing"),
    ]

    operations = [
        migrations.AddField(
            model_name="tenant",
            name="own_host",
            field=models.CharField(blank=True, editable=False, max_length=253),
        ),
    ]
