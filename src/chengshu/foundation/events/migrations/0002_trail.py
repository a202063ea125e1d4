"""Events say which links led to them, so that a loop of links can be seen."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="outboxevent", name="trail", field=models.JSONField(default=list)
        ),
    ]
