"""Providers that take mail by their own interface."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0005_signing"),
    ]

    operations = [
        migrations.AddField(
            model_name="transport",
            name="kind",
            field=models.CharField(
                choices=[
                    ("smtp", "SMTP server"),
                    ("postmark", "Postmark"),
                    ("mailgun", "Mailgun"),
                    ("mailgun_eu", "Mailgun, EU region"),
                    ("brevo", "Brevo"),
                ],
                default="smtp",
                max_length=10,
                verbose_name="Mails leave by",
            ),
        ),
        migrations.AlterField(
            model_name="transport",
            name="host",
            field=models.CharField(blank=True, max_length=253, verbose_name="Server"),
        ),
    ]
