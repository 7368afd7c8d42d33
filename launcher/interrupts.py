"""Ctrl-C, SIGTERM and SIGHUP as a flag that every wait looks at.

An exception raised by the handler itself could fall between starting a process and noting it.
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
    """Raise Stopped once a stop was asked for."""
    if received:
        raise Stopped


def impatient() -> bool:
    """Whether a second stop was asked for while the first was being obeyed."""
    return len(received) > 1
