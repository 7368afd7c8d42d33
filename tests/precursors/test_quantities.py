"""Quantities: what is read, what is refused, and the kilograms they stand for."""

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from precursors import quantities
from precursors.errors import Refused
from precursors.quantities import MICRO, Quantity, Unit, as_json, parse, quantity

MASSES = [Unit.KG, Unit.G, Unit.MG, Unit.T]
VOLUMES = [Unit.L, Unit.ML, Unit.M3, Unit.GAL_US]


@dataclass(frozen=True)
class Form:
    """A product reduced to what its kilograms depend on."""

    concentration_percent: Decimal = Decimal(33)
    density_kg_per_l: Decimal | None = Decimal("1.16435")
    counts_whole: bool = False

    def net_kg(self, amount: Quantity) -> Decimal:
        mass_kg = quantities.mass_kg(amount, self.density_kg_per_l)
        return quantities.net_kg(mass_kg, self.concentration_percent, self.counts_whole)


def decimals(smallest: str, largest: str) -> st.SearchStrategy[Decimal]:
    places = -int(Decimal(smallest).as_tuple().exponent)
    low, high = (int(Decimal(text).scaleb(places)) for text in (smallest, largest))
    return st.integers(low, high).map(lambda ticks: Decimal(ticks).scaleb(-places))


values = decimals("0.001", "99999999.999")
units = st.sampled_from(list(Unit))
amounts = st.builds(Quantity, values, units)
forms = st.builds(
    Form,
    concentration_percent=decimals("0.0001", "100.0000"),
    density_kg_per_l=decimals("0.00001", "25.00000"),
    counts_whole=st.booleans(),
)


# Reading and writing ---------------------------------------------------------


@given(decimals("0.001", "999999999999999.999"), units)
def test_every_quantity_survives_the_way_to_json_and_back(value: Decimal, unit: Unit) -> None:
    amount = quantity(str(value), unit.value)
    assert parse(as_json(amount)) == amount
    assert parse({"value": str(value), "unit_code": unit.code}) == amount
    assert amount.value == value


