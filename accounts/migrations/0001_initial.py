"""Tenants, who works there and who asks; absences, and what was changed by whom."""

import accounts.fields
import accounts.models.tenants
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Tenant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='Name')),
                ('slug', models.SlugField(max_length=40, unique=True)),
                ('subject_prefix', models.CharField(default='SYS', max_length=8, validators=[django.core.validators.RegexValidator('\\A[A-Z]{2,8}\\Z', 'Two to eight capital letters.')], verbose_name='Prefix of ticket numbers')),
                ('language', models.CharField(choices=[('en', 'English'), ('fi', 'Finnish')], default='en', max_length=5, verbose_name='Language')),
                ('time_zone', accounts.models.tenants.TimeZoneField(default='Europe/Helsinki', max_length=64, verbose_name='Time zone')),
                ('confirm_browsers', models.BooleanField(default=True, help_text='Without it, whoever holds a forwarded mail can act for the consultant.', verbose_name='Consultants confirm a new browser with a mailed code')),
                ('require_two_step', models.BooleanField(default=False, help_text="Whoever has not set it up does that first. Consultants' mail links stay as they are.", verbose_name='Members sign in with a second step')),
                ('knowledge_on', models.BooleanField(default=False, help_text='Articles for colleagues and customers, found from the ticket.', verbose_name='The desk has a knowledge base')),
                ('help_on', models.BooleanField(default=False, help_text="At /help/ of this workspace's address.", verbose_name='Public articles can be read without signing in')),
                ('help_indexed', models.BooleanField(default=False, verbose_name='Search engines may list them')),
                ('billing_on', models.BooleanField(default=False, help_text='What contracts cost, what is covered, and invoices at the end of the month.', verbose_name='Work is invoiced from here')),
                ('own_host', models.CharField(blank=True, editable=False, max_length=253)),
                ('is_demo', models.BooleanField(default=False, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='TenantHost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hosts', to='accounts.tenant')),
                ('host', models.CharField(max_length=253, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='Email address')),
                ('name', models.CharField(max_length=120, verbose_name='Name')),
                ('language', models.CharField(choices=[('en', 'English'), ('fi', 'Finnish')], default='en', max_length=5, verbose_name='Language')),
                ('theme', models.CharField(choices=[('system', 'Like the device'), ('light', 'Light'), ('dark', 'Dark')], default='system', max_length=6, verbose_name='Appearance')),
                ('shortcuts', models.BooleanField(default=True, verbose_name='Single-key shortcuts')),
                ('is_active', models.BooleanField(default=True)),
                ('resets', models.PositiveIntegerField(default=0, editable=False)),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='user_email_lower')],
            },
        ),
        migrations.CreateModel(
            name='LegalEntity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('name', models.CharField(max_length=120, verbose_name='Name')),
                ('business_id', models.CharField(blank=True, max_length=20, verbose_name='Business ID')),
                ('vat_id', models.CharField(blank=True, max_length=20, verbose_name='VAT number')),
                ('country', models.CharField(max_length=2, verbose_name='Country')),
                ('currency', models.CharField(default='EUR', max_length=3, verbose_name='Currency')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'name'), name='legal_entity_name')],
            },
        ),
        migrations.CreateModel(
            name='Office',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('name', models.CharField(max_length=80, verbose_name='Name')),
                ('legal_entity', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='offices', to='accounts.legalentity', verbose_name='Legal entity')),
                ('country', models.CharField(help_text='Two letters, such as FI', max_length=2, verbose_name='Country')),
                ('time_zone', accounts.models.tenants.TimeZoneField(max_length=64, verbose_name='Time zone')),
                ('language', models.CharField(choices=[('en', 'English'), ('fi', 'Finnish')], max_length=5, verbose_name='Language')),
                ('currency', models.CharField(default='EUR', max_length=3, verbose_name='Currency')),
            ],
            options={
                'ordering': ['name'],
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'name'), name='office_name')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('admin', 'Admin'), ('lead', 'Team lead'), ('agent', 'Agent'), ('consultant', 'Consultant'), ('finance', 'Finance')], max_length=12), size=None, verbose_name='Roles')),
                ('office', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='accounts.office', verbose_name='Office')),
                ('title', models.CharField(blank=True, max_length=80, verbose_name='Title')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='Phone')),
                ('sees_prices', models.BooleanField(default=False, verbose_name='Sees what work costs')),
                ('ended_at', models.DateTimeField(editable=False, null=True)),
                ('sends_as', models.CharField(blank=True, editable=False, max_length=20)),
                ('after_sending', models.CharField(choices=[('stay', 'stay here'), ('next', 'open the next ticket'), ('list', 'go to the list')], default='stay', editable=False, max_length=4)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'user'), name='membership_user'), models.CheckConstraint(condition=models.Q(('roles__len__gt', 0)), name='membership_has_role')],
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('name', models.CharField(max_length=80, verbose_name='Name')),
                ('lead', accounts.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='leads', to='accounts.membership', verbose_name='Team lead')),
                ('group', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='auth.group')),
            ],
            options={
                'ordering': ['name'],
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'name'), name='team_name')],
            },
        ),
        migrations.CreateModel(
            name='TeamMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('team', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='members', to='accounts.team')),
                ('membership', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='team_memberships', to='accounts.membership')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'team', 'membership'), name='team_member_once')],
            },
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('member', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='absences', to='accounts.membership', verbose_name='Who is away')),
                ('starts_on', models.DateField(verbose_name='First day')),
                ('ends_on', models.DateField(blank=True, help_text='Empty while the day of return is not known.', null=True, verbose_name='Last day')),
                ('substitute', accounts.fields.TenantForeignKey(blank=True, db_constraint=False, help_text='Gets new work, reminders and answers meanwhile. Without one they go to the team.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership', verbose_name='Stand-in')),
                ('note', models.CharField(blank=True, help_text='Colleagues read it, such as how to reach you.', max_length=200, verbose_name='Note')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('ended_at', models.DateTimeField(editable=False, null=True)),
                ('told', accounts.fields.TenantForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('welcomed_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'ordering': ['starts_on', 'pk'],
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('welcomed_at', None)), fields=['starts_on'], name='absence_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('substitute', models.F('member')), _negated=True), name='absence_other_substitute'), models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='absence_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('at', models.DateTimeField()),
                ('actor_kind', models.CharField(choices=[('system', 'System'), ('member', 'Member'), ('requester', 'Requester')], max_length=10)),
                ('member', accounts.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('actor_name', models.CharField(max_length=120)),
                ('action', models.CharField(max_length=60)),
                ('target', models.CharField(blank=True, max_length=120)),
                ('data', models.JSONField(default=dict)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', '-at'], name='audit_latest')],
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('name', models.CharField(max_length=80, verbose_name='Name')),
                ('keywords', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, help_text='Lower case, separated by commas', size=None, verbose_name='Words that name it in a mail')),
                ('expert', accounts.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership', verbose_name='Named expert')),
            ],
            options={
                'ordering': ['name'],
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'name'), name='product_name')],
            },
        ),
        migrations.CreateModel(
            name='Module',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('product', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='modules', to='accounts.product', verbose_name='Product')),
                ('name', models.CharField(max_length=80, verbose_name='Name')),
                ('expert', accounts.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership', verbose_name='Named expert')),
            ],
            options={
                'ordering': ['product__name', 'name'],
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'product', 'name'), name='module_name')],
            },
        ),
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('name', models.CharField(max_length=120, verbose_name='Name')),
                ('business_id', models.CharField(blank=True, max_length=20, verbose_name='Business ID')),
                ('country', models.CharField(max_length=2, verbose_name='Country')),
                ('city', models.CharField(blank=True, max_length=80, verbose_name='City')),
                ('office', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='customers', to='accounts.office', verbose_name='Served by office')),
                ('language', models.CharField(choices=[('en', 'English'), ('fi', 'Finnish')], max_length=5, verbose_name='Language')),
                ('expert', accounts.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership', verbose_name='Named expert')),
            ],
            options={
                'ordering': ['name'],
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'name'), name='customer_name')],
            },
        ),
        migrations.CreateModel(
            name='CustomerDomain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('customer', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='domains', to='accounts.customer')),
                ('domain', models.CharField(max_length=253, validators=[django.core.validators.RegexValidator('\\A[a-z0-9-]+(\\.[a-z0-9-]+)+\\Z')], verbose_name='Mail domain')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'domain'), name='customer_domain')],
            },
        ),
        migrations.CreateModel(
            name='Requester',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('name', models.CharField(max_length=120, verbose_name='Name')),
                ('customer', accounts.fields.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requesters', to='accounts.customer', verbose_name='Customer')),
                ('language', models.CharField(choices=[('en', 'English'), ('fi', 'Finnish')], max_length=5, verbose_name='Language')),
                ('title', models.CharField(blank=True, max_length=80, verbose_name='Title')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='Phone')),
                ('phone_tail', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Right(models.Func(models.F('phone'), models.Value('[^0-9]'), models.Value(''), models.Value('g'), function='regexp_replace'), 7), output_field=models.CharField(max_length=7))),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('sees_company', models.BooleanField(default=False, verbose_name='Key user: sees all tickets of the company')),
                ('takes_receipts', models.BooleanField(default=True, verbose_name='Tell me that a ticket has arrived')),
                ('takes_surveys', models.BooleanField(default=True, verbose_name='Ask me now and then how it was')),
            ],
            options={
                'ordering': ['name'],
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'phone_tail'], name='requester_phone')],
            },
        ),
        migrations.CreateModel(
            name='RequesterAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('requester', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to='accounts.requester')),
                ('email', models.EmailField(max_length=254, verbose_name='Email address')),
                ('is_primary', models.BooleanField(default=True)),
                ('undeliverable_since', models.DateTimeField(editable=False, null=True)),
                ('undeliverable_reason', models.CharField(blank=True, editable=False, max_length=500)),
                ('complained_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'email'), name='requester_address'), models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='requester_address_lower')],
            },
        ),
        migrations.CreateModel(
            name='SettingVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('thing', models.CharField(max_length=20)),
                ('row', models.BigIntegerField()),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('member', accounts.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('actor_name', models.CharField(blank=True, max_length=120)),
                ('value', models.JSONField(default=dict)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['tenant', 'thing', 'row', '-id'], name='setting_version_of_row')],
            },
        ),
    ]
