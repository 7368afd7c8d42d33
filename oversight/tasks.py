"""The worker's tasks. None carries a duty of its own: duties are rows."""

from typing import Any

from celery import shared_task

from authorizations import bell
from oversight import operations, worker
from oversight.operations import heartbeats

BATCHES_MAX = 20  # then others get their turn


@shared_task(bind=True, soft_time_limit=60, time_limit=90)
def work(self: Any) -> None:
    """Evaluate what is due. Sent after every act, and by the schedule every five seconds."""
    heartbeats.record_heartbeat(self.request.hostname or "")
    if worker.work_off_duties(batches_max=BATCHES_MAX):
        bell.ring()


@shared_task
def forget_dead_workers() -> None:
    heartbeats.forget_dead_workers()


@shared_task
def draw_seconds() -> None:
    """Draw for flags whose drawn officer left, and for those that waited for more officers."""
    operations.draw_seconds()
