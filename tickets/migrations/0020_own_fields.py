"""A team's own fields, their choices, rules and values, and its names for the kinds."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
from django.db import migrations, models

import accounts.fields
from core.rls import SecureTenantTables


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_sending_habits"),
        ("tickets", "0019_relations"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomField",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(editable=False, max_length=30)),
                ("name", models.CharField(max_length=60, verbose_name="Name")),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("text", "One line of text"),
                            ("long", "Text of several lines"),
                            ("choice", "One choice"),
                            ("choices", "Several choices"),
                            ("number", "Number"),
                            ("day", "Date"),
                            ("yes", "Yes or no"),
                        ],
                        max_length=8,
                        verbose_name="What is filled in",
                    ),
                ),
                ("help_text", models.CharField(blank=True, max_length=200, verbose_name="Help text")),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=0, validators=[django.core.validators.MinValueValidator(0)], verbose_name="Position"
                    ),
                ),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("request", "Request"),
                                ("fault", "Fault"),
                                ("order", "Order"),
                                ("feedback", "Feedback"),
                                ("incident", "Incident"),
                                ("development", "Development item"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="Only for these kinds",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="In use")),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="FieldChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="Name")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="Position")),
                ("is_archived", models.BooleanField(default=False, verbose_name="Put away")),
                (
                    "field",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="choices",
                        to="tickets.customfield",
                    ),
                ),
                (
                    "parent",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="children",
                        to="tickets.fieldchoice",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="FieldRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "effect",
                    models.CharField(
                        choices=[
                            ("shown", "Shown only"),
                            ("made", "Needed when the ticket is made or accepted"),
                            ("resolved", "Needed before the ticket is resolved"),
                        ],
                        max_length=8,
                        verbose_name="What holds",
                    ),
                ),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("request", "Request"),
                                ("fault", "Fault"),
                                ("order", "Order"),
                                ("feedback", "Feedback"),
                                ("incident", "Incident"),
                                ("development", "Development item"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="Only for these kinds",
                    ),
                ),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("admin", "Admin"),
                                ("lead", "Team lead"),
                                ("agent", "Agent"),
                                ("consultant", "Consultant"),
                                ("finance", "Finance"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="Only where these act",
                    ),
                ),
                ("when_yes", models.BooleanField(null=True)),
                (
                    "field",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to="tickets.customfield",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
                (
                    "when_choice",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tickets.fieldchoice",
                    ),
                ),
                (
                    "when_field",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tickets.customfield",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="FieldValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(blank=True)),
                ("number", models.DecimalField(decimal_places=4, max_digits=15, null=True)),
                (
                    "scaled",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Cast(
                            django.db.models.expressions.CombinedExpression(
                                models.F("number"), "*", models.Value(10000)
                            ),
                            models.BigIntegerField(),
                        ),
                        output_field=models.BigIntegerField(null=True),
                    ),
                ),
                ("day", models.DateField(null=True)),
                ("yes", models.BooleanField(null=True)),
                (
                    "choice",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.fieldchoice",
                    ),
                ),
                (
                    "field",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.customfield",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
                (
                    "ticket",
                    accounts.fields.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="field_values",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="KindName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("request", "Request"),
                            ("fault", "Fault"),
                            ("order", "Order"),
                            ("feedback", "Feedback"),
                            ("incident", "Incident"),
                            ("development", "Development item"),
                        ],
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=40, verbose_name="Name")),
                ("description", models.CharField(blank=True, max_length=200, verbose_name="When it is chosen")),
                ("is_off", models.BooleanField(default=False, verbose_name="Not used here")),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddConstraint(
            model_name="customfield",
            constraint=models.UniqueConstraint(fields=("tenant", "key"), name="custom_field_key"),
        ),
        migrations.AddConstraint(
            model_name="customfield",
            constraint=models.UniqueConstraint(fields=("tenant", "name"), name="custom_field_name"),
        ),
        migrations.AddIndex(
            model_name="fieldchoice",
            index=models.Index(fields=["tenant", "field", "position"], name="field_choice_order"),
        ),
        migrations.AddIndex(
            model_name="fieldrule",
            index=models.Index(fields=["tenant", "field"], name="field_rule_field"),
        ),
        migrations.AddIndex(
            model_name="fieldvalue",
            index=models.Index(fields=["tenant", "field", "choice", "ticket"], name="field_value_choice"),
        ),
        migrations.AddIndex(
            model_name="fieldvalue",
            index=models.Index(
                condition=models.Q(("number__isnull", False)),
                fields=["tenant", "field", "scaled"],
                name="field_value_number",
            ),
        ),
        migrations.AddIndex(
            model_name="fieldvalue",
            index=models.Index(
                condition=models.Q(("day__isnull", False)), fields=["tenant", "field", "day"], name="field_value_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="fieldvalue",
            constraint=models.UniqueConstraint(
                fields=("tenant", "ticket", "field", "choice"), name="field_value_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="kindname",
            constraint=models.UniqueConstraint(fields=("tenant", "kind"), name="kind_name_once"),
        ),
        SecureTenantTables("CustomField", "FieldChoice", "FieldRule", "FieldValue", "KindName"),
    ]
