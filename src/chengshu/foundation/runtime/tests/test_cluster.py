"""A real throw-away cluster: made, started on a socket only, bound by its roles, backed up, restored,
recovered.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from chengshu.foundation.errors import Conflict, InvalidFile, Misconfigured, Unavailable
from chengshu.foundation.runtime import cluster as clusters
from chengshu.foundation.runtime.backup import back_up, restore
from chengshu.foundation.runtime.cluster import THROW_AWAY, Cluster, embedded_cluster, wait_until
from chengshu.foundation.runtime.database import (
    connection_parameters,
    external_parameters,
    superuser_parameters,
)
from chengshu.foundation.runtime.grants import grant_application
from chengshu.foundation.runtime.layout import Layout
from chengshu.foundation.runtime.roles import (
    check_application_role,
    connect,
    prepare_embedded,
    prepare_external,
)

KEEPS_COMMITS = tuple(setting for setting in THROW_AWAY if setting[0] != "synchronous_commit")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """As root the server's own user cannot pass through pytest's folders, so this also tests the shelter.

    It is killed once, so it keeps each commit: a grant taken back just before would otherwise be given again.
    """
    folder = tmp_path_factory.mktemp("cluster")
    shelter = Path(tempfile.mkdtemp(prefix="chengshu-shelter-"))
    shelter.chmod(0o711)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        patch.setenv("CHENGSHU_DATA_DIR", str(folder))
        patch.setattr(clusters, "SHELTER", shelter)
        made = embedded_cluster(Layout(folder), KEEPS_COMMITS)
        made.prepare()
        made.start()
        prepare_embedded(made.layout)
        yield made
        made.stop()
    shutil.rmtree(shelter)


@pytest.fixture(autouse=True)
def _environment(server: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("CHENGSHU_DATA_DIR", str(server.layout.data))


@pytest.fixture
def tables(server: Cluster) -> Iterator[None]:
    with connect(connection_parameters().owner) as owner:
        owner.execute("CREATE TABLE note (id bigserial PRIMARY KEY, words text)")
        owner.execute("CREATE TABLE record (id bigserial PRIMARY KEY, words text)")
        owner.execute("CREATE TABLE django_migrations (id bigserial PRIMARY KEY, name text)")
        with owner.transaction():
            grant_application(owner, append_only=["record"])
        yield
        owner.execute("DROP TABLE note, record, django_migrations")


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE note",
        "UPDATE record SET words = 'other'",
        "DELETE FROM record",
        "TRUNCATE record",
        "DELETE FROM django_migrations",
        "CREATE TABLE other ()",
        "DROP TABLE note",
        "ALTER TABLE note DISABLE ROW LEVEL SECURITY",
        "CREATE ROLE other",
        "SET ROLE chengshu_owner",
        "CREATE TEMPORARY TABLE other ()",
    ],
)
@pytest.mark.usefixtures("tables")
def test_the_application_may_not(statement: str) -> None:
    with connect(connection_parameters().app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement.encode())


@pytest.mark.usefixtures("tables")
def test_the_application_may_do_its_work() -> None:
    with connect(connection_parameters().app) as app:
        app.execute("INSERT INTO note (words) VALUES ('a'); UPDATE note SET words = 'b'; DELETE FROM note")
        app.execute("INSERT INTO record (words) VALUES ('a')")
        assert app.execute("SELECT words FROM record").fetchall() == [("a",)]


@pytest.mark.usefixtures("tables")
def test_a_table_that_becomes_append_only_loses_what_it_had() -> None:
    with connect(connection_parameters().owner) as owner, owner.transaction():
        grant_application(owner, append_only=["note", "record"])
    with connect(connection_parameters().app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("UPDATE note SET words = 'b'")


def test_a_table_without_grants_yet_can_be_neither_changed_nor_emptied(tables: None) -> None:
    with connect(connection_parameters().owner) as owner:
        owner.execute("CREATE TABLE fresh (id int)")
        try:
            with (
                connect(connection_parameters().app) as app,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                app.execute("DELETE FROM fresh")
        finally:
            owner.execute("DROP TABLE fresh")


@pytest.mark.parametrize(
    ("spoil", "mend", "reason"),
    [
        ("ALTER ROLE chengshu_app BYPASSRLS", "ALTER ROLE chengshu_app NOBYPASSRLS", "row security"),
        ("ALTER ROLE chengshu_app NOLOGIN", "ALTER ROLE chengshu_app LOGIN", "log in"),
        (
            "GRANT chengshu_owner TO chengshu_app",
            "REVOKE chengshu_owner FROM chengshu_app",
            "member of the owner",
        ),
    ],
)
def test_an_application_role_that_could_do_more_is_found(
    server: Cluster, spoil: str, mend: str, reason: str
) -> None:
    with connect(superuser_parameters(server.layout)) as administrator:
        administrator.execute(spoil.encode())
        try:
            with (
                connect(connection_parameters().owner) as owner,
                pytest.raises(Misconfigured, match=reason) as caught,
            ):
                check_application_role(owner, "chengshu_app")
            assert "run: " in str(caught.value.hint)
        finally:
            administrator.execute(mend.encode())
    with connect(connection_parameters().owner) as owner:
        check_application_role(owner, "chengshu_app")


def _url(server: Cluster, role: str, database: str, more: str = "") -> str:
    return f"postgresql://{role}:word@/{database}?host={server.layout.socket_directory}{more}"


def test_a_server_of_ones_own_gets_its_application_role_made_or_explained(server: Cluster) -> None:
    with connect(superuser_parameters(server.layout)) as administrator:
        administrator.execute(
            "CREATE ROLE plain LOGIN PASSWORD 'word'; CREATE ROLE maker LOGIN CREATEROLE PASSWORD 'word'"
        )
        administrator.execute("CREATE DATABASE plain OWNER plain")
        administrator.execute("CREATE DATABASE maker OWNER maker")
    with pytest.raises(Misconfigured, match="may not create roles") as caught:
        prepare_external(external_parameters(_url(server, "plain", "plain", "&app_role=web")))
    assert "CREATE ROLE web LOGIN" in str(caught.value.hint)
    with pytest.raises(Misconfigured, match="may not create tables"):
        prepare_external(external_parameters(_url(server, "plain", "maker", "&app_role=web")))
    parameters = external_parameters(_url(server, "maker", "maker", "&app_role=web"))
    prepare_external(parameters)
    prepare_external(parameters)
    with connect(parameters.app) as app:
        assert app.info.user == "web"
    with pytest.raises(Misconfigured, match="cannot log in"):
        prepare_external(
            external_parameters(_url(server, "maker", "maker", "&app_role=web&app_password=other"))
        )


def test_a_wrong_password_is_told_with_the_servers_words(server: Cluster) -> None:
    with pytest.raises(Unavailable, match="password authentication failed"):
        connect({**connection_parameters().owner, "PASSWORD": "wrong"})


def test_the_embedded_database_is_refused_beside_a_database_url(
    server: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://role:word@host/base")
    with pytest.raises(Misconfigured, match="DATABASE_URL"):
        embedded_cluster(server.layout)


def test_it_listens_on_a_private_socket_and_on_no_port(server: Cluster) -> None:
    assert stat.S_IMODE(server.layout.socket_directory.stat().st_mode) == 0o700
    with connect(connection_parameters().owner) as owner:
        assert owner.execute("SHOW listen_addresses").fetchone() == ("",)
        assert owner.execute(
            "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'chengshu'"
        ).fetchone() == (
            "b",
            "C.UTF-8",
        )


@pytest.mark.usefixtures("tables")
def test_a_backup_comes_back_whole_and_only_over_nothing_or_by_force(server: Cluster, tmp_path: Path) -> None:
    (server.layout.files / "ab").mkdir(parents=True, exist_ok=True)
    (server.layout.files / "ab" / "abcd").write_text("content")
    with connect(connection_parameters().owner) as owner:
        owner.execute("INSERT INTO note (words) VALUES ('SET transaction_timeout = 0;'), (E'城\\n\\\\.')")
        manifest = back_up(server.layout, tmp_path / "backup")
        owner.execute("DELETE FROM note")
    assert {entry.name for entry in manifest.entries} >= {"database.dump", "files/ab/abcd"}
    assert not any(entry.name.startswith("secrets/database-") for entry in manifest.entries)
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600
    with pytest.raises(Conflict, match="3 tables and 1 files"):
        restore(server.layout, tmp_path / "backup")
    (server.layout.files / "ab" / "abcd").unlink()
    restore(server.layout, tmp_path / "backup", force=True)
    assert (server.layout.files / "ab" / "abcd").read_text() == "content"
    with connect(connection_parameters().owner) as owner:
        rows = owner.execute("SELECT words FROM note ORDER BY id").fetchall()
    assert rows == [("SET transaction_timeout = 0;",), ("城\n\\.",)]
    (server.layout.files / "ab" / "abcd").unlink()


@pytest.mark.usefixtures("tables")
def test_a_damaged_backup_changes_nothing(server: Cluster, tmp_path: Path) -> None:
    back_up(server.layout, tmp_path / "backup")
    content = bytearray((tmp_path / "backup").read_bytes())
    with tarfile.open(tmp_path / "backup") as archive:
        content[archive.getmember("database.dump").offset_data + 100] ^= 1
    (tmp_path / "damaged").write_bytes(content)
    with connect(connection_parameters().owner) as owner:
        owner.execute("INSERT INTO note (words) VALUES ('kept')")
        with pytest.raises(InvalidFile, match=r"database\.dump is not what was backed up"):
            restore(server.layout, tmp_path / "damaged", force=True)
        assert owner.execute("SELECT count(*) FROM note").fetchone() == (1,)


def test_what_is_no_backup_is_refused(server: Cluster, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("no archive")
    with pytest.raises(InvalidFile, match="not a readable backup"):
        restore(server.layout, tmp_path / "other")
    with pytest.raises(InvalidFile, match="There is no file"):
        restore(server.layout, tmp_path / "missing")


def test_a_killed_server_starts_again_over_its_stale_pid_file(server: Cluster) -> None:
    postmaster = server.postmaster()
    os.kill(postmaster, signal.SIGKILL)
    assert wait_until(lambda: postmaster not in server.leftovers(), 20)
    server.stop(timeout_s=2)
    pid_file = server.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert server.forget_stale_pid()
    server.start()
    with connect(connection_parameters().app) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)


def test_a_path_too_long_for_a_socket_gets_a_private_short_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout(tmp_path / ("d" * 100))
    layout.data.mkdir()
    monkeypatch.setattr(clusters, "database_user", lambda: None)
    clusters._ensure_home(layout, None)
    clusters._ensure_socket_directory(layout, None)
    chosen = layout.socket_directory
    try:
        assert len(os.fsencode(chosen / ".s.PGSQL.5432.lock")) <= 107
        assert stat.S_IMODE(chosen.stat().st_mode) == 0o700
        clusters._ensure_socket_directory(layout, None)
        assert layout.socket_directory == chosen
        chosen.chmod(0o755)
        clusters._ensure_socket_directory(layout, None)
        assert layout.socket_directory != chosen
    finally:
        layout.socket_directory.rmdir()
        if chosen.exists():
            chosen.rmdir()
