from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_portal_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="tenant",
            name="help_indexed",
            field=models.BooleanField(default=False, verbose_name="Search engines may list them"),
        ),
        migrations.AddField(
            model_name="tenant",
            name="help_on",
            field=models.BooleanField(
                default=False,
                help_text="At /help/ of this workspace's address.",
                verbose_name="Public articles can be read without signing in",
            ),
        ),
        migrations.AddField(
            model_name="tenant",
            name="knowledge_on",
            field=models.BooleanField(
                default=False,
                help_text="Articles for colleagues and customers, found from the ticket.",
                verbose_name="The desk has a knowledge base",
            ),
        ),
    ]
