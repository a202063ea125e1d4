"""The one client of the columnar store: the owner process of this machine, or ``CLICKHOUSE_URL`` when that is set.

Retries once when the connection is gone: the owner may have been started anew on another port.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import OperationalError
from django.utils.translation import gettext_lazy as _

from chengshu.engines.streams.columns.owner import NAMED, port_file
from chengshu.engines.streams.columns.requests import USER
from chengshu.foundation import config
from chengshu.foundation.errors import Misconfigured, Unavailable
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.secrets import secret

DATABASE: Final = "chengshu"
T = TypeVar("T")


class Columns:
    """Asks and fills the columnar store; safe for threads.

    :param database: where the tables are; by default that of the URL, or ``chengshu``
    :param url: of a ClickHouse, such as ``http://user:password@host:8123/chengshu``; empty: the owner process
    :raises Unavailable: from every method, if nothing answers
    """

    def __init__(self, url: str = "", layout: Layout | None = None, database: str = "") -> None:
        self._url = url
        self.database = database or urlsplit(url).path.strip("/") or DATABASE
        self._layout = layout or Layout.from_environment()
        self._client: Client | None = None
        self._lock = threading.Lock()

    def rows(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> Sequence[Sequence[Any]]:
        """The rows of a query; ``{name:Type}`` in it are bound by the server.

        :raises DatabaseError: if the store refuses it, such as for taking too long
        """
        return self._asked(
            lambda client: (
                client.query(
                    statement, parameters=dict(parameters or {}), settings=dict(settings or {})
                ).result_rows
            )
        )

    def run(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """A statement without rows."""
        self._asked(
            lambda client: client.command(
                statement, parameters=dict(parameters or {}), settings=dict(settings or {})
            )
        )

    def insert(
        self,
        table: str,
        columns: Mapping[str, Sequence[Any]],
        types: Mapping[str, str],
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Add rows, given column by column, as one block.

        :param types: ClickHouse's names of the columns' types, so that nobody need ask for them
        """
        names = list(columns)
        self._asked(
            lambda client: client.insert(
                table,
                [columns[name] for name in names],
                column_names=names,
                column_type_names=[types[name] for name in names],
                column_oriented=True,
                settings=dict(settings or {}),
            )
        )

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = None

    def _asked(self, ask: Callable[[Client], T]) -> T:
        try:
            return ask(self._connected())
        except (OperationalError, OSError):
            self.close()
        try:
            return ask(self._connected())
        except (OperationalError, OSError) as error:
            self.close()
            raise _not_there() from error

    def _connected(self) -> Client:
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def _connect(self) -> Client:
        options: dict[str, Any] = {"compress": False, "autogenerate_session_id": False, "query_limit": 0}
        if self._url:
            parts = urlsplit(self._url)
            return clickhouse_connect.get_client(
                interface=parts.scheme,
                host=parts.hostname or "",
                port=parts.port or (8443 if parts.scheme == "https" else 8123),
                username=parts.username or "default",
                password=parts.password or "",
                **options,
            )
        return clickhouse_connect.get_client(
            host="127.0.0.1",
            port=self._port(),
            username=USER,
            password=secret(NAMED, self._layout),
            **options,
        )

    def _port(self) -> int:
        try:
            return int(port_file(self._layout).read_text(encoding="ascii"))
        except (OSError, ValueError) as error:
            raise _not_there() from error


def _not_there() -> Unavailable:
    return Unavailable(
        _("The columnar store does not answer."),
        code="columns.away",
        hint=_(
            "It is started with the platform; see its log in the data directory, or check CLICKHOUSE_URL."
        ),
    )


_kept: dict[tuple[str, str], Columns] = {}


def columns() -> Columns:
    """The store of this installation.

    :raises Misconfigured: if ``CLICKHOUSE_URL`` is none
    """
    url = config.text("CLICKHOUSE_URL", "")
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise Misconfigured(
            "CLICKHOUSE_URL is no address of a ClickHouse.",
            key="CLICKHOUSE_URL",
            hint="Such as http://chengshu:password@10.0.0.5:8123/chengshu.",
        )
    layout = Layout.from_environment()
    return _kept.setdefault((url, str(layout.data)), Columns(url, layout))
