from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('operations', '0004_scope_of_proofs'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='restored_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='restored_by',
            field=models.CharField(blank=True, default='', max_length=120),
        ),
    ]
