"""The portal: its settings, who is signed in, and what was asked there."""

import accounts.fields
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import portal.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('tickets', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Portal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('is_on', models.BooleanField(default=False, verbose_name='The portal is open')),
                ('guests', models.CharField(choices=[('known', 'People whom the desk knows'), ('company', "And everybody of your customers' mail domains"), ('anybody', 'And anybody else')], default='company', max_length=8, verbose_name='Who may sign in')),
                ('queue', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.queue', verbose_name='New tickets go to')),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('request', 'Request'), ('fault', 'Fault'), ('order', 'Order'), ('feedback', 'Feedback'), ('incident', 'Incident'), ('development', 'Development item')], max_length=12), default=portal.models.default_kinds, size=None, verbose_name='What can be asked for')),
                ('key_users', models.BooleanField(default=False, verbose_name='Key users see all tickets of their company')),
                ('shows_costs', models.BooleanField(default=False, verbose_name='Key users see what a ticket has cost so far')),
                ('hue', models.PositiveSmallIntegerField(null=True, validators=[django.core.validators.MaxValueValidator(359)])),
                ('logo', models.BinaryField(null=True)),
                ('logo_type', models.CharField(blank=True, editable=False, max_length=40)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant',), name='portal_once')],
            },
        ),
        migrations.CreateModel(
            name='PortalText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('portal', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='portal.portal')),
                ('language', models.CharField(choices=[('en', 'English'), ('fi', 'Finnish')], max_length=5)),
                ('welcome', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'portal', 'language'), name='portal_text_once')],
            },
        ),
        migrations.CreateModel(
            name='SignInCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('email', models.EmailField(max_length=254)),
                ('inbox', models.CharField(max_length=254)),
                ('browser_hash', models.CharField(max_length=64)),
                ('code_hash', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('mailed', models.BooleanField(default=False)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'inbox', '-made_at'], name='sign_in_code_inbox')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'browser_hash'), name='sign_in_code_browser'), models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='sign_in_code_lower')],
            },
        ),
        migrations.CreateModel(
            name='PortalSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('requester', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.requester')),
                ('email', models.EmailField(max_length=254)),
                ('secret_hash', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'requester'], name='portal_session_person')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'secret_hash'), name='portal_session_secret')],
            },
        ),
        migrations.CreateModel(
            name='SentForm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('requester', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.requester')),
                ('token', models.CharField(max_length=64)),
                ('ticket', accounts.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'requester', 'token'), name='sent_form_once')],
            },
        ),
        migrations.CreateModel(
            name='Deflection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('requester', accounts.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.requester')),
                ('words', models.CharField(max_length=500)),
                ('article', models.BigIntegerField(null=True)),
                ('incident', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'at'], name='deflection_day')],
            },
        ),
    ]
