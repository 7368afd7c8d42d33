"""Shows the person at the terminal what is being done, and for how long."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from launcher import interrupts
from launcher.errors import CannotStart

SHOWN_AFTER_S = 1.0
PLAIN_EVERY_S = 5.0
NOTE_LENGTH = 60
CLEAR_LINE = "\r\x1b[2K"


class Report:
    """Sentences and steps on one stream. None: no output; `brief`: only steps that take long."""

    def __init__(self, stream: TextIO | None = None, *, brief: bool = False) -> None:
        self.stream, self.brief = stream, brief
        self.is_terminal = bool(stream and stream.isatty())

    def say(self, text: str) -> None:
        self.write(f"{text}\n")

    def write(self, text: str) -> None:
        if self.stream is None:
            return
        try:
            self.stream.write(text)
            self.stream.flush()
        except OSError:
            self.stream = None  # the terminal is gone; that must not keep anything from stopping

    @contextmanager
    def step(self, label: str) -> Iterator["Step"]:
        step = Step(self, label)
        try:
            yield step
        except BaseException as error:
            step.end("failed" if isinstance(error, CannotStart) else "interrupted")
            raise
        step.end("done")


class Step:
    """One thing that takes a while. On a terminal its seconds tick in place."""

    def __init__(self, report: Report, label: str) -> None:
        self.report = report
        self.label = label
        self.began = self.shown = time.monotonic()
        self.was_shown = False

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def tick(self, note: str = "") -> None:
        """Show the seconds so far. Raises Stopped when a stop was requested."""
        interrupts.check()
        due_s = PLAIN_EVERY_S if self.was_shown and not self.report.is_terminal else SHOWN_AFTER_S
        if self.seconds >= SHOWN_AFTER_S and time.monotonic() - self.shown >= due_s:
            self._show(note)

    def _show(self, note: str) -> None:
        self.shown, self.was_shown = time.monotonic(), True
        line = f"  {self.label} … {self.seconds:.0f} s  {note[:NOTE_LENGTH]}".rstrip()
        if self.report.is_terminal:
            width = shutil.get_terminal_size().columns - 1
            self.report.write(CLEAR_LINE + line[:width])
        else:
            self.report.say(line)

    def end(self, outcome: str) -> None:
        if self.report.brief and not self.was_shown:
            return
        clear = CLEAR_LINE if self.report.is_terminal else ""
        self.report.say(f"{clear}  {self.label}: {outcome}, {self.seconds:.1f} s")

    def wait_until(self, reached: Callable[[], bool], *, within_s: float) -> bool:
        """Wait for a condition; return whether it was reached in time. Raises Stopped."""
        until = time.monotonic() + within_s
        while not reached():
            if time.monotonic() > until:
                return False
            self.tick()
            time.sleep(0.05)
        return True
