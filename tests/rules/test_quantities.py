"""How much was sold and received: both sides of every edge."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

import rules
from rules import Facts, ProductFacts, SaleFacts
from tests.rules.build import (
    ACETONE,
    DRUMS,
    ended,
    facts,
    fires,
    found,
    names,
    receipt,
    report,
    sale,
    sold,
)

CAPPED = replace(ACETONE, tolerance_cap_kg=Decimal(2))
COARSE = replace(ACETONE, scale_division_kg=Decimal(20))
BREATHING = replace(ACETONE, expansion_per_kelvin=Decimal("0.0014"))
BREATHING_DRUMS = replace(DRUMS, expansion_per_kelvin=Decimal("0.0005"))

# authorized, the last that passes, the first that does not, the product
UPPER_EDGES = [
    ("1000 kg", "1005 kg", "1005.001 kg", ACETONE),  # 0.5 %
    ("1 t", "1005 kg", "1005.001 kg", ACETONE),
    ("10 kg", "10.1 kg", "10.101 kg", ACETONE),  # one division of the scale
    ("1 kg", "1.05 kg", "1.051 kg", ACETONE),  # 5 %
    ("100 kg", "105 kg", "105.001 kg", COARSE),  # a division of 20 kg, held at 5 %
    ("1000 kg", "1002 kg", "1002.001 kg", CAPPED),  # the cap
    ("1000 kg", "1000 kg", "1000.001 kg", DRUMS),  # packed: nothing
    ("1000 L", "1005 L", "1005.001 L", ACETONE),
    ("1000 [gal_us]", "1005 [gal_us]", "1005.001 [gal_us]", ACETONE),
    ("1 [gal_us]", "3.911 L", "3.912 L", ACETONE),  # 0.1 kg is 0.126 L of 3.785 L
    ("1000 L", "794.955 kg", "794.956 kg", BREATHING_DRUMS),  # packed, and 10 K of 0.05 %
    ("1000 kg", "1283.185 L", "1283.186 L", ACETONE),  # 1015 kg: 0.5 % and 1 %
    ("1000 kg", "1288.242 L", "1288.243 L", BREATHING),  # 1019 kg: 0.5 % and 10 K of 0.14 %
    ("1000 kg", "1276.864 L", "1276.865 L", DRUMS),  # 1010 kg: packed, and 1 %
]
LOWER_EDGES = [
    ("1000 kg", "995 kg", "994.999 kg", ACETONE),
    ("10 kg", "9.9 kg", "9.899 kg", ACETONE),
    ("1 kg", "0.95 kg", "0.949 kg", ACETONE),
    ("1000 kg", "998 kg", "997.999 kg", CAPPED),
    ("1000 kg", "1000 kg", "999.999 kg", DRUMS),
    ("1000 kg", "1245.260 L", "1245.259 L", ACETONE),  # 985 kg
]


@pytest.mark.parametrize(("authorized", "within", "beyond", "product"), UPPER_EDGES)
def test_more_than_the_tolerance_above_the_code_exceeds_it(
    authorized: str, within: str, beyond: str, product: ProductFacts
) -> None:
    code: dict[str, Any] = {"authorized": authorized, "product": product}
    assert not fires("quantity_exceeded", sold(within, **code))
    assert fires("quantity_exceeded", sold(beyond, **code))


@pytest.mark.parametrize(("authorized", "within", "beyond", "product"), LOWER_EDGES)
def test_more_than_the_tolerance_below_an_ended_code_is_short(
    authorized: str, within: str, beyond: str, product: ProductFacts
) -> None:
    def after(text: str) -> Facts:
        code: dict[str, Any] = {"authorized": authorized, "product": product}
        return ended(sale(report(text, product=product)), **code)

    assert not fires("quantity_short", after(within))
    assert fires("quantity_short", after(beyond))


def test_eighty_kilograms_over_are_told_with_their_arithmetic() -> None:
    [evidence] = found("quantity_exceeded", sold("1080 kg"))
    assert evidence == {
        "unit": "kg",
        "authorized": "1000.000",
        "authorized_kg": "1000.000",
        "sold": "1080.000",
        "sold_kg": "1080.000",
        "tolerance": "5.000",
        "tolerance_kg": "5.000",
        "over": "80.000",
        "over_kg": "80.000",
        "percent": "8.000",
    }


def test_a_volume_is_told_in_its_unit_and_in_kilograms() -> None:
    [evidence] = found("quantity_exceeded", sold("1100 L", authorized="1000 L"))
    assert evidence["unit"] == "L"
    assert (evidence["over"], evidence["over_kg"]) == ("100.000", "79.100")


def test_sales_of_one_code_are_counted_together() -> None:
    half = sale(report("500 kg"))
    assert not fires("quantity_exceeded", facts(half, sale(report("505 kg", 3), id=8)))
    assert fires("quantity_exceeded", facts(half, sale(report("505.001 kg", 3), id=8)))


def test_a_sale_counts_at_its_highest_figure_until_another_party_agrees_to_less() -> None:
    corrected = (report("1080 kg"), report("1000 kg", 3))
    assert fires("quantity_exceeded", facts(sale(*corrected)))
    agreed = [
        sale(*corrected, agreed=(4,)),
        sale(*corrected, receipt=receipt("1000 kg", version=4)),
        sale(report("1080 kg"), report("1000 kg", 4), receipt=receipt("1000 kg", version=3)),
    ]
    for each in agreed:
        assert not fires("quantity_exceeded", facts(each))


def test_an_agreement_before_the_correction_agrees_to_nothing_less() -> None:
    known = facts(sale(report("1080 kg"), report("1000 kg", 4), agreed=(3,)))
    assert fires("quantity_exceeded", known)


def test_a_receipt_of_more_than_was_sold_counts() -> None:
    assert fires("quantity_exceeded", facts(sale(receipt=receipt("1080 kg"))))


def test_a_void_counts_as_before_until_nothing_arrived() -> None:
    void = (report("1080 kg"), report(None, 3))
    assert fires("quantity_exceeded", facts(sale(*void)))
    nothing = receipt(None, "never_received", 4)
    assert not fires("quantity_exceeded", facts(sale(*void, receipt=nothing)))


def test_a_receipt_in_another_dimension_widens_no_tolerance() -> None:
    told = sale(report("1006 kg"), receipt=receipt("1271 L"))
    assert fires("quantity_exceeded", facts(told))


@pytest.mark.parametrize(
    ("liters", "exceeds"), [("6.384 L", False), ("6.385 L", True), ("12 L", True)]
)
def test_a_part_sold_by_volume_widens_the_tolerance_by_its_part(
    liters: str, exceeds: bool
) -> None:
    """5.05 kg by volume after 1,000 kg by mass: 5 kg, and a two-hundredth of 1 % of the code."""
    known = facts(sale(report()), sale(report(liters, 3), id=8))
    assert fires("quantity_exceeded", known) is exceeds


@pytest.mark.parametrize(
    ("told", "exceeds"),
    [
        (sale(report("1271 L"), receipt=receipt("1279 L")), False),  # 1011.689 kg, by volume
        (sale(report("1271 L"), receipt=receipt("1012 kg")), True),  # weighed on arrival
        (sale(report("1012 kg"), report("1265 L", 3)), True),  # counts at what was weighed
        (sale(report("1012 kg"), report("1279.5 L", 3)), False),  # 1012.084 kg, by volume
    ],
)
def test_what_was_weighed_does_not_breathe(told: SaleFacts, exceeds: bool) -> None:
    assert fires("quantity_exceeded", facts(told)) is exceeds


def test_only_an_issued_code_that_ended_is_short() -> None:
    part = sale(report("500 kg"))
    assert not fires("quantity_short", facts(part))
    for status in ("closed", "cancelled", "revoked", "expired"):
        assert fires("quantity_short", ended(part, status=status))
    assert not fires("quantity_short", ended(status="refused", issued_at=None))


def test_an_unused_code_is_short_of_everything() -> None:
    [evidence] = found("quantity_short", ended(status="expired"))
    assert evidence["short_kg"] == "1000.000"


def test_without_a_code_there_is_nothing_to_hold_a_quantity_against() -> None:
    known = ended(sale(), has_code=False, authorized="0 kg", issued_at=None, valid_until=None)
    assert names(known) == {"sold_without_code"}


@pytest.mark.parametrize("factor", [10, 100, 1000])
def test_two_percent_around_a_power_of_ten_is_a_slip(factor: int) -> None:
    for thousandths, slips in ((979, False), (980, True), (1020, True), (1021, False)):
        known = sold(f"{Decimal(factor * thousandths)} kg")
        assert fires("decimal_slip", known) is slips
        assert fires("quantity_exceeded", known) is not slips


@pytest.mark.parametrize("factor", [10, 100, 1000])
def test_two_percent_around_a_tenth_is_a_slip_once_the_code_has_ended(factor: int) -> None:
    for thousandths, slips in ((979, False), (980, True), (1020, True), (1021, False)):
        part = sale(report(f"{Decimal(thousandths * 1000) / factor} kg"))
        code = {"authorized": "1000000 kg"}
        assert fires("decimal_slip", ended(part, **code)) is slips
        assert not fires("decimal_slip", facts(part, **code))


@pytest.mark.parametrize(
    ("liters", "slips"),
    [
        ("12996.207 L", True),  # 10,280 kg: ten times the code, 2 % and 0.8 %
        ("13021.491 L", True),  # 10,300 kg: 2 % and 1 %
        ("13021.493 L", False),
        ("12262.959 L", True),  # 9,700 kg
        ("12262.957 L", False),
    ],
)
def test_liters_slip_by_as_much_more_as_their_temperature_makes_of_them(
    liters: str, slips: bool
) -> None:
    assert fires("decimal_slip", sold(liters)) is slips
    assert fires("quantity_exceeded", sold(liters)) is not slips


def test_a_slip_upward_is_high_and_one_downward_medium() -> None:
    for text, severity in (("10000 kg", "high"), ("100 kg", "medium")):
        findings = rules.evaluate(ended(sale(report(text))), rules.defaults())
        [slip] = [finding for finding in findings if finding.rule == "decimal_slip"]
        assert slip.severity == severity


def test_a_slip_turned_off_leaves_the_quantity_exceeded() -> None:
    settings = rules.defaults()
    settings["decimal_slip"]["on"] = False
    assert fires("quantity_exceeded", sold("10000 kg"), settings)


@pytest.mark.parametrize(
    ("arrived", "differs"),
    [("995 kg", False), ("994.999 kg", True), ("1005 kg", False), ("1005.001 kg", True)],
)
def test_a_receipt_differs_beyond_the_tolerance(arrived: str, differs: bool) -> None:
    assert fires("receipt_difference", facts(sale(receipt=receipt(arrived)))) is differs


def test_a_receipt_is_held_against_the_figure_now_in_force() -> None:
    corrected = (report("1080 kg"), report("1000 kg", 6))
    assert not fires("receipt_difference", facts(sale(*corrected, receipt=receipt("1000 kg"))))
    assert fires("receipt_difference", facts(sale(*corrected, receipt=receipt("1080 kg"))))


def test_a_receipt_by_volume_of_a_sale_by_mass_may_differ_by_its_breath() -> None:
    for liters, differs in (("1283.185 L", False), ("1283.186 L", True)):
        assert fires("receipt_difference", facts(sale(receipt=receipt(liters)))) is differs


@pytest.mark.parametrize("outcome", ["unsatisfactory", "partly_refused"])
def test_a_receipt_that_is_not_satisfactory_is_a_difference(outcome: str) -> None:
    [evidence] = found("receipt_difference", facts(sale(receipt=receipt(outcome=outcome))))
    assert (evidence["outcome"], evidence["difference"]) == (outcome, "0.000")


@pytest.mark.parametrize("outcome", ["refused", "never_received"])
def test_nothing_arrived_differs_until_the_vendor_voids_the_sale(outcome: str) -> None:
    nothing = receipt(None, outcome)
    [evidence] = found("receipt_difference", facts(sale(receipt=nothing)))
    assert evidence["difference_kg"] == "-1000.000"
    void = (report(), report(None, 6))
    assert not fires("receipt_difference", facts(sale(*void, receipt=nothing)))


def test_goods_that_arrived_from_a_sale_made_void_differ() -> None:
    known = facts(sale(report(), report(None, 6), receipt=receipt()))
    [evidence] = found("receipt_difference", known)
    assert evidence["difference_kg"] == "1000.000"
    assert fires("correction_after_receipt", known)


def test_only_another_quantity_after_the_receipt_is_a_correction_after_it() -> None:
    def corrected(text: str, version: int) -> Facts:
        return facts(sale(report(), report(text, version), receipt=receipt(version=5)))

    assert not fires("correction_after_receipt", corrected("990 kg", 4))
    assert not fires("correction_after_receipt", corrected("1 t", 6))
    [evidence] = found("correction_after_receipt", corrected("990 kg", 6))
    assert evidence == {
        "before_kg": "1000.000",
        "after_kg": "990.000",
        "change_kg": "-10.000",
    }


@pytest.mark.parametrize(
    ("before", "after", "is_other"),
    [
        ("1000 kg", "1264 L", False),  # 999.824 kg
        ("1000 kg", "1276.864 L", False),  # 1 % more
        ("1000 kg", "1276.865 L", True),
        ("1264 L", "990 kg", False),
        ("1264 L", "989 kg", True),
        ("1264 L", "1263 L", True),  # nothing was weighed
    ],
)
def test_the_same_load_told_by_volume_is_no_other_quantity(
    before: str, after: str, is_other: bool
) -> None:
    known = facts(sale(report(before), report(after, 6), receipt=receipt(before)))
    assert fires("correction_after_receipt", known) is is_other


def test_a_void_that_the_buyer_asked_for_is_no_correction_after_receipt() -> None:
    void = (report(), report(None, 6))
    known = facts(sale(*void, receipt=receipt(None, "never_received", 5)))
    assert not fires("correction_after_receipt", known)
    assert fires("correction_after_receipt", facts(sale(*void, receipt=receipt(version=5))))


def test_figures_too_long_for_a_float_are_compared_exactly() -> None:
    code = {"authorized": "900000000.001 kg", "product": DRUMS}
    assert not fires("quantity_exceeded", sold("900000000.001 kg", **code))
    assert fires("quantity_exceeded", sold("900000000.002 kg", **code))
