"""The ledger's arithmetic, row by row of its table, and under random steps."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from authorizations.ledger import Balances, ended, freed, sold_changed
from rules.count import SaleStep, Word, count_sale

D = Decimal
LIVE = Balances(reserved=D(100))


def sold(balances: Balances, by: int, *, live: bool = True, settled: bool = False) -> Balances:
    return sold_changed(balances, authorized=D(100), by=D(by), live=live, settled=settled)


def test_a_sale_within_the_reserve_is_consumed() -> None:
    assert sold(LIVE, 40) == Balances(reserved=D(60), consumed=D(40))


def test_a_sale_beyond_the_reserve_is_overage() -> None:
    assert sold(LIVE, 130) == Balances(consumed=D(100), overage=D(30))


def test_what_falls_comes_off_the_overage_first() -> None:
    after = sold(sold(LIVE, 130), -50)
    assert after == Balances(reserved=D(20), consumed=D(80))


def test_an_ended_code_holds_its_reserve_until_it_is_released() -> None:
    held = ended(LIVE, held=True)
    assert held == Balances(held=D(100))
    assert freed(held) == Balances()


def test_an_ended_request_frees_its_reserve() -> None:
    assert ended(LIVE, held=False) == Balances()


def test_a_sale_after_the_end_takes_from_what_is_held() -> None:
    held = ended(LIVE, held=True)
    assert sold(held, 40, live=False) == Balances(held=D(60), consumed=D(40))
    assert sold(held, 120, live=False) == Balances(consumed=D(100), overage=D(20))


def test_what_falls_after_the_end_is_held_again_unless_settled() -> None:
    after = sold(ended(LIVE, held=True), 40, live=False)
    assert sold(after, -10, live=False) == Balances(held=D(70), consumed=D(30))
    assert sold(after, -10, live=False, settled=True) == Balances(held=D(60), consumed=D(30))


R, W = Word.REPORTED, Word.RECEIVED
TABLE = [
    ([SaleStep(R, D(1080))], 1080),
    ([SaleStep(R, D(1080)), SaleStep(R, D(1000))], 1080),  # one party's word takes nothing off
    ([SaleStep(R, D(1000)), SaleStep(R, D(1080))], 1080),
    ([SaleStep(R, D(1080)), SaleStep(R, D(1000)), SaleStep(W, D(1000))], 1000),
    ([SaleStep(R, D(1080)), SaleStep(W, D(1000)), SaleStep(R, D(1000))], 1000),
    ([SaleStep(R, D(1000)), SaleStep(W, D(1080))], 1080),
    ([SaleStep(R, D(1080)), SaleStep(R, D(0))], 1080),
    ([SaleStep(R, D(1080)), SaleStep(R, D(0)), SaleStep(Word.NOTHING_ARRIVED)], 0),
    ([SaleStep(R, D(1080)), SaleStep(Word.NOTHING_ARRIVED)], 1080),
    ([SaleStep(R, D(1080)), SaleStep(Word.NOTHING_ARRIVED), SaleStep(R, D(900))], 1080),
    ([SaleStep(R, D(1080)), SaleStep(Word.NOTHING_ARRIVED), SaleStep(R, D(0))], 0),
    ([SaleStep(R, D(1080)), SaleStep(R, D(1000)), SaleStep(Word.AGREED)], 1000),
    (
        [SaleStep(R, D(1080)), SaleStep(R, D(1000)), SaleStep(Word.AGREED), SaleStep(R, D(900))],
        1000,
    ),
    (
        [SaleStep(R, D(1080)), SaleStep(W, D(1080)), SaleStep(R, D(900)), SaleStep(Word.AGREED)],
        900,
    ),
]


def test_a_sale_counts_at_the_highest_figure_until_somebody_else_agrees() -> None:
    for steps, expected in TABLE:
        assert count_sale(steps) == expected, steps


figures = st.integers(0, 300).map(D)
said = st.lists(
    st.one_of(
        figures.map(lambda figure: SaleStep(R, figure)),
        st.just(SaleStep(Word.AGREED)),
    ),
    min_size=1,
)


@given(first=figures, later=said)
def test_the_vendor_alone_never_lowers_what_counts(first: Decimal, later: list[SaleStep]) -> None:
    reports = [SaleStep(R, first), *(step for step in later if step.word is R)]
    assert count_sale(reports) == max(step.figure for step in reports)


@given(changes=st.lists(st.integers(-300, 300)), end_after=st.integers(0, 10))
def test_balances_hold_whatever_happens(changes: list[int], end_after: int) -> None:
    balances, live = LIVE, True
    for number, change in enumerate(changes):
        if live and number == end_after:
            balances, live = ended(balances, held=True), False
        by = max(D(change), -balances.sold)
        balances = sold_changed(balances, authorized=D(100), by=by, live=live, settled=False)
        assert min(balances.reserved, balances.held, balances.consumed, balances.overage) >= 0
        assert balances.consumed == min(balances.sold, D(100))
        assert balances.reserved == (D(100) - balances.consumed if live else 0)
