"""Calendars, promises and contracts, each with its versions; the clocks of promises."""

import accounts.fields
import accounts.models.tenants
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
import sla.models.policies
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Calendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('name', models.CharField(max_length=80, verbose_name='Name')),
                ('office', accounts.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calendars', to='accounts.office', verbose_name='Office')),
                ('region', models.CharField(blank=True, max_length=8, verbose_name='Region')),
                ('eves', models.BooleanField(default=True, verbose_name='With eves that are free by agreement')),
            ],
            options={
                'ordering': ['name'],
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'name'), name='calendar_name')],
            },
        ),
        migrations.CreateModel(
            name='CalendarVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('calendar', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='sla.calendar')),
                ('number', models.PositiveIntegerField()),
                ('time_zone', accounts.models.tenants.TimeZoneField(max_length=64, verbose_name='Time zone')),
                ('weekly', models.JSONField(default=dict)),
                ('exceptions', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'calendar', 'number'), name='calendar_version')],
            },
        ),
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('name', models.CharField(max_length=80, verbose_name='Name')),
                ('is_default', models.BooleanField(default=False, verbose_name='For tickets without a contract')),
            ],
            options={
                'ordering': ['name'],
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'name'), name='policy_name'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('tenant',), name='policy_one_default')],
            },
        ),
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('policy', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='sla.policy')),
                ('number', models.PositiveIntegerField()),
                ('calendar', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sla.calendar', verbose_name='Calendar')),
                ('targets', models.JSONField(default=dict)),
                ('steps', models.JSONField(default=list)),
                ('next_day', models.JSONField(blank=True, default=dict)),
                ('pauses', models.JSONField(blank=True, default=sla.models.policies.default_pauses)),
                ('first_response_pauses', models.BooleanField(default=False, verbose_name='The first response pauses with the others')),
                ('phone_responds', models.BooleanField(default=False, verbose_name='A call that was answered is a first response')),
                ('reopening', models.CharField(choices=[('continue', 'goes on where it stopped'), ('count', 'goes on, and the time in between counts'), ('restart', 'begins anew')], default='continue', max_length=12, verbose_name='A reopened ticket')),
                ('on_change', models.CharField(choices=[('carry', 'the time used so far is kept'), ('retroactive', 'all is counted again by the new ones'), ('restart', 'the clock begins anew')], default='carry', max_length=12, verbose_name='When other promises take over')),
                ('merging', models.CharField(choices=[('earliest', 'brings its reception along if it is earlier'), ('keep', "leaves the other's reception as it is")], default='earliest', max_length=12, verbose_name='A ticket merged into another')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'policy', 'number'), name='policy_version')],
            },
        ),
        migrations.CreateModel(
            name='Contract',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('customer', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='contracts', to='accounts.customer', verbose_name='Customer')),
                ('legal_entity', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.legalentity', verbose_name='Contract of')),
                ('number', models.CharField(max_length=40, verbose_name='Number')),
                ('policy', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='contracts', to='sla.policy', verbose_name='Promises')),
                ('calendar', accounts.fields.TenantForeignKey(blank=True, db_constraint=False, help_text='Empty: the calendar of the promises', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sla.calendar', verbose_name='Calendar')),
                ('starts_on', models.DateField(verbose_name='Starts')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='Ends')),
                ('contact_name', models.CharField(blank=True, max_length=120, verbose_name='Contact for reminders')),
                ('contact_email', models.EmailField(blank=True, max_length=254, verbose_name='Their mail address')),
                ('contact_language', models.CharField(blank=True, choices=[('en', 'English'), ('fi', 'Finnish')], max_length=5, verbose_name='Their language')),
            ],
            options={
                'ordering': ['number'],
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'number'), name='contract_number'), models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='contract_dates')],
            },
        ),
        migrations.CreateModel(
            name='Timer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('subject', models.BigIntegerField()),
                ('metric', models.CharField(max_length=24)),
                ('cycle', models.PositiveIntegerField(default=1)),
                ('state', models.CharField(choices=[('running', 'Running'), ('paused', 'Paused'), ('met', 'Met'), ('breached', 'Late'), ('cancelled', 'No longer promised')], max_length=12)),
                ('started_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('target_seconds', models.PositiveIntegerField()),
                ('elapsed_seconds', models.PositiveIntegerField()),
                ('paused_seconds', models.PositiveIntegerField(default=0)),
                ('paused_at', models.DateTimeField(null=True)),
                ('fulfilled_at', models.DateTimeField(null=True)),
                ('breached_at', models.DateTimeField(null=True)),
                ('next_step', models.CharField(max_length=16, null=True)),
                ('decided_at', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Least('fulfilled_at', 'due_at', 'breached_at'), output_field=models.DateTimeField())),
                ('next_action_at', models.DateTimeField(null=True)),
                ('policy_version', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sla.policyversion')),
                ('calendar_version', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sla.calendarversion')),
                ('contract', accounts.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sla.contract')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('next_action_at__isnull', False)), fields=['next_action_at'], name='timer_next'), models.Index(fields=['tenant', 'decided_at'], name='timer_decided'), models.Index(condition=models.Q(('paused_at__isnull', False)), fields=['tenant', 'paused_at'], name='timer_paused')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'subject', 'metric', 'cycle'), name='timer_once')],
            },
        ),
        migrations.CreateModel(
            name='StepFired',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('timer', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='fired', to='sla.timer')),
                ('step', models.CharField(max_length=16)),
                ('at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'timer', 'step'), name='step_fired_once')],
            },
        ),
        migrations.AddField(
            model_name='calendar',
            name='current',
            field=accounts.fields.TenantForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sla.calendarversion'),
        ),
        migrations.AddField(
            model_name='policy',
            name='current',
            field=accounts.fields.TenantForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sla.policyversion'),
        ),
    ]
