"""Which workers do their task. A process that hangs, or has lost the broker, does not beat."""

from datetime import timedelta
from typing import Any

from django.db import connection

__all__ = ["forget_dead_workers", "record_heartbeat"]

# Any, because Django's stubs know no intervals.
EVERY: Any = timedelta(seconds=5)  # no reader needs it finer
FORGOTTEN_AFTER: Any = timedelta(days=1)
# Another in every copy of the database, however it was made: dumped, restored, promoted.
PLACE = """
(SELECT system_identifier || '/' || timeline_id || '/' || oid
 FROM pg_control_system(), pg_control_checkpoint(), pg_database
 WHERE datname = current_database())
"""
# The machine's time, not the demo's: workers live in it.
BEAT = f"""
INSERT INTO oversight_heartbeat (worker, beat_at, place) VALUES (%s, clock_timestamp(), {PLACE})
ON CONFLICT (worker) DO UPDATE SET beat_at = excluded.beat_at, place = excluded.place
WHERE oversight_heartbeat.beat_at < excluded.beat_at - %s
    OR oversight_heartbeat.place <> excluded.place
"""
FORGET = "DELETE FROM oversight_heartbeat WHERE beat_at < clock_timestamp() - %s"


def record_heartbeat(worker: str) -> None:
    """Record that this worker is running its task."""
    with connection.cursor() as cursor:
        cursor.execute(BEAT, [worker, EVERY])


def forget_dead_workers() -> None:
    """Remove those without a heartbeat for a day: a container takes a new name at every start."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [FORGOTTEN_AFTER])
