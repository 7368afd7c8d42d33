"""What the database knows of the sales a test has made."""

from collections.abc import Sequence

from authorizations.models import Duty, Sale
from oversight.models import Flag
from registry import clock


def flags_of(sales: Sequence[str], rule: str = "quantity_exceeded") -> list[str]:
    """One entry for each flag of this rule on the codes of these sales."""
    rows = Flag.objects.filter(authorization__in=codes_of(sales), rule=rule)
    return sorted(rows.values_list("rule", flat=True))


def unevaluated(sales: Sequence[str]) -> int:
    """How many duties on their codes are due and not done."""
    due = Duty.objects.filter(authorization__in=codes_of(sales), due_at__lte=clock.now())
    return due.count()


def codes_of(sales: Sequence[str]) -> list[int]:
    return list(Sale.objects.filter(uuid__in=sales).values_list("authorization", flat=True))
