"""Removes what the register keeps only for a time."""

from celery import shared_task
from django.db import connection

from registry import clock, operations

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


@shared_task
def forget_idempotency_keys() -> None:
    """Remove answers whose time to be kept is over, a slice at a time."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [now, SLICE])
        while cursor.rowcount:
            cursor.execute(FORGET, [now, SLICE])


@shared_task
def seal_factors() -> None:
    """Seal anew, with the newest key, what an older one has sealed."""
    operations.seal_factors()


@shared_task
def forget_sessions() -> None:
    """Remove sessions that are over, a slice at a time."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET_SESSIONS, [SLICE])
        while cursor.rowcount:
            cursor.execute(FORGET_SESSIONS, [SLICE])
