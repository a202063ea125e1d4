"""Rows of a case are found by their own key, however many the case has had.

``id = … AND case_id = …`` lets PostgreSQL choose between the key and the index of the case, and with few rows it may
choose the index: then every task that a case has ever had is looked at to find one. ``case_id + 0`` leaves it the key.
Otherwise ``cases_load`` and ``cases_apply`` are as in 0014.
"""

from django.db import migrations

LOAD = """
CREATE OR REPLACE FUNCTION cases_load(wanted_case bigint, wanted_task bigint, may_skip boolean) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    found cases_case;
BEGIN
    IF may_skip THEN
        SELECT * INTO found FROM cases_case WHERE id = wanted_case FOR UPDATE SKIP LOCKED;
    ELSE
        SELECT * INTO found FROM cases_case
        WHERE id = coalesce(wanted_case, (SELECT case_id FROM cases_task WHERE id = wanted_task)) FOR UPDATE;
        wanted_case := found.id;
    END IF;
    IF found.id IS NULL OR NOT cases_may_write(found.reader_units, found.people) THEN
        RETURN NULL;
    END IF;
    RETURN json_build_array(
        row_to_json(found),
        (SELECT json_agg(json_build_array(
            t.id, t.parent_id, t.plan, t.node, t.state, t.via, t.local, t.total, t.done, t."order"
         )) FROM cases_token AS t WHERE t.case_id = wanted_case),
        (SELECT json_agg(json_build_array(
            t.id, t.token_id, t.plan, t.node, t.name, t.kind, t.state, t.unit_id, '', t.role, t.assignee_id,
            t.owner_id, t.form, t.opened_at, t.due_at, t.priority, t.outcome, t.opinion, t.completed_by_id,
            t.completed_at, t.on_behalf_of_id, t.urged, t.data, t.warn_at
         )) FROM cases_task AS t
         WHERE t.case_id = wanted_case AND t.state IN ('open', 'held')),
        (SELECT json_build_array(
            t.id, t.token_id, t.plan, t.node, t.name, t.kind, t.state, t.unit_id, '', t.role, t.assignee_id,
            t.owner_id, t.form, t.opened_at, t.due_at, t.priority, t.outcome, t.opinion, t.completed_by_id,
            t.completed_at, t.on_behalf_of_id, t.urged, t.data, t.warn_at
         ) FROM cases_task AS t
         WHERE t.id = wanted_task AND t.case_id + 0 = wanted_case AND t.state NOT IN ('open', 'held')),
        (SELECT json_agg(json_build_array(
            w.id, w.token_id, w.plan, w.node, w.kind, w.name, w.key, w.due_at, w.every, w.remaining
         )) FROM cases_wait AS w WHERE w.case_id = wanted_case),
        (SELECT json_agg(json_build_array(
            j.id, j.token_id, j.plan, j.node, j.service, j.payload, j.attempts_left, j.state
         )) FROM cases_job AS j
         WHERE j.case_id = wanted_case AND j.state IN ('waiting', 'running', 'failed'))
    );
END $$;
"""

