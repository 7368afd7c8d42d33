"""Stops the issue of codes when the books are found wrong, until an operator resumes it.

Halting beats continuing wrong; what was sold is recorded all the same.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from audit.invariants import HALTING
from audit.models import Violation
from registry import clock, events
from registry.actors import Actor
from registry.inputs import given_reason
from registry.models import Jurisdiction

__all__ = ["halt_issuing", "reasons_to_halt", "resume_issuing"]

RECORDED_MAX = 100  # of what was accepted


@transaction.atomic
def halt_issuing(*, because: Sequence[str]) -> bool:
    """Halt everywhere, sandboxes too: the fault may be anywhere. False where it is halted."""
    at = clock.now()
    issuing = list(_lock_jurisdictions().filter(issuing_halted_at=None))
    for jurisdiction in issuing:
        _set(jurisdiction, at)
        _record("issuing.halted", jurisdiction, at, because=list(because))
    return bool(issuing)


@transaction.atomic
def resume_issuing(*, reason: str) -> bool:
    """Issue codes again, as an operator decided. False where nothing was halted.

    What is broken is accepted as it is: it stays recorded and does not halt again; what is found
    later does. Raises Refused: no_reason, not_text, too_long.
    """
    reason, at = given_reason(reason), clock.now()
    halted = list(_lock_jurisdictions().exclude(issuing_halted_at=None))
    accepted = _accept(at) if halted else []
    for jurisdiction in halted:
        _set(jurisdiction, None)
        data = {"reason": reason, "accepted": accepted[:RECORDED_MAX]}
        _record("issuing.resumed", jurisdiction, at, **data)
    return bool(halted)


def reasons_to_halt() -> list[str]:
    """The invariants that are broken in a way that no operator has accepted."""
    names = _unaccepted().values_list("invariant", flat=True).distinct()
    return list(names.order_by("number", "invariant"))


def _unaccepted() -> QuerySet[Violation]:
    return Violation.objects.filter(cleared_at=None, accepted_at=None, number__in=HALTING)


def _accept(at: datetime) -> list[str]:
    rows = list(_unaccepted().select_for_update().order_by("number", "invariant", "pk"))
    Violation.objects.filter(pk__in=[row.pk for row in rows]).update(accepted_at=at)
    return [str(row) for row in rows]


def _lock_jurisdictions() -> QuerySet[Jurisdiction]:
    return Jurisdiction.objects.select_for_update(no_key=True).order_by("pk")


def _set(jurisdiction: Jurisdiction, at: datetime | None) -> None:
    jurisdiction.issuing_halted_at = at
    jurisdiction.save(update_fields=["issuing_halted_at"])


def _record(kind: str, jurisdiction: Jurisdiction, at: datetime, **data: Any) -> None:
    events.record(kind, jurisdiction, at=at, data=data, by=Actor.portal(jurisdiction))
