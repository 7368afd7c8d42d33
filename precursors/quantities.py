"""Quantities as they are reported, and their mass in kilograms.

Everything is exact `Decimal` arithmetic; a result is rounded once, at the end.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any, Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused

DECIMALS_MAX = 3
INTEGER_DIGITS_MAX = 15
# A billion tonnes: beyond any load, and a hundred of them still fit in numeric(20, 6).
MASS_BELOW_KG = Decimal("1e12")

THOUSANDTH = Decimal("0.001")
MICRO = Decimal("0.000001")
# Holds the exact product of 18 digits of quantity, 10 of unit, 8 of density, 7 of concentration.
EXACT = Context(prec=64)
PLAIN_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class Unit(TextChoices):
    """The units of trade, by their UCUM symbols."""

    KG = "kg", "kg"
    G = "g", "g"
    MG = "mg", "mg"
    T = "t", "t"
    L = "L", "L"
    ML = "mL", "mL"
    M3 = "m3", "m³"
    GAL_US = "[gal_us]", _("US gal")

    @property
    def code(self) -> str:
        """The code of UN/ECE Recommendation 20, e.g. `KGM`."""
        return UNECE_CODES[self]

    @property
    def dimension(self) -> str:
        """Either `mass` or `volume`."""
        return "mass" if self in KG_PER_UNIT else "volume"

    @property
    def factor(self) -> Decimal:
        """How many kg or L one of it is, exactly."""
        return (KG_PER_UNIT | L_PER_UNIT)[self]


KG_PER_UNIT = {
    Unit.KG: Decimal(1),
    Unit.G: Decimal("0.001"),
    Unit.MG: Decimal("0.000001"),
    Unit.T: Decimal(1000),
}
L_PER_UNIT = {
    Unit.L: Decimal(1),
    Unit.ML: Decimal("0.001"),
    Unit.M3: Decimal(1000),
    Unit.GAL_US: Decimal("3.785411784"),  # 231 cubic inches, NIST Handbook 44, appendix C
}
UNECE_CODES = {
    Unit.KG: "KGM",
    Unit.G: "GRM",
    Unit.MG: "MGM",
    Unit.T: "TNE",
    Unit.L: "LTR",
    Unit.ML: "MLT",
    Unit.M3: "MTQ",
    Unit.GAL_US: "GLL",
}
UNITS = {unit.value: unit for unit in Unit}
UNITS_BY_CODE = {code: unit for unit, code in UNECE_CODES.items()}


@dataclass(frozen=True)
class Quantity:
    """A positive amount in the unit in which it was reported. Made by `quantity()`."""

    value: Decimal
    unit: Unit

    @property
    def base(self) -> Decimal:
        """The same amount in kg or L, exactly."""
        return EXACT.multiply(self.value, self.unit.factor)

    def __str__(self) -> str:
        return f"{self.value} {self.unit.label}"


class Strength(Protocol):
    """The fields of a product from which the mass of its controlled substance is computed."""

    @property
    def concentration_percent(self) -> Decimal: ...

    @property
    def density_kg_per_l(self) -> Decimal | None: ...

    @property
    def counts_whole(self) -> bool: ...


def parse(data: object) -> Quantity:
    """Read the JSON form `{"value": "1250.000", "unit": "kg"}`, or with `unit_code`.

    Raises what `quantity` raises.
    """
    if not isinstance(data, Mapping):
        raise _no_number()
    return quantity(data.get("value"), _named_unit(data))


def as_json(quantity: Quantity) -> dict[str, str]:
    """Write the JSON form that `parse` reads."""
    return {"value": str(quantity.value), "unit": quantity.unit.value}


def quantity(value: object, unit: object) -> Quantity:
    """Make a quantity of a plain decimal, as text or `Decimal`, and a unit's symbol.

    Raises Refused: not_a_number, not_positive, too_many_decimals, too_many_digits, unknown_unit.
    """
    return Quantity(_amount(_decimal(value)), _unit(unit))


def converted(quantity: Quantity, unit: Unit) -> Decimal:
    """Express a quantity in another unit of its dimension; exact, except a quotient of gallons.

    Raises ValueError for a unit of the other dimension.
    """
    if quantity.unit.dimension != unit.dimension:
        raise ValueError(f"{quantity.unit} and {unit} measure different things.")
    return EXACT.divide(quantity.base, unit.factor)


def product_kg(quantity: Quantity, density_kg_per_l: Decimal | None) -> Decimal:
    """Return the mass of the product in kg, to six decimals.

    Raises Refused: density_unknown, quantity_too_large.
    """
    return _rounded(mass_kg(quantity, density_kg_per_l))


def net_kg(
    product_kg: Decimal, concentration_percent: Decimal, counts_whole: bool = False
) -> Decimal:
    """Return the kg of controlled substance in a mass of product, to six decimals.

    Pass the mass unrounded (`mass_kg`): rounding happens here, once. Raises
    Refused("net_is_zero").
    """
    share = Decimal(1) if counts_whole else concentration_percent.scaleb(-2, EXACT)
    net = _rounded(EXACT.multiply(product_kg, share))
    if not net:
        raise Refused("net_is_zero", _("This quantity is too small to be counted."), field="value")
    return net


def mass_kg(quantity: Quantity, density_kg_per_l: Decimal | None) -> Decimal:
    """Return the mass of the product in kg, not rounded.

    Raises Refused: density_unknown, quantity_too_large.
    """
    mass = EXACT.multiply(quantity.base, _kg_per_base(quantity.unit, density_kg_per_l))
    if mass >= MASS_BELOW_KG:
        raise Refused("quantity_too_large", _("No load is as large as this."), field="value")
    return mass


def largest_in_unit(net_kg: Decimal, unit: Unit, product: Strength) -> Decimal:
    """Return how much of a product, in a unit, contains at most `net_kg`; rounded down, or zero.

    Raises Refused("density_unknown").
    """
    share = Fraction(1) if product.counts_whole else Fraction(product.concentration_percent) / 100
    per_base = Fraction(_kg_per_base(unit, product.density_kg_per_l)) * share
    ticks = Fraction(net_kg) / (per_base * Fraction(unit.factor)) / Fraction(THOUSANDTH)
    ticks_max = 10 ** (INTEGER_DIGITS_MAX + DECIMALS_MAX) - 1
    return Decimal(max(0, min(int(ticks), ticks_max))).scaleb(-DECIMALS_MAX, EXACT)


def _decimal(value: object) -> Decimal:
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, str) and PLAIN_DECIMAL.fullmatch(value):
        return Decimal(value)
    raise _no_number()


def _amount(value: Decimal) -> Decimal:
    if value <= 0:
        raise Refused("not_positive", _("Enter a quantity of more than zero."), field="value")
    if -_exponent(value) > DECIMALS_MAX:
        raise Refused(
            "too_many_decimals",
            _("A quantity has at most three decimals. Use a smaller unit if you need more."),
            field="value",
        )
    if value.adjusted() >= INTEGER_DIGITS_MAX:
        raise Refused(
            "too_many_digits",
            _("A quantity has at most 15 digits before the point."),
            field="value",
        )
    return value.quantize(THOUSANDTH, context=EXACT)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)  # a finite number
    return exponent


def _unit(symbol: object) -> Unit:
    if isinstance(symbol, str) and symbol in UNITS:
        return UNITS[symbol]
    raise _no_unit()


def _named_unit(data: Mapping[Any, Any]) -> object:
    """The unit that JSON names, by symbol or by code: one of them, or both alike."""
    if "unit_code" not in data:
        return data.get("unit")
    code = data["unit_code"]
    unit = UNITS_BY_CODE.get(code) if isinstance(code, str) else None
    if unit is None or data.get("unit", unit.value) != unit.value:
        raise _no_unit()
    return unit.value


def _kg_per_base(unit: Unit, density_kg_per_l: Decimal | None) -> Decimal:
    if unit.dimension == "mass":
        return Decimal(1)
    if density_kg_per_l is None:
        raise Refused(
            "density_unknown",
            _("The density of this product is not known: give the quantity by mass."),
            field="unit",
        )
    return density_kg_per_l


def _rounded(kg: Decimal) -> Decimal:
    return kg.quantize(MICRO, rounding=ROUND_HALF_EVEN, context=EXACT)


def _no_number() -> Refused:
    return Refused(
        "not_a_number",
        _("Write the quantity in digits, with a point before decimals: 1250.500."),
        field="value",
    )


def _no_unit() -> Refused:
    return Refused(
        "unknown_unit",
        _("Use one of these units: %(units)s.") % {"units": " ".join(UNITS)},
        field="unit",
        units=list(UNITS),
    )
