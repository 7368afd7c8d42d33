"""The quantity rules against an oracle that was written apart from them: plain arithmetic."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules import ProductFacts
from tests.rules.build import ACETONE, ended, facts, names, report, sale

# The oracle's own tables: kilograms or liters in one of each unit.
KILOGRAMS = {"t": 1000, "kg": 1, "g": Fraction(1, 1000), "mg": Fraction(1, 10**6)}
LITERS = {
    "m3": Fraction(1000),
    "L": Fraction(1),
    "mL": Fraction(1, 1000),
    "[gal_us]": Fraction("3.785411784"),
}
UNITS = [*KILOGRAMS, *LITERS]
Amount = tuple[int, str]  # thousandths of a unit


@dataclass(frozen=True)
class Goods:
    """A product, in whole numbers: density in g/L, scale and cap in g, expansion per 100,000 K."""

    density: int = 791
    packed: bool = False
    division: int = 100
    cap: int | None = None
    expansion: int | None = None

    def facts(self) -> ProductFacts:
        return replace(
            ACETONE,
            density_kg_per_l=thousandth(self.density),
            packed=self.packed,
            scale_division_kg=thousandth(self.division),
            tolerance_cap_kg=None if self.cap is None else thousandth(self.cap),
            expansion_per_kelvin=None
            if self.expansion is None
            else Decimal(self.expansion) / 10**5,
        )


@dataclass(frozen=True)
class Code:
    authorized: Amount
    goods: Goods


def thousandth(number: int) -> Decimal:
    return Decimal(number).scaleb(-3)


def is_mass(amount: Amount) -> bool:
    return amount[1] in KILOGRAMS


def base(amount: Amount) -> Fraction:
    """Kilograms or liters."""
    number, unit = amount
    return Fraction(number, 1000) * (KILOGRAMS | LITERS)[unit]


def kilograms(amount: Amount, goods: Goods) -> Fraction:
    """Of the product, to the milligram, half to even."""
    kg = base(amount) if is_mass(amount) else base(amount) * goods.density / 1000
    return Fraction(round(kg * 10**6), 10**6)


def compared(code: Code, sales: list[Amount]) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """The authorized and the sold quantity and the tolerance: in the code's dimension if all
    of it was sold so, else in kilograms. Last the share by which what was sold may breathe."""
    q, goods = code.authorized, code.goods
    others = [each for each in sales if is_mass(each) != is_mass(q)]
    per_kg = Fraction(1)
    if others:
        authorized = kilograms(q, goods)
        sold = sum((kilograms(each, goods) for each in sales), Fraction(0))
    else:
        authorized, sold = base(q), sum(map(base, sales), Fraction(0))
        per_kg = Fraction(1) if is_mass(q) else Fraction(1000, goods.density)
    steady = Fraction(0)
    if not goods.packed:
        half_percent, division = authorized / 200, Fraction(goods.division, 1000) * per_kg
        steady = min(max(half_percent, division), authorized / 20)
        if goods.cap is not None:
            steady = min(steady, Fraction(goods.cap, 1000) * per_kg)
    if not others or not sold:
        return authorized, sold, steady, Fraction(0)
    ten_kelvin = Fraction(1, 100) if goods.expansion is None else Fraction(goods.expansion, 10**4)
    part = sum((kilograms(each, goods) for each in others), Fraction(0)) / sold
    return authorized, sold, steady + part * ten_kelvin * authorized, part * ten_kelvin


def oracle(code: Code, sales: list[Amount], *, has_ended: bool) -> set[str]:
    authorized, sold, tolerance, breath = compared(code, sales)
    near = Fraction(2, 100) + breath
    found = {"quantity_exceeded"} if sold - authorized > tolerance else set()
    if has_ended and authorized - sold > tolerance:
        found.add("quantity_short")
    for factor in (10, 100, 1000):
        if (1 - near) * factor * authorized <= sold <= (1 + near) * factor * authorized:
            found = (found | {"decimal_slip"}) - {"quantity_exceeded"}
        if has_ended and (1 - near) * authorized <= factor * sold <= (1 + near) * authorized:
            found.add("decimal_slip")
    return found


def goods() -> st.SearchStrategy[Goods]:
    return st.builds(
        Goods,
        density=st.sampled_from([650, 791, 1000, 1830]),
        packed=st.booleans(),
        division=st.sampled_from([1, 100, 20_000]),
        cap=st.sampled_from([None, 0, 2_000]),
        expansion=st.sampled_from([None, 50, 140]),
    )


def codes() -> st.SearchStrategy[Code]:
    authorized = st.tuples(st.integers(1, 2_000_000), st.sampled_from(UNITS))
    some = st.builds(Code, authorized, goods())
    return some.filter(lambda code: kilograms(code.authorized, code.goods) > 0)


def edges(code: Code, unit: str) -> Iterator[Fraction]:
    """Totals of up to three times the code, in kg or L: where the tolerance ends and a point
    slips, each with its neighbors, and some between."""
    authorized, _sold, tolerance, breath = compared(code, [(1_000, unit)])
    for edge in (authorized - tolerance, authorized, authorized + tolerance):
        yield from (edge + Fraction(by, 1000) for by in (-1, 0, 1))
    for factor in (10, 100, 1000):
        for percent in (97, 98 - 100 * breath, 98, 100, 102, 102 + 100 * breath, 104):
            yield authorized * factor * percent / 100
            yield authorized / factor * percent / 100
    yield from (authorized * share / 4 for share in range(13))


def amount(total: Fraction, code: Code, unit: str) -> Amount:
    """So much of what the code and the sale are compared in, as thousandths of a unit."""
    density = Fraction(code.goods.density, 1000)
    by_mass = is_mass(code.authorized) or is_mass((1, unit))
    kg = total if by_mass else total * density
    each = KILOGRAMS[unit] if unit in KILOGRAMS else LITERS[unit] * density
    return max(0, round(kg / each * 1000)), unit


@settings(max_examples=60, deadline=None)
@example(Code((15_000, "L"), Goods()), "L")  # a division of the scale, as liters
@example(Code((15_000, "kg"), Goods(division=20_000)), "[gal_us]")
@example(Code((1_000_000, "[gal_us]"), Goods(cap=2_000)), "m3")  # a cap, as liters
@example(Code((1_000_000, "L"), Goods(packed=True)), "kg")
@given(codes(), st.sampled_from(UNITS))
def test_quantity_flags_equal_the_oracle_at_every_edge(code: Code, unit: str) -> None:
    for total in edges(code, unit):
        sold = amount(total, code, unit)
        hold(code, [sold] if sold[0] else [])


@settings(max_examples=200, deadline=None)
@example(Code((1_000, "kg"), Goods()), [(9_800, "kg")])
@example(Code((1_000, "kg"), Goods()), [(9_799, "kg")])
@example(Code((1_000_000, "kg"), Goods()), [(1_000_000, "kg"), (6_384, "L")])
@example(Code((1_000_000, "kg"), Goods()), [(1_000_000, "kg"), (6_385, "L")])
@given(codes(), st.lists(st.tuples(st.integers(1, 10**6), st.sampled_from(UNITS)), max_size=3))
def test_quantity_flags_of_several_sales_equal_the_oracle(code: Code, sales: list[Amount]) -> None:
    hold(code, sales)


@settings(deadline=None)
@given(codes(), st.lists(st.integers(1, 1_000), min_size=1, max_size=4), st.integers(-9, 9))
def test_quantity_flags_of_a_code_sold_in_parts_equal_the_oracle(
    code: Code, shares: list[int], by: int
) -> None:
    """About as much as was authorized, each part in mass and volume by turns."""
    whole = kilograms(code.authorized, code.goods) * (1000 + by) / 1000
    parts = [
        (whole * share / sum(shares), "kg" if number % 2 else "L")
        for number, share in enumerate(shares)
    ]
    in_kilograms = replace(code, authorized=(1, "kg"))
    hold(code, [sold for kg, unit in parts if (sold := amount(kg, in_kilograms, unit))[0]])


def hold(code: Code, sales: list[Amount]) -> None:
    product = code.goods.facts()
    told = [
        sale(report(written(each), version, product=product), id=version)
        for version, each in enumerate(sales, start=2)
    ]
    for has_ended, known in ((False, facts), (True, ended)):
        case = known(*told, authorized=written(code.authorized), product=product)
        assert names(case) == oracle(code, sales, has_ended=has_ended)


def written(amount: Amount) -> str:
    number, unit = amount
    return f"{thousandth(number)} {unit}"
