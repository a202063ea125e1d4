"""Who may read and write matters, applications, materials and papers, held by the database.

Matters in force are public. An application is read by the unit that decides, by the unit that received it, by the
applicant, by whoever filed it under an authorisation while that is valid and not revoked, and by whoever may read its
case. Everything under an application follows it. A citizen's file is read by its owner and with the applications that
use it, and by nobody else: not even by those who see the files of the unit that keeps it. Which application uses which
file only the platform writes, after it has seen that whoever brings the file may read it.
"""

from django.db import migrations

from chengshu.foundation.scope import guard_writes, scope_rows

ME = "(SELECT scope_account())"
INSIDE = "(SELECT scope_in_action())"
READ_ALL = "(SELECT scope_everywhere('read', 'services'))"
READ_UNITS = "(SELECT scope_units('read', 'services'))::bigint[]"
WRITE_ALL = "(SELECT scope_everywhere('write', 'services'))"
WRITE_UNITS = "(SELECT scope_units('write', 'services'))::bigint[]"
TODAY = "(now() AT TIME ZONE 'Asia/Shanghai')::date"

AGENT = (
    f"(filed_by_id = {ME} AND EXISTS (SELECT FROM services_authorisation AS given"
    " WHERE given.id = authorisation_id AND given.revoked_at IS NULL"
    f" AND {TODAY} BETWEEN given.starts_on AND given.ends_on))"
)
APPLICATION_READ = (
    f"{READ_ALL} OR unit_id = ANY ({READ_UNITS}) OR received_at_unit_id = ANY ({READ_UNITS})"
    f" OR account_id = {ME} OR {AGENT}"
    " OR EXISTS (SELECT FROM cases_case AS c WHERE c.id = case_id)"
)
AT_UNIT = f"{WRITE_ALL} OR unit_id = ANY ({WRITE_UNITS}) OR received_at_unit_id = ANY ({WRITE_UNITS})"
APPLICATION_WRITE = f"{INSIDE} AND ({AT_UNIT} OR account_id = {ME} OR {AGENT})"

OF_APPLICATION_READ = (
    f"{READ_ALL} OR EXISTS (SELECT FROM services_application AS a WHERE a.id = application_id)"
)
OF_APPLICATION_WRITE = (
    f"{INSIDE} AND ({WRITE_ALL} OR EXISTS (SELECT FROM services_application AS a WHERE a.id = application_id"
    f" AND (a.unit_id = ANY ({WRITE_UNITS}) OR a.received_at_unit_id = ANY ({WRITE_UNITS})"
    f" OR a.account_id = {ME} OR a.filed_by_id = {ME})))"
)
BY_PLATFORM = f"{INSIDE} AND {WRITE_ALL}"

PAPER_READ = f"unit_id = ANY ({READ_UNITS}) OR {OF_APPLICATION_READ}"
PAPER_WRITE = f"{INSIDE} AND ({WRITE_ALL} OR unit_id = ANY ({WRITE_UNITS}))"
CUSTODY_READ = f"unit_id = ANY ({READ_UNITS}) OR to_unit_id = ANY ({READ_UNITS}) OR {OF_APPLICATION_READ}"
CUSTODY_WRITE = (
    f"{INSIDE} AND ({WRITE_ALL} OR unit_id = ANY ({WRITE_UNITS}) OR to_unit_id = ANY ({WRITE_UNITS}))"
)

KEPT_FOR_CITIZENS = "purpose IN ('services.material', 'services.paper')"
FILE_READ = (
    "EXISTS (SELECT FROM services_materialfile AS m WHERE m.file_id = files_file.id)"
    " OR EXISTS (SELECT FROM services_materialuse AS u WHERE u.file_id = files_file.id)"
    " OR EXISTS (SELECT FROM services_paper AS p WHERE p.file_id = files_file.id)"
)


def policies(table: str, *, read: str, write: str) -> migrations.RunSQL:
    """Row-level security by conditions of its own."""
    return migrations.RunSQL(
        sql=[
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({read})",
            f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({write})",
            f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({write}) WITH CHECK ({write})",
            f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({write})",
        ],
        reverse_sql=[
            *(f"DROP POLICY {table}_{verb} ON {table}" for verb in ("read", "insert", "update", "delete")),
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


class Migration(migrations.Migration):
    dependencies = [
        ("services", "0001_initial"),
        ("cases", "0002_scope"),
        ("registers", "0002_scope"),
        ("files", "0004_uploads_within_scope"),
        ("scope", "0001_functions"),
    ]
    operations = [
        scope_rows("services_matterversion", "services", also_readable="true"),
        policies(
            "services_authorisation",
            read=f"{READ_ALL} OR giver_id = {ME} OR agent_id = {ME}",
            write=f"{INSIDE} AND ({WRITE_ALL} OR giver_id = {ME})",
        ),
        policies("services_application", read=APPLICATION_READ, write=APPLICATION_WRITE),
        policies("services_applicationmaterial", read=OF_APPLICATION_READ, write=OF_APPLICATION_WRITE),
        policies("services_progress", read=OF_APPLICATION_READ, write=OF_APPLICATION_WRITE),
        policies("services_paper", read=PAPER_READ, write=PAPER_WRITE),
        policies("services_custody", read=CUSTODY_READ, write=CUSTODY_WRITE),
        policies(
            "services_materialfile",
            read=f"{READ_ALL} OR account_id = {ME}",
            write=f"{INSIDE} AND ({WRITE_ALL} OR account_id = {ME})",
        ),
        policies(
            "services_materialuse",
            read=OF_APPLICATION_READ,
            write=BY_PLATFORM,
        ),
        guard_writes("services_servicecounter"),
        migrations.RunSQL(
            sql=[
                f"CREATE POLICY files_file_services ON files_file FOR SELECT USING ({FILE_READ})",
                "CREATE POLICY files_file_citizens ON files_file AS RESTRICTIVE FOR SELECT"
                f" USING (NOT ({KEPT_FOR_CITIZENS}) OR {READ_ALL} OR {FILE_READ})",
            ],
            reverse_sql=[
                "DROP POLICY files_file_citizens ON files_file",
                "DROP POLICY files_file_services ON files_file",
            ],
        ),
        migrations.RunSQL(
            sql="CREATE POLICY registers_formsubmission_of_application ON registers_formsubmission FOR SELECT"
            " USING (subject_kind = 'application' AND EXISTS"
            " (SELECT FROM services_application AS s WHERE s.id = subject_number))",
            reverse_sql="DROP POLICY registers_formsubmission_of_application ON registers_formsubmission",
        ),
    ]
