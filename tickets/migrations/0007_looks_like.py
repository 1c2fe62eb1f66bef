from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0006_reply_to"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="looks_like",
            field=models.CharField(blank=True, max_length=320),
        ),
    ]
