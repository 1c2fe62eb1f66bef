"""Logos on invoices, and which one an invoice was issued with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0005_books"),
    ]

    operations = [
        migrations.AddField(
            model_name="invoice",
            name="logo_key",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="seller",
            name="logo_key",
            field=models.CharField(blank=True, editable=False, max_length=120),
        ),
    ]
