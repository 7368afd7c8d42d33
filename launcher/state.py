"""Which launcher uses a data directory, and where its servers are.

`launcher.lock` is held by the one launcher that owns the servers, `users.lock` is shared by the
commands that use them meanwhile. Both end with the process that holds them, however it ends;
`state.json` may remain.
"""

import fcntl
import json
import os
import secrets
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from launcher.errors import CannotStart
from launcher.keys import write_private
from launcher.process import marked
from launcher.progress import Report
from launcher.stores import ADDRESSES

LEFTOVERS_WITHIN_S = 10
SHARED = (
    *ADDRESSES,
    *("SECRET_KEY", "DEMO_MODE", "PUBLIC_URL", "PORT", "STATIC_ROOT"),
)


@dataclass(frozen=True)
class State:
    """What a running launcher publishes; it holds the database's passwords."""

    launch: str
    pid: int
    environment: Mapping[str, str] = field(default_factory=dict)
    address: str = ""  # of the web, while one runs


def read(data_dir: Path) -> State | None:
    try:
        return State(**json.loads((data_dir / "state.json").read_text()))
    except (FileNotFoundError, json.JSONDecodeError):
        return None


class Claim:
    """The right to run servers in a data directory, until it is released or the process ends."""

    def __init__(self, data_dir: Path, file: IO[str]) -> None:
        self.data_dir, self.file = data_dir, file
        self.launch = secrets.token_hex(8)

    def publish(self, environment: Mapping[str, str], address: str = "") -> None:
        """Let other commands know where the servers are."""
        shared = {name: environment[name] for name in SHARED if name in environment}
        state = State(self.launch, os.getpid(), shared, address)
        write_private(self.data_dir / "state.json", json.dumps(asdict(state)))

    def retract(self) -> None:
        """Remove what was published."""
        (self.data_dir / "state.json").unlink(missing_ok=True)

    def outwait_users(self) -> None:
        """Wait for the commands that use the servers."""
        with _open(self.data_dir / "users.lock") as file:
            fcntl.flock(file, fcntl.LOCK_EX)

    def release(self) -> None:
        self.retract()
        self.file.close()

    def clear_leftovers(self, report: Report) -> None:
        """Wait for the processes of a killed launcher to end; kill those that do not."""
        former = read(self.data_dir)
        if former is None:
            return
        with report.step("Waiting for the processes of the last start to end") as step:
            step.wait_until(lambda: not marked(former.launch), within_s=LEFTOVERS_WITHIN_S)
        for pid in marked(former.launch):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.retract()


def try_claim(data_dir: Path) -> Claim | None:
    """Claim a data directory, or return None while another launcher has it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    file = _open(data_dir / "launcher.lock")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return Claim(data_dir, file)


def claim(data_dir: Path) -> Claim:
    """Claim a data directory. Raises CannotStart while another launcher has it."""
    claimed = try_claim(data_dir)
    if claimed is None:
        raise CannotStart(_taken(data_dir))
    return claimed


@contextmanager
def joining(data_dir: Path) -> Iterator[State | None]:
    """Keep the servers of a running launcher up during the block; None if it has none yet."""
    with _open(data_dir / "users.lock") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        state = read(data_dir)
        yield state if state and Path(f"/proc/{state.pid}").exists() else None


def _taken(data_dir: Path) -> str:
    state = read(data_dir)
    if state and state.address:
        where = f"at {state.address} (process {state.pid})"
        return f"The portal is already running here, {where}: stop that one first, with Ctrl-C."
    return f"Another run.py is using {data_dir}: wait for it to end, or stop it first."


def _open(path: Path) -> IO[str]:
    return path.open("a+")
