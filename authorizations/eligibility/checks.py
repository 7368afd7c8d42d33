"""May this buyer buy this from that seller now? Every reason at once, and what would pass.

What is left to buy is computed from the buyer's own limits alone. A seller's limit never refuses a
request: what might not fit waits for an officer, as `discretion` has it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from authorizations.eligibility.dealers import Dealers, Permitted, dealers
from authorizations.ledger import ZERO
from authorizations.models import Authorization
from precursors.errors import Refused
from precursors.models import Product
from precursors.quantities import Quantity, Unit, largest_in_unit
from registry.models import Organization, Site, Vehicle
from registry.periods import period_of


@dataclass(frozen=True)
class Reason:
    """Why a purchase is refused: a code for programs and a sentence for people."""

    code: str
    detail: str | Promise

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "detail": str(self.detail)}


@dataclass(frozen=True, kw_only=True)
class Headroom:
    """What a buyer has left, in net kg, and why it might have nothing."""

    available_kg: Decimal
    limit_kg: Decimal
    reserved_kg: Decimal
    held_kg: Decimal
    consumed_kg: Decimal  # overage included
    claimed_kg: Decimal  # takes nothing of it
    period_ends: date | None
    largest_kg: Decimal
    largest_quantity: Quantity | None
    automatic_kg: Decimal  # up to this a request is issued at once
    reasons: list[Reason]


@dataclass
class Purchase:
    """A purchase to be checked; what the checks need is read on first use."""

    buyer: Organization
    product: Product
    at: datetime
    seller: Organization | None = None
    quantity: Quantity | None = None
    site: Site | None = None
    vehicle: Vehicle | None = None
    pending: Authorization | None = None  # the request it comes from: its share is reserved

    @classmethod
    def of(cls, authorization: Authorization, *, at: datetime) -> "Purchase":
        """A pending request, to be checked again without what it has reserved itself."""
        return cls(
            authorization.buyer,
            authorization.product,
            at,
            seller=authorization.seller,
            quantity=authorization.quantity,
            site=authorization.destination_site,
            vehicle=authorization.vehicle,
            pending=authorization,
        )

    @cached_property
    def dealers(self) -> Dealers:
        known = self.seller and self.seller.jurisdiction_id == self.buyer.jurisdiction_id
        return dealers(
            self.buyer,
            self.seller if known else None,
            self.product,
            site=self.site,
            pending=self.pending,
            at=self.at,
        )

    @property
    def permit(self) -> Permitted | None:
        return self.dealers.buyer.permit

    @property
    def seller_permit(self) -> Permitted | None:
        return self.dealers.seller.permit

    @cached_property
    def net_kg(self) -> Decimal:
        return self.product.net_kg(self.quantity) if self.quantity else ZERO

    @cached_property
    def product_kg(self) -> Decimal:
        return self.product.product_kg(self.quantity) if self.quantity else ZERO

    @property
    def available_kg(self) -> Decimal:
        """Net kg the buyer's quota leaves in this period; less than zero when overdrawn."""
        return self.dealers.buyer.left_kg

    @property
    def storage_left_kg(self) -> Decimal | None:
        """Product mass the destination still takes beside live codes; None: no limit known."""
        if self.site is None or self.site.storage_limit_kg is None:
            return None
        return self.site.storage_limit_kg - self.dealers.coming_kg

    @property
    def automatic_kg(self) -> Decimal | None:
        """Net kg that the automatic limit leaves beside what was issued in the last 7 days."""
        limit = self.permit.automatic_limit_kg if self.permit else None
        return None if limit is None else limit - self.dealers.issued_lately_kg

    @property
    def is_within_automatic(self) -> bool:
        """Whether this and what was issued in the last 7 days stay within the automatic limit."""
        return self.automatic_kg is not None and self.net_kg <= self.automatic_kg

    @property
    def is_surely_left(self) -> bool:
        """Whether it is within what may be told of the vendor's quota."""
        vendor = self.dealers.seller
        return vendor.buyers_kg + self.net_kg <= vendor.surely_left_kg

    @property
    def fits_seller(self) -> bool:
        """Whether the vendor's quota leaves it. Nobody but an officer is told."""
        is_taken = self.pending is not None and self.pending.seller_allowance_id is not None
        return (ZERO if is_taken else self.net_kg) <= self.dealers.seller.left_kg


def reasons_against_any(buyer: Organization, *, at: datetime) -> list[Reason]:
    """What stands against every purchase of a firm, whatever it would buy."""
    standing = dealers(buyer, None, None, site=None, pending=None, at=at)
    checks = [_license, _open_codes, _receipts]
    return [reason for check in checks for reason in check(standing)]


def reasons_against(purchase: Purchase) -> list[Reason]:
    """Everything that stands against the purchase; empty when nothing does."""
    checks = [_buyer, _seller, _site, _vehicle, _under_way]
    if purchase.pending is None:
        checks += [_quota]
    elif purchase.pending.seller_allowance_id is None or purchase.pending.sold_kg:
        checks += [_seller_quota]
    return [reason for check in checks for reason in check(purchase)]


