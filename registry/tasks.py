"""Removes what the register keeps only for a time."""

from celery import shared_task
from django.db import connection

from registry import clock

SLICE = 1000  # rows at a time
FORGET = """
DELETE FROM registry_idempotencykey WHERE id IN (
    SELECT id FROM registry_idempotencykey WHERE kept_until < %s LIMIT %s
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
