"""What a sale without a code takes of a quota, whatever is said of it and in any order."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from rules.claims import fold_claim
from rules.count import SaleStep, Word, count_sale

FIGURED = (Word.REPORTED, Word.RECEIVED)
ANSWERS = (Word.RECEIVED, Word.NOTHING_ARRIVED, Word.CONFIRMED)


def said(word: Word, figure: int = 0) -> SaleStep:
    return SaleStep(word, Decimal(figure))


steps = st.lists(
    st.builds(
        lambda word, figure: said(word, figure if word in FIGURED else 0),
        st.sampled_from(list(Word)),
        st.integers(0, 9),
    ),
    max_size=8,
).map(lambda more: [said(Word.REPORTED, 5), *more])


@given(steps)
def test_no_more_is_debited_than_somebody_else_vouched_for(steps: list[SaleStep]) -> None:
    claim = fold_claim(steps)
    confirmed = [
        fold_claim(steps[:n]).reported
        for n, step in enumerate(steps)
        if step.word is Word.CONFIRMED
    ]
    received = [step.figure for step in steps if step.word is Word.RECEIVED]
    assert claim.vouched <= max([*received, *confirmed], default=0)
    assert claim.vouched <= count_sale(steps)


@given(steps)
def test_what_is_claimed_is_what_nobody_has_answered(steps: list[SaleStep]) -> None:
    reported = [step.figure for step in steps if step.word is Word.REPORTED]
    answered = any(step.word in ANSWERS for step in steps)
    assert fold_claim(steps).claimed == (0 if answered else reported[-1])


@given(steps, st.integers(0, 9))
def test_the_vendors_word_alone_debits_nothing(steps: list[SaleStep], figure: int) -> None:
    debited = fold_claim(steps).vouched
    assert fold_claim([*steps, said(Word.REPORTED, figure)]).vouched <= debited
