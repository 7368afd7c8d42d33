"""A sale report is a fact: recorded as reported, then evaluated; refused if it cannot be."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from authorizations import ledger
from authorizations.ledger import Balances
from authorizations.models import Agreement, Authorization, Sale, Status
from authorizations.operations import acting, booking, counting
from authorizations.operations.requesting import settle
from authorizations.operations.rulesets import current_ruleset
from precursors.errors import Refused
from precursors.models import Product
from precursors.quantities import Quantity
from registry import clock
from registry.actors import Actor
from registry.models import Organization, Site, Vehicle
from registry.models.firms import Activity
from registry.plates import normal_plate
from registry.standing import firms_permit

EARLIEST_YEAR = 2000  # an older claim is a slip of the keyboard, not a late report


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a vendor says of a sale: when, how much, where, with what. All of it as claimed."""

    sold_at: datetime
    quantity: Quantity
    site: Site
    plate: str
    product: Product | None = None  # None: the product that the code is for
    driver_document: str = ""
    driver_license: str = ""
    invoice: str = ""
    guide: str = ""
    gross_kg: Decimal | None = None
    tare_kg: Decimal | None = None
    seals: list[str] = field(default_factory=list)
    complete: bool = False
    reason: str = ""  # why it is not what the code allows, where the vendor was asked


@transaction.atomic
def record_sale(authorization: Authorization, report: Report, *, by: Actor) -> Sale:
    """Record a sale against a code as it is reported, however late, large or strange.

    Raises Refused: not_the_seller, sold_ahead_of_time, sold_too_long_ago, weights_incomplete,
    gross_below_tare, plate_malformed, net_is_zero, density_unknown, site_unknown.
    """
    acting.only_seller(authorization, by)
    authorization, at = _locked(authorization)
    sale = _write(authorization, report, at=at, reason=report.reason.strip(), by=by)
    _book(authorization, sale, sale.net_kg, kind="sale", at=at, by=by)
    _expect_receipt(sale)
    return sale


@transaction.atomic
def record_uncoded_sale(
    report: Report, *, buyer: Organization, product: Product, reason: str, by: Actor
) -> Sale:
    """Record a sale that has no code: outage, walk-in. It is booked as overage and flagged.

    Raises Refused: not_a_firm, no_reason, seller_is_buyer, and what `record_sale` raises.
    """
    seller = _seller(by, buyer)
    _given(reason)
    at = clock.now()
    authorization = _without_code(seller, buyer, product, reason.strip(), at)
    acting.record("authorization.without_code", authorization, at=at, by=by)
    sale = _write(authorization, report, at=at, reason=reason.strip(), by=by)
    _book(authorization, sale, sale.net_kg, kind="sale", at=at, by=by)
    _expect_receipt(sale)
    return sale


@transaction.atomic
def correct_sale(sale: Sale, report: Report, *, reason: str, by: Actor) -> Sale:
    """Replace a report by a new one. A lower figure counts once somebody else agrees to it.

    Raises Refused: sale_replaced (with the id `in_force`), no_reason, and what `record_sale`
    raises.
    """
    acting.only_seller(sale.authorization, by)
    authorization, at = _locked(sale.authorization)
    root = _replaceable(sale, reason)
    before = counting.counted_kg(root)
    new = _write(authorization, report, at=at, replaces=sale, reason=reason.strip(), by=by)
    rise = counting.counted_kg(root) - before
    _book(authorization, new, rise, kind="correction", at=at, by=by)
    return new


@transaction.atomic
def void_sale(sale: Sale, *, reason: str, by: Actor) -> Sale:
    """Replace a report by nothing. It counts until the buyer or an officer agrees.

    Raises Refused: not_the_seller, sale_replaced, sale_void, no_reason.
    """
    acting.only_seller(sale.authorization, by)
    authorization, at = _locked(sale.authorization)
    root = _replaceable(sale, reason)
    if sale.is_void:
        raise Refused("sale_void", _("This sale is void already."))
    before = counting.counted_kg(root)
    void = _void(authorization, sale, reason=reason.strip(), at=at, by=by)
    rise = counting.counted_kg(root) - before
    _book(authorization, void, rise, kind="void", at=at, by=by)
    return void


