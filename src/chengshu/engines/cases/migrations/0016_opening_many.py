"""Many new cases in one statement: each kind of row is inserted once for all of them, and all of them or none."""

from django.db import migrations

OPEN = """
CREATE FUNCTION cases_open(openings jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    wanted bigint[];
BEGIN
    SELECT array_agg((one -> 'opened' ->> 'id')::bigint) INTO wanted FROM jsonb_array_elements(openings) AS one;
    INSERT INTO cases_case SELECT row.* FROM jsonb_array_elements(openings) AS one,
        jsonb_populate_record(NULL::cases_case, one -> 'opened') AS row;
    PERFORM FROM cases_case AS c WHERE c.id = ANY (wanted) AND cases_may_write(c.reader_units, c.people) IS NOT TRUE;
    IF FOUND THEN
        RAISE EXCEPTION 'a case may not be opened here' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO cases_token SELECT row.* FROM jsonb_array_elements(openings) AS one,
        jsonb_populate_recordset(NULL::cases_token, one -> 'tokens_new') AS row WHERE row.case_id = ANY (wanted);
    INSERT INTO cases_task SELECT row.* FROM jsonb_array_elements(openings) AS one,
        jsonb_populate_recordset(NULL::cases_task, one -> 'tasks_new') AS row WHERE row.case_id = ANY (wanted);
    INSERT INTO cases_wait SELECT row.* FROM jsonb_array_elements(openings) AS one,
        jsonb_populate_recordset(NULL::cases_wait, one -> 'waits_new') AS row WHERE row.case_id = ANY (wanted);
    INSERT INTO cases_job SELECT row.* FROM jsonb_array_elements(openings) AS one,
        jsonb_populate_recordset(NULL::cases_job, one -> 'jobs_new') AS row WHERE row.case_id = ANY (wanted);
    INSERT INTO cases_happening SELECT row.* FROM jsonb_array_elements(openings) AS one,
        jsonb_populate_recordset(NULL::cases_happening, one -> 'history') AS row WHERE row.case_id = ANY (wanted);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_published")]
    operations = [migrations.RunSQL(OPEN, "DROP FUNCTION cases_open(jsonb)")]
