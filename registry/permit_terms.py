"""What counts as loosening a permit."""

from dataclasses import dataclass
from decimal import Decimal

MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Terms:
    """How much a permit allows, in kg of the contained substance."""

    limit_kg: Decimal
    period: str
    automatic_limit_kg: Decimal | None  # None: every request waits for an officer


def is_looser(new: Terms, old: Terms) -> bool:
    """Return whether `new` allows anything that `old` did not.

    With a longer period the whole limit can be bought within one of the old periods; with a
    shorter one it can be bought several times within one.
    """
    times = max(1, MONTHS[old.period] // MONTHS[new.period])
    more = new.limit_kg * times > old.limit_kg
    return more or (new.automatic_limit_kg or 0) > (old.automatic_limit_kg or 0)
