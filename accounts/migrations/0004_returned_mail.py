"""What mail that came back says of an address."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_two_step"),
    ]

    operations = [
        migrations.AddField(
            model_name="requesteraddress",
            name="undeliverable_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="requesteraddress",
            name="undeliverable_reason",
            field=models.CharField(blank=True, editable=False, max_length=500),
        ),
        migrations.AddField(
            model_name="requesteraddress",
            name="complained_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
