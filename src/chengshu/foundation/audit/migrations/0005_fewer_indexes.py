"""Every action of the platform adds an entry, so an index that no query walks is dear.

The search for entries compares parts of names without regard to case, and goes from the newest by the primary key:
neither the plain indexes of actor, account, action and thing nor their twins for beginnings were ever used. What is
sought exactly, the last verification, has an index that holds nothing else.
"""

from django.db import migrations, models

GENERIC = "ALTER FUNCTION audit_head(integer, integer) SET plan_cache_mode = force_generic_plan"
BY_VALUE = "ALTER FUNCTION audit_head(integer, integer) RESET plan_cache_mode"


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_head")]
    operations = [
        migrations.AlterField("auditentry", "actor", models.CharField(max_length=150)),
        migrations.AlterField("auditentry", "account_id", models.BigIntegerField(null=True)),
        migrations.AlterField("auditentry", "action", models.CharField(max_length=100)),
        migrations.AlterField("auditentry", "thing", models.CharField(blank=True, max_length=200)),
        migrations.AddIndex(
            "auditentry",
            models.Index(
                fields=["id"],
                condition=models.Q(action="audit.verify_chain", outcome="done"),
                name="audit_entry_verification",
            ),
        ),
        migrations.RunSQL(GENERIC, BY_VALUE),
    ]
