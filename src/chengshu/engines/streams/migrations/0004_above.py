import django.db.models.deletion
from django.db import migrations, models

NO_CIRCLE = """
CREATE FUNCTION streams_no_circle() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    above bigint := NEW.parent_id;
BEGIN
    PERFORM pg_advisory_xact_lock(1668641908);
    WHILE above IS NOT NULL LOOP
        IF above = NEW.id THEN
            RAISE EXCEPTION 'a device cannot hang on itself by way of others' USING ERRCODE = 'check_violation';
        END IF;
        SELECT parent_id INTO above FROM streams_device WHERE id = above;
    END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER streams_no_circle BEFORE INSERT OR UPDATE OF parent_id ON streams_device
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION streams_no_circle();
"""
"""It sees devices that the asker does not, and one change at a time: two together could close a circle."""


class Migration(migrations.Migration):
    dependencies = [
        ("streams", "0003_taken"),
    ]

    operations = [
        migrations.AddField(
            model_name="device",
            name="in_service_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="device",
            name="parent",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="children",
                to="streams.device",
            ),
        ),
        migrations.AddIndex(
            model_name="command",
            index=models.Index(
                condition=models.Q(("state__in", ("queued", "sent"))),
                fields=["expires_at"],
                name="streams_command_due",
            ),
        ),
        migrations.RunSQL(
            NO_CIRCLE,
            "DROP TRIGGER streams_no_circle ON streams_device; DROP FUNCTION streams_no_circle();",
        ),
    ]
