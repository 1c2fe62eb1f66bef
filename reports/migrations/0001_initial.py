"""The boards; and promises as reports read them, which are rows of a table of sla's."""

import accounts.fields
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
            name='Promise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('metric', models.CharField(max_length=24)),
                ('cycle', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('running', 'Running'), ('paused', 'Paused'), ('met', 'Met'), ('breached', 'Late'), ('cancelled', 'No longer promised')], max_length=12)),
                ('started_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('target_seconds', models.PositiveIntegerField()),
                ('elapsed_seconds', models.PositiveIntegerField()),
                ('paused_seconds', models.PositiveIntegerField()),
                ('paused_at', models.DateTimeField(null=True)),
                ('fulfilled_at', models.DateTimeField(null=True)),
                ('breached_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'sla_timer',
                'abstract': False,
                'managed': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Board',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('name', models.CharField(help_text='Where the screen hangs.', max_length=80, verbose_name='Name')),
                ('office', accounts.fields.TenantForeignKey(db_constraint=False, help_text='Its queues are shown, in its language and time zone.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.office', verbose_name='Office')),
                ('shows_names', models.BooleanField(default=False, help_text='Whoever walks past can read them. Subjects and customers are shown either way.', verbose_name='Shows the names of requesters')),
                ('theme', models.CharField(choices=[('system', 'Like the device'), ('light', 'Light'), ('dark', 'Dark')], default='system', max_length=6, verbose_name='Appearance')),
                ('token_hash', models.CharField(editable=False, max_length=64)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('revoked_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'token_hash'), name='board_token')],
            },
        ),
    ]
