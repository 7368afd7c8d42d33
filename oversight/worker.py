"""Claims what is due and has it evaluated; sets aside what keeps failing.

A claim is a lease: of a worker that dies, another takes it over when the lease is up.
"""

import itertools
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import F

from authorizations.models import Duty, Lane
from oversight.operations.evaluation import evaluate
from registry import clock

log = structlog.get_logger("portal.duties")

LEASE = timedelta(seconds=20)
SOON = timedelta(seconds=1)  # for what another worker is evaluating
BATCH_MAX = 200
ATTEMPTS_MAX = 5
LANES = (Lane.LIVE, Lane.BULK)
BULK_EVERY = 5  # one in so many claims begins with the bulk lane

CLAIM = """
WITH chosen AS MATERIALIZED (
    SELECT id FROM authorizations_duty
    WHERE parked_at IS NULL AND lane = %(lane)s AND due_at <= %(at)s AND {which}
    ORDER BY due_at, id LIMIT %(count)s FOR UPDATE SKIP LOCKED
)
UPDATE authorizations_duty duty SET attempts = attempts + 1, leased_until = %(until)s
FROM chosen WHERE duty.id = chosen.id
RETURNING duty.id, duty.authorization_id
"""
FRESH = CLAIM.format(which="attempts = 0 AND coalesce(leased_until <= %(at)s, true)")
TRIED = CLAIM.format(which="attempts > 0 AND leased_until <= %(at)s")

turns = itertools.count(1)
Claim = dict[int, int]  # the authorization of each duty


def work_off_duties(*, batches_max: int) -> bool:
    """Do what is due, oldest first. Returns whether there may be more."""
    for _turn in range(batches_max):
        _park_hopeless()
        fresh, tried = _claim(FRESH, BATCH_MAX), _claim(TRIED, 1)
        if fresh:
            _evaluate_together(fresh)
        if tried:
            _evaluate_alone(tried)
        if not fresh and not tried:
            return False
    return True


def _claim(which: str, count: int) -> Claim:
    """Lease up to so many duties of one lane; of the other where it has none."""
    lanes = LANES if next(turns) % BULK_EVERY else LANES[::-1]
    for lane in lanes:
        claimed = _lease(which, lane, count, clock.now())
        if claimed:
            return claimed
    return {}


@transaction.atomic
def _lease(which: str, lane: Lane, count: int, at: datetime) -> Claim:
    values: dict[str, Any] = {"lane": lane.value, "count": count, "at": at, "until": at + LEASE}
    with connection.cursor() as cursor:
        cursor.execute(which, values)
        return dict(cursor.fetchall())


def _evaluate_together(claim: Claim) -> None:
    """Evaluate a batch in one transaction; where that fails, each by itself."""
    try:
        _evaluate(claim)
    except Exception:
        log.warning("batch_failed", duties=len(claim), exc_info=True)
        for duty, authorization in claim.items():
            _evaluate_alone({duty: authorization})


def _evaluate_alone(claim: Claim) -> None:
    """Evaluate one. A failure leaves its lease to run out; then it is tried again."""
    try:
        _evaluate(claim)
    except Exception:
        log.warning("duty_failed", authorizations=list(claim.values()), exc_info=True)


def _evaluate(claim: Claim) -> None:
    judged = evaluate(claim.values())
    _hand_back([duty for duty, pk in claim.items() if pk not in judged])


def _hand_back(duties: list[int]) -> None:
    """Give back, as if never tried, what another worker is evaluating."""
    Duty.objects.filter(pk__in=duties, attempts__gt=0).update(
        attempts=F("attempts") - 1, leased_until=clock.now() + SOON
    )


def _park_hopeless() -> None:
    """Set aside, with a log entry for an operator, what failed or killed its worker too often."""
    at = clock.now()
    due = Duty.objects.filter(parked_at=None, lane__in=LANES, due_at__lte=at)  # by the index
    hopeless = due.filter(attempts__gte=ATTEMPTS_MAX, leased_until__lte=at)
    for duty in hopeless:
        if Duty.objects.filter(pk=duty.pk, parked_at=None).update(parked_at=at):
            log.error(
                "duty_parked",
                duty=duty.pk,
                authorization=duty.authorization_id,
                reason=duty.reason,
                attempts=duty.attempts,
            )
