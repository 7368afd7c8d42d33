"""What an embedded PostgreSQL and an embedded Valkey have in common."""

from pathlib import Path

from launcher import ports
from launcher.accounts import Account
from launcher.errors import CannotStart, speaks_of_full_disk
from launcher.process import Process, Program
from launcher.progress import Report, Step

READY_WITHIN_S = 60
TAIL_LINES = 15


class Store:
    """Starts, stops and dies like a `Process`; its port is chosen once, at the first start."""

    name: str
    title: str

    def __init__(
        self, home: Path, *, account: Account | None, report: Report, candidates: range
    ) -> None:
        self.home, self.account, self.report = home, account, report
        self.candidates = candidates
        self.log = home / f"{self.name}.log"
        self.port = 0
        self.process: Process | None = None

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.alive

    @property
    def pid(self) -> int:
        assert self.process is not None, f"{self.title} was never started"
        return self.process.pid

    def start(self) -> None:
        """Start it and wait until it answers. Raises CannotStart."""
        self.prepare()
        with self.report.step(f"Starting {self.title}") as step:
            self.outlive_predecessor(step)
            self.amend()
            self.port = self.port or ports.first_free(self.candidates)
            self._start(step)

    def stop(self) -> None:
        if self.process:
            self.process.stop()

    def kill(self) -> None:
        """As `kill -9` would."""
        if self.process:
            self.process.kill()

    def _start(self, step: Step) -> None:
        self.process = Process(self.program(), self.environment(), self.log)
        self.process.start()
        try:
            step.wait_until(lambda: self.is_ready() or not self.alive, within_s=READY_WITHIN_S)
            if not (self.alive and self.is_ready()):
                raise CannotStart(self._failure())
        except BaseException:
            self.process.kill()
            raise

    def _failure(self) -> str:
        tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:])
        if speaks_of_full_disk(tail):
            return f"The disk of {self.home} is full: make room and start again."
        return f"{self.title} did not start; the end of {self.log}:\n{tail}"

    def prepare(self) -> None:
        """Make what the first start needs."""

    def outlive_predecessor(self, step: Step) -> None:
        """Wait for what an earlier start left behind."""

    def amend(self) -> None:
        """Bring the data of an earlier version up to date, before the server runs."""

    def program(self) -> Program:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Return whether this process answers; an open port could be another's."""
        raise NotImplementedError
