"""Ctrl-C, SIGTERM and SIGHUP as a flag that every wait checks.

An exception raised by the handler itself could come between starting and noting a process.
"""

import signal
from types import FrameType

from launcher.errors import Stopped

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
received: list[int] = []


def install() -> None:
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, _note)


def _note(number: int, frame: FrameType | None) -> None:
    received.append(number)


def check() -> None:
    """Raise Stopped once a stop was requested."""
    if received:
        raise Stopped


def impatient() -> bool:
    """Return whether a second stop was requested during the first."""
    return len(received) > 1
