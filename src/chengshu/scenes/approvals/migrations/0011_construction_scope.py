"""Who may read and change what of the construction part, held by the database.

A project is read where one of its units is in scope, and everything under it follows it. What has a unit of its own is
written by that unit, and by the project's where the project's unit keeps the list. Experts are known to all who read
approvals at all. A notice that was posted is public, with its corrections, its proof and its postings; an objection is
read by its unit and by whoever made it.
"""

from __future__ import annotations

from django.db import migrations

from chengshu.foundation.scope import scope_rows

READ_ALL = "(SELECT scope_everywhere('read', 'approvals'))"
READ_UNITS = "(SELECT scope_units('read', 'approvals'))::bigint[]"
WRITE_ALL = "(SELECT scope_everywhere('write', 'approvals'))"
WRITE_UNITS = "(SELECT scope_units('write', 'approvals'))::bigint[]"
INSIDE = "(SELECT scope_in_action())"
ME = "(SELECT scope_account())"
ANY_READER = f"cardinality({READ_UNITS}) > 0"
OF_PROJECT = "EXISTS (SELECT FROM approvals_constructionproject AS p WHERE p.id = project_id)"
OF_PROJECT_UNIT = (
    "EXISTS (SELECT FROM approvals_constructionproject AS p"
    f" WHERE p.id = project_id AND p.unit_id = ANY ({WRITE_UNITS}))"
)
OF_POSTED = (
    "EXISTS (SELECT FROM approvals_publicnotice AS n WHERE n.id = notice_id AND n.posted_at IS NOT NULL)"
)


def policies(table: str, *, read: str, write: str) -> migrations.RunSQL:
    """Row-level security by two conditions, beside the unit's own."""
    reads = f"{READ_ALL} OR unit_id = ANY ({READ_UNITS}) OR {read}"
    writes = f"{WRITE_ALL} OR unit_id = ANY ({WRITE_UNITS}) OR ({INSIDE} AND {write})"
    return migrations.RunSQL(
        sql=[
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({reads})",
            f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({writes})",
            f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({writes}) WITH CHECK ({writes})",
            f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({writes})",
        ],
        reverse_sql=[
            *(f"DROP POLICY {table}_{verb} ON {table}" for verb in ("read", "insert", "update", "delete")),
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ],
    )


def scoped(table: str, also_readable: str = "") -> migrations.RunSQL:
    return scope_rows(f"approvals_{table}", "approvals", also_readable=also_readable)


class Migration(migrations.Migration):
    dependencies = [("approvals", "0010_construction"), ("scope", "0001_functions")]
    operations = [
        scoped("constructionproject", f"reader_units && {READ_UNITS}"),
        *(
            policies(f"approvals_{table}", read=OF_PROJECT, write=OF_PROJECT_UNIT)
            for table in ("projectitem", "projectmaterial", "defect")
        ),
        scoped("sitevisit", f"reader_units && {READ_UNITS} OR {OF_PROJECT}"),
        policies(
            "approvals_visitparticipant",
            read="EXISTS (SELECT FROM approvals_sitevisit AS v WHERE v.id = visit_id)",
            write=(
                "EXISTS (SELECT FROM approvals_sitevisit AS v"
                f" WHERE v.id = visit_id AND v.unit_id = ANY ({WRITE_UNITS}))"
            ),
        ),
        scoped("busytime", ANY_READER),
        scoped("defectrecheck", "EXISTS (SELECT FROM approvals_defect AS d WHERE d.id = defect_id)"),
        scoped("expert", ANY_READER),
        scoped("expertconflict", ANY_READER),
        scoped("expertreview"),
        scoped("expertdraw"),
        scoped("reviewseat"),
        scoped("publicnotice", "posted_at IS NOT NULL"),
        *(scoped(table, OF_POSTED) for table in ("noticecorrection", "noticesnapshot", "noticeposting")),
        policies(
            "approvals_noticeobjection",
            read=f"account_id = {ME}",
            write=f"account_id = {ME} AND state = 'open'",
        ),
    ]
