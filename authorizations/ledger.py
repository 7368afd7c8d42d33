"""The arithmetic of the ledger: pure, in net kg. See `Balances`."""

from dataclasses import dataclass, replace
from decimal import Decimal

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
    """Book the end of a live code: its reserve is freed, or held while a sale may be reported."""
    return replace(
        balances, reserved=ZERO, held=balances.held + (balances.reserved if held else ZERO)
    )


def freed(balances: Balances) -> Balances:
    """Book that nothing more was sold: what was reserved or held is free."""
    return replace(balances, reserved=ZERO, held=ZERO)
