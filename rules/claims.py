"""What a sale without a code takes of the buyer's quota: a fold of all that was said. Pure.

A debit takes one party's word only where the other gave its own before. With a code the buyer
gave it by the request; without one nobody but the vendor has spoken, so that its report is a
claim, which takes nothing. It is debited as far as a receipt of the buyer or an officer vouches
for it, and never beyond what the sale counts at (`rules.count`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rules.count import ZERO, SaleStep, Word, count_sale


@dataclass(frozen=True)
class Claim:
    """How a sale without a code stands, after so many steps."""

    reported: Decimal = ZERO  # the vendor's figure in force
    vouched: Decimal = ZERO  # debited to the buyer
    answered: bool = False  # the buyer or an officer has spoken, for or against it

    @property
    def claimed(self) -> Decimal:
        """What awaits an answer."""
        return ZERO if self.answered else self.reported


def fold_claim(steps: Sequence[SaleStep]) -> Claim:
    """Fold the steps of one sale, in the order they were recorded."""
    claim = Claim()
    for number, step in enumerate(steps, start=1):
        claim = _after(claim, step)
        claim = replace(claim, vouched=min(claim.vouched, count_sale(steps[:number])))
    return claim


def _after(claim: Claim, step: SaleStep) -> Claim:
    if step.word is Word.REPORTED:
        return replace(claim, reported=step.figure)
    if step.word is Word.RECEIVED:
        return replace(claim, answered=True, vouched=max(claim.vouched, step.figure))
    if step.word is Word.CONFIRMED:
        return replace(claim, answered=True, vouched=max(claim.vouched, claim.reported))
    return replace(claim, answered=claim.answered or step.word is Word.NOTHING_ARRIVED)