def test_a_quantity_is_written_with_three_decimals() -> None:
    assert as_json(quantity("1250", "kg")) == {"value": "1250.000", "unit": "kg"}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        *[
            (value, "not_a_number")
            for value in (
                *("", " ", "abc", "NaN", "Infinity", "-Infinity", "1e3", "1E3", "0x10"),
                *("1,250.5", "1250,5", "1.250,50", "1_000", "1 000", " 1", "1 ", "1\n", "+1"),
                *(".5", "5.", "1.2.3", "--1", "١٢", "１２", "1\0", None, True, 5, 5.5, [], {}),
                *(b"5", Decimal("NaN"), Decimal("Infinity")),
            )
        ],
        *[(value, "not_positive") for value in ("0", "0.000", "-0", "-1", Decimal(-1))],
        *[(value, "too_many_decimals") for value in ("0.0001", "1.0000", Decimal("1E-30"))],
        *[
            (value, "too_many_digits")
            for value in ("1" * 16, "9" * 25, "9" * 5000, Decimal("1E15"), Decimal("1E999"))
        ],
    ],
)
def test_what_is_no_quantity_is_refused_by_its_name(value: object, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        quantity(value, "kg")
    assert refusal.value.code == code
    assert refusal.value.data["field"] == "value"


@pytest.mark.parametrize("value", ["0.001", "999999999999999.999", "0005", "1.5", Decimal("1E3")])
def test_the_edges_of_what_is_a_quantity_are_read(value: str | Decimal) -> None:
    assert quantity(value, "kg").value == Decimal(value)


@pytest.mark.parametrize(
    "unit", ["", "KG", "Kg", "kilo", "l", "lb", "gal", "m³", "KGM", None, 1, []]
)
def test_an_unknown_unit_is_refused(unit: object) -> None:
    with pytest.raises(Refused) as refusal:
        quantity("1", unit)
    assert refusal.value.code == "unknown_unit"
    assert "[gal_us]" in str(refusal.value)


@pytest.mark.parametrize(
    "data",
    [
        {"value": "1"},
        {"value": "1", "unit_code": "kg"},
        {"value": "1", "unit_code": ["KGM"]},
        {"value": "1", "unit_code": None},
        {"value": "1", "unit": {}},
        {"value": "1", "unit": "g", "unit_code": "KGM"},
    ],
)
def test_json_without_one_clear_unit_is_refused(data: object) -> None:
    with pytest.raises(Refused) as refusal:
        parse(data)
    assert refusal.value.code == "unknown_unit"


@pytest.mark.parametrize("data", [None, "1 kg", 5, [], ["1", "kg"], {}, {"unit": "kg"}])
def test_json_without_a_value_is_refused(data: object) -> None:
    with pytest.raises(Refused) as refusal:
        parse(data)
    assert refusal.value.code == "not_a_number"


def test_symbol_and_code_that_agree_are_read() -> None:
    assert parse({"value": "1", "unit": "t", "unit_code": "TNE"}) == quantity("1", "t")


def test_a_refusal_speaks_as_it_is_read() -> None:
    with pytest.raises(Refused) as refusal, translation.override("en"):
        quantity("0", "kg")
    with translation.override("en"):
        assert str(refusal.value) == "Enter a quantity of more than zero."


# Units -----------------------------------------------------------------------


def test_units_carry_their_codes_of_trade() -> None:
    assert {unit.value: unit.code for unit in Unit} == {
        "kg": "KGM",
        "g": "GRM",
        "mg": "MGM",
        "t": "TNE",
        "L": "LTR",
        "mL": "MLT",
        "m3": "MTQ",
        "[gal_us]": "GLL",
    }


@pytest.mark.parametrize(
    ("value", "unit", "base"),
    [
        ("1.5", "kg", "1.5"),
        ("1", "g", "0.001"),
        ("0.001", "mg", "0.000000001"),
        ("1.25", "t", "1250"),
        ("1", "L", "1"),
        ("1", "mL", "0.001"),
        ("1", "m3", "1000"),
        ("1", "[gal_us]", "3.785411784"),
        ("999999999999999.999", "[gal_us]", "3785411783999999.996214588216"),
    ],
)
def test_units_convert_exactly(value: str, unit: str, base: str) -> None:
    assert quantity(value, unit).base == Decimal(base)


@given(values, st.sampled_from(MASSES), st.sampled_from(MASSES))
def test_masses_convert_there_and_back(value: Decimal, unit: Unit, other: Unit) -> None:
    there = quantities.converted(Quantity(value, unit), other)
    assert there * other.factor == value * unit.factor


def test_a_mass_is_never_expressed_as_a_volume() -> None:
    with pytest.raises(ValueError, match="different things"):
        quantities.converted(quantity("1", "kg"), Unit.L)


# Kilograms -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "product_kg", "net_kg"),
    [
        ("1000", "kg", "1000", "330"),
        ("1000", "L", "1164.35", "384.2355"),
        ("1", "m3", "1164.35", "384.2355"),
        ("1", "[gal_us]", "4.407544", "1.454490"),
        ("0.005", "g", "0.000005", "0.000002"),
    ],
)
def test_kilograms_are_mass_times_concentration(
    value: str, unit: str, product_kg: str, net_kg: str
) -> None:
    amount = quantity(value, unit)
    assert quantities.product_kg(amount, Form().density_kg_per_l) == Decimal(product_kg)
    assert Form().net_kg(amount) == Decimal(net_kg)


def test_the_net_is_rounded_once() -> None:
    """From a mass rounded first, 0.000002 kg, it would be nothing."""
    form = Form(concentration_percent=Decimal(24))
    assert form.net_kg(quantity("2.5", "mg")) == Decimal("0.000001")


def test_half_a_millionth_goes_to_the_even_side() -> None:
    pure = Form(concentration_percent=Decimal(100))
    assert pure.net_kg(quantity("1.5", "mg")) == Decimal("0.000002")
    assert pure.net_kg(quantity("2.5", "mg")) == Decimal("0.000002")


def test_a_net_of_zero_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        Form(concentration_percent=Decimal(100)).net_kg(quantity("0.5", "mg"))
    assert refusal.value.code == "net_is_zero"


