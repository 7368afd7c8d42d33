"""What a code still allows, and whether a sale that is being entered would exceed it."""

from decimal import Decimal
from fractions import Fraction

from authorizations.ledger import ZERO
from authorizations.models import Authorization, Sale
from authorizations.product_facts import product_facts
from precursors.quantities import Quantity, Unit
from rules.measure import Measure
from rules.tolerance import TOLERANCE, tolerance

KILOGRAMS = Measure(Unit.KG, True, Fraction(1))


def remaining(authorization: Authorization) -> Decimal:
    """Give what the code still allows, in its own unit; rounded down."""
    left_kg = authorization.net_kg - authorization.sold_kg
    if not authorization.sold_kg:
        return authorization.quantity_value
    unit = Unit(authorization.quantity_unit)
    return authorization.product.largest_in_unit(max(ZERO, left_kg), unit)


def beyond_tolerance_kg(
    authorization: Authorization, quantity: Quantity, *, instead_of: Sale | None = None
) -> Decimal:
    """Give by how many kg of product a sale would pass what its code allows; 0 within tolerance.

    Nothing is refused for it: the vendor is asked to check it and to give a reason.
    Raises Refused: density_unknown, quantity_too_large.
    """
    counted_kg = authorization.sold_kg - (instead_of.net_kg if instead_of else ZERO)
    allowed = Fraction(authorization.product_kg)
    before = Fraction(counted_kg) / Fraction(authorization.net_kg) * allowed
    sold = Fraction(authorization.product.product_kg(quantity))
    expanding_share = sold / (before + sold) if _is_other(authorization, quantity) else Fraction(0)
    product = product_facts(authorization.product)
    settings = authorization.ruleset.settings[TOLERANCE]
    within = tolerance(allowed, KILOGRAMS, product, settings, expanding_share=expanding_share)
    over = before + sold - allowed
    return round(Decimal(over.numerator) / over.denominator, 6) if over > within else ZERO


def received_otherwise_kg(sale: Sale, quantity: Quantity) -> Decimal:
    """Give by how many kg of product a receipt differs from its sale; 0 within tolerance.

    `sale`: the report in force. Nothing is refused for it: the buyer is asked to check it.
    Raises Refused: density_unknown, quantity_too_large.
    """
    sold = Fraction(sale.product_kg)
    received = Fraction(sale.product.product_kg(quantity))
    product = product_facts(sale.product)
    settings = sale.authorization.ruleset.settings[TOLERANCE]
    expanding_share = Fraction(quantity.unit.dimension != sale.quantity.unit.dimension)
    within = tolerance(sold, KILOGRAMS, product, settings, expanding_share=expanding_share)
    over = received - sold
    return round(Decimal(over.numerator) / over.denominator, 6) if abs(over) > within else ZERO


def _is_other(authorization: Authorization, quantity: Quantity) -> bool:
    return quantity.unit.dimension != authorization.quantity.unit.dimension
