"""Taking a lane of the chain in one round trip: lock a free one until the transaction ends, give where it stands.

The search starts at a place of the caller's own, so that a lane already held by this transaction is found first. The
lane is locked by one statement and read by the next, which sees what was committed before the lock was free.
"""

from django.db import migrations

SQL = """
CREATE FUNCTION audit_head(first integer, lanes integer, OUT lane integer, OUT "position" bigint, OUT digest text)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    lane := NULL;
    FOR step IN 0 .. lanes - 1 LOOP
        IF pg_try_advisory_xact_lock(7401, (first + step) % lanes) THEN
            lane := (first + step) % lanes;
            EXIT;
        END IF;
    END LOOP;
    IF lane IS NULL THEN
        lane := first % lanes;
        PERFORM pg_advisory_xact_lock(7401, lane);
    END IF;
    SELECT e.position, e.digest INTO "position", digest FROM audit_auditentry AS e
    WHERE e.lane = audit_head.lane ORDER BY e.position DESC LIMIT 1;
    IF NOT FOUND THEN
        "position" := 0;
        digest := repeat('0', 64);
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_checkpoints")]
    operations = [migrations.RunSQL(SQL, "DROP FUNCTION audit_head(integer, integer)")]
