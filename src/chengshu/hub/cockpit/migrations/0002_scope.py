"""Who sees what of the definitions: shared views everybody with the power, scores and the base layer too.

None of these rows holds data of the district's affairs; what a view shows is read from where it lives, in its own scope.
"""

from django.db import migrations

from chengshu.foundation.scope import scope_rows

POWER = "(SELECT coalesce(current_setting('chengshu.read', true), '{}')::jsonb ?| array['cockpit', '*'])"
"""Whether the asker holds the power to see the cockpit anywhere."""
SHARED = "view_id IN (SELECT id FROM cockpit_cockpitview WHERE shared)"


class Migration(migrations.Migration):
    dependencies = [("cockpit", "0001_initial"), ("scope", "0001_functions")]

    operations = [
        scope_rows("cockpit_cockpitview", "cockpit", also_readable=f"shared AND {POWER}"),
        scope_rows("cockpit_viewversion", "cockpit", also_readable=f"{SHARED} AND {POWER}"),
        scope_rows("cockpit_scoreversion", "cockpit", also_readable=POWER),
        scope_rows("cockpit_basemap", "cockpit", also_readable="true"),
    ]
