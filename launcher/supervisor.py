"""Keeps services running: restarts those that die, and stops all in reverse order."""

import time
from dataclasses import dataclass
from typing import Protocol

from launcher import interrupts
from launcher.errors import CannotStart, sentence_for
from launcher.progress import Report

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
STEADY_AFTER_S = 60.0  # after running this long it is restarted quickly again
LOOK_EVERY_S = 0.2


class Service(Protocol):
    """A `Process` or a `Store`."""

    @property
    def name(self) -> str: ...
    @property
    def alive(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


@dataclass
class Watched:
    service: Service
    started: float
    failures: int = 0
    due: float | None = None  # when a dead one is started again


class Supervisor:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.watched: list[Watched] = []

    def start(self, service: Service) -> None:
        """Start a service and keep it running from now on."""
        self.watched.append(Watched(service, time.monotonic()))
        service.start()

    def watch(self) -> None:
        """Keep the services running until a stop is requested. Raises Stopped."""
        while True:
            interrupts.check()
            self.look()
            time.sleep(LOOK_EVERY_S)

    def look(self) -> None:
        """Check each service once, and restart the dead ones that are due."""
        for watched in self.watched:
            if not watched.service.alive:
                self._revive(watched)

    def stop(self) -> None:
        """Stop all, last started first."""
        while self.watched:
            service = self.watched.pop().service
            if service.alive:
                with self.report.step(f"Stopping {service.name}"):
                    service.stop()
            else:
                service.kill()  # what a dead parent left of its children

    def _revive(self, watched: Watched) -> None:
        now = time.monotonic()
        if watched.due is None:
            self._postpone(watched, now)
        elif now >= watched.due:
            self._start_again(watched, now)

    def _postpone(self, watched: Watched, now: float) -> None:
        watched.failures = 0 if now - watched.started > STEADY_AFTER_S else watched.failures + 1
        delay_s = min(FIRST_DELAY_S * 2 ** min(watched.failures, 10), LONGEST_DELAY_S)
        watched.due = now + delay_s
        name = watched.service.name
        self.report.say(f"  {name} ended unexpectedly; it is started again in {delay_s:g} s.")

    def _start_again(self, watched: Watched, now: float) -> None:
        watched.due, watched.started = None, now
        watched.service.kill()  # what a dead parent left of its children
        try:
            watched.service.start()
        except CannotStart as reason:
            self.report.say(f"  {reason}")
        except OSError as error:
            self.report.say(f"  {sentence_for(error)}")
