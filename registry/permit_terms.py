"""What counts as loosening a permit, and who may be the second to agree."""

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
    """Tell whether `new` allows anything that `old` did not.

    A longer period of the same limit lets the whole of it be bought in one of the old periods;
    a shorter one lets it be bought several times over.
    """
    times = max(1, MONTHS[old.period] // MONTHS[new.period])
    more = new.limit_kg * times > old.limit_kg
    return more or (new.automatic_limit_kg or 0) > (old.automatic_limit_kg or 0)
