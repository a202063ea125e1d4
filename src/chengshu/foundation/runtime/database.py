"""Which database, and as whom: pure reading of the environment and the data directory.

Two roles, always: the *owner* owns the schema and migrates it; the *application* owns nothing and is bound
by row security. Embedded by default; ``DATABASE_URL`` names any other PostgreSQL from version 15. No
server is started here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import parse_qsl, unquote, urlsplit

from chengshu.foundation.errors import Misconfigured
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.secrets import secret

OLDEST_SERVER = 15
"""The oldest PostgreSQL major version supported: Debian 12's."""

DATABASE = "chengshu"
SUPERUSER_ROLE = "chengshu_superuser"
OWNER_ROLE = "chengshu_owner"
APPLICATION_ROLE = "chengshu_app"
SOCKET_PORT = "5432"

_SCHEMES = ("postgres", "postgresql")
_OURS = ("app_role", "app_password", "host")
_LIBPQ = (
    "channel_binding", "connect_timeout", "gssencmode", "keepalives", "keepalives_count", "keepalives_idle",
    "keepalives_interval", "options", "require_auth", "sslcert", "sslkey", "sslmode", "sslrootcert",
    "target_session_attrs", "tcp_user_timeout",
)  # fmt: skip
_EXAMPLE = "Write it as postgresql://role:password@host:5432/database, special characters percent-encoded."


@dataclass(frozen=True, slots=True)
class DatabaseParameters:
    """How to connect, in the shape of Django's ``DATABASES`` without ``ENGINE``.

    :param owner: as the role that owns the schema and runs migrations
    :param app: as the role that serves people
    :param embedded: the server is ours, in the data directory
    """

    owner: dict[str, Any] = field(repr=False)
    app: dict[str, Any] = field(repr=False)
    embedded: bool


def connection_parameters(environ: Mapping[str, str] | None = None) -> DatabaseParameters:
    """The parameters that the environment asks for.

    :raises Misconfigured: if ``DATABASE_URL`` cannot be understood
    """
    url = (os.environ if environ is None else environ).get("DATABASE_URL", "")
    return external_parameters(url) if url else embedded_parameters(Layout.from_environment())


def is_embedded() -> bool:
    return not os.environ.get("DATABASE_URL")


def embedded_parameters(layout: Layout) -> DatabaseParameters:
    return DatabaseParameters(
        owner=_embedded(layout, OWNER_ROLE), app=_embedded(layout, APPLICATION_ROLE), embedded=True
    )


def superuser_parameters(layout: Layout) -> dict[str, Any]:
    """As the embedded cluster's superuser: for making roles, never for serving."""
    return _embedded(layout, SUPERUSER_ROLE)


def _embedded(layout: Layout, role: str) -> dict[str, Any]:
    return {
        "NAME": DATABASE,
        "USER": role,
        "PASSWORD": secret(f"database-{role}", layout),
        "HOST": str(layout.socket_directory),
        "PORT": SOCKET_PORT,
        "OPTIONS": {},
    }


def external_parameters(url: str) -> DatabaseParameters:
    """Read a ``DATABASE_URL``.

    Besides libpq's own options it may say ``app_role`` and ``app_password``; without them the application
    role is ``chengshu_app`` with a password made on first use and kept among the secrets.

    :raises Misconfigured: if it cannot be understood; the password never appears in the message
    """
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES:
        _refuse(f"its scheme is {parts.scheme!r}, not postgresql")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(set(query) - set(_OURS) - set(_LIBPQ))
    if unknown:
        _refuse(f"it has options nobody knows: {', '.join(unknown)}")
    owner = {
        "NAME": unquote(parts.path.removeprefix("/")) or _refuse("it names no database"),
        "USER": unquote(parts.username or "") or _refuse("it names no role"),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or unquote(parts.hostname or "") or _refuse("it names no host"),
        "PORT": str(_port(url)),
        "OPTIONS": {key: value for key, value in query.items() if key in _LIBPQ},
    }
    return DatabaseParameters(owner=owner, app=_application(owner, query), embedded=False)


def _application(owner: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
    role = query.get("app_role", APPLICATION_ROLE)
    if role == owner["USER"]:
        _refuse("its app_role is the owner itself, so row security would bind nobody")
    password = query.get("app_password") or secret("database-application")
    return {**owner, "USER": role, "PASSWORD": password, "OPTIONS": dict(owner["OPTIONS"])}


def _port(url: str) -> int:
    try:
        return urlsplit(url).port or 5432
    except ValueError:
        _refuse("its port is not a number from 1 to 65535")


def _refuse(reason: str) -> NoReturn:
    raise Misconfigured(f"DATABASE_URL is not usable: {reason}.", key="DATABASE_URL", hint=_EXAMPLE)


def libpq(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The same parameters as keyword arguments of ``psycopg.connect``."""
    return {
        "dbname": parameters["NAME"],
        "user": parameters["USER"],
        "password": parameters["PASSWORD"],
        "host": parameters["HOST"],
        "port": parameters["PORT"],
        **parameters["OPTIONS"],
    }


def libpq_environment(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The same parameters as environment variables, so that no password stands on a command line."""
    named = {
        "PGDATABASE": parameters["NAME"],
        "PGUSER": parameters["USER"],
        "PGPASSWORD": parameters["PASSWORD"],
        "PGHOST": parameters["HOST"],
        "PGPORT": str(parameters["PORT"]),
    }
    named.update({f"PG{key.upper().replace('_', '')}": str(value) for key, value in _enviable(parameters)})
    return named


def _enviable(parameters: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """libpq reads only some options from the environment; their names drop the underscore, as in
    PGSSLMODE.
    """
    kept = ("sslmode", "sslcert", "sslkey", "sslrootcert", "connect_timeout", "options", "gssencmode")
    return [(key, value) for key, value in parameters["OPTIONS"].items() if key in kept]
