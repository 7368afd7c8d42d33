"""Which workers do their task. A process that hangs, or has lost the broker, does not beat."""

from datetime import timedelta
from functools import cache
from typing import Any

import structlog
from django.db import connection

__all__ = ["forget_dead_workers", "place_in_sql", "record_heartbeat"]

log = structlog.get_logger("portal.worker")

# Any, because Django's stubs know no intervals.
EVERY: Any = timedelta(seconds=5)  # no reader needs it finer
FORGOTTEN_AFTER: Any = timedelta(days=1)
# Another in every copy of the database, however it was made: dumped, restored, promoted.
PLACE_OF_SERVER = """
(SELECT system_identifier || '/' || timeline_id || '/' || oid
 FROM pg_control_system(), pg_control_checkpoint(), pg_database
 WHERE datname = current_database())
"""
# Where the server keeps its own number to itself, as some that are managed by others do: a copy on
# another server may then count the workers of the first for a while.
PLACE_OF_DATABASE = "(SELECT 'oid/' || oid FROM pg_database WHERE datname = current_database())"
MAY_ASK_SERVER = """
SELECT has_function_privilege('pg_control_system()', 'EXECUTE')
    AND has_function_privilege('pg_control_checkpoint()', 'EXECUTE')
"""
# The machine's time, not the demo's: workers live in it.
BEAT = """
INSERT INTO oversight_heartbeat (worker, beat_at, place) VALUES (%s, clock_timestamp(), {place})
ON CONFLICT (worker) DO UPDATE SET beat_at = excluded.beat_at, place = excluded.place
WHERE oversight_heartbeat.beat_at < excluded.beat_at - %s
    OR oversight_heartbeat.place <> excluded.place
"""
FORGET = "DELETE FROM oversight_heartbeat WHERE beat_at < clock_timestamp() - %s"


def record_heartbeat(worker: str) -> None:
    """Record that this worker is running its task."""
    place = place_in_sql()
    with connection.cursor() as cursor:
        cursor.execute(BEAT.format(place=place), [worker, EVERY])


@cache
def place_in_sql() -> str:
    """The expression for the place of this database; a warning where it is the lesser one."""
    with connection.cursor() as cursor:
        cursor.execute(MAY_ASK_SERVER)
        (may_ask,) = cursor.fetchone()
    if not may_ask:
        log.warning("place_uncertain", refused="pg_control_system()")
    return PLACE_OF_SERVER if may_ask else PLACE_OF_DATABASE


def forget_dead_workers() -> None:
    """Remove those without a heartbeat for a day: a container takes a new name at every start."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [FORGOTTEN_AFTER])
