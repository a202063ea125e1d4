"""``DATABASE_URL`` is read strictly, and never echoed with its password."""

from __future__ import annotations

from pathlib import Path

import pytest

from chengshu.foundation.errors import Misconfigured
from chengshu.foundation.runtime.database import (
    connection_parameters,
    external_parameters,
    libpq,
    libpq_environment,
)


@pytest.fixture(autouse=True)
def _own_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGSHU_DATA_DIR", str(tmp_path))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://role:pass-word@host/base", "scheme"),
        ("postgresql://role:pass-word@host", "no database"),
        ("postgresql://host/base", "no role"),
        ("postgresql://role:pass-word@/base", "no host"),
        ("postgresql://role:pass-word@host:99999/base", "port"),
        ("postgresql://role:pass-word@host:x/base", "port"),
        ("postgresql://role:pass-word@host/base?colour=red", "colour"),
        ("postgresql://role:pass-word@host/base?app_role=role", "owner itself"),
    ],
)
def test_a_url_that_cannot_be_right_is_refused_without_its_password(url: str, reason: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        external_parameters(url)
    assert reason in str(caught.value.message)
    assert "pass-word" not in str(caught.value)
    assert caught.value.data["key"] == "DATABASE_URL"


def test_percent_encoded_parts_are_decoded() -> None:
    owner = external_parameters("postgres://r%40le:p%2Fw@db.example:6432/b%20se?sslmode=require").owner
    assert owner == {
        "NAME": "b se", "USER": "r@le", "PASSWORD": "p/w", "HOST": "db.example", "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }  # fmt: skip


def test_the_application_is_another_role_with_a_password_that_stays_the_same() -> None:
    url = "postgresql://role:word@host/base"
    app = external_parameters(url).app
    assert app["USER"] == "chengshu_app"
    assert app["PASSWORD"] not in ("", "word")
    assert external_parameters(url).app == app


def test_role_and_password_of_the_application_may_be_named() -> None:
    app = external_parameters("postgresql://role:word@host/base?app_role=web&app_password=w%26b").app
    assert (app["USER"], app["PASSWORD"]) == ("web", "w&b")
    assert app["OPTIONS"] == {}


def test_a_socket_directory_may_be_named_instead_of_a_host() -> None:
    owner = external_parameters("postgresql://role@/base?host=/run/postgresql").owner
    assert owner["HOST"] == "/run/postgresql"


def test_without_a_url_the_embedded_database_is_meant_and_roles_differ(tmp_path: Path) -> None:
    parameters = connection_parameters({})
    assert parameters.embedded
    assert parameters.owner["USER"] != parameters.app["USER"]
    assert parameters.owner["PASSWORD"] != parameters.app["PASSWORD"]
    assert parameters.app["HOST"] == str(tmp_path / "postgres" / "socket")


def test_parameters_do_not_show_passwords_when_printed() -> None:
    parameters = connection_parameters({})
    assert parameters.owner["PASSWORD"] not in repr(parameters)


def test_the_environment_for_programs_carries_password_and_encryption() -> None:
    owner = external_parameters("postgresql://role:word@host:1/base?sslmode=verify-full").owner
    environment = libpq_environment(owner)
    assert environment["PGPASSWORD"] == "word"
    assert environment["PGSSLMODE"] == "verify-full"
    assert libpq(owner)["sslmode"] == "verify-full"
