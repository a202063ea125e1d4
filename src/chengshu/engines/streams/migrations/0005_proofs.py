from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("streams", "0004_above"),
    ]

    operations = [
        migrations.AddField(
            model_name="credential",
            name="shown",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.UniqueConstraint(
                condition=models.Q(("salt__in", ("certificate", "address")), ("valid_until", None)),
                fields=("salt", "digest"),
                name="streams_proof_once",
            ),
        ),
    ]
