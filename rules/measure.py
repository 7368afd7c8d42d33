"""The measure in which two amounts are compared.

Exact throughout: a figure is a `Fraction` of kg or L, and is rounded only to be shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from precursors.quantities import Unit
from rules.facts import Amount, Evidence, ProductFacts

MILLION = 10**6


@dataclass(frozen=True)
class Measure:
    """Kilograms or liters, shown in a unit of trade.

    `by_mass`: an amount came in the other dimension than the standard; all are then compared
    as mass of product.
    """

    unit: Unit
    by_mass: bool
    per_kg: Fraction  # how many kg or L one kg of the product is

    def of(self, amount: Amount | None) -> Decimal:
        """Return an amount in kg or L; zero for None."""
        if amount is None:
            return Decimal(0)
        return amount.product_kg if self.by_mass else amount.quantity.base

    def shown(self, **figures: Fraction) -> Evidence:
        """Return figures as evidence: each in the unit, and in kg of product."""
        factor = Fraction(self.unit.factor)
        in_unit = {name: plain(figure / factor) for name, figure in figures.items()}
        in_kg = {f"{name}_kg": plain(figure / self.per_kg) for name, figure in figures.items()}
        return {"unit": self.unit.value, **in_unit, **in_kg}


def measure(standard: Amount, product: ProductFacts, others: Iterable[Amount | None]) -> Measure:
    """Return the standard's unit; kg of product where any other amount has another dimension."""
    if any(amount and amount.dimension != standard.dimension for amount in others):
        return Measure(Unit.KG, True, Fraction(1))
    return Measure(standard.quantity.unit, False, _per_kg(standard, product))


def _per_kg(standard: Amount, product: ProductFacts) -> Fraction:
    if standard.dimension == "mass":
        return Fraction(1)
    assert product.density_kg_per_l is not None  # without it nothing is traded by volume
    return 1 / Fraction(product.density_kg_per_l)


def plain(figure: Fraction) -> str:
    """Write a figure with three to six decimals, rounded half to even."""
    whole, millionths = divmod(abs(round(figure * MILLION)), MILLION)
    decimals = f"{millionths:06d}"
    sign = "-" if round(figure * MILLION) < 0 else ""
    return f"{sign}{whole}.{decimals[:3]}{decimals[3:].rstrip('0')}"


def instant(moment: datetime) -> str:
    """Write a moment as evidence: in UTC, by RFC 3339."""
    return moment.astimezone(UTC).isoformat()
