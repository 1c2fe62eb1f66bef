"""Tables that admins have loaded."""

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
            name='LoadedTable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('kind', models.CharField(choices=[('customers', 'Customers'), ('requesters', 'Requesters'), ('products', 'Products')], max_length=10, verbose_name='What it lists')),
                ('file_name', models.CharField(max_length=255)),
                ('content', models.BinaryField()),
                ('member', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('loaded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('imported_at', models.DateTimeField(null=True)),
                ('new', models.PositiveIntegerField(default=0)),
                ('changed', models.PositiveIntegerField(default=0)),
                ('left', models.PositiveIntegerField(default=0)),
                ('refused', models.PositiveIntegerField(default=0)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', '-loaded_at'], name='loaded_table_latest')],
            },
        ),
    ]
