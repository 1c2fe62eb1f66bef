"""The switch of billing, and who is shown prices."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_knowledge"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="sees_prices",
            field=models.BooleanField(default=False, verbose_name="Sees what work costs"),
        ),
        migrations.AddField(
            model_name="tenant",
            name="billing_on",
            field=models.BooleanField(
                default=False,
                help_text="What contracts cost, what is covered, and invoices at the end of the month.",
                verbose_name="Work is invoiced from here",
            ),
        ),
    ]
