"""The scheduled check of the books."""

from celery import shared_task

from audit import check


@shared_task(soft_time_limit=50 * 60, time_limit=55 * 60)
def check_invariants(*, everything: bool = False) -> None:
    """Check what must always be true, of what changed recently or of everything."""
    check.check_invariants(everything=everything)
