"""Waiting for what another process does."""

import time
from collections.abc import Callable


def eventually(reached: Callable[[], bool], *, within_s: float = 10) -> bool:
    """Whether the condition came true in time."""
    until = time.monotonic() + within_s
    while not reached():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
