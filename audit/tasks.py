"""Has the books checked when the clock rings."""

from celery import shared_task

from audit import check


@shared_task(soft_time_limit=50 * 60, time_limit=55 * 60)
def check_invariants(*, everything: bool = False) -> None:
    """Ask what must always be true: of what changed lately, or of everything there is."""
    check.check_invariants(everything=everything)