def test_a_mixture_that_counts_whole_counts_its_whole_mass() -> None:
    form = Form(concentration_percent=Decimal(40), counts_whole=True)
    assert form.net_kg(quantity("10", "kg")) == 10


@pytest.mark.parametrize("unit", VOLUMES)
def test_a_volume_without_density_is_refused_never_guessed(unit: Unit) -> None:
    unknown = Form(density_kg_per_l=None)
    for act in (
        lambda: quantities.product_kg(quantity("1", unit), None),
        lambda: unknown.net_kg(quantity("1", unit)),
        lambda: quantities.largest_in_unit(Decimal(1), unit, unknown),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "density_unknown"


@pytest.mark.parametrize("unit", MASSES)
def test_a_mass_needs_no_density(unit: Unit) -> None:
    assert quantities.mass_kg(quantity("2", unit), None) == 2 * unit.factor


@pytest.mark.parametrize(("value", "unit"), [("1000000000000", "kg"), ("9" * 15, "m3")])
def test_a_load_beyond_all_loads_is_refused(value: str, unit: str) -> None:
    with pytest.raises(Refused) as refusal:
        Form().net_kg(quantity(value, unit))
    assert refusal.value.code == "quantity_too_large"


@given(amounts, forms)
def test_the_net_never_exceeds_the_product_and_agrees_with_fractions(
    amount: Quantity, form: Form
) -> None:
    exact = net_by_fractions(amount, form)
    if round(exact * 10**6) == 0:
        with pytest.raises(Refused, match="too small"):
            form.net_kg(amount)
    else:
        assert form.net_kg(amount) <= quantities.product_kg(amount, form.density_kg_per_l)
        assert Fraction(form.net_kg(amount)) == Fraction(round(exact * 10**6), 10**6)


def test_masses_are_exact_before_they_are_rounded() -> None:
    mass_kg = quantities.mass_kg(quantity("9999999999.999", "[gal_us]"), Decimal("13.54612"))
    factors = ("9999999999.999", "3.785411784", "13.54612")
    assert Fraction(mass_kg) == math.prod(Fraction(factor) for factor in factors)


@given(values, values, units, forms)
def test_more_of_a_product_never_counts_less(
    value: Decimal, more: Decimal, unit: Unit, form: Form
) -> None:
    masses = [
        quantities.product_kg(Quantity(amount, unit), form.density_kg_per_l)
        for amount in (value, value + more)
    ]
    assert masses == sorted(masses)


def net_by_fractions(amount: Quantity, form: Form) -> Fraction:
    """The kilograms, written once more in other arithmetic."""
    kg = Fraction(amount.value) * Fraction(amount.unit.factor)
    if amount.unit in VOLUMES:
        kg *= Fraction(form.density_kg_per_l or 0)
    return kg if form.counts_whole else kg * Fraction(form.concentration_percent) / 100


# Headroom --------------------------------------------------------------------

headrooms = decimals("0.000001", "99999999.999999")


@given(headrooms, units, forms)
def test_what_fits_into_a_headroom_never_overshoots_it(
    headroom_kg: Decimal, unit: Unit, form: Form
) -> None:
    largest = quantities.largest_in_unit(headroom_kg, unit, form)
    fits = net_by_fractions(Quantity(largest, unit), form)
    one_more = net_by_fractions(Quantity(largest + Decimal("0.001"), unit), form)
    assert fits <= Fraction(headroom_kg) < one_more or largest == Decimal("999999999999999.999")
    assert rounded(fits) <= headroom_kg


@pytest.mark.parametrize("headroom_kg", ["0", "-1", "0.0000001"])
def test_nothing_fits_where_there_is_no_room(headroom_kg: str) -> None:
    assert quantities.largest_in_unit(Decimal(headroom_kg), Unit.T, Form()) == 0


def test_what_fits_is_told_in_three_decimals() -> None:
    largest = quantities.largest_in_unit(Decimal(100), Unit.L, Form())
    assert str(largest) == "260.257"


def rounded(kg: Fraction) -> Decimal:
    wide = Context(prec=64)
    exact = wide.divide(Decimal(kg.numerator), Decimal(kg.denominator))
    return exact.quantize(MICRO, rounding=ROUND_HALF_EVEN, context=wide)
