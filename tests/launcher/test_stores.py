"""On real servers, one pair for the whole file; whoever stops them starts them again."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege

from launcher import keys, stores
from launcher.accounts import Account
from launcher.errors import CannotStart
from launcher.postgres import APPLICATION, OWNER, READER
from launcher.progress import Report
from launcher.stores import Stores, throwaway


@pytest.fixture(scope="module")
def running() -> Iterator[Stores]:
    with throwaway() as servers:
        yield servers


def ask(servers: Stores, statement: str, role: str = OWNER) -> str:
    connection = psycopg2.connect(servers.postgres.url_of(role))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return str(cursor.fetchone()[0]) if cursor.description else ""
    finally:
        connection.close()


def test_the_database_is_new_enough_and_finds_spanish_words_in_either_case(
    running: Stores,
) -> None:
    assert int(ask(running, "SHOW server_version_num")) >= 150000
    assert ask(running, "SELECT 'Ácido Ñandú' ILIKE 'ácido ñandú'") == "True"


def test_the_role_may_do_what_migrations_and_tests_need_and_no_more(running: Stores) -> None:
    for extension in ("btree_gist", "pg_trgm", "unaccent"):
        ask(running, f"CREATE EXTENSION IF NOT EXISTS {extension}")
    assert ask(running, "SELECT rolsuper FROM pg_roles WHERE rolname = 'portal'") == "False"
    assert ask(running, "SELECT rolcreatedb FROM pg_roles WHERE rolname = 'portal'") == "True"


def test_the_portal_works_under_a_role_that_can_make_nothing(running: Stores) -> None:
    assert urlsplit(running.environment["DATABASE_URL"]).username == APPLICATION
    assert urlsplit(running.environment["MIGRATION_DATABASE_URL"]).username == OWNER
    assert running.environment["READER_ROLE"] == READER
    powers = "rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"
    for role in (APPLICATION, READER):
        mine = f"SELECT {powers} FROM pg_roles WHERE rolname = current_user"
        assert ask(running, mine, role) == "False"
        with pytest.raises(InsufficientPrivilege):
            ask(running, "CREATE TABLE mine (word text)", role)
        with pytest.raises(InsufficientPrivilege):
            ask(running, f"SET ROLE {OWNER}", role)


def test_data_of_a_version_with_one_role_get_the_others() -> None:
    with throwaway() as former:
        ask(former, "CREATE TABLE old (word text)")
        former.prepared.touch()
        assert former.is_prepared
        former.postgres.stop()
        former.postgres.command("Undo", [f"DROP ROLE {role}" for role in (APPLICATION, READER)])
        (former.postgres.data / "portal.roles").unlink()
        stored = json.loads((former.home / "keys.json").read_text())
        known = {"secret_key", "database_password", "broker_password"}
        old = {name: key for name, key in stored.items() if name in known}
        (former.home / "keys.json").write_text(json.dumps(old))

        now = Stores(former.home, Report(), durable=False, candidates=former.postgres.candidates)
        assert {name: getattr(now.keys, name) for name in known} == old
        now.postgres.start()
        try:
            assert not now.is_prepared
            assert ask(now, "SELECT tableowner FROM pg_tables WHERE tablename = 'old'") == OWNER
            assert ask(now, "SELECT current_user", APPLICATION) == APPLICATION
        finally:
            now.postgres.stop()


def test_keys_that_were_lost_are_made_anew_and_told_to_the_server() -> None:
    with throwaway() as former:
        former.postgres.stop()
        (former.home / "keys.json").unlink()
        now = Stores(former.home, Report(), durable=False, candidates=former.postgres.candidates)
        now.postgres.start()
        try:
            assert now.keys != former.keys
            assert ask(now, "SELECT current_user", APPLICATION) == APPLICATION
        finally:
            now.postgres.stop()


def test_nobody_gets_in_without_the_password(running: Stores) -> None:
    for role in (OWNER, APPLICATION, READER, "postgres"):
        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(
                host="127.0.0.1",
                port=running.postgres.port,
                user=role,
                dbname="portal",
                password="guessed",
            )
    with_password, running.valkey.password = running.valkey.password, "guessed"
    try:
        assert b"WRONGPASS" in running.valkey.ask("PING")
    finally:
        running.valkey.password = with_password


def test_the_servers_log_recites_neither_rows_nor_statements(running: Stores) -> None:
    assert ask(running, "SHOW log_error_verbosity") == "terse"
    assert ask(running, "SHOW log_min_error_statement") == "panic"


def test_passwords_are_in_no_command_line(running: Stores) -> None:
    for pid in (running.postgres.pid, running.valkey.pid):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
        assert running.keys.database_password not in command
        assert running.keys.application_password not in command
        assert running.keys.broker_password not in command


def test_keys_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    made = keys.keys_in(tmp_path)
    assert keys.keys_in(tmp_path) == made
    assert len(made.secret_key) >= 50
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600


def test_data_survive_a_stop_and_a_kill(running: Stores) -> None:
    ask(running, "CREATE TABLE kept (word text)")
    address = running.postgres.url
    for end in (running.postgres.stop, running.postgres.kill):
        ask(running, "INSERT INTO kept VALUES ('kept')")
        end()
        assert not running.postgres.alive
        running.postgres.start()
    assert ask(running, "SELECT count(*) FROM kept") == "2"
    assert running.postgres.url == address


def test_a_killed_broker_comes_back_at_its_address(running: Stores) -> None:
    address = running.valkey.url
    running.valkey.kill()
    assert running.valkey.ask("PING") == b""
    running.valkey.start()
    assert b"+PONG" in running.valkey.ask("PING")
    assert running.valkey.url == address


def test_a_pid_file_with_a_strangers_number_is_no_obstacle(running: Stores) -> None:
    running.postgres.stop()
    pid_file = running.postgres.data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{running.postgres.data}\n")
    running.postgres.start()
    assert ask(running, "SELECT 1") == "1"


def test_another_server_in_the_same_directory_is_not_disturbed(
    running: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("launcher.postgres.DYING_WITHIN_S", 0.1)
    second = Stores(running.home, Report(), durable=False, candidates=range(20000, 20100))
    with pytest.raises(CannotStart, match="Another PostgreSQL works in"):
        second.postgres.start()
    assert running.postgres.alive


def test_data_of_another_version_are_left_alone(running: Stores) -> None:
    version = running.postgres.data / "PG_VERSION"
    actual = version.read_text()
    version.write_text("14\n")
    try:
        with pytest.raises(CannotStart, match=r"was made by PostgreSQL 14, this is \d+"):
            running.postgres.prepare()
    finally:
        version.write_text(actual)


def test_data_of_another_account_are_left_alone(
    running: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running.postgres, "account", Account(uid=12345, gid=12345))
    with pytest.raises(CannotStart, match="cannot be used by this account"):
        running.postgres.prepare()


def test_an_interrupted_creation_is_redone(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("launcher.postgres.Postgres._bootstrap", _interrupt)
    with pytest.raises(KeyboardInterrupt), throwaway():
        pass
    monkeypatch.undo()
    with throwaway() as servers:
        leftover = servers.postgres.data.with_name("postgres.new")
        servers.postgres.stop()
        servers.postgres.data.rename(leftover)
        servers.postgres.start()
        assert ask(servers, "SELECT current_database()") == "portal"
        assert not leftover.exists()


def _interrupt(*arguments: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another account")
def test_below_a_closed_directory_the_data_go_where_the_servers_account_can_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with throwaway() as outside:  # only for a directory that is removed at the end
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        monkeypatch.setattr("launcher.accounts.SHARED", outside.home)
        inside = Stores(closed / "data", Report(), durable=False)
        assert inside.home.parent == outside.home
        assert Stores(closed / "data", Report()).home == inside.home
        assert Stores(closed / "other", Report()).home != inside.home


def test_ports_of_tests_and_of_a_portal_are_apart() -> None:
    assert min(stores.THROWAWAY_PORTS) > max(stores.ports.VALKEY)
