"""The two statements of the hot path: one loads a case, one writes what a run changed.

They run with the owner's rights and ask once, for the case, what the row policies would ask for every row of it: that
an action is running, and that one of the case's units is among those where the asker holds it, or the asker is one of
the case's people. Beyond that they touch rows of this one case only.

In ``cases_load`` the case is locked by one statement and its tokens are read by the next: under READ COMMITTED a single
statement would see the tokens of before the lock.
"""

from django.db import migrations

MAY_WRITE = """
CREATE FUNCTION cases_may_write(reader_units bigint[], people bigint[]) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT scope_in_action() AND (
        scope_everywhere('write', 'cases')
        OR reader_units && scope_units('write', 'cases')
        OR coalesce(scope_account() = ANY (people), false)
    )
$$;
"""

LOAD = """
CREATE FUNCTION cases_load(wanted_case bigint, wanted_task bigint, may_skip boolean) RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found cases_case;
BEGIN
    IF wanted_case IS NULL THEN
        SELECT case_id INTO wanted_case FROM cases_task WHERE id = wanted_task;
    END IF;
    IF may_skip THEN
        SELECT * INTO found FROM cases_case WHERE id = wanted_case FOR UPDATE SKIP LOCKED;
    ELSE
        SELECT * INTO found FROM cases_case WHERE id = wanted_case FOR UPDATE;
    END IF;
    IF found.id IS NULL OR NOT cases_may_write(found.reader_units, found.people) THEN
        RETURN NULL;
    END IF;
    RETURN json_build_object(
        'case', row_to_json(found),
        'tokens', (SELECT json_agg(t) FROM cases_token AS t WHERE t.case_id = wanted_case),
        'tasks', (SELECT json_agg(t) FROM cases_task AS t
                  WHERE t.case_id = wanted_case AND t.state IN ('open', 'held')),
        'wanted', (SELECT row_to_json(t) FROM cases_task AS t
                   WHERE t.id = wanted_task AND t.state NOT IN ('open', 'held')),
        'waits', (SELECT json_agg(w) FROM cases_wait AS w WHERE w.case_id = wanted_case),
        'jobs', (SELECT json_agg(j) FROM cases_job AS j
                 WHERE j.case_id = wanted_case AND j.state IN ('waiting', 'running', 'failed'))
    );
END $$;
"""

APPLY = """
CREATE FUNCTION cases_apply(wanted_case bigint, delta jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF delta ? 'opened' THEN
        INSERT INTO cases_case SELECT * FROM jsonb_populate_record(NULL::cases_case, delta -> 'opened') AS r
        WHERE r.id = wanted_case;
    END IF;
    IF delta ? 'case' THEN
        UPDATE cases_case AS c SET
            plan = r.plan, version_id = r.version_id, title = r.title, state = r.state, status = r.status,
            outcome = r.outcome, variables = r.variables, seq = r.seq, ended_at = r.ended_at,
            reader_units = r.reader_units, people = r.people, merged_into_id = r.merged_into_id
        FROM jsonb_populate_record(NULL::cases_case, delta -> 'case') AS r
        WHERE c.id = wanted_case AND cases_may_write(c.reader_units, c.people);
    ELSE
        PERFORM FROM cases_case AS c WHERE c.id = wanted_case AND cases_may_write(c.reader_units, c.people);
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'case % may not be written here', wanted_case USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF delta ? 'tasks_changed' THEN
        UPDATE cases_task AS t SET
            state = r.state, kind = r.kind, unit_id = r.unit_id, role = r.role, assignee_id = r.assignee_id,
            owner_id = r.owner_id, token_id = r.token_id, plan = r.plan, node = r.node, name = r.name,
            due_at = r.due_at, warn_at = r.warn_at, priority = r.priority, outcome = r.outcome,
            opinion = r.opinion, completed_by_id = r.completed_by_id, completed_at = r.completed_at,
            on_behalf_of_id = r.on_behalf_of_id, urged = r.urged, data = r.data, title = r.title,
            opened_at = r.opened_at
        FROM jsonb_populate_recordset(NULL::cases_task, delta -> 'tasks_changed') AS r
        WHERE t.id = r.id AND t.case_id = wanted_case;
    END IF;
    IF delta ? 'tokens_gone' THEN
        DELETE FROM cases_token AS t WHERE t.case_id = wanted_case
            AND t.id = ANY (translate((delta -> 'tokens_gone')::text, '[]', '{}')::bigint[]);
    END IF;
    IF delta ? 'tokens_changed' THEN
        UPDATE cases_token AS t SET
            parent_id = r.parent_id, plan = r.plan, node = r.node, state = r.state, via = r.via, local = r.local,
            total = r.total, done = r.done, "order" = r."order"
        FROM jsonb_populate_recordset(NULL::cases_token, delta -> 'tokens_changed') AS r
        WHERE t.id = r.id AND t.case_id = wanted_case;
    END IF;
    IF delta ? 'tokens_new' THEN
        INSERT INTO cases_token SELECT * FROM jsonb_populate_recordset(NULL::cases_token, delta -> 'tokens_new') AS r
        WHERE r.case_id = wanted_case;
    END IF;
    IF delta ? 'tasks_new' THEN
        INSERT INTO cases_task SELECT * FROM jsonb_populate_recordset(NULL::cases_task, delta -> 'tasks_new') AS r
        WHERE r.case_id = wanted_case;
    END IF;
    IF delta ? 'waits_gone' THEN
        DELETE FROM cases_wait AS w WHERE w.case_id = wanted_case
            AND w.id = ANY (translate((delta -> 'waits_gone')::text, '[]', '{}')::bigint[]);
    END IF;
    IF delta ? 'waits_new' THEN
        INSERT INTO cases_wait SELECT * FROM jsonb_populate_recordset(NULL::cases_wait, delta -> 'waits_new') AS r
        WHERE r.case_id = wanted_case;
    END IF;
    IF delta ? 'jobs_changed' THEN
        UPDATE cases_job AS j SET
            state = r.state, attempts_left = r.attempts_left, token_id = r.token_id, plan = r.plan
        FROM jsonb_populate_recordset(NULL::cases_job, delta -> 'jobs_changed') AS r
        WHERE j.id = r.id AND j.case_id = wanted_case;
    END IF;
    IF delta ? 'jobs_new' THEN
        INSERT INTO cases_job SELECT * FROM jsonb_populate_recordset(NULL::cases_job, delta -> 'jobs_new') AS r
        WHERE r.case_id = wanted_case;
    END IF;
    IF delta ? 'history' THEN
        INSERT INTO cases_happening
        SELECT * FROM jsonb_populate_recordset(NULL::cases_happening, delta -> 'history') AS r
        WHERE r.case_id = wanted_case;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_scope"), ("scope", "0002_units")]
    operations = [
        migrations.RunSQL(MAY_WRITE, "DROP FUNCTION cases_may_write(bigint[], bigint[])"),
        migrations.RunSQL(LOAD, "DROP FUNCTION cases_load(bigint, bigint, boolean)"),
        migrations.RunSQL(APPLY, "DROP FUNCTION cases_apply(bigint, jsonb)"),
    ]
