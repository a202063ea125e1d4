"""The two database roles: made and verified, on the embedded cluster and on anybody's server.

The application role can neither change the schema nor step around row security; this is checked at every
start, not only when the role is made.
"""

from __future__ import annotations

import re
from typing import Any, Final

import psycopg
from psycopg import sql

from chengshu.foundation.errors import Misconfigured, Unavailable
from chengshu.foundation.runtime.database import (
    APPLICATION_ROLE,
    DATABASE,
    OLDEST_SERVER,
    OWNER_ROLE,
    DatabaseParameters,
    embedded_parameters,
    libpq,
    superuser_parameters,
)
from chengshu.foundation.runtime.layout import Layout

Connection = psycopg.Connection[tuple[Any, ...]]

_MAKE_BY_HAND: Final = (
    "CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD '…';"
)


def prepare_embedded(layout: Layout, *, owner_may_create_databases: bool = False) -> None:
    """Make roles and database on the embedded cluster; their passwords become those among the secrets.

    :param owner_may_create_databases: for clusters on which tests make databases of their own
    """
    parameters = embedded_parameters(layout)
    with connect({**superuser_parameters(layout), "NAME": "postgres"}) as connection:
        _ensure_role(connection, parameters.owner, createdb=owner_may_create_databases)
        _ensure_role(connection, parameters.app, createdb=False)
        if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
            statement = "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'"
            connection.execute(_compose(statement, DATABASE, OWNER_ROLE))
        connection.execute(_compose("REVOKE ALL ON DATABASE {} FROM PUBLIC", DATABASE))
        connection.execute(_compose("GRANT CONNECT ON DATABASE {} TO {}", DATABASE, APPLICATION_ROLE))


def _ensure_role(connection: Connection, parameters: dict[str, Any], *, createdb: bool) -> None:
    role = parameters["USER"]
    if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
        connection.execute(_compose("CREATE ROLE {}", role))
    attributes = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE " + ("CREATEDB" if createdb else "NOCREATEDB")
    statement = _compose(f"ALTER ROLE {{}} {attributes} PASSWORD ", role) + sql.Literal(
        parameters["PASSWORD"]
    )
    connection.execute(statement)


def prepare_external(parameters: DatabaseParameters) -> None:
    """Check the server that ``DATABASE_URL`` names, and make the application role if we may.

    :raises Unavailable: if the server does not answer or is too old
    :raises Misconfigured: if a role is not as it must be; the hint holds the SQL that puts it right
    """
    with connect(parameters.owner) as connection:
        check_server(connection)
        _check_owner(connection)
        role = parameters.app["USER"]
        if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
            _make_application_role(connection, parameters.app)
        if not _exists(
            connection, "SELECT 1 WHERE has_database_privilege(%s, current_database(), 'CONNECT')", role
        ):
            connection.execute(_compose("GRANT CONNECT ON DATABASE {} TO {}", connection.info.dbname, role))
        check_application_role(connection, role)
    _check_login(parameters.app)


def check_server(connection: Connection) -> None:
    """:raises Unavailable: if the server is too old or its database is not in UTF-8."""
    number = connection.info.server_version
    if number < OLDEST_SERVER * 10000:
        raise Unavailable(
            f"The server runs PostgreSQL {number // 10000}; Chengshu needs {OLDEST_SERVER} or later.",
            hint="Point DATABASE_URL to a newer server, or unset it to use the embedded one.",
        )
    encoding = _value(
        connection, "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
    )
    if encoding != "UTF8":
        raise Unavailable(
            f"The database {connection.info.dbname} is encoded in {encoding}; Chengshu needs UTF8.",
            hint=f"CREATE DATABASE {connection.info.dbname}_utf8 TEMPLATE template0 ENCODING 'UTF8';",
        )


def _check_owner(connection: Connection) -> None:
    if not _value(connection, "SELECT has_schema_privilege(current_user, 'public', 'CREATE')"):
        raise _wrong(
            f"The role {connection.info.user} may not create tables in the schema public.",
            f"ALTER DATABASE {connection.info.dbname} OWNER TO {connection.info.user};",
        )


