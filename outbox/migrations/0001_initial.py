"""Mail that goes out, what became of it, how it goes; and calls to other programs."""

import accounts.fields
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='OutgoingMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('purpose', models.CharField(choices=[('acknowledgement', 'Acknowledgement to the requester'), ('details', 'Ticket details to the consultant'), ('reply', 'Reply to the requester'), ('solution', 'Solution and confirmation request'), ('reminder', 'Reminder of a promise'), ('confirmation', 'Reminder to confirm the solution'), ('closing', 'Notice that a ticket was closed'), ('survey', 'Question how it was'), ('portal', 'Invitation to the portal'), ('invoice', 'Invoice'), ('credit_note', 'Credit note'), ('answered', "The requester's message to the consultant"), ('side', 'Side conversation'), ('returned', 'A mail that did not arrive'), ('commands', 'Answer to a mail with commands'), ('handover', 'Standing in for a colleague'), ('news', 'What a member wants to hear of'), ('code', 'Code for a new browser'), ('system', 'Sign-in and account')], max_length=16)),
                ('about', models.BigIntegerField(null=True)),
                ('part', models.BigIntegerField(null=True)),
                ('key', models.CharField(max_length=80, null=True)),
                ('message_id', models.CharField(max_length=250)),
                ('in_reply_to', models.CharField(blank=True, max_length=250)),
                ('references', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=250), default=list, size=None)),
                ('from_name', models.CharField(max_length=120)),
                ('from_address', models.EmailField(max_length=254)),
                ('reply_to', models.CharField(blank=True, max_length=320)),
                ('to', django.contrib.postgres.fields.ArrayField(base_field=models.EmailField(max_length=254), size=None)),
                ('cc', django.contrib.postgres.fields.ArrayField(base_field=models.EmailField(max_length=254), default=list, size=None)),
                ('inbox', models.CharField(blank=True, max_length=254)),
                ('subject', models.CharField(max_length=500)),
                ('text', models.TextField()),
                ('html', models.TextField(blank=True)),
                ('language', models.CharField(choices=[('en', 'English'), ('fi', 'Finnish')], max_length=5)),
                ('automatic', models.BooleanField(default=False)),
                ('confidential', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('queued', 'Waits to be sent'), ('sending', 'Being sent'), ('sent', 'Delivered to the mail server'), ('kept', 'Kept here'), ('failed', 'Could not be sent'), ('cancelled', 'Taken back')], default='queued', max_length=10)),
                ('queued_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('tried_since', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('losses', models.PositiveSmallIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('state__in', ['queued', 'sending'])), fields=['due_at'], name='outgoing_due'), models.Index(fields=['tenant', '-queued_at'], name='outgoing_latest'), models.Index(fields=['tenant', 'about'], name='outgoing_about'), models.Index(fields=['tenant', 'inbox', '-queued_at'], name='outgoing_inbox')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'key'), name='outgoing_key'), models.UniqueConstraint(fields=('tenant', 'message_id'), name='outgoing_message_id')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('mail', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='outbox.outgoingmail')),
                ('address', models.EmailField(max_length=254)),
                ('fate', models.CharField(choices=[('delayed', 'delayed, tried again by itself'), ('uncertain', 'no answer, tried once more'), ('accepted', 'delivered'), ('unknown', 'perhaps delivered: the server did not answer'), ('refused', 'refused'), ('late', 'late on its way'), ('soft', 'came back, the address may work later'), ('hard', 'came back, the address does not work'), ('complained', 'reported as spam by its reader')], max_length=10)),
                ('said', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'mail', 'address'), name='delivery_once')],
            },
        ),
        migrations.CreateModel(
            name='Outage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('own', models.BooleanField()),
                ('since', models.DateTimeField()),
                ('said', models.CharField(max_length=500)),
                ('tries', models.PositiveIntegerField(default=0)),
                ('rests_until', models.DateTimeField()),
                ('told_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'own'), name='outage_once')],
            },
        ),
        migrations.CreateModel(
            name='OutgoingFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('mail', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='files', to='outbox.outgoingmail')),
                ('name', models.CharField(max_length=255)),
                ('content_type', models.CharField(max_length=120)),
                ('storage_key', models.CharField(max_length=120)),
                ('size', models.PositiveIntegerField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='MailTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('purpose', models.CharField(choices=[('acknowledgement', 'Acknowledgement to the requester'), ('details', 'Ticket details to the consultant'), ('reply', 'Reply to the requester'), ('solution', 'Solution and confirmation request'), ('reminder', 'Reminder of a promise'), ('confirmation', 'Reminder to confirm the solution'), ('closing', 'Notice that a ticket was closed'), ('survey', 'Question how it was'), ('portal', 'Invitation to the portal'), ('invoice', 'Invoice'), ('credit_note', 'Credit note'), ('answered', "The requester's message to the consultant"), ('side', 'Side conversation'), ('returned', 'A mail that did not arrive'), ('commands', 'Answer to a mail with commands'), ('handover', 'Standing in for a colleague'), ('news', 'What a member wants to hear of'), ('code', 'Code for a new browser'), ('system', 'Sign-in and account')], max_length=16, verbose_name='Used for')),
                ('language', models.CharField(choices=[('en', 'English'), ('fi', 'Finnish')], max_length=5, verbose_name='Language')),
                ('subject', models.CharField(max_length=200, verbose_name='Subject')),
                ('body', models.TextField(max_length=8000, verbose_name='Text')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'purpose', 'language'), name='mail_template_once')],
            },
        ),
        migrations.CreateModel(
            name='Transport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('kind', models.CharField(choices=[('smtp', 'SMTP server'), ('postmark', 'Postmark'), ('mailgun', 'Mailgun'), ('mailgun_eu', 'Mailgun, EU region'), ('brevo', 'Brevo')], default='smtp', max_length=10, verbose_name='Mails leave by')),
                ('host', models.CharField(blank=True, max_length=253, verbose_name='Server')),
                ('port', models.PositiveIntegerField(default=587, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(65535)], verbose_name='Port')),
                ('security', models.CharField(choices=[('tls', 'TLS'), ('starttls', 'STARTTLS'), ('none', 'None')], default='starttls', max_length=8, verbose_name='Encryption')),
                ('username', models.CharField(blank=True, max_length=254, verbose_name='User name')),
                ('sealed_password', models.CharField(blank=True, editable=False, max_length=500)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant',), name='transport_once')],
            },
        ),
        migrations.CreateModel(
            name='SigningKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('domain', models.CharField(help_text="What stands behind the @ in the desk's address, such as example.com.", max_length=253, validators=[django.core.validators.RegexValidator('\\A[a-z0-9-]+(\\.[a-z0-9-]+)+\\Z')], verbose_name='Domain')),
                ('selector', models.CharField(editable=False, max_length=40)),
                ('sealed_private', models.TextField(editable=False)),
                ('public', models.TextField(editable=False)),
                ('record', models.CharField(blank=True, choices=[('', 'Not checked yet'), ('asking', 'Being checked'), ('right', 'The record is right, mails are signed'), ('wrong', 'Another record stands there'), ('missing', 'There is no record yet'), ('silent', 'The name servers did not answer')], default='', editable=False, max_length=8)),
                ('signs', models.BooleanField(default=False, editable=False)),
                ('checked_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'ordering': ['domain'],
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'domain'), name='signing_key_domain')],
            },
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('name', models.CharField(max_length=80, verbose_name='Name')),
                ('url', models.CharField(help_text='Begins with https and belongs to the public internet.', max_length=500, verbose_name='Address')),
                ('sealed_secret', models.CharField(editable=False, max_length=500)),
            ],
            options={
                'ordering': ['name'],
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'name'), name='webhook_name')],
            },
        ),
        migrations.CreateModel(
            name='WebhookCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('hook', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='outbox.webhook')),
                ('key', models.CharField(max_length=80)),
                ('event', models.CharField(choices=[('promise.step', 'Step of a promise'), ('webhook.test', 'Test')], max_length=20)),
                ('about', models.CharField(blank=True, max_length=60)),
                ('message_id', models.CharField(max_length=60)),
                ('body', models.TextField()),
                ('state', models.CharField(choices=[('queued', 'Waits to be made'), ('calling', 'Being made'), ('done', 'Taken'), ('failed', 'Given up')], default='queued', max_length=10)),
                ('outcome', models.CharField(blank=True, choices=[('answered', 'answered'), ('silent', 'no answer in time'), ('unreached', 'not reached'), ('unsafe', 'its certificate is not valid'), ('forbidden', 'not on the public internet')], max_length=12)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('queued_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('tried_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('state__in', ['queued', 'calling'])), fields=['due_at'], name='webhook_call_due'), models.Index(fields=['tenant', 'hook', '-queued_at'], name='webhook_call_latest')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'key'), name='webhook_call_key')],
            },
        ),
    ]
