"""What the worker does when the bell or the clock rings. No task carries a duty of its own."""

from typing import Any

from celery import shared_task

from authorizations import bell
from oversight.operations import duties, heartbeats

BATCHES_MAX = 20  # then others get their turn


@shared_task(bind=True, soft_time_limit=60, time_limit=90)
def work(self: Any) -> None:
    """Evaluate what is due. Rung by a sale, and by the clock every five seconds."""
    heartbeats.beat(self.request.hostname or "")
    if duties.work(batches_max=BATCHES_MAX):
        bell.ring()


@shared_task
def forget_dead_workers() -> None:
    heartbeats.forget_the_dead()
