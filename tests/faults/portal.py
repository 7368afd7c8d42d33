"""The portal as `run.py` runs it, real processes on real servers, with a hand on each of them."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2

from launcher import portal, ports
from launcher.environment import load
from launcher.process import Process, Program, run
from launcher.progress import Report
from launcher.state import SHARED
from launcher.stores import Stores, throwaway, throwaway_ports
from launcher.supervisor import Service, Supervisor, Watched
from tests.faults.api import Answer, Api

STARTS_WITHIN_S = 120  # a busy machine with two cores
LOOKS_EVERY_S = 0.05


class Portal:
    """Web, worker and beat under the launcher's supervisor, and the stores they stand on.

    Whatever waits, waits with `until`, which meanwhile does the supervisor's work.
    """

    def __init__(self, stores: Stores, directory: Path, **changes: str) -> None:
        self.stores, self.directory = stores, directory
        values = {k: v for k, v in load().items() if k not in SHARED}
        values |= {"DEMO_MODE": "off", "PORTAL_DATA_DIR": str(directory)}
        self.port = ports.first_free(throwaway_ports())
        self.environment = portal.environment(values, self.port, stores) | changes
        self.supervisor = Supervisor(Report())
        self.supervisor.watched = [Watched(s, time.monotonic()) for s in stores.in_order]
        self.web, self.worker, self.beat = self.processes = [
            Process(program, portal.without_owner(self.environment), self.log(program.name))
            for program in portal.programs(self.port)
        ]

    def prepare(self) -> None:
        """What `run.py` does before a first start, but for invented firms and static files."""
        for step in portal.STEPS:
            if not step.demo_only:
                self.take(step)

    def take(self, step: portal.Step) -> None:
        program = Program(step.label, portal.python("manage.py", *step.command))
        run(self.supervisor.report, program, self.environment)

    def show_pages(self) -> None:
        """Collect what pages need beside the database, which the API does without."""
        with self.without(self.web):
            self.take(portal.COLLECT)
        self.until_it_answers()

    def start(self) -> None:
        for process in self.processes:
            self.supervisor.start(process)
        self.until_it_answers()

    def stop(self) -> None:
        """Stop the processes; the stores are stopped by whoever started them."""
        for process in reversed(self.processes):
            process.stop()

    def log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    # Waiting ---------------------------------------------------------------------------------

    def until(self, reached: Callable[[], Any], *, within_s: float) -> float:
        """Wait for it, and fail where it takes longer. Returns how long it took (s)."""
        began = time.monotonic()
        while not reached():
            waited_s = time.monotonic() - began
            assert waited_s < within_s, f"It did not happen within {within_s} s."
            self.supervisor.look()
            time.sleep(LOOKS_EVERY_S)
        return time.monotonic() - began

    def until_it_answers(self) -> None:
        self.until(lambda: portal.answers(self.port), within_s=STARTS_WITHIN_S)

    # Breaking --------------------------------------------------------------------------------

    @contextmanager
    def without(self, *services: Service) -> Iterator[None]:
        """Stop services for a while, and keep the supervisor from starting them again."""
        watched = [entry for entry in self.supervisor.watched if entry.service in services]
        for entry in watched:
            self.supervisor.watched.remove(entry)
            entry.service.stop()
        try:
            yield
        finally:
            for entry in watched:
                entry.service.start()
            self.supervisor.watched += watched

    @contextmanager
    def frozen(self, *services: Any) -> Iterator[None]:
        """Let processes live without doing anything, as on a machine that hangs."""
        pids = [pid for service in services for pid in family(service.pid)]
        with ExitStack() as thawing:
            for pid in pids:
                signal_to(pid, signal.SIGSTOP)
                thawing.callback(signal_to, pid, signal.SIGCONT)
            yield

    # Looking ---------------------------------------------------------------------------------

    def ready(self) -> Answer:
        return self.page("/readyz")

    def page(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        """What is shown there to who has no key."""
        return Api(self.port).send("GET", path, headers=headers)

    def ask(self, question: str, values: Mapping[str, Any] | None = None) -> Any:
        """The first value of the first row that the database answers to its owner."""
        connection = psycopg2.connect(self.stores.postgres.url)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(question, values)
                return cursor.fetchone()[0] if cursor.description else None
        finally:
            connection.close()

    def broken(self) -> dict[str, int]:
        """The invariants that do not hold, as an operator is told them."""
        done = Process(
            Program("check", portal.python("manage.py", "check_invariants")),
            self.environment,
            self.log("check_invariants"),
        )
        self.log("check_invariants").write_bytes(b"")
        done.start()
        assert done.popen
        done.popen.wait(STARTS_WITHIN_S)
        lines = self.log("check_invariants").read_text().splitlines()
        counted = [line.split(None, 1) for line in lines]
        found = {name: int(count) for count, name in counted if count.isdecimal()}
        assert found, lines
        return {name: count for name, count in found.items() if count}


@contextmanager
def running(directory: Path) -> Iterator[Portal]:
    """A portal on servers of its own, gone at the end."""
    with throwaway() as stores:
        started = Portal(stores, directory)
        started.prepare()
        try:
            started.start()
            yield started
        finally:
            started.stop()


def family(pid: int) -> list[int]:
    """A process and all that descend from it, the eldest first."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    below = children.read_text().split() if children.exists() else []
    return [pid, *(one for child in below for one in family(int(child)))]


def signal_to(pid: int, number: signal.Signals) -> None:
    """Send a signal to what may have ended meanwhile."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
