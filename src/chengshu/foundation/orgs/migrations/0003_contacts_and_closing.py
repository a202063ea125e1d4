"""Closed posts, what the apps declared of each role, and official contacts with personal fields."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from chengshu.foundation.scope import scope_rows


class Migration(migrations.Migration):
    dependencies = [("orgs", "0002_guards"), ("scope", "0001_functions")]
    operations = [
        migrations.AddField("post", "closed_on", models.DateField(null=True)),
        migrations.AddField(
            "role",
            "declared",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=100), default=list, size=None
            ),
        ),
        migrations.CreateModel(
            name="OfficialContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=100)),
                ("phone_masked", models.CharField(blank=True, max_length=30)),
                ("phone_sealed", models.CharField(blank=True, max_length=400)),
                ("address_masked", models.CharField(blank=True, max_length=200)),
                ("address_sealed", models.CharField(blank=True, max_length=2000)),
                (
                    "post",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="orgs.post",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contacts", to="orgs.unit"
                    ),
                ),
            ],
            options={
                "verbose_name": "official contact",
                "ordering": ["unit__path", "label"],
                "constraints": [models.UniqueConstraint(fields=("unit", "label"), name="orgs_contact_once")],
            },
        ),
        scope_rows("orgs_officialcontact", "orgs", also_readable="true"),
    ]
