"""The arithmetic of the ledger: pure, in net kg. See `Balances`."""

from dataclasses import dataclass, replace
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Balances:
    """What an authorization takes of its allowances. None is ever negative.

    Used is the sum of the first four. The last two are of a sale without a code alone: nobody
    but the vendor has spoken for it, so that it takes nothing of the buyer's allowance.
    """

    reserved: Decimal = ZERO  # a live code may still take it
    held: Decimal = ZERO  # may yet have been sold on an ended code
    consumed: Decimal = ZERO  # sold, within the code
    overage: Decimal = ZERO  # sold, beyond it
    claimed: Decimal = ZERO  # as the vendor says, and the buyer has not answered yet
    unvouched: Decimal = ZERO  # sold by the vendor's word alone, answered or not

    @property
    def sold(self) -> Decimal:
        return self.consumed + self.overage + self.unvouched

    @property
    def used(self) -> Decimal:
        return self.reserved + self.held + self.consumed + self.overage

    def __sub__(self, before: "Balances") -> "Balances":
        return Balances(
            self.reserved - before.reserved,
            self.held - before.held,
            self.consumed - before.consumed,
            self.overage - before.overage,
            self.claimed - before.claimed,
            self.unvouched - before.unvouched,
        )

    @property
    def of_buyer(self) -> "Balances":
        """What of it is booked on the buyer's allowance."""
        return replace(self, unvouched=ZERO)

    @property
    def of_seller(self) -> "Balances":
        """What of it is booked on the vendor's, which gave its own word for all of it."""
        overage = self.overage + self.unvouched
        return replace(self, overage=overage, claimed=ZERO, unvouched=ZERO)


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


def claim_changed(*, sold: Decimal, vouched: Decimal, claimed: Decimal) -> Balances:
    """Book a sale without a code. `vouched`: of `sold`, what buyer or officer have confirmed."""
    return Balances(overage=vouched, claimed=claimed, unvouched=sold - vouched)


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
