"""The arithmetic of the ledger: pure, in net kg. See `Balances`.

A debit takes one party's word, a credit two: a sale counts at the highest quantity that was
reported for it until somebody else agrees to less.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum

ZERO = Decimal(0)


@dataclass(frozen=True)
class Balances:
    """What an authorization takes of its allowance. None is ever negative; used is their sum."""

    reserved: Decimal = ZERO  # a live code may still take it
    held: Decimal = ZERO  # may yet have been sold on an ended code
    consumed: Decimal = ZERO  # sold, within the code
    overage: Decimal = ZERO  # sold, beyond it

    @property
    def sold(self) -> Decimal:
        return self.consumed + self.overage

    @property
    def used(self) -> Decimal:
        return self.reserved + self.held + self.consumed + self.overage

    def __sub__(self, before: "Balances") -> "Balances":
        return Balances(
            self.reserved - before.reserved,
            self.held - before.held,
            self.consumed - before.consumed,
            self.overage - before.overage,
        )


def sold_changed(
    balances: Balances, *, authorized: Decimal, by: Decimal, live: bool, settled: bool
) -> Balances:
    """Book that the counted figure rose or fell by so much.

    `settled`: released, or the vendor declared that no more was sold; nothing enters held then.
    """
    sold = balances.sold + by
    consumed = min(sold, authorized)
    after = Balances(ZERO, balances.held, consumed, sold - consumed)
    if live:
        return replace(after, reserved=authorized - consumed)
    return replace(after, held=_held(balances.held, by, consumed - balances.consumed, settled))


def _held(held: Decimal, by: Decimal, consumed_by: Decimal, settled: bool) -> Decimal:
    if by >= 0:
        return held - min(held, by)
    return held if settled else held - consumed_by


def ended(balances: Balances, *, held: bool) -> Balances:
    """Book the end of a live code: its reserve is freed, or held while a sale may yet be told."""
    return replace(
        balances, reserved=ZERO, held=balances.held + (balances.reserved if held else ZERO)
    )


def freed(balances: Balances) -> Balances:
    """Book that nothing more was sold: what was reserved or held is free."""
    return replace(balances, reserved=ZERO, held=ZERO)


class Word(Enum):
    """Whose word a step of a sale is."""

    REPORTED = "reported"  # the vendor's figure; a void reports zero
    RECEIVED = "received"  # the buyer's figure, accepted
    NOTHING_ARRIVED = "nothing_arrived"  # the buyer agrees to a void, and to nothing else
    AGREED = "agreed"  # an officer accepts the vendor's current figure


@dataclass(frozen=True)
class Step:
    word: Word
    figure: Decimal = ZERO


@dataclass(frozen=True)
class Count:
    """What a sale counts at, after so many steps."""

    counted: Decimal = ZERO
    current: Decimal = ZERO  # the vendor's figure in force
    received: Decimal | None = None
    nothing_arrived: bool = False


def counted(steps: Iterable[Step]) -> Decimal:
    """Fold the steps of one sale, in the order they were recorded, to the figure it counts at."""
    count = Count()
    for step in steps:
        count = FOLDS[step.word](count, step.figure)
    return count.counted


def _reported(count: Count, figure: Decimal) -> Count:
    return _agreeing(replace(count, current=figure, counted=max(count.counted, figure)))


def _received(count: Count, figure: Decimal) -> Count:
    return _agreeing(replace(count, received=figure))


def _nothing_arrived(count: Count, _figure: Decimal) -> Count:
    return _agreeing(replace(count, nothing_arrived=True))


def _agreed(count: Count, _figure: Decimal) -> Count:
    return Count(counted=count.current, current=count.current)


def _agreeing(count: Count) -> Count:
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
}
