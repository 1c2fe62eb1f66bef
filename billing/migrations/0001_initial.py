"""Sellers, buyers, what contracts cost, and what tickets need for their invoice."""

import accounts.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from core.rls import SecureTenantTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0011_billing'),
        ('sla', '0007_decided_promises'),
        ('tickets', '0027_billing'),
    ]

    operations = [
        migrations.CreateModel(
            name='Buyer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('street', models.CharField(blank=True, max_length=120, verbose_name='Street')),
                ('post_code', models.CharField(blank=True, max_length=16, verbose_name='Post code')),
                ('city', models.CharField(blank=True, max_length=80, verbose_name='City')),
                ('region', models.CharField(blank=True, help_text='Where tax depends on it, such as ON or KA.', max_length=8, verbose_name='Region')),
                ('einvoice_address', models.CharField(blank=True, help_text='An OVT such as 003701234567, or another number.', max_length=64, verbose_name='E-invoicing address')),
                ('einvoice_scheme', models.CharField(blank=True, help_text='0216 for an OVT, 0204 for a Leitweg-ID, 0088 for a GLN.', max_length=4, verbose_name='Register of that address')),
                ('einvoice_operator', models.CharField(blank=True, help_text='Who delivers Finvoice, such as NDEAFIHH or 003723327487.', max_length=35, verbose_name='Operator')),
                ('business', models.BooleanField(default=True, verbose_name='A business')),
                ('vat_id', models.CharField(blank=True, max_length=20, verbose_name='VAT number')),
                ('buyer_reference', models.CharField(blank=True, help_text='What their side finds the invoice by; a Leitweg-ID of German authorities.', max_length=60, verbose_name='Buyer reference')),
                ('wants', models.CharField(choices=[('pdf', 'PDF, which finance hands over'), ('email', 'PDF by mail'), ('factur_x', 'PDF by mail with its data in it (Factur-X, ZUGFeRD)'), ('finvoice', 'Finvoice 3.0'), ('peppol', 'Peppol BIS 3'), ('xrechnung', 'XRechnung 3')], default='pdf', max_length=10, verbose_name='Wants invoices as')),
                ('invoice_email', models.EmailField(blank=True, max_length=254, verbose_name='Address for invoices')),
                ('language', models.CharField(choices=[('en', 'English'), ('fi', 'Finnish'), ('de', 'German')], default='en', max_length=2, verbose_name='Language of invoices')),
                ('payment_days', models.PositiveSmallIntegerField(blank=True, help_text='Empty: as the company has it', null=True, validators=[django.core.validators.MaxValueValidator(180)], verbose_name='Days to pay')),
                ('customer', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='buyers', to='accounts.customer')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'customer'), name='buyer_once')],
            },
        ),
        migrations.CreateModel(
            name='PrepaidLot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minutes', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(600000)], verbose_name='Minutes')),
                ('valid_from', models.DateField(verbose_name='Usable from')),
                ('expires', models.DateField(blank=True, null=True, verbose_name='Last day')),
                ('unit_price', models.DecimalField(decimal_places=2, max_digits=10, validators=[django.core.validators.MinValueValidator(0)], verbose_name='Price of an hour')),
                ('sold_on', models.DateField(verbose_name='Sold on')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='Note')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('contract', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='prepaid_lots', to='sla.contract')),
                ('made_by', accounts.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
            ],
            options={
                'ordering': ['expires', 'pk'],
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(('expires', None), ('expires__gte', models.F('valid_from')), _connector='OR'), name='lot_dates')],
            },
        ),
        migrations.CreateModel(
            name='Seller',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('street', models.CharField(blank=True, max_length=120, verbose_name='Street')),
                ('post_code', models.CharField(blank=True, max_length=16, verbose_name='Post code')),
                ('city', models.CharField(blank=True, max_length=80, verbose_name='City')),
                ('region', models.CharField(blank=True, help_text='Where tax depends on it, such as ON or KA.', max_length=8, verbose_name='Region')),
                ('einvoice_address', models.CharField(blank=True, help_text='An OVT such as 003701234567, or another number.', max_length=64, verbose_name='E-invoicing address')),
                ('einvoice_scheme', models.CharField(blank=True, help_text='0216 for an OVT, 0204 for a Leitweg-ID, 0088 for a GLN.', max_length=4, verbose_name='Register of that address')),
                ('einvoice_operator', models.CharField(blank=True, help_text='Who delivers Finvoice, such as NDEAFIHH or 003723327487.', max_length=35, verbose_name='Operator')),
                ('iban', models.CharField(blank=True, max_length=34, verbose_name='IBAN')),
                ('bic', models.CharField(blank=True, max_length=11, verbose_name='BIC')),
                ('account_name', models.CharField(blank=True, help_text='Empty: the company itself', max_length=70, verbose_name='Holder of the account')),
                ('contact_name', models.CharField(blank=True, max_length=80, verbose_name='Contact')),
                ('contact_phone', models.CharField(blank=True, max_length=40, verbose_name='Phone')),
                ('contact_email', models.EmailField(blank=True, max_length=254, verbose_name='Email address')),
                ('language', models.CharField(choices=[('en', 'English'), ('fi', 'Finnish'), ('de', 'German')], default='en', max_length=2, verbose_name='Language')),
                ('payment_days', models.PositiveSmallIntegerField(default=14, validators=[django.core.validators.MaxValueValidator(180)], verbose_name='Days to pay')),
                ('prefix', models.CharField(blank=True, help_text='FI26-000123 has FI.', max_length=4, validators=[django.core.validators.RegexValidator('\\A[A-Z]{1,4}\\Z', 'One to four capital letters.')], verbose_name='Invoice numbers begin with')),
                ('series_digit', models.PositiveSmallIntegerField(default=1, help_text='A different one for each company, so that no reference number appears twice.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(9)], verbose_name='Digit of the series')),
                ('year_begins', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='The financial year begins in month')),
                ('retention_years', models.PositiveSmallIntegerField(default=6, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(30)], verbose_name='Invoices are kept for years')),
                ('legal_entity', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='sellers', to='accounts.legalentity')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'legal_entity'), name='seller_once'), models.UniqueConstraint(fields=('tenant', 'series_digit'), name='seller_series_digit')],
            },
        ),
        migrations.CreateModel(
            name='TermsVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('valid_from', models.DateField(verbose_name='Valid from')),
                ('currency', models.CharField(max_length=3, verbose_name='Currency')),
                ('preset', models.CharField(choices=[('fixed_fee', 'Fixed fee'), ('retainer', 'Fee with included hours'), ('prepaid_hours', 'Prepaid hours'), ('time_and_material', 'Time and material'), ('per_ticket', 'Per ticket')], max_length=20, verbose_name='Kind')),
                ('data', models.JSONField(default=dict)),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='Why it changed')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('contract', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='terms_versions', to='sla.contract')),
                ('made_by', accounts.fields.TenantForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
            ],
            options={
                'ordering': ['number'],
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'contract', 'number'), name='terms_version_once')],
            },
        ),
        migrations.CreateModel(
            name='TicketBilling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order_number', models.CharField(blank=True, max_length=40, verbose_name='Order number')),
                ('credit', models.CharField(choices=[('undecided', 'Not decided yet'), ('none', 'No credit'), ('credited', 'Credited')], default='undecided', max_length=9, verbose_name='Credit for the broken promise')),
                ('credit_note', models.CharField(blank=True, max_length=300, verbose_name='Why')),
                ('asked_at', models.DateTimeField(editable=False, null=True)),
                ('first_try', models.BooleanField(editable=False, null=True)),
                ('complete_at', models.DateTimeField(editable=False, null=True)),
                ('approved_at', models.DateTimeField(editable=False, null=True)),
                ('approved_by', accounts.fields.TenantForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.membership')),
                ('tenant', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('ticket', accounts.fields.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='billings', to='tickets.ticket')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'ticket'), name='ticket_billing_once'), models.CheckConstraint(condition=models.Q(models.Q(('asked_at', None), ('first_try', None)), models.Q(('asked_at__isnull', False), ('first_try__isnull', False)), _connector='OR'), name='ticket_billing_asked')],
            },
        ),
        SecureTenantTables("Seller", "Buyer", "PrepaidLot", "TicketBilling"),
        # What a contract cost is never changed, only followed by the next version.
        SecureTenantTables("TermsVersion", append_only=True),
    ]