def headroom(purchase: Purchase) -> Headroom:
    """What the buyer has left and the largest request that would pass."""
    reasons = reasons_against(purchase)
    barred = any(reason.code not in SIZE_REASONS for reason in reasons)
    largest = ZERO if barred else max(ZERO, min(_limits(purchase)))
    taken = purchase.dealers.buyer.balances
    return Headroom(
        available_kg=max(ZERO, purchase.available_kg),
        limit_kg=purchase.permit.limit_kg if purchase.permit else ZERO,
        reserved_kg=taken.reserved,
        held_kg=taken.held,
        consumed_kg=taken.sold,
        claimed_kg=taken.claimed,
        period_ends=_period_ends(purchase),
        largest_kg=largest,
        largest_quantity=_in_kilograms(largest, purchase.product),
        automatic_kg=max(ZERO, min(largest, purchase.automatic_kg or ZERO)),
        reasons=reasons,
    )


# A smaller request would pass these.
SIZE_REASONS = {"quota_exceeded", "storage_exceeded"}


def not_eligible(purchase: Purchase, reasons: list[Reason]) -> Refused:
    """The refusal of a request, with every reason and the largest one that would pass."""
    room = headroom(purchase)
    return Refused(
        "not_eligible",
        _("This purchase cannot be authorized."),
        reasons=[reason.as_json() for reason in reasons],
        largest_request=f"{room.largest_kg:.6f}",
        headroom=room,
    )


def _limits(purchase: Purchase) -> Iterator[Decimal]:
    yield purchase.available_kg
    if purchase.storage_left_kg is not None:
        share = (
            Decimal(1)
            if purchase.product.counts_whole
            else purchase.product.concentration_percent / 100
        )
        yield purchase.storage_left_kg * share


def _period_ends(purchase: Purchase) -> date | None:
    if purchase.permit is None:
        return None
    day = purchase.at.astimezone(purchase.buyer.jurisdiction.zone).date()
    return period_of(day, purchase.permit.period)[1]


def _in_kilograms(net_kg: Decimal, product: Product) -> Quantity | None:
    value = largest_in_unit(net_kg, Unit.KG, product)
    return Quantity(value, Unit.KG) if value else None


def _buyer(purchase: Purchase) -> Iterator[Reason]:
    yield from _license(purchase.dealers)
    if purchase.dealers.buyer.licensed_to is not None and purchase.permit is None:
        yield Reason("buyer_not_permitted", _("Your license does not let you buy this substance."))


def _license(standing: Dealers) -> Iterator[Reason]:
    if standing.buyer.licensed_to is None:
        yield Reason("buyer_not_licensed", _("Your license is not in force."))


def _seller(purchase: Purchase) -> Iterator[Reason]:
    if purchase.seller is None:
        return
    if purchase.seller.pk == purchase.buyer.pk:
        yield Reason("seller_is_buyer", _("A firm cannot buy from itself."))
    if purchase.dealers.seller.licensed_to is None:
        yield Reason("seller_not_licensed", _("The vendor's license is not in force."))
    elif purchase.seller_permit is None:
        yield Reason(
            "seller_not_permitted", _("The vendor's license does not let it sell this substance.")
        )


def _quota(purchase: Purchase) -> Iterator[Reason]:
    if purchase.permit is None:
        return
    if purchase.available_kg <= 0:
        yield Reason("quota_exceeded", _("Your quota of this period is used up."))
    elif purchase.net_kg > purchase.available_kg:
        yield Reason("quota_exceeded", _("This is more than your quota leaves in this period."))


def _seller_quota(purchase: Purchase) -> Iterator[Reason]:
    """Of a request that has not taken the vendor's quota, or by a sale, which no limit stops.

    An officer asks, no buyer.
    """
    if purchase.seller_permit and not purchase.fits_seller:
        yield vendor_is_full()


def vendor_is_full() -> Reason:
    return Reason(
        "seller_limit_reached", _("This vendor cannot supply this quantity in this period.")
    )


def _site(purchase: Purchase) -> Iterator[Reason]:
    if purchase.site is None:
        return
    if purchase.site.organization_id != purchase.buyer.pk or purchase.site.retired_at:
        yield Reason("site_not_yours", _("The destination is not one of your registered sites."))
    elif purchase.storage_left_kg is not None and purchase.product_kg > purchase.storage_left_kg:
        yield Reason(
            "storage_exceeded",
            _("The destination may not store this much beside what is on its way."),
        )


def _vehicle(purchase: Purchase) -> Iterator[Reason]:
    if purchase.vehicle and (
        purchase.vehicle.jurisdiction_id != purchase.buyer.jurisdiction_id
        or purchase.vehicle.retired_at
    ):
        yield Reason("vehicle_not_registered", _("This vehicle is not registered."))


def _under_way(purchase: Purchase) -> Iterator[Reason]:
    yield from _open_codes(purchase.dealers)
    yield from _receipts(purchase.dealers)


def _open_codes(standing: Dealers) -> Iterator[Reason]:
    if standing.open_codes >= settings.OPEN_CODES_MAX:
        yield Reason(
            "too_many_open_codes",
            _("You have %(count)s open codes, the most there may be. Use or cancel one first.")
            % {"count": standing.open_codes},
        )


def _receipts(standing: Dealers) -> Iterator[Reason]:
    if standing.receipts_overdue:
        yield Reason(
            "receipts_overdue",
            _("Confirm the overdue receipts first. You can also report that nothing arrived."),
        )


def issued_lately_kg(buyer: Organization, precursor_id: int, *, since: datetime) -> Decimal:
    """Net kg of this substance issued to the buyer since then, whatever became of it."""
    issued = Authorization.objects.filter(
        buyer=buyer, precursor_id=precursor_id, issued_at__gt=since
    )
    return issued.aggregate(sum=Sum("net_kg"))["sum"] or ZERO
