"""What the application role may do with each table: given anew after every migration, nothing left from
before.

Rows of most tables may be read and changed (row security decides which). A model with ``append_only =
True`` may be read and added to, so that not even the application can rewrite what was recorded. Nothing
may be truncated.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Protocol

from chengshu.foundation.runtime.database import connection_parameters

CHANGEABLE: Final = "SELECT, INSERT, UPDATE, DELETE"
APPEND_ONLY: Final = "SELECT, INSERT"
READ_ONLY: Final = "SELECT"
READ_ONLY_TABLES: Final = frozenset({"django_migrations"})

_LOCK: Final = 0x63_68_73_67
"""Two runs at once would trip over each other's catalogue rows; an arbitrary advisory lock number."""

_RELATIONS: Final = """
    SELECT relname, relkind FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
    ORDER BY relname
"""


class Connection(Protocol):
    """A Django or a psycopg connection as the owner."""

    def cursor(self) -> Any: ...


def append_only_tables() -> frozenset[str]:
    """The tables of all installed models that say ``append_only = True``."""
    from django.apps import apps

    return frozenset(
        model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)
    )


def grant_application(
    connection: Connection, *, role: str | None = None, append_only: Iterable[str] | None = None
) -> None:
    """Give the application role exactly what it needs, in one transaction of its own if none is open.

    :param role: default: the application role of this environment
    :param append_only: tables that only grow; default: those of the installed models
    """
    named = connection_parameters().app["USER"] if role is None else role
    growing = append_only_tables() if append_only is None else frozenset(append_only)
    with connection.cursor() as cursor:
        for statement in _statements(cursor, _quoted(named), growing):
            cursor.execute(statement)


def _statements(cursor: Any, role: str, append_only: frozenset[str]) -> list[str]:
    cursor.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
    cursor.execute(_RELATIONS)
    relations = [(str(name), _letter(kind)) for name, kind in cursor.fetchall()]
    statements = [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {APPEND_ONLY} ON TABLES TO {role}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
    ]
    return ["; ".join([*statements, *(_grant(name, kind, role, append_only) for name, kind in relations)])]


def _grant(name: str, kind: str, role: str, append_only: frozenset[str]) -> str:
    if kind == "S":
        return f"GRANT USAGE, SELECT ON SEQUENCE {_quoted(name)} TO {role}"
    return f"GRANT {table_privileges(name, kind, append_only)} ON TABLE {_quoted(name)} TO {role}"


def table_privileges(name: str, kind: str, append_only: frozenset[str]) -> str:
    """What the application may do with one relation; ``kind`` is PostgreSQL's ``relkind``."""
    if kind in "vm" or name in READ_ONLY_TABLES:
        return READ_ONLY
    return APPEND_ONLY if name in append_only else CHANGEABLE


def _letter(kind: str | bytes) -> str:
    return kind.decode() if isinstance(kind, bytes) else kind


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
