"""Two imports at once: the second is told, and neither is mixed with the other."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from chengshu.foundation.errors import Conflict
from chengshu.foundation.orgs.models import Unit
from chengshu.hub.promises.actions.importing import _LOCK_SPACE, Source, import_tables
from chengshu.hub.promises.departments import department_of
from chengshu.hub.promises.tables import facts, read_text
from chengshu.hub.promises.tests.board_world import FullYear
from chengshu.hub.promises.tests.import_files import row_counts, small_table


def test_while_one_import_runs_another_of_the_same_department_is_refused(full_year: FullYear) -> None:
    """Another department than the fixture's, whose own unfinished transaction holds that one's lock."""
    tables = read_text(small_table(), year=2026)
    department, before = Unit.objects.get(key="finance-bureau"), row_counts()
    with psycopg.connect(**connection.get_connection_params()) as other:
        held = other.execute(
            "SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, department.pk]
        ).fetchone()
        assert held == (True,)
        with pytest.raises(Conflict) as caught:
            import_tables(department=department, tables=tables, source=Source("second"))
        assert caught.value.code == "import.running"
        assert row_counts() == before
    imported = import_tables(department=department, tables=tables, source=Source("second"))
    assert imported.is_first


def test_the_same_facts_again_change_nothing(full_year: FullYear) -> None:
    tables, before = facts.load(), row_counts()
    again = import_tables(department=department_of(tables), tables=tables, source=Source("again"))
    assert again.changes == ()
    assert row_counts() == before


def test_findings_are_kept_in_no_language(full_year: FullYear) -> None:
    """Imported by a Chinese reader, told to an English one: what is stored depends on neither."""
    from django.utils import translation

    from chengshu.hub.promises.finding_words import message_of, proposals_of
    from chengshu.hub.promises.models import Finding

    tables = read_text(small_table().replace("≥500次", "500"), year=2026)
    with translation.override("zh-hans"):
        import_tables(department=department_of(tables), tables=tables, source=Source("zh"))
    finding = Finding.objects.filter(form__budget_year__year=2026, code="V01").first()
    assert finding is not None
    assert finding.suggestions[0]["reason"].isascii()
    with translation.override("en"):
        assert message_of(finding).startswith("“500”")
        assert proposals_of(finding)[0].reason == finding.suggestions[0]["reason"]
