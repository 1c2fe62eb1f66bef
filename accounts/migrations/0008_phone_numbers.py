"""Requesters are found by their telephone numbers."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_setting_versions"),
    ]

    operations = [
        migrations.AddField(
            model_name="requester",
            name="phone_tail",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.text.Right(
                    models.Func(
                        models.F("phone"),
                        models.Value("[^0-9]"),
                        models.Value(""),
                        models.Value("g"),
                        function="regexp_replace",
                    ),
                    7,
                ),
                output_field=models.CharField(max_length=7),
            ),
        ),
        migrations.AddIndex(
            model_name="requester",
            index=models.Index(fields=["tenant", "phone_tail"], name="requester_phone"),
        ),
    ]
