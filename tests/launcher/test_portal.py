"""The whole portal from its one command, as a person at a terminal meets it.

It is started twice in one story, for time's sake; the demo data have tests of their own.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher import accounts, state
from launcher.environment import ROOT
from launcher.process import marked
from launcher.state import SHARED
from tests.launcher.patience import eventually

READY = re.compile(r"The portal is ready: (\S+)")
START_S = 120  # a busy machine with two cores


class Terminal:
    """Runs commands of run.py in one data directory."""

    def __init__(self, directory: Path) -> None:
        self.data, self.screen = directory / "data", directory / "screen"
        self.environment = {k: v for k, v in os.environ.items() if k not in SHARED}
        self.environment |= {"PORTAL_DATA_DIR": str(self.data), "DEMO_MODE": "off"}
        self.portal: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-m", "launcher"]
        with self.screen.open("wb") as screen:
            self.portal = subprocess.Popen(
                argv, cwd=ROOT, env=self.environment, stdout=screen, stderr=subprocess.STDOUT
            )
        assert eventually(self._has_settled, within_s=START_S)
        assert self.address, self.text
        return self.portal

    def _has_settled(self) -> bool:
        return bool(self.address) or self.portal is None or self.portal.poll() is not None

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "launcher", *arguments]
        return subprocess.run(
            argv, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )

    def shell(self, code: str) -> subprocess.CompletedProcess[str]:
        return self.run("manage", "shell", "--no-imports", "-c", code)

    @property
    def text(self) -> str:
        return self.screen.read_text()

    @property
    def address(self) -> str:
        found = READY.search(self.text)
        return found[1] if found else ""

    @property
    def is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    directory = Path(tempfile.mkdtemp(prefix="portal-test-"))  # pytest's own is closed to others
    directory.chmod(0o711)
    at = Terminal(directory)
    yield at
    if at.portal and at.portal.poll() is None:
        at.portal.terminate()
        at.portal.wait(60)
    shutil.rmtree(directory, ignore_errors=True)


def master_of(launch: str, word: str) -> int:
    """The process that was started first for this command line."""
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in marked(launch)}
    return min(pid for pid, command in commands.items() if word.encode() in command)


def postgres_runs(data: Path) -> bool:
    return (data / "postgres" / "postmaster.pid").exists()


def serving_uid(terminal: Terminal) -> int:
    """Whose they must be: as root another account's, unless that cannot read the code."""
    account = accounts.serving_account()
    if account is None or not account.can_serve(ROOT, terminal.data / "static"):
        assert account is None or "WARNING: the account" in terminal.text
        return os.geteuid()
    return account.uid


def test_it_starts_recovers_survives_a_kill_and_stops_in_order(terminal: Terminal) -> None:
    portal = terminal.start()
    running = state.read(terminal.data)
    assert running is not None
    assert terminal.is_healthy

    for pid in marked(running.launch):
        told = Path(f"/proc/{pid}/environ").read_bytes()
        assert running.environment["MIGRATION_DATABASE_URL"].encode() not in told
        assert Path(f"/proc/{pid}").stat().st_uid == serving_uid(terminal)
    assert len(marked(running.launch)) > 3

    second = terminal.run()
    assert second.returncode == 1
    assert f"already running here, at {terminal.address}" in second.stderr

    joined = terminal.shell(
        "from registry.models import ClockOffset as C; C.objects.create(id=1, ahead='7 days');"
        "print('the key'); raise SystemExit(3)"
    )
    assert (joined.returncode, joined.stdout) == (3, "the key\n")

    os.kill(master_of(running.launch, "gunicorn"), 9)
    assert eventually(lambda: "web ended unexpectedly" in terminal.text)
    assert eventually(lambda: terminal.is_healthy, within_s=30), terminal.text

    portal.kill()
    portal.wait()
    assert eventually(lambda: marked(running.launch) == [])
    assert eventually(lambda: not postgres_runs(terminal.data))

    kept = terminal.shell(
        "from registry.models import ClockOffset as C; print(C.objects.get().ahead.days)"
    )
    assert kept.stdout == "7\n", kept.stderr
    assert not postgres_runs(terminal.data)

    terminal.start().terminate()
    assert portal_ended(terminal) == 0
    stopped = re.findall(r"Stopping (\w+): done", terminal.text)
    assert stopped == ["beat", "worker", "web", "valkey", "postgres"]
    assert state.read(terminal.data) is None


def portal_ended(terminal: Terminal) -> int:
    assert terminal.portal is not None
    return terminal.portal.wait(60)


def test_a_port_that_is_none_stops_the_start(terminal: Terminal) -> None:
    terminal.environment["PORT"] = "99999"
    refused = terminal.run()
    assert refused.returncode == 1
    assert refused.stderr == "PORT must be a port from 1 to 65535.\n"


def test_with_a_database_named_nothing_embedded_starts(terminal: Terminal) -> None:
    terminal.environment["DATABASE_URL"] = "postgres://portal:secret@127.0.0.1:1/portal"
    refused = terminal.run()
    assert refused.returncode == 1
    assert "SECRET_KEY is not set" in refused.stderr
    assert not (terminal.data / "postgres").exists()


def test_an_unknown_command_is_answered_with_the_known_ones(terminal: Terminal) -> None:
    unknown = terminal.run("launch")
    assert unknown.returncode == 2
    for command in ("run.py test", "run.py check", "run.py bench", "run.py manage"):
        assert command in unknown.stderr
