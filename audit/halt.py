"""Stops the issue of codes when the books are found wrong, until two people resume it.

Halting beats continuing wrong; what was sold is recorded all the same.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from audit.invariants import HALTING
from audit.models import Violation
from registry import clock, events
from registry.actors import Actor
from registry.models import Jurisdiction

__all__ = ["halt_issuing", "lock_jurisdictions", "reasons_to_halt", "set_halted", "unaccepted"]


@transaction.atomic
def halt_issuing(*, because: Sequence[str]) -> bool:
    """Halt everywhere, sandboxes too: the fault may be anywhere. False where it is halted."""
    at = clock.now()
    issuing = list(lock_jurisdictions().filter(issuing_halted_at=None))
    for jurisdiction in issuing:
        set_halted(jurisdiction, at)
        by, data = Actor.portal(jurisdiction), {"because": list(because)}
        events.record("issuing.halted", jurisdiction, at=at, data=data, by=by)
    return bool(issuing)


def reasons_to_halt() -> list[str]:
    """The invariants that are broken in a way that nobody has accepted."""
    names = unaccepted().values_list("invariant", flat=True).distinct()
    return list(names.order_by("number", "invariant"))


def unaccepted() -> QuerySet[Violation]:
    """What halts the issue of codes: it is broken, and two people have not accepted it."""
    return Violation.objects.filter(cleared_at=None, accepted_at=None, number__in=HALTING)


def lock_jurisdictions() -> QuerySet[Jurisdiction]:
    """All of them: one halt or resumption at a time."""
    return Jurisdiction.objects.select_for_update(no_key=True).order_by("pk")


def set_halted(jurisdiction: Jurisdiction, at: datetime | None) -> None:
    jurisdiction.issuing_halted_at = at
    jurisdiction.save(update_fields=["issuing_halted_at"])
