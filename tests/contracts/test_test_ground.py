"""The ground that the tests themselves stand on."""

from __future__ import annotations

import os
from typing import Any, cast

import pytest
from django.db import connection

from chengshu.foundation.testing import browser, database


def test_a_connection_that_was_ended_between_two_tests_is_told_and_replaced(
    django_db_setup: None,
    django_db_blocker: Any,
    request: pytest.FixtureRequest,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with django_db_blocker.unblock(), browser.own_database(f"chengshu_test_ground_{os.getpid()}"):
        connection.ensure_connection()
        ended = connection.connection
        with database._connected("default") as server:
            server.execute("SELECT pg_terminate_backend(%s)", [ended.info.backend_pid])
        item = cast(pytest.Item, request.node)
        database.pytest_runtest_setup(item)
        assert f"ended a connection before {item.nodeid}" in capfd.readouterr().err
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        kept = connection.connection
        database.pytest_runtest_setup(item)
        assert connection.connection is kept is not ended
        assert capfd.readouterr().err == ""
