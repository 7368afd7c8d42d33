"""Processes that do not outlive the launcher; each is stopped with all it started."""

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from launcher import interrupts
from launcher.accounts import Account
from launcher.environment import ROOT
from launcher.errors import CannotStart, speaks_of_full_disk
from launcher.progress import Report, Step

PR_SET_PDEATHSIG = 1
TAIL_LINES = 30
MARK = "PORTAL_LAUNCH"  # in the environment of every process of one launcher


@dataclass(frozen=True)
class Program:
    """How a process is started and stopped."""

    name: str
    argv: Sequence[str]
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within_s: float = 20
    orphan_signal: signal.Signals = signal.SIGKILL  # sent by the kernel when the launcher dies
    account: Account | None = None
    cwd: Path | None = ROOT  # None keeps ours
    stdin: str = ""


class Process:
    """One running program. Start it from the main thread: the kernel stops it when that ends."""

    def __init__(
        self, program: Program, environment: Mapping[str, str], log: Path | None = None
    ) -> None:
        self.program = program
        self.environment = dict(environment)
        self.log = log
        self.popen: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return self.program.name

    @property
    def pid(self) -> int:
        assert self.popen is not None, f"{self.name} was never started"
        return self.popen.pid

    @property
    def alive(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    def start(self) -> None:
        """Start it, in a session of its own: a Ctrl-C at the terminal must reach only us."""
        output = self.log.open("ab") if self.log else None
        try:
            self.popen = spawn(
                self.program,
                self.environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output and subprocess.STDOUT,
            )
        finally:
            if output:
                output.close()
        feed(self.popen, self.program.stdin)

    def stop(self) -> None:
        """Signal it to stop; kill it if it does not in time, or at a second Ctrl-C."""
        if self.alive:
            os.kill(self.pid, self.program.stop_signal)
            until = time.monotonic() + self.program.stop_within_s
            while self.alive and time.monotonic() < until and not interrupts.impatient():
                time.sleep(0.05)
        self.kill()

    def kill(self) -> None:
        """Kill it and whatever it started."""
        if self.popen is not None:
            kill_group(self.popen)


def spawn(
    program: Program,
    environment: Mapping[str, str],
    *,
    stdin: int | None = subprocess.DEVNULL,
    stdout: IO[bytes] | int | None = None,
    stderr: IO[bytes] | int | None = None,
    new_session: bool = True,
) -> subprocess.Popen[bytes]:
    account = program.account.popen_options if program.account else {}
    return subprocess.Popen(
        list(program.argv),
        env=dict(environment),
        cwd=program.cwd,
        start_new_session=new_session,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        preexec_fn=leash(program.orphan_signal),  # noqa: PLW1509  (there is no other thread)
        **account,
    )


def feed(popen: subprocess.Popen[bytes], text: str) -> None:
    """Write its standard input; one that has died already is noticed by its exit code."""
    assert popen.stdin is not None
    with suppress(BrokenPipeError), popen.stdin as pipe:
        pipe.write(text.encode())


def leash(number: signal.Signals) -> Callable[[], None]:
    """Make the kernel send this signal to the process when the launcher dies."""
    parent = os.getpid()
    library = ctypes.CDLL(None) if sys.platform == "linux" else None

    def hold() -> None:
        if library is not None:
            library.prctl(PR_SET_PDEATHSIG, int(number))
            if os.getppid() != parent:  # the launcher died in between
                os._exit(1)

    return hold


def kill_group(popen: subprocess.Popen[bytes]) -> None:
    """Kill a process and its group, and wait for its end."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(popen.pid, signal.SIGKILL)
    popen.wait()


def run(
    report: Report,
    program: Program,
    environment: Mapping[str, str],
    *,
    tail_lines: int = TAIL_LINES,
) -> str:
    """Run a program to its end, showing progress; return its last lines. Raises CannotStart."""
    with report.step(program.name) as step:
        popen = spawn(
            program,
            environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            feed(popen, program.stdin)
            output = _follow(popen, step, tail_lines)
        finally:
            kill_group(popen)
        if popen.returncode:
            raise CannotStart(_failure(program.name, output))
        return output


def _follow(popen: subprocess.Popen[bytes], step: Step, tail_lines: int) -> str:
    """Read what it prints until it ends; its last line is shown beside the seconds."""
    assert popen.stdout is not None
    lines: deque[str] = deque(maxlen=tail_lines)
    with popen.stdout as pipe, selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        rest = b""
        while True:
            step.tick(lines[-1] if lines else "")
            if selector.select(0.2):
                chunk = os.read(pipe.fileno(), 65536)
                *full, rest = (rest + chunk).replace(b"\r", b"\n").split(b"\n")
                lines.extend(line.decode(errors="replace") for line in full if line.strip())
                if not chunk:
                    break
    popen.wait()
    return "\n".join([*lines, rest.decode(errors="replace")]).strip()


def _failure(label: str, output: str) -> str:
    if speaks_of_full_disk(output):
        return f"The disk is full ({label}): make room and start again."
    if output and len(output.splitlines()) == 1:
        return output
    return f"{label}: failed.\n{output}"


def marked(launch: str) -> list[int]:
    """Return the pids of live processes with this launch's MARK in their environment."""
    wanted = f"{MARK}={launch}".encode()
    return [pid for pid in _pids() if wanted in _environment_of(pid)]


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _environment_of(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # gone, or another account's
        return []
