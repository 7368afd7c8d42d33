"""What one sale counts at: the fold of all that was reported of it. Pure.

One party's report is enough to raise the count, lowering it takes two: a sale counts at the
highest quantity that was reported for it until somebody else agrees to less. A receipt is
corrected by another one: the newest is the buyer's figure, and a sale never counts by it at less
than the vendor's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum

ZERO = Decimal(0)


class Word(Enum):
    """Whose statement a step of a sale is."""

    REPORTED = "reported"  # the vendor's figure; a void reports zero
    RECEIVED = "received"  # the buyer's figure, accepted
    NOTHING_ARRIVED = "nothing_arrived"  # the buyer agrees to a void, and to nothing else
    AGREED = "agreed"  # an officer accepts the vendor's current figure
    CONFIRMED = "confirmed"  # as agreed, of a sale without a code: it is debited to the buyer


@dataclass(frozen=True)
class SaleStep:
    word: Word
    figure: Decimal = ZERO


@dataclass(frozen=True)
class Count:
    """What a sale counts at, after so many steps."""

    counted: Decimal = ZERO
    current: Decimal = ZERO  # the vendor's figure in force
    received: Decimal | None = None
    nothing_arrived: bool = False


def count_sale(steps: Iterable[SaleStep]) -> Decimal:
    """Fold the steps of one sale, in the order they were recorded, to the figure it counts at."""
    count = Count()
    for step in steps:
        count = FOLDS[step.word](count, step.figure)
    return count.counted


def _reported(count: Count, figure: Decimal) -> Count:
    return _apply_agreement(replace(count, current=figure, counted=max(count.counted, figure)))


def _received(count: Count, figure: Decimal) -> Count:
    return _apply_agreement(replace(count, received=figure, nothing_arrived=False))


def _nothing_arrived(count: Count, _figure: Decimal) -> Count:
    return _apply_agreement(replace(count, received=None, nothing_arrived=True))


def _agreed(count: Count, _figure: Decimal) -> Count:
    return Count(counted=count.current, current=count.current)


def _apply_agreement(count: Count) -> Count:
    """Count at what both parties' figures allow, where the buyer has stated one."""
    if count.received is not None:
        return replace(count, counted=max(count.current, count.received))
    if count.nothing_arrived and count.current == 0:
        return replace(count, counted=ZERO)
    return count


FOLDS = {
    Word.REPORTED: _reported,
    Word.RECEIVED: _received,
    Word.NOTHING_ARRIVED: _nothing_arrived,
    Word.AGREED: _agreed,
    Word.CONFIRMED: _agreed,
}
