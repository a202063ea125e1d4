"""One stamp that every change of a watched table makes new; only the trigger writes it."""

from django.db import migrations, models

from chengshu.foundation.scope import guard_writes

PUBLISH = """
    CREATE FUNCTION http_publish() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $$
    BEGIN
        UPDATE public.http_publishedstamp SET value = gen_random_uuid() WHERE id = 1;
        RETURN NULL;
    END $$
"""


class Migration(migrations.Migration):
    dependencies = [("http", "0003_policies_by_verb"), ("scope", "0001_functions")]
    operations = [
        migrations.CreateModel(
            name="PublishedStamp",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("value", models.UUIDField()),
            ],
        ),
        guard_writes("http_publishedstamp"),
        migrations.RunSQL(
            "INSERT INTO http_publishedstamp (id, value) VALUES (1, gen_random_uuid())", migrations.RunSQL.noop
        ),
        migrations.RunSQL(PUBLISH, "DROP FUNCTION http_publish()"),
    ]
