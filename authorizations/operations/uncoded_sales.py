"""A sale that had no code: an outage, a walk-in."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from authorizations.acts.act import write_new
from authorizations.acts.quotas import allowance_for
from authorizations.acts.reports import Place, SaleReport, record_report, sale_from
from authorizations.models import Authorization, Sale, Status
from authorizations.rulesets import current_ruleset
from precursors.errors import Refused
from precursors.models import Product
from registry import clock
from registry.actors import Actor
from registry.events import NewEvent
from registry.inputs import given_reason
from registry.models import Jurisdiction, Organization, Site, Vehicle
from registry.models.firms import Activity
from registry.plates import told_plates
from registry.standing import firms_permit


@transaction.atomic
def record_uncoded_sale(
    report: SaleReport, *, buyer: Organization, product: Product, reason: str, by: Actor
) -> Sale:
    """Record a sale that has no code: outage, walk-in. It is booked as a claim and flagged.

    The vendor's word is enough for its own allowance, on which it is booked as overage at once,
    whatever the buyer answers. Of the buyer's it takes nothing until the buyer confirms it by a
    receipt, or an officer does (`confirm_claim`).

    Raises Refused: not_a_firm, no_reason, seller_is_buyer, and what `record_sale` raises.
    """
    seller = _seller(by, buyer)
    reason, at = given_reason(reason), clock.now()
    authorization = _without_code(seller, buyer, product, reason, at)
    write_new(authorization, [NewEvent("authorization.without_code", by)], at=at)
    place = _place(report, seller.jurisdiction)
    sale = sale_from(authorization, report, place, at=at, reason=reason, by=by)
    record_report(authorization, sale, sale.net_kg, kind="sale", at=at, by=by)
    return sale


def _seller(by: Actor, buyer: Organization) -> Organization:
    if by.organization is None:
        raise Refused("not_a_firm", _("Only a firm can record a sale."))
    if by.organization.pk == buyer.pk:
        raise Refused("seller_is_buyer", _("A firm cannot sell to itself."), field="buyer")
    return by.organization


def _without_code(
    seller: Organization, buyer: Organization, product: Product, reason: str, at: datetime
) -> Authorization:
    """A closed authorization of zero, on which such a sale stands."""
    precursor = product.precursor
    permit = firms_permit(buyer, precursor, Activity.BUY, at=at)
    seller_permit = firms_permit(seller, precursor, Activity.SELL, at=at)
    return Authorization(
        jurisdiction=seller.jurisdiction,
        is_claim=True,
        status=Status.CLOSED,
        buyer=buyer,
        seller=seller,
        product=product,
        precursor=precursor,
        quantity_value=Decimal(0),
        quantity_unit="kg",
        product_kg=Decimal(0),
        net_kg=Decimal(0),
        purpose=reason,
        permit=permit,
        seller_permit=seller_permit,
        ruleset=current_ruleset(seller.jurisdiction),
        allowance_id=allowance_for(
            buyer, permit, precursor_id=precursor.pk, activity=Activity.BUY, at=at
        ),
        seller_allowance_id=allowance_for(
            seller, seller_permit, precursor_id=precursor.pk, activity=Activity.SELL, at=at
        ),
        requested_at=at,
        decide_by=at,
        looked_up_at=at,
        ended_at=at,
        declared_at=at,
    )


def _place(report: SaleReport, jurisdiction: Jurisdiction) -> Place:
    plates = told_plates(report.plate, report.trailers)
    sites = Site.objects.filter(jurisdiction=jurisdiction, uuid=report.site.uuid)
    vehicles = Vehicle.objects.filter(jurisdiction=jurisdiction, plate__in=plates).filter(
        Q(retired_at=None) | Q(retired_at__gt=report.sold_at)
    )
    known = dict(vehicles.order_by("-pk").values_list("plate", "pk"))  # of a plate the first
    return Place(
        sites.values_list("pk", flat=True).first(), known.get(plates[0]), plates, [*known]
    )