@transaction.atomic
def agree(sale: Sale, *, reason: str, by: Actor) -> Agreement:
    """Accept the vendor's current, lower figure on the authority's behalf.

    Raises Refused: not_the_authority, no_reason, nothing_to_agree.
    """
    acting.only_authority(by)
    _given(reason)
    authorization, at = _locked(sale.authorization)
    root = _root(sale)
    before = counting.counted_kg(root)
    if counting.in_force(root).net_kg >= before:
        raise Refused("nothing_to_agree", _("The sale counts at the vendor's figure already."))
    agreement = Agreement.objects.create(
        jurisdiction=authorization.jurisdiction,
        authorization=authorization,
        version=authorization.version + 1,
        sale=root,
        reason=reason.strip(),
        recorded_at=at,
        agreed_by=by.user,
        api_key=by.api_key,
    )
    change_sold(authorization, counting.counted_kg(root) - before, kind="agreed", at=at, by=by)
    return agreement


def change_sold(
    authorization: Authorization,
    rise: Decimal,
    *,
    kind: str,
    at: datetime,
    complete: bool = False,
    data: dict[str, Any] | None = None,
    by: Actor,
) -> None:
    """Book that the counted figure rose (or fell) by so many net kg, and close what is used up."""
    balances = ledger.sold_changed(
        booking.balances_of(authorization),
        authorized=authorization.net_kg,
        by=rise,
        live=authorization.is_live,
        settled=bool(authorization.declared_at or authorization.released_at),
    )
    fields = []
    if complete and not authorization.declared_at:
        authorization.declared_at = at
        fields.append("declared_at")
    balances = _closed(authorization, balances, fields, at)
    acting.change(authorization, kind, at=at, balances=balances, fields=fields, data=data, by=by)


def _closed(
    authorization: Authorization, balances: Balances, fields: list[str], at: datetime
) -> Balances:
    """Close an issued code that is used up or declared complete; nothing is held after a word."""
    done = authorization.declared_at is not None
    if authorization.status == Status.ISSUED and (done or not balances.reserved):
        fields += acting.end(authorization, Status.CLOSED, at=at)
    return ledger.freed(balances) if done and not authorization.is_live else balances


def _locked(authorization: Authorization) -> tuple[Authorization, datetime]:
    authorization = acting.lock(authorization)
    at = clock.now()
    settle(authorization, at=at)
    return authorization, at


def _book(
    authorization: Authorization, sale: Sale, rise: Decimal, *, kind: str, at: datetime, by: Actor
) -> None:
    change_sold(
        authorization,
        rise,
        kind=kind,
        at=at,
        complete=sale.complete,
        data={
            "sale": str(sale.uuid),
            "quantity": str(sale.quantity_value),
            "unit": sale.quantity_unit,
            "net_kg": str(sale.net_kg),
            "reason": sale.reason,
        },
        by=by,
    )


def _expect_receipt(sale: Sale) -> None:
    due = max(sale.sold_at, sale.recorded_at) + timedelta(days=settings.RECEIPT_DUE_DAYS)
    acting.add_duty(sale.authorization, "receipt_due", at=due)


