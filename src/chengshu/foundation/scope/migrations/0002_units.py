"""The units of a scope without a sub-query: every policy asks for them in every statement."""

from django.db import migrations

SQL = """
CREATE OR REPLACE FUNCTION scope_units(verb text, domain text) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN jsonb_typeof(scope_setting(verb) -> domain) = 'array'
        THEN translate((scope_setting(verb) -> domain)::text, '[]', '{}')::bigint[]
        ELSE '{}'::bigint[] END
$$;
"""

REVERSE = """
CREATE OR REPLACE FUNCTION scope_units(verb text, domain text) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN jsonb_typeof(scope_setting(verb) -> domain) = 'array'
        THEN ARRAY(SELECT jsonb_array_elements_text(scope_setting(verb) -> domain)::bigint)
        ELSE '{}'::bigint[] END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("scope", "0001_functions")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
