"""Removes what the register keeps only for a time."""

from typing import Any

from celery import shared_task
from django.conf import settings
from django.db import connection

from registry import clock, operations
from registry.alarms import tell_next_alarm

SLICE = 1000  # rows at a time
FORGET = """
DELETE FROM registry_idempotencykey WHERE id IN (
    SELECT id FROM registry_idempotencykey WHERE kept_until < %s LIMIT %s
    FOR UPDATE SKIP LOCKED
)
"""
# People's time, not the demo's: their browsers live in it.
FORGET_SESSIONS = """
DELETE FROM django_session WHERE session_key IN (
    SELECT session_key FROM django_session WHERE expire_date < clock_timestamp() LIMIT %s
    FOR UPDATE SKIP LOCKED
)
"""
# What is older stands at nothing after as many half-lives.
FORGET_COUNTERS = """
DELETE FROM registry_signincounter WHERE id IN (
    SELECT id FROM registry_signincounter
    WHERE counted_at < clock_timestamp() - interval '4 days' LIMIT %s FOR UPDATE SKIP LOCKED
)
"""
FORGET_PERSON_SESSIONS = """
DELETE FROM registry_personsession WHERE id IN (
    SELECT id FROM registry_personsession
    WHERE ends_at < clock_timestamp() - interval '30 days' LIMIT %s FOR UPDATE SKIP LOCKED
)
"""
FORGET_DEVICES = """
DELETE FROM registry_knowndevice WHERE id IN (
    SELECT id FROM registry_knowndevice
    WHERE last_at < clock_timestamp() - interval '400 days' LIMIT %s FOR UPDATE SKIP LOCKED
)
"""
# Without a lock: nobody may change these rows, and to lock them takes the right to.
FORGET_ACCESS = """
DELETE FROM registry_accessentry WHERE id IN (
    SELECT id FROM registry_accessentry
    WHERE at < clock_timestamp() - make_interval(days => %s) LIMIT %s
)
"""


@shared_task
def forget_idempotency_keys() -> None:
    """Remove answers whose time to be kept is over, a slice at a time."""
    _forget(FORGET, clock.now())


@shared_task
def finish_recoveries() -> None:
    """Remove the factors of those whose waiting time is over."""
    operations.finish_recoveries()


@shared_task
def seal_factors() -> None:
    """Seal anew, with the newest key, what an older one has sealed."""
    operations.seal_factors()


@shared_task
def forget_sessions() -> None:
    """Remove sessions that are over, and what tells of them a month later."""
    _forget(FORGET_SESSIONS)
    _forget(FORGET_PERSON_SESSIONS)


@shared_task
def forget_access() -> None:
    """Remove old entries of the record of access, and counters and devices of long ago."""
    _forget(FORGET_ACCESS, settings.ACCESS_KEPT_DAYS)
    _forget(FORGET_COUNTERS)
    _forget(FORGET_DEVICES)


def _forget(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, SLICE])
        while cursor.rowcount:
            cursor.execute(statement, [*values, SLICE])


@shared_task
def tell_alarms() -> None:
    """Write the letters and events of the alarms that nobody was told of yet."""
    while tell_next_alarm():
        pass