def _write(
    authorization: Authorization,
    report: Report,
    *,
    at: datetime,
    replaces: Sale | None = None,
    reason: str = "",
    by: Actor,
) -> Sale:
    product = report.product or authorization.product
    zone = authorization.jurisdiction.zone
    plate = normal_plate(report.plate)
    _check(authorization, report, at)
    return Sale.objects.create(
        jurisdiction=authorization.jurisdiction,
        authorization=authorization,
        version=authorization.version + 1,
        root=replaces and _root(replaces),
        replaces=replaces,
        reason=reason,
        buyer=authorization.buyer,
        seller=authorization.seller,
        product=product,
        quantity_value=report.quantity.value,
        quantity_unit=report.quantity.unit,
        product_kg=product.product_kg(report.quantity),
        net_kg=product.net_kg(report.quantity),
        sold_at=report.sold_at,
        sold_on=report.sold_at.astimezone(zone).date(),
        recorded_at=at,
        site=report.site,
        plate=plate,
        vehicle=Vehicle.objects.filter(
            jurisdiction=authorization.jurisdiction, plate=plate
        ).first(),
        driver_document=report.driver_document,
        driver_license=report.driver_license,
        invoice=report.invoice,
        guide=report.guide,
        gross_kg=report.gross_kg,
        tare_kg=report.tare_kg,
        seals=report.seals,
        complete=report.complete,
        recorded_by=by.user,
        api_key=by.api_key,
    )


def _void(
    authorization: Authorization, sale: Sale, *, reason: str, at: datetime, by: Actor
) -> Sale:
    """A report of nothing that otherwise says what the replaced one said."""
    void = Sale.objects.get(pk=sale.pk)
    void.pk = None
    void.uuid = Sale._meta.get_field("uuid").get_default()
    void.authorization = authorization
    void.version = authorization.version + 1
    void.root = _root(sale)
    void.replaces = sale
    void.is_void = True
    void.complete = False
    void.reason = reason
    void.quantity_value = void.product_kg = void.net_kg = Decimal(0)
    void.recorded_at = at
    void.recorded_by, void.api_key = by.user, by.api_key
    void.save(force_insert=True)
    return void


def _check(authorization: Authorization, report: Report, at: datetime) -> None:
    if report.sold_at > at + timedelta(minutes=settings.CLOCK_AHEAD_MINUTES):
        raise Refused(
            "sold_ahead_of_time", _("The time of the sale is still to come."), field="sold_at"
        )
    if report.sold_at.year < EARLIEST_YEAR:
        raise Refused(
            "sold_too_long_ago",
            _("Check the year of the sale: it is too long ago."),
            field="sold_at",
        )
    if report.site.jurisdiction_id != authorization.jurisdiction_id:
        raise Refused("site_unknown", _("This site is not known."), field="site")
    _check_weights(report)


def _check_weights(report: Report) -> None:
    if (report.gross_kg is None) != (report.tare_kg is None):
        raise Refused(
            "weights_incomplete", _("Give both gross and tare, or neither."), field="tare_kg"
        )
    if report.gross_kg is None or report.tare_kg is None:
        return
    if report.gross_kg < report.tare_kg or report.tare_kg < 0:
        raise Refused(
            "gross_below_tare", _("The gross weight is less than the tare."), field="gross_kg"
        )


def _root(sale: Sale) -> Sale:
    return sale.root or sale


def _replaceable(sale: Sale, reason: str) -> Sale:
    """The root of a sale whose report nothing has replaced yet."""
    _given(reason)
    root = _root(sale)
    head = counting.in_force(root)
    if head.pk != sale.pk:
        raise Refused(
            "sale_replaced",
            _("This report has been replaced already: correct the one in force."),
            in_force=str(head.uuid),
        )
    return root


def _given(reason: str) -> None:
    if not reason.strip():
        raise Refused("no_reason", _("Give a reason."), field="reason")


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
    return Authorization.objects.create(
        jurisdiction=seller.jurisdiction,
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
        allowance=booking.allowance_for(
            buyer, permit, precursor_id=precursor.pk, activity=Activity.BUY, at=at
        ),
        seller_allowance=booking.allowance_for(
            seller, seller_permit, precursor_id=precursor.pk, activity=Activity.SELL, at=at
        ),
        requested_at=at,
        decide_by=at,
        looked_up_at=at,
        ended_at=at,
        declared_at=at,
    )
