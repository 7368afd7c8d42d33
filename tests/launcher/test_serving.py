"""Started by root, the portal serves as an account that may read nothing of the owner's."""

import os
import subprocess
from pathlib import Path

import pytest

from launcher import accounts, portal
from launcher.environment import ROOT
from launcher.keys import keys_in, write_private
from launcher.postgres import OWNER
from launcher.process import Program, run
from launcher.progress import Report
from launcher.stores import throwaway

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="ONLY ROOT can become another account")


def account() -> accounts.Account:
    found = accounts.serving_account()
    assert found
    return found


def said_by_it(*argv: str) -> "subprocess.CompletedProcess[str]":
    options = account().popen_options
    return subprocess.run(argv, capture_output=True, text=True, check=False, cwd="/", **options)


def test_it_is_neither_root_nor_the_one_that_owns_the_databases_files() -> None:
    servers = accounts.server_account()
    assert servers
    assert account().uid not in {0, servers.uid}


def test_web_worker_and_beat_all_run_as_it() -> None:
    assert [program.account for program in portal.programs(8000, account())] == [account()] * 3


def test_what_runs_as_it_reads_nothing_of_the_owners() -> None:
    with throwaway() as stores:
        environment = portal.without_owner(stores.environment)
        secret = stores.keys.database_password
        assert secret not in " ".join(environment.values())
        assert secret in (stores.home / "keys.json").read_text()
        for path in (stores.home / "keys.json", stores.postgres.data / "PG_VERSION"):
            assert "Permission denied" in said_by_it("cat", str(path)).stderr
        who = "id -u; id -G; cat /proc/self/environ"
        program = Program("who", ["/bin/sh", "-c", who], cwd=Path("/"), account=account())
        said = run(Report(), program, environment | {"PATH": os.defpath})
        assert said.split()[:2] == [str(account().uid), str(account().gid)]
        assert secret not in said


def test_what_a_launcher_publishes_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    write_private(tmp_path / "state.json", "{}")
    assert keys_in(tmp_path)
    for name in ("state.json", "keys.json"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_a_file_of_settings_with_the_owners_password_is_closed(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("MIGRATION_DATABASE_URL=postgres://portal:secret@h/d")
    path.chmod(0o644)
    assert accounts.close_to_others(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert not accounts.close_to_others(path)


def test_code_that_it_cannot_read_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert not account().can_serve(tmp_path, Path("/"))
    assert not account().can_serve(ROOT, tmp_path)


def test_the_owner_is_told_to_none_of_them() -> None:
    told = {"MIGRATION_DATABASE_URL": f"postgres://{OWNER}:secret@h/d", "DATABASE_URL": "x"}
    assert "secret" not in str(portal.without_owner(told))
