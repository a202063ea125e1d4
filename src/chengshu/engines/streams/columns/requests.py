"""One request of the ClickHouse HTTP protocol, read from address, headers and body; no socket, no engine.

What is understood: ``query``, ``database``, ``default_format``, ``param_…``, the settings of ``ALLOWED``. What only
tunes the HTTP side of a real server is passed over; anything else is refused by name.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from chengshu.foundation.errors import ChengshuError

USER: Final = "chengshu"
LONGEST_BODY: Final = 64 * 1024 * 1024
"""Bytes; 250,000 readings are about 12 MB."""

ALLOWED: Final = frozenset(
    {
        "allow_suspicious_low_cardinality_types",
        "async_insert",
        "cast_string_to_dynamic_use_inference",
        "cast_string_to_variant_use_inference",
        "date_time_input_format",
        "date_time_output_format",
        "deduplicate_blocks_in_dependent_materialized_views",
        "final",
        "input_format_null_as_default",
        "insert_deduplicate",
        "insert_deduplication_token",
        "join_use_nulls",
        "max_block_size",
        "max_execution_time",
        "max_insert_block_size",
        "max_memory_usage",
        "max_partitions_per_insert_block",
        "max_query_size",
        "max_result_rows",
        "max_threads",
        "mutations_sync",
        "optimize_read_in_order",
        "optimize_throw_if_noop",
        "output_format_native_use_flattened_dynamic_and_json_serialization",
        "readonly",
        "result_overflow_mode",
        "select_sequential_consistency",
    }
)
"""Settings that a caller may pass on to the engine."""
PASSED_OVER: Final = frozenset(
    {
        "buffer_size",
        "cancel_http_readonly_queries_on_client_close",
        "client_protocol_version",
        "compress",
        "enable_http_compression",
        "http_headers_progress_interval_ms",
        "http_response_buffer_size",
        "query_id",
        "quota_key",
        "send_progress_in_http_headers",
        "wait_end_of_query",
        "write_exception_in_output_format",
    }
)
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_READS: Final = re.compile(rb"\s*(SELECT|WITH|SHOW|DESCRIBE|DESC|EXISTS|EXPLAIN)\b", re.IGNORECASE)
_STREAMS: Final = re.compile(rb"\s*(SELECT|WITH)\b", re.IGNORECASE)
"""What the engine gives piece by piece; the others are short."""
_INSERT: Final = re.compile(
    rb"(\s*INSERT\s+INTO\s[^;]{1,60000}?)\sFORMAT\s+([A-Za-z0-9]+)[ \t]*\r?\n?", re.IGNORECASE
)
_FORMAT: Final = re.compile(rb"\bFORMAT\s+([A-Za-z0-9]+)\s*;?\s*$", re.IGNORECASE)
STREAMED: Final = frozenset({"Native", "RowBinary", "JSONEachRow", "TabSeparated", "TSV"})
"""Formats whose pieces may be put one after the other."""


class ProtocolRefusal(ChengshuError):
    """A request that is answered without asking the engine.

    :param status: HTTP status
    :param number: ClickHouse's own number for such an error
    """

    default_code = "columns.refused"

    def __init__(self, message: str, *, status: int = 400, number: int = 36) -> None:
        super().__init__(message)
        self.status, self.number = status, number


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be run.

    :param statement: without the data of an INSERT
    :param data: of an INSERT, in the format ``input``
    :param output: ClickHouse's name of the format of the answer
    :param parameters: values of ``{name:Type}``, escaped as the protocol has them
    """

    statement: bytes
    data: bytes = b""
    input: str = ""
    output: str = "TabSeparated"
    database: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_reading(self) -> bool:
        return _READS.match(self.statement) is not None

    @property
    def is_streamed(self) -> bool:
        """Whether the answer may leave piece by piece."""
        return _STREAMS.match(self.statement) is not None and self.output in STREAMED


def question_in(address: str, headers: Mapping[str, str], body: bytes) -> Question:
    """Read a request.

    :param address: path and query string
    :param headers: names in lower case
    :raises ProtocolRefusal: if anything in it is not understood
    """
    query = address.partition("?")[2]
    pairs = parse_qsl(query, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=500)
    given = dict(pairs)
    asked = given.pop("query", "")
    statement = (asked.encode() + (b"\n" + body if body else b"")) if asked else body
    if not statement.strip():
        raise ProtocolRefusal("There is no query.", number=62)
    output = given.pop("default_format", "") or headers.get("x-clickhouse-format", "") or "TabSeparated"
    database = given.pop("database", "") or headers.get("x-clickhouse-database", "")
    if database and not _NAME.fullmatch(database):
        raise ProtocolRefusal("This is no name of a database.", number=36)
    for name in ("user", "password", "role"):
        given.pop(name, None)
    parameters = {name[6:]: given.pop(name) for name in list(given) if name.startswith("param_")}
    if not _NAME.fullmatch(output) or not all(_NAME.fullmatch(name) for name in parameters):
        raise ProtocolRefusal("A format or parameter has a name that is none.", number=36)
    named = _FORMAT.search(statement) if _READS.match(statement) else None
    insert = _INSERT.match(statement)
    return Question(
        statement=insert[1] if insert else statement,
        data=statement[insert.end() :] if insert else b"",
        input=insert[2].decode() if insert else "",
        output=named[1].decode() if named else output,
        database=database,
        settings=_settings(given),
        parameters=parameters,
    )


def _settings(given: Mapping[str, str]) -> dict[str, str]:
    refused = sorted(given.keys() - ALLOWED - PASSED_OVER)
    if refused:
        raise ProtocolRefusal(f"Setting {refused[0]} may not be set here.", number=115)
    return {name: value for name, value in given.items() if name in ALLOWED}


def is_admitted(address: str, headers: Mapping[str, str], password: str) -> bool:
    """Whether a request names the user and the password; the comparison takes as long either way."""
    user, given = _credentials(address, headers)
    right = hmac.compare_digest(given.encode(), password.encode())
    return right and user == USER and bool(password)


def _credentials(address: str, headers: Mapping[str, str]) -> tuple[str, str]:
    if "x-clickhouse-user" in headers:
        return headers["x-clickhouse-user"], headers.get("x-clickhouse-key", "")
    scheme, _space, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            user, _colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return user, password
    given = dict(parse_qsl(address.partition("?")[2]))
    return given.get("user", ""), given.get("password", "")
