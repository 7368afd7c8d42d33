"""Whether the evaluation of what was reported keeps up."""

from datetime import datetime, timedelta

from authorizations.models import Duty, DutyReason, Lane
from oversight.models import Evaluation

LATE_AFTER = timedelta(seconds=60)


def is_late(*, at: datetime) -> bool:
    """A report has waited for too long, or a duty failed so often that it was put aside."""
    waiting = Duty.objects.filter(
        lane=Lane.LIVE, reason=DutyReason.RECORDED, parked_at=None, due_at__lt=at - LATE_AFTER
    )
    parked = Duty.objects.filter(parked_at__isnull=False)
    one_of_each = [rows.order_by().values("pk")[:1] for rows in (waiting, parked)]
    return bool(one_of_each[0].union(one_of_each[1]))


def last_evaluated_at() -> datetime | None:
    """When anything was last evaluated, in any jurisdiction."""
    last = Evaluation.objects.order_by("-pk").values_list("evaluated_at", flat=True)
    return last.first()
