from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0002_incidents"),
    ]

    operations = [
        migrations.AddField(
            model_name="portal",
            name="shows_costs",
            field=models.BooleanField(default=False, verbose_name="Key users see what a ticket has cost so far"),
        ),
    ]
