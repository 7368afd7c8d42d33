"""Checks the invariants, records and logs what breaks them, and halts issue where required."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from django.db import connection
from django.db.models import QuerySet

from audit.halt import halt_issuing, reasons_to_halt
from audit.invariants import HALTING, QUESTIONS, Changed
from audit.models import Violation, Watermark
from registry import clock

__all__ = ["check_invariants"]

log = structlog.get_logger("portal.invariants")

KEPT_MAX = 1000  # of one invariant at a time: then something is wrong everywhere
LOGGED_MAX = 10
EVERYTHING_AFTER = timedelta(hours=25)
ONE_AT_A_TIME = 0x1BA1A
MARKED = {
    "authorization": "authorizations_authorization",
    "entry": "authorizations_ledgerentry",
    "sale": "authorizations_sale",
    "evaluation": "oversight_evaluation",
    "step": "oversight_flagstep",
    "event": "registry_event",
}
MARKS = "SELECT " + ", ".join(
    f"(SELECT coalesce(max(id), 0) FROM {table})" for table in MARKED.values()
)
# What acts have touched since, and what waits to be evaluated for too long or was set aside.
CHANGED = """
SELECT id FROM authorizations_authorization WHERE id > %(authorization)s
UNION SELECT authorization_id FROM authorizations_ledgerentry WHERE id > %(entry)s
UNION SELECT authorization_id FROM authorizations_sale WHERE id > %(sale)s
UNION SELECT authorization_id FROM oversight_evaluation WHERE id > %(evaluation)s
UNION SELECT authorization_id FROM oversight_flag flag
    JOIN oversight_flagstep step ON step.flag_id = flag.id WHERE step.id > %(step)s
UNION SELECT subject_id FROM registry_event
    WHERE id > %(event)s AND subject_kind = 'authorization'
UNION SELECT authorization_id FROM authorizations_duty WHERE parked_at IS NOT NULL
UNION SELECT authorization_id FROM authorizations_duty
    WHERE parked_at IS NULL AND lane IN ('live', 'bulk') AND due_at < %(late)s
ORDER BY 1
"""


def check_invariants(*, everything: bool = False) -> bool:
    """Check what changed since the check before the last, or everything.

    Everything also where that was last checked long ago: a night may have been missed. Returns
    False where another check is under way.
    """
    with _exclusively() as acquired:
        if acquired:
            _check(everything)
    return acquired


@contextmanager
def _exclusively() -> Iterator[bool]:
    """Hold a lock in a transaction of its own: behind a pooler, a session's would go astray."""
    holder = connection.copy()
    try:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
            (acquired,) = cursor.fetchone()
        yield acquired
    finally:
        holder.close()


def _check(everything: bool) -> None:
    at, marks = clock.now(), _marks()
    watermark, _new = Watermark.objects.get_or_create(id=1)
    scope = _scope(watermark, everything, at)
    for question in QUESTIONS:
        found = question.broken(scope, most=KEPT_MAX)
        _keep(question.number, question.name, found, at)
        if question.number in HALTING:
            _halt()  # before the other questions, which may take a while
    _clear_retired(at)
    watermark.marks, watermark.marks_before = marks, watermark.marks
    watermark.checked_at = at
    watermark.everything_at = at if scope.everything else watermark.everything_at
    watermark.save()


def _marks() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(MARKS)
        return dict(zip(MARKED, cursor.fetchone(), strict=True))


def _scope(watermark: Watermark, everything: bool, at: datetime) -> Changed:
    open_ones: dict[str, list[int]] = defaultdict(list)
    for invariant, subject in _open().values_list("invariant", "subject"):
        if subject.isdecimal():
            open_ones[invariant].append(int(subject))
    since = watermark.marks_before
    if everything or since.keys() != MARKED.keys() or _is_long_ago(watermark, at):
        return Changed(found=open_ones)
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, {**since, "late": at})
        changed = [pk for (pk,) in cursor.fetchall()]
    return Changed(False, changed, since["event"], open_ones)


def _is_long_ago(watermark: Watermark, at: datetime) -> bool:
    return watermark.everything_at is None or at - watermark.everything_at > EVERYTHING_AFTER


def _open() -> QuerySet[Violation]:
    return Violation.objects.filter(cleared_at=None)


def _keep(number: int, invariant: str, found: list[str], at: datetime) -> None:
    """Record what is newly broken, and clear what is in order again."""
    was = set(_open().filter(invariant=invariant).values_list("subject", flat=True))
    new = [subject for subject in dict.fromkeys(found) if subject not in was]
    Violation.objects.bulk_create(
        [
            Violation(number=number, invariant=invariant, subject=subject, found_at=at)
            for subject in new
        ],
        ignore_conflicts=True,
    )
    if len(found) < KEPT_MAX:
        gone = was - set(found)
        _open().filter(invariant=invariant, subject__in=gone).update(cleared_at=at)
    if new:
        log.error("invariant_broken", invariant=invariant, rows=len(new), some=new[:LOGGED_MAX])


def _clear_retired(at: datetime) -> None:
    """Clear violations of invariants that only an earlier version of the portal checked."""
    current = [question.name for question in QUESTIONS]
    _open().exclude(invariant__in=current).update(cleared_at=at)


def _halt() -> None:
    """Halt on what no operator has accepted yet."""
    because = reasons_to_halt()
    if because:
        halt_issuing(because=because)
