"""Promises say what stops their clock and what other promises, a reopening or a merge make of it."""

import django.db.models.deletion
from django.db import migrations, models

import accounts.fields
import sla.models.policies
from core.rls import SecureTenantLink

THIRD_PARTY = """
    UPDATE sla_policyversion SET pauses = '["waiting_requester", "waiting_third_party", "scheduled"]'
    WHERE pause_third_party
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sla", "0004_holiday_region"),
    ]

    operations = [
        migrations.AddField(
            model_name="contract",
            name="calendar",
            field=accounts.fields.TenantForeignKey(
                blank=True,
                db_constraint=False,
                help_text="Empty: the calendar of the promises",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sla.calendar",
                verbose_name="Calendar",
            ),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="first_response_pauses",
            field=models.BooleanField(default=False, verbose_name="The first response pauses with the others"),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="merging",
            field=models.CharField(
                choices=[
                    ("earliest", "brings its reception along if it is earlier"),
                    ("keep", "leaves the other's reception as it is"),
                ],
                default="earliest",
                max_length=12,
                verbose_name="A ticket merged into another",
            ),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="next_day",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="on_change",
            field=models.CharField(
                choices=[
                    ("carry", "the time used so far is kept"),
                    ("retroactive", "all is counted again by the new ones"),
                    ("restart", "the clock begins anew"),
                ],
                default="carry",
                max_length=12,
                verbose_name="When other promises take over",
            ),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="pauses",
            field=models.JSONField(blank=True, default=sla.models.policies.default_pauses),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="phone_responds",
            field=models.BooleanField(default=False, verbose_name="A call that was answered is a first response"),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="reopening",
            field=models.CharField(
                choices=[
                    ("continue", "goes on where it stopped"),
                    ("count", "goes on, and the time in between counts"),
                    ("restart", "begins anew"),
                ],
                default="continue",
                max_length=12,
                verbose_name="A reopened ticket",
            ),
        ),
        migrations.RunSQL(THIRD_PARTY, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="policyversion",
            name="pause_third_party",
        ),
        SecureTenantLink("Contract", "calendar"),
    ]
