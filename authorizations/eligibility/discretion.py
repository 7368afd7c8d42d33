"""What a buyer may learn of a vendor's quota: never more than a quarter of what it leaves. Pure.

A buyer sees whether its request is issued at once or waits for an officer, and may ask as often as
it likes. So the answer hangs on nothing but steps: of the vendor's limit three quarters, three
quarters of that, and so on. At once goes what stays within the first step below that which the
others leave; all else waits, whether it fits or not, and is never refused for the vendor's limit.
Neither does it take any of it before an officer issues it: the next request would tell if it did.
No series of answers tells more than the step, and from one to the next it is a quarter.

What the buyer itself takes of the vendor's quota is not counted among the others'. Else it would
reserve a little more each time, and learn from the step at which it waits what there was before.

What is left to know: who has as much reserved as the step sees when others take the next one, and
two firms that pool their purchases may take it themselves. Each costs them the purchases.
"""

from decimal import Decimal

from authorizations.ledger import ZERO

STEP = Decimal("0.75")


def told_kg(limit_kg: Decimal, others_kg: Decimal) -> Decimal:
    """The first step below what others leave of a vendor's limit, in net kg."""
    left_kg = limit_kg - others_kg
    if left_kg <= 0:
        return ZERO
    step_kg = limit_kg * STEP
    while step_kg >= left_kg:
        step_kg *= STEP
    return step_kg
