"""The API against its own description: whatever is sent, no server error, and every answer is what was promised."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from chengshu.foundation.http.api import api
from chengshu.foundation.identity.sessions import COOKIE
from chengshu.wsgi import application
from tests.contracts.district import District, undone
from tests.contracts.samples import Rows

EXAMPLES = 4
"""Requests made up for each operation; more with ``--hypothesis-profile`` of one's own."""
READER = "finance_reviewer"
"""Sees the whole district and holds powers of writing too."""


@pytest.fixture(autouse=True)
def _connection_is_kept() -> Iterator[None]:
    """A request through WSGI ends with closing connections; the test's transaction lives on one."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def schema(district: District, rows: Rows) -> Any:
    """The description as it is served, with the application behind it."""
    described = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema(), default=str)))
    described.app = application
    return described


def _operations(schema: Any) -> list[Any]:
    return [found.ok() for found in schema.get_all_operations()]


def test_every_operation_keeps_its_word(schema: Any, district: District) -> None:
    """One test over all operations: the description is read from the running application, not at collection."""
    visitor, broken, tried = district.visitors[READER], [], 0
    for operation in _operations(schema):
        tried += 1
        if wrong := _complaint(operation, visitor.live_cookie()):
            broken.append(wrong)
    assert tried > 10
    assert broken == []


def _complaint(operation: Any, cookie: str) -> str:
    """The first thing wrong with an operation, found by made-up requests; empty if nothing is."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        with undone():
            answer = case.call(cookies={COOKIE: cookie})
        case.validate_response(answer, checks=[not_a_server_error, response_schema_conformance])

    from hypothesis import given

    try:
        given(case=operation.as_strategy())(ask)()
    except Exception as error:
        return f"{operation.method.upper()} {operation.path}: {str(error)[:600]}"
    return ""
