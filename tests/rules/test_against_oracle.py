"""The quantity rules against an oracle that was written apart from them."""

from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from tests.rules.build import ended, facts, names, report, sale

QUANTITY_RULES = {"quantity_exceeded", "quantity_short", "decimal_slip"}
GRAMS_MAX = 2_000_000


def oracle(authorized_g: int, sold_g: int, *, has_ended: bool) -> set[str]:
    """By whole numbers alone: ten-thousandths of a gram, e = 100 g, 0.5 %, at most 5 %."""
    tolerance = min(max(authorized_g * 50, 100 * 10_000), authorized_g * 500)
    over = (sold_g - authorized_g) * 10_000
    found = {"quantity_exceeded"} if over > tolerance else set()
    if has_ended and -over > tolerance:
        found.add("quantity_short")
    for factor in (10, 100, 1000):
        if 98 * factor * authorized_g <= 100 * sold_g <= 102 * factor * authorized_g:
            found = (found | {"decimal_slip"}) - {"quantity_exceeded"}
        if has_ended and 98 * authorized_g <= 100 * factor * sold_g <= 102 * authorized_g:
            found.add("decimal_slip")
    return found


def grams(number: int) -> str:
    return f"{Decimal(number).scaleb(-3)} kg"


@st.composite
def sales_of_up_to_three_times_the_code(draw: st.DrawFn) -> tuple[int, list[int]]:
    authorized = draw(st.integers(1, GRAMS_MAX))
    total = draw(
        st.one_of(
            st.integers(0, 3 * authorized),
            st.integers(-120, 120).map(lambda by: max(0, authorized + by)),
            st.integers(-3, 3).map(lambda by: max(0, authorized + authorized // 200 + by)),
            st.sampled_from([10, 100, 1000]).map(lambda factor: authorized * factor),
            st.sampled_from([10, 100, 1000]).map(lambda factor: authorized // factor),
        )
    )
    cut = draw(st.integers(0, total))
    return authorized, [part for part in (cut, total - cut) if part]


@given(sales_of_up_to_three_times_the_code(), st.booleans())
@example((1000, [9800]), False)
@example((1000, [9799]), False)
def test_quantity_flags_equal_the_oracle(case: tuple[int, list[int]], has_ended: bool) -> None:
    authorized, parts = case
    sales = [
        sale(report(grams(part), version), id=version)
        for version, part in enumerate(parts, start=2)
    ]
    known = (ended if has_ended else facts)(*sales, authorized=grams(authorized))
    expected = oracle(authorized, sum(parts), has_ended=has_ended)
    assert names(known) & QUANTITY_RULES == expected