def _make_application_role(connection: Connection, parameters: dict[str, Any]) -> None:
    role = parameters["USER"]
    if not _value(connection, "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"):
        raise _wrong(
            f"The application role {role} does not exist, and {connection.info.user} may not create roles.",
            _MAKE_BY_HAND.format(role=role),
            "then name its password in DATABASE_URL as app_password=…",
        )
    make = "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD "
    connection.execute(_compose(_only_allowed(connection, make), role) + sql.Literal(parameters["PASSWORD"]))


def _only_allowed(connection: Connection, statement: str) -> str:
    """Before PostgreSQL 16 only a superuser may as much as name NOSUPERUSER and NOBYPASSRLS; they are the
    default.
    """
    if _value(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        return statement
    return re.sub(r"NOSUPERUSER |NOBYPASSRLS ", "", statement)


def check_application_role(connection: Connection, role: str) -> None:
    """:raises Misconfigured: if ``role`` could step around row security or change the schema."""
    row = connection.execute(
        "SELECT rolcanlogin, rolsuper OR rolbypassrls, pg_has_role(%(role)s, current_user, 'MEMBER'),"
        " EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid),"
        " has_schema_privilege(%(role)s, 'public', 'CREATE')"
        " FROM pg_roles WHERE rolname = %(role)s",
        {"role": role},
    ).fetchone()
    if row is None:
        raise _wrong(f"The application role {role} does not exist.", _MAKE_BY_HAND.format(role=role))
    can_login, unbound, is_owner, owns, creates = row
    if not can_login:
        raise _wrong(f"The application role {role} may not log in.", f"ALTER ROLE {role} LOGIN;")
    if unbound:
        raise _wrong(
            f"The role {role} is not bound by row security.", f"ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS;"
        )
    if is_owner:
        raise _wrong(
            f"The role {role} is a member of the owner {connection.info.user}.",
            f"REVOKE {connection.info.user} FROM {role};",
        )
    if owns:
        raise _wrong(f"The role {role} owns tables.", f"REASSIGN OWNED BY {role} TO {connection.info.user};")
    if creates:
        raise _wrong(
            f"The role {role} may create tables.", f"REVOKE CREATE ON SCHEMA public FROM {role}, PUBLIC;"
        )


def _check_login(parameters: dict[str, Any]) -> None:
    try:
        connect(parameters).close()
    except Unavailable as error:
        raise Misconfigured(
            f"The application role {parameters['USER']} cannot log in: {error.message}",
            key="DATABASE_URL",
            hint=f"ALTER ROLE {parameters['USER']} PASSWORD '…'; and app_password=… in DATABASE_URL",
        ) from error


def connect(parameters: dict[str, Any]) -> Connection:
    """An autocommitting connection.

    :raises Unavailable: if the server does not let us in; its own words are kept
    """
    try:
        return psycopg.connect(**{"connect_timeout": 10, **libpq(parameters)}, autocommit=True)
    except psycopg.OperationalError as error:
        where = f"{parameters['HOST']}:{parameters['PORT']}/{parameters['NAME']}"
        raise Unavailable(
            f"The database at {where} does not let {parameters['USER']} in: {_reason(error)}",
            hint="Start it with ./chengshu up, or correct DATABASE_URL; ./chengshu doctor tells more.",
        ) from error


def _reason(error: psycopg.OperationalError) -> str:
    return " ".join(str(error).split())


def _wrong(message: str, *statements: str) -> Misconfigured:
    return Misconfigured(
        message, key="DATABASE_URL", hint=f"As an administrator of the server run: {' '.join(statements)}"
    )


def _exists(connection: Connection, query: str, name: str) -> bool:
    return connection.execute(query.encode(), [name]).fetchone() is not None


def _value(connection: Connection, query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return _text(row[0]) if row else None


def _text(value: Any) -> Any:
    """A database without an encoding hands out bytes."""
    return value.decode("ascii", "replace") if isinstance(value, bytes) else value


def _compose(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*(sql.Identifier(name) for name in names))
