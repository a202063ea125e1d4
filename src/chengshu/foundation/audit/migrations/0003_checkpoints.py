"""Checkpoints of archived prefixes; deleting an entry now needs its checkpoint besides its age."""

from django.db import migrations, models

SQL = """
CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_auditentry' THEN
        IF OLD.at < now() - interval '6 months'
            AND coalesce(current_setting('chengshu.audit_archive', true), '') <> ''
            AND EXISTS (SELECT FROM audit_auditcheckpoint AS checkpoint
                        WHERE checkpoint.lane = OLD.lane AND checkpoint.position >= OLD.position) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit chain is append-only: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_checkpoint_append_only BEFORE UPDATE OR DELETE ON audit_auditcheckpoint
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_checkpoint_no_truncate BEFORE TRUNCATE ON audit_auditcheckpoint
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_truncate();
CREATE TRIGGER audit_anchor_no_truncate BEFORE TRUNCATE ON audit_auditanchor
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_truncate();
"""

REVERSE = """
DROP TRIGGER audit_anchor_no_truncate ON audit_auditanchor;
DROP TRIGGER audit_checkpoint_no_truncate ON audit_auditcheckpoint;
DROP TRIGGER audit_checkpoint_append_only ON audit_auditcheckpoint;
CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit chain is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="AuditCheckpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lane", models.SmallIntegerField()),
                ("position", models.BigIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("file", models.CharField(max_length=100)),
                ("file_digest", models.CharField(max_length=64)),
                ("signature", models.CharField(max_length=160)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "audit checkpoint",
                "ordering": ["lane", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("lane", "position"), name="audit_checkpoint_once")
                ],
            },
        ),
        migrations.RunSQL(SQL, REVERSE),
    ]
