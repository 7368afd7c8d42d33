"""What a request would come to: refused, issued at once, or decided by an officer until a day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from authorizations import operations
from authorizations.operations import Headroom, Purchase
from precursors.errors import Refused
from precursors.models import Product
from precursors.quantities import Quantity, Unit
from registry import clock
from registry.access import current_sites_for, permits_for
from registry.actors import Actor
from registry.models.firms import Activity, PermitState
from registry.periods import last_day, working_days_after


@dataclass(frozen=True)
class Outlook:
    """Up to how much a code is issued at once, and by when an officer decides on more."""

    at_once: list[Quantity]  # in each unit; empty: nothing
    is_automatic: bool  # by the buyer's own limit: what the vendor's leaves is not told by asking
    decided_by: date


def outlook(purchase: Purchase, room: Headroom) -> Outlook:
    zone = purchase.buyer.jurisdiction.zone
    ends = working_days_after(purchase.at, settings.PENDING_WORKING_DAYS, zone)
    at_once = in_units(room.automatic_kg, purchase.product)
    return Outlook(at_once, purchase.is_within_automatic, last_day(ends, zone))


def in_units(net_kg: Decimal, product: Product) -> list[Quantity]:
    """An amount of substance as product, in kilograms and in liters where they are used."""
    units = [unit for unit in (Unit.KG, Unit.L) if unit in product.units]
    values = ((product.largest_in_unit(net_kg, unit), unit) for unit in units)
    return [Quantity(value, unit) for value, unit in values if value]


def require_eligible(purchase: Purchase, *, field: str) -> bool:
    """Whether nothing stands against it, as far as it is known.

    Raises Refused("not_eligible"), to be shown beside the field of the last answer.
    """
    if reasons := operations.reasons_against(purchase):
        refused = operations.not_eligible(purchase, reasons)
        raise Refused(refused.code, refused.message, **refused.data, field=field)
    return True


def bars_of(by: Actor) -> list[str]:
    """What bars a firm from every request, before it is asked anything."""
    assert by.organization
    found = operations.reasons_against_any(by.organization, at=clock.now())
    bars = [str(reason.detail) for reason in found]
    permits = permits_for(by).filter(activity=Activity.BUY, state=PermitState.IN_FORCE)
    if not permits.exists():
        bars.append(
            _("Your license permits no purchases yet. The authority enters what it permits.")
        )
    if not current_sites_for(by).exists():
        bars.append(
            _(
                "Your firm has no registered site. The authority enters it; nothing can be "
                "delivered before."
            )
        )
    return bars
