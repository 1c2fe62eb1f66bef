"""What requesters may see and have chosen in the portal."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_phone_numbers"),
    ]

    operations = [
        migrations.AddField(
            model_name="requester",
            name="sees_company",
            field=models.BooleanField(default=False, verbose_name="Key user: sees all tickets of the company"),
        ),
        migrations.AddField(
            model_name="requester",
            name="takes_receipts",
            field=models.BooleanField(default=True, verbose_name="Tell me that a ticket has arrived"),
        ),
        migrations.AddField(
            model_name="requester",
            name="takes_surveys",
            field=models.BooleanField(default=True, verbose_name="Ask me now and then how it was"),
        ),
    ]
