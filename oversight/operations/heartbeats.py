"""Which workers hear the bell. A process that lives, and is deaf or hangs, does not beat."""

from datetime import timedelta
from typing import Any

from django.db import connection

__all__ = ["beat", "forget_the_dead"]

# Any, because Django's stubs know no intervals.
EVERY: Any = timedelta(seconds=5)  # more often nobody needs to know
FORGOTTEN_AFTER: Any = timedelta(days=1)
# The machine's time, not the demo's: workers live in it.
BEAT = """
INSERT INTO oversight_heartbeat (worker, beat_at) VALUES (%s, clock_timestamp())
ON CONFLICT (worker) DO UPDATE SET beat_at = excluded.beat_at
WHERE oversight_heartbeat.beat_at < excluded.beat_at - %s
"""
FORGET = "DELETE FROM oversight_heartbeat WHERE beat_at < clock_timestamp() - %s"


def beat(worker: str) -> None:
    """Note that this worker has heard a ring just now."""
    with connection.cursor() as cursor:
        cursor.execute(BEAT, [worker, EVERY])


def forget_the_dead() -> None:
    """Remove workers unheard of for a day: a container takes a new name at every start."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [FORGOTTEN_AFTER])
