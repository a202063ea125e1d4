"""Adjustments walk the review chain beside the version in force; the budget's dates start the legal deadlines."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("promises", "0006_year_of_own_forms")]
    operations = [
        migrations.AddField(
            model_name="budgetyear",
            name="adopted_on",
            field=models.DateField(help_text="when the people's congress approved the budget", null=True),
        ),
        migrations.AddField(
            model_name="budgetyear",
            name="replied_on",
            field=models.DateField(help_text="when the finance department's reply arrived", null=True),
        ),
        migrations.AddField(
            model_name="formversion",
            name="base",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="adjustments",
                to="promises.formversion",
            ),
        ),
        migrations.AddField(
            model_name="formversion",
            name="step",
            field=models.CharField(
                blank=True,
                default="",
                help_text="state of an adjustment while its form stays in force",
                max_length=20,
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="formversion",
            constraint=models.UniqueConstraint(
                condition=~Q(step=""), fields=("form",), name="promises_one_open_adjustment"
            ),
        ),
        migrations.AddField(
            model_name="publication",
            name="kind",
            field=models.CharField(
                choices=[("targets", "Performance targets"), ("result", "Evaluation result")],
                default="targets",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="publication",
            name="withdrawal_reason",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.UniqueConstraint(
                condition=Q(withdrawn_at=None),
                fields=("form", "kind"),
                name="promises_one_publication_in_force",
            ),
        ),
    ]
