"""What the policies ask: the scope that the running transaction was given."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION scope_setting(verb text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('chengshu.' || verb, true), '')::jsonb
$$;
CREATE FUNCTION scope_everywhere(verb text, domain text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(scope_setting(verb) -> domain = '"*"' OR scope_setting(verb) -> '*' = '"*"', false)
$$;
CREATE FUNCTION scope_units(verb text, domain text) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN jsonb_typeof(scope_setting(verb) -> domain) = 'array'
        THEN ARRAY(SELECT jsonb_array_elements_text(scope_setting(verb) -> domain)::bigint)
        ELSE '{}'::bigint[] END
$$;
CREATE FUNCTION scope_in_action() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('chengshu.action', true), '') <> ''
$$;
CREATE FUNCTION scope_account() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('chengshu.account', true), '')::bigint
$$;
"""

REVERSE = """
DROP FUNCTION scope_account();
DROP FUNCTION scope_in_action();
DROP FUNCTION scope_units(text, text);
DROP FUNCTION scope_everywhere(text, text);
DROP FUNCTION scope_setting(text);
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(FUNCTIONS, REVERSE)]
