"""What the worker does when the bell or the clock rings. No task carries a duty of its own."""

from typing import Any

from celery import shared_task
from django.db import connection

from authorizations import bell
from authorizations.operations import checking, duties, heartbeats
from registry import clock

BATCHES_MAX = 20  # then others get their turn
SLICE = 1000
FORGET = """
DELETE FROM authorizations_idempotencykey WHERE id IN (
    SELECT id FROM authorizations_idempotencykey WHERE kept_until < %s LIMIT %s
    FOR UPDATE SKIP LOCKED
)
"""


@shared_task(bind=True, soft_time_limit=60, time_limit=90)
def work(self: Any) -> None:
    """Evaluate what is due. Rung by a sale, and by the clock every five seconds."""
    heartbeats.beat(self.request.hostname or "")
    if duties.work(batches_max=BATCHES_MAX):
        bell.ring()


@shared_task(soft_time_limit=50 * 60, time_limit=55 * 60)
def check_invariants(*, everything: bool = False) -> None:
    """Ask what must always be true: of what changed lately, or of everything there is."""
    checking.check_invariants(everything=everything)


@shared_task
def forget_dead_workers() -> None:
    heartbeats.forget_the_dead()


@shared_task
def forget_idempotency_keys() -> None:
    """Remove answers that are kept no longer, a slice at a time."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [now, SLICE])
        while cursor.rowcount:
            cursor.execute(FORGET, [now, SLICE])
