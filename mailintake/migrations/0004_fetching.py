"""How mailboxes are read, where reading stands, and how it goes; mails that lay in a POP3 mailbox before."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import accounts.fields


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("mailintake", "0003_doors"),
        ("tickets", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="OlderMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uidl", models.CharField(max_length=100)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="mailbox",
            name="access_expires_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="alarmed_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="doubtful",
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="failures",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="generation",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="hook_hash",
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="hook_kind",
            field=models.CharField(blank=True, editable=False, max_length=12),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="lag_seconds",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="newest_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="next_poll_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="older_uid",
            field=models.BigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="protocol",
            field=models.CharField(
                choices=[("imap", "IMAP"), ("pop3", "POP3")], default="imap", max_length=8, verbose_name="Protocol"
            ),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="sealed_access_token",
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="sealed_grant",
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="sealed_hook_key",
            field=models.CharField(blank=True, editable=False, max_length=500),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="sealed_refresh_token",
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="sign_in",
            field=models.CharField(
                choices=[("password", "User name and password"), ("microsoft", "Microsoft 365"), ("google", "Google")],
                default="password",
                max_length=12,
                verbose_name="Sign-in",
            ),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="takes_older",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="trouble",
            field=models.CharField(blank=True, editable=False, max_length=16),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="watched_from",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AlterField(
            model_name="mailbox",
            name="after_fetch",
            field=models.CharField(
                choices=[("seen", "Leave it there, marked as read"), ("delete", "Delete it")],
                default="seen",
                max_length=8,
                verbose_name="After fetching",
            ),
        ),
        migrations.AlterField(
            model_name="mailbox",
            name="host",
            field=models.CharField(blank=True, max_length=253, verbose_name="Mail server"),
        ),
        migrations.AddConstraint(
            model_name="mailbox",
            constraint=models.UniqueConstraint(
                condition=models.Q(("hook_hash", ""), _negated=True),
                fields=("tenant", "hook_hash"),
                name="mailbox_hook_once",
            ),
        ),
        migrations.AddField(
            model_name="oldermail",
            name="mailbox",
            field=accounts.fields.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="older_mails",
                to="mailintake.mailbox",
            ),
        ),
        migrations.AddField(
            model_name="oldermail",
            name="tenant",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.tenant",
            ),
        ),
        migrations.AddConstraint(
            model_name="oldermail",
            constraint=models.UniqueConstraint(fields=("tenant", "mailbox", "uidl"), name="older_mail_once"),
        ),
    ]
