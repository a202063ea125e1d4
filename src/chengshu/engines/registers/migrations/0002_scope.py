"""Who may read and write which row.

Forms may be read by all; a version that is not in use yet only within its unit. A draft is its owner's alone. A
submission belongs to a unit and to whoever handed it in; the app above may add a policy for those who may read what
it was handed in for. A correction is written by whoever fills in a form and read by those who keep the register.
"""

from django.db import migrations

from chengshu.foundation.scope import scope_rows


def in_scope(verb: str) -> str:
    return (
        f"((SELECT scope_everywhere('{verb}', 'registers'))"
        f" OR unit_id = ANY ((SELECT scope_units('{verb}', 'registers'))::bigint[]))"
    )


IN_ACTION = "(SELECT scope_in_action())"
EVERYWHERE = "(SELECT scope_everywhere('{verb}', 'registers'))"


def own_or(verb: str, column: str, otherwise: str) -> str:
    return f"{column} = (SELECT scope_account()) OR {otherwise.format(verb=verb)}"


def secured(table: str, *, read: str, insert: str, change: str) -> migrations.RunSQL:
    """Row security with one condition for reading, one for adding and one for changing and removing."""
    return migrations.RunSQL(
        sql=[
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({read})",
            f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({IN_ACTION} AND ({insert}))",
            f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({IN_ACTION} AND ({change}))"
            f" WITH CHECK ({IN_ACTION} AND ({change}))",
            f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({IN_ACTION} AND ({change}))",
        ],
        reverse_sql=[
            *(f"DROP POLICY {table}_{verb} ON {table}" for verb in ("read", "insert", "update", "delete")),
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


SOURCE_STAYS = """
CREATE FUNCTION registers_source_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.source, NEW.digest, NEW.number, NEW.definition_id)
        IS DISTINCT FROM (OLD.source, OLD.digest, OLD.number, OLD.definition_id) THEN
        RAISE EXCEPTION 'a version of a form is never changed; save another one';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER registers_source_stays BEFORE UPDATE ON registers_formversion
    FOR EACH ROW EXECUTE FUNCTION registers_source_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_initial"), ("scope", "0001_functions")]
    operations = [
        scope_rows("registers_formdefinition", "registers", also_readable="true"),
        scope_rows("registers_formversion", "registers", also_readable="state IN ('published', 'retired')"),
        scope_rows("registers_entityrecord", "registers"),
        secured(
            "registers_formdraft",
            read=own_or("read", "account_id", EVERYWHERE),
            insert=own_or("write", "account_id", EVERYWHERE),
            change=own_or("write", "account_id", EVERYWHERE),
        ),
        secured(
            "registers_formsubmission",
            read=own_or("read", "submitted_by_id", in_scope("read")),
            insert=own_or("write", "submitted_by_id", in_scope("write")),
            change=own_or("write", "submitted_by_id", in_scope("write")),
        ),
        secured(
            "registers_recordcorrection",
            read=in_scope("read"),
            insert="EXISTS (SELECT FROM registers_formsubmission AS made WHERE made.id = submission_id)",
            change=in_scope("write"),
        ),
        migrations.RunSQL(
            SOURCE_STAYS,
            "DROP TRIGGER registers_source_stays ON registers_formversion; DROP FUNCTION registers_source_stays();",
        ),
    ]