APPLY = """
CREATE OR REPLACE FUNCTION cases_apply(wanted_case bigint, delta jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    found_case cases_case;
    token cases_token;
    task cases_task;
    row jsonb;
BEGIN
    IF delta ? 'opened' THEN
        INSERT INTO cases_case SELECT * FROM jsonb_populate_record(NULL::cases_case, delta -> 'opened') AS r
        WHERE r.id = wanted_case;
        PERFORM FROM cases_case AS c WHERE c.id = wanted_case AND cases_may_write(c.reader_units, c.people);
    ELSIF delta ? 'case' THEN
        SELECT * INTO found_case FROM cases_case AS c
        WHERE c.id = wanted_case AND cases_may_write(c.reader_units, c.people) FOR UPDATE;
        found_case := jsonb_populate_record(found_case, delta -> 'case');
        UPDATE cases_case AS c SET
            plan = found_case.plan, version_id = found_case.version_id, title = found_case.title,
            state = found_case.state, status = found_case.status, outcome = found_case.outcome,
            variables = found_case.variables, seq = found_case.seq, ended_at = found_case.ended_at,
            reader_units = found_case.reader_units, people = found_case.people,
            merged_into_id = found_case.merged_into_id
        WHERE c.id = wanted_case AND cases_may_write(c.reader_units, c.people);
    ELSE
        UPDATE cases_case AS c SET
            seq = coalesce((delta -> 'seq')::integer, c.seq), variables = coalesce(delta -> 'variables', c.variables)
        WHERE c.id = wanted_case AND cases_may_write(c.reader_units, c.people);
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'case % may not be written here', wanted_case USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR place IN 0 .. coalesce(jsonb_array_length(delta -> 'tasks_done'), 0) - 1 LOOP
        row := delta -> 'tasks_done' -> place;
        UPDATE cases_task AS t SET
            state = row ->> 'state', outcome = row ->> 'outcome', opinion = row ->> 'opinion',
            completed_by_id = (row ->> 'completed_by_id')::bigint,
            completed_at = (row ->> 'completed_at')::timestamptz,
            on_behalf_of_id = (row ->> 'on_behalf_of_id')::bigint
        WHERE t.id = (row ->> 'id')::bigint AND t.case_id + 0 = wanted_case;
    END LOOP;
    IF delta ? 'tokens_gone' THEN
        DELETE FROM cases_token AS t WHERE t.case_id + 0 = wanted_case
            AND t.id = ANY (translate((delta -> 'tokens_gone')::text, '[]', '{}')::bigint[]);
    END IF;
    FOR place IN 0 .. coalesce(jsonb_array_length(delta -> 'tokens_changed'), 0) - 1 LOOP
        token := jsonb_populate_record(NULL::cases_token, delta -> 'tokens_changed' -> place);
        UPDATE cases_token AS t SET
            parent_id = token.parent_id, plan = token.plan, node = token.node, state = token.state, via = token.via,
            local = token.local, total = token.total, done = token.done, "order" = token."order"
        WHERE t.id = token.id AND t.case_id + 0 = wanted_case;
    END LOOP;
    IF delta ? 'tokens_new' THEN
        INSERT INTO cases_token SELECT * FROM jsonb_populate_recordset(NULL::cases_token, delta -> 'tokens_new') AS r
        WHERE r.case_id = wanted_case;
    END IF;
    IF delta ? 'tasks_new' THEN
        INSERT INTO cases_task SELECT * FROM jsonb_populate_recordset(NULL::cases_task, delta -> 'tasks_new') AS r
        WHERE r.case_id = wanted_case;
    END IF;
    IF delta ?| '{tasks_changed,waits_gone,waits_new,jobs_changed,jobs_new}' THEN
        FOR place IN 0 .. coalesce(jsonb_array_length(delta -> 'tasks_changed'), 0) - 1 LOOP
            task := jsonb_populate_record(NULL::cases_task, delta -> 'tasks_changed' -> place);
            UPDATE cases_task AS t SET
                state = task.state, kind = task.kind, unit_id = task.unit_id, role = task.role,
                assignee_id = task.assignee_id, owner_id = task.owner_id, token_id = task.token_id, plan = task.plan,
                node = task.node, name = task.name, due_at = task.due_at, warn_at = task.warn_at,
                priority = task.priority, outcome = task.outcome, opinion = task.opinion,
                completed_by_id = task.completed_by_id, completed_at = task.completed_at,
                on_behalf_of_id = task.on_behalf_of_id, urged = task.urged, data = task.data, title = task.title,
                opened_at = task.opened_at
            WHERE t.id = task.id AND t.case_id + 0 = wanted_case;
        END LOOP;
        IF delta ? 'waits_gone' THEN
            DELETE FROM cases_wait AS w WHERE w.case_id + 0 = wanted_case
                AND w.id = ANY (translate((delta -> 'waits_gone')::text, '[]', '{}')::bigint[]);
        END IF;
        INSERT INTO cases_wait SELECT * FROM jsonb_populate_recordset(NULL::cases_wait, delta -> 'waits_new') AS r
        WHERE r.case_id = wanted_case;
        IF delta ? 'jobs_changed' THEN
            UPDATE cases_job AS j SET
                state = r.state, attempts_left = r.attempts_left, token_id = r.token_id, plan = r.plan
            FROM jsonb_populate_recordset(NULL::cases_job, delta -> 'jobs_changed') AS r
            WHERE j.id = r.id AND j.case_id + 0 = wanted_case;
        END IF;
        IF delta ? 'jobs_new' THEN
            INSERT INTO cases_job SELECT * FROM jsonb_populate_recordset(NULL::cases_job, delta -> 'jobs_new') AS r
            WHERE r.case_id = wanted_case;
        END IF;
    END IF;
    IF delta ? 'history' THEN
        INSERT INTO cases_happening
        SELECT * FROM jsonb_populate_recordset(NULL::cases_happening, delta -> 'history') AS r
        WHERE r.case_id = wanted_case;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0017_offered_tasks")]
    operations = [migrations.RunSQL(f"{LOAD}{APPLY}")]
