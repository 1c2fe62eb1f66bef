"""Mailboxes, mail that came in, and by what a reply is known."""

import accounts.fields
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('tickets', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Mailbox',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('address', models.EmailField(help_text='Mails to this address become tickets.', max_length=254, unique=True, verbose_name='Address')),
                ('queue', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='mailboxes', to='tickets.queue', verbose_name='Queue')),
                ('mode', models.CharField(choices=[('open', 'Open a ticket at once'), ('triage', 'Hold it for triage')], default='triage', max_length=8, verbose_name='A new mail')),
                ('protocol', models.CharField(choices=[('imap', 'IMAP'), ('pop3', 'POP3')], default='imap', max_length=8, verbose_name='Protocol')),
                ('host', models.CharField(blank=True, max_length=253, verbose_name='Mail server')),
                ('port', models.PositiveIntegerField(default=993, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(65535)], verbose_name='Port')),
                ('security', models.CharField(choices=[('tls', 'TLS'), ('starttls', 'STARTTLS'), ('none', 'None')], default='tls', max_length=8, verbose_name='Encryption')),
                ('username', models.CharField(blank=True, max_length=254, verbose_name='User name')),
                ('sealed_password', models.CharField(blank=True, editable=False, max_length=500)),
                ('folder', models.CharField(default='INBOX', max_length=120, verbose_name='Folder')),
                ('after_fetch', models.CharField(choices=[('seen', 'Leave it there, marked as read'), ('delete', 'Delete it')], default='seen', max_length=8, verbose_name='After fetching')),
                ('trusted_servers', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=253), blank=True, default=list, help_text='The name your mail server writes first in that header, such as mx.example.com.', size=None, verbose_name='Servers whose Authentication-Results are believed')),
                ('active', models.BooleanField(default=True, verbose_name='Fetch mail')),
                ('sign_in', models.CharField(choices=[('password', 'User name and password'), ('microsoft', 'Microsoft 365'), ('google', 'Google')], default='password', max_length=12, verbose_name='Sign-in')),
                ('sealed_grant', models.TextField(blank=True, editable=False)),
                ('sealed_refresh_token', models.TextField(blank=True, editable=False)),
                ('sealed_access_token', models.TextField(blank=True, editable=False)),
                ('access_expires_at', models.DateTimeField(editable=False, null=True)),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('uid_validity', models.BigIntegerField(editable=False, null=True)),
                ('generation', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('last_uid', models.BigIntegerField(default=0, editable=False)),
                ('older_uid', models.BigIntegerField(default=0, editable=False)),
                ('older_count', models.PositiveIntegerField(default=0, editable=False)),
                ('takes_older', models.BooleanField(default=False, editable=False)),
                ('doubtful', models.JSONField(default=dict, editable=False)),
                ('next_poll_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('claimed_at', models.DateTimeField(editable=False, null=True)),
                ('fetched_at', models.DateTimeField(editable=False, null=True)),
                ('failures', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('failing_since', models.DateTimeField(editable=False, null=True)),
                ('trouble', models.CharField(blank=True, editable=False, max_length=16)),
                ('failure', models.TextField(blank=True, editable=False)),
                ('newest_at', models.DateTimeField(editable=False, null=True)),
                ('lag_seconds', models.PositiveIntegerField(editable=False, null=True)),
                ('watched_from', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('alarmed_at', models.DateTimeField(editable=False, null=True)),
                ('hook_kind', models.CharField(blank=True, editable=False, max_length=12)),
                ('hook_hash', models.CharField(blank=True, editable=False, max_length=64)),
                ('sealed_hook_key', models.CharField(blank=True, editable=False, max_length=500)),
            ],
            options={
                'ordering': ['address'],
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(('address', django.db.models.functions.text.Lower('address'))), name='mailbox_address_lower'), models.UniqueConstraint(condition=models.Q(('hook_hash', ''), _negated=True), fields=('tenant', 'hook_hash'), name='mailbox_hook_once')],
            },
        ),
        migrations.CreateModel(
            name='InboundMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('mailbox', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='mailintake.mailbox')),
                ('source', models.CharField(max_length=120)),
                ('raw', models.BinaryField()),
                ('size', models.PositiveIntegerField()),
                ('received_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('envelope_from', models.CharField(blank=True, max_length=320)),
                ('envelope_to', models.CharField(blank=True, max_length=320)),
                ('state', models.CharField(choices=[('received', 'Received'), ('triage', 'Waits for triage'), ('linked', 'On a ticket'), ('duplicate', 'The same mail again'), ('ignored', 'Needs no ticket'), ('quarantined', 'In quarantine')], default='received', max_length=12)),
                ('reason', models.CharField(blank=True, max_length=60)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('next_attempt_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('message_id', models.CharField(blank=True, max_length=250)),
                ('fingerprint', models.CharField(blank=True, max_length=64)),
                ('subject', models.CharField(blank=True, max_length=500)),
                ('from_name', models.CharField(blank=True, max_length=200)),
                ('from_email', models.CharField(blank=True, max_length=320)),
                ('excerpt', models.CharField(blank=True, max_length=200)),
                ('proven', models.BooleanField(default=False)),
                ('ticket', accounts.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
                ('entry', accounts.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.message')),
                ('possible_ticket', accounts.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('state', 'received')), fields=['tenant', 'next_attempt_at'], name='inbound_due'), models.Index(fields=['tenant', 'from_email', 'received_at'], name='inbound_sender'), models.Index(fields=['tenant', 'state', 'received_at'], name='inbound_state'), models.Index(fields=['tenant', 'message_id'], name='inbound_message_id')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'mailbox', 'source'), name='inbound_source_once'), models.UniqueConstraint(condition=models.Q(models.Q(('fingerprint', ''), _negated=True), models.Q(('state', 'duplicate'), _negated=True)), fields=('tenant', 'fingerprint'), name='inbound_fingerprint_once')],
            },
        ),
        migrations.CreateModel(
            name='OlderMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('mailbox', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='older_mails', to='mailintake.mailbox')),
                ('uidl', models.CharField(max_length=100)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'mailbox', 'uidl'), name='older_mail_once')],
            },
        ),
        migrations.CreateModel(
            name='ThreadMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('ticket', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket')),
                ('mail_id', models.CharField(max_length=250)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'mail_id'), name='thread_mark_once')],
            },
        ),
    ]
