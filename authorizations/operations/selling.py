"""A sale report is a fact: recorded as reported, then evaluated; refused if it cannot be."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from authorizations import ledger
from authorizations.ledger import Balances
from authorizations.models import Agreement, Authorization, Sale, Status
from authorizations.operations import acting, awaiting, booking, counting, locking, lookups
from authorizations.operations.acting import Todo
from authorizations.operations.requesting import current, settle
from database.statements import known
from precursors.errors import Refused
from precursors.models import Product
from precursors.quantities import Quantity
from registry.actors import Actor
from registry.events import Happened
from registry.models import Site
from registry.plates import normal_plate
from rules.count import Step, Word

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


@acting.within
def record_sale(authorization: Authorization, report: Report, *, by: Actor) -> Sale:
    """Record a sale against a code as it is reported, however late, large or strange.

    Raises Refused: not_the_seller, sold_ahead_of_time, sold_too_long_ago, weights_incomplete,
    gross_below_tare, plate_invalid, net_is_zero, density_unknown, unknown_site; for one that is
    named by its code alone, code_unknown.
    """
    authorization, place, at = _reported(authorization, report, by)
    reason = report.reason.strip()
    sale = sale_of(authorization, report, place, at=at, reason=reason, by=by)
    seen = lookups.seen(authorization, at=at, by=by)
    book(authorization, sale, sale.net_kg, kind="sale", at=at, before=seen, by=by)
    return sale


@transaction.atomic
def correct_sale(sale: Sale, report: Report, *, reason: str, by: Actor) -> Sale:
    """Replace a report by a new one. A lower figure counts once somebody else agrees to it.

    Raises Refused: sale_replaced (with the id `in_force`), no_reason, and what `record_sale`
    raises.
    """
    authorization, place, at = _reported(sale.authorization, report, by)
    root = _replaceable(sale, reason)
    new = sale_of(authorization, report, place, at=at, replaces=sale, reason=reason.strip(), by=by)
    if sale.is_void:
        awaiting.note(authorization, root, awaits=True)
    rise = counting.rise_kg(root, Step(Word.REPORTED, new.net_kg))
    book(authorization, new, rise, kind="correction", at=at, by=by)
    return new


@transaction.atomic
def void_sale(sale: Sale, *, reason: str, by: Actor) -> Sale:
    """Replace a report by nothing. It counts until the buyer or an officer agrees.

    Raises Refused: not_the_seller, sale_replaced, sale_void, no_reason.
    """
    acting.only_seller(sale.authorization, by)
    authorization, at = current(sale.authorization)
    root = _replaceable(sale, reason)
    if sale.is_void:
        raise Refused("sale_void", _("This sale is void already."))
    void = _void(authorization, sale, reason=reason.strip(), at=at, by=by)
    awaiting.note(authorization, root, awaits=False)
    rise = counting.rise_kg(root, Step(Word.REPORTED, void.net_kg))
    book(authorization, void, rise, kind="void", at=at, by=by)
    return void


@transaction.atomic
def agree(sale: Sale, *, reason: str, by: Actor) -> Agreement:
    """Accept the vendor's current, lower figure on the authority's behalf.

    Raises Refused: not_the_authority, no_reason, nothing_to_agree.
    """
    acting.only_authority(by)
    given(reason)
    authorization, at = current(sale.authorization)
    root = _root(sale)
    rise = counting.rise_kg(root, Step(Word.AGREED))
    if not rise:
        raise Refused("nothing_to_agree", _("The sale counts at the vendor's figure already."))
    agreement = Agreement(
        jurisdiction=authorization.jurisdiction,
        authorization=authorization,
        version=authorization.version + 1,
        sale=root,
        reason=reason.strip(),
        recorded_at=at,
        agreed_by=by.user,
        api_key=by.api_key,
    )
    change_sold(authorization, rise, kind="agreed", at=at, report=agreement, by=by)
    return agreement


def change_sold(
    authorization: Authorization,
    rise: Decimal,
    *,
    kind: str,
    at: datetime,
    report: Model,
    complete: bool = False,
    data: dict[str, Any] | None = None,
    todo: Sequence[Todo] = (),
    before: Sequence[Happened] = (),
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
    if complete and not authorization.declared_at:
        authorization.declared_at = at
    acting.change(
        authorization,
        kind,
        at=at,
        balances=_closed(authorization, balances, at),
        data=data,
        report=report,
        todo=todo,
        before=before,
        by=by,
    )


def _closed(authorization: Authorization, balances: Balances, at: datetime) -> Balances:
    """Close an issued code that is used up or declared complete; nothing is held after a word."""
    done = authorization.declared_at is not None
    if authorization.status == Status.ISSUED and (done or not balances.reserved):
        acting.end(authorization, Status.CLOSED, at=at)
    return ledger.freed(balances) if done and not authorization.is_live else balances


@dataclass(frozen=True)
class Place:
    """Where a sale was made and what collected it, as far as the register knows them."""

    site_id: int | None
    vehicle_id: int | None
    plate: str


def _reported(
    authorization: Authorization, report: Report, by: Actor
) -> tuple[Authorization, Place, datetime]:
    """Lock what a vendor reports on, and find with it what the report names."""
    plate = normal_plate(report.plate)
    locked = locking.lock(authorization, site=report.site.uuid, plate=plate)
    if locked is None:
        raise lookups.unknown()
    acting.only_seller(locked.authorization, by)
    settle(locked.authorization, at=locked.at)
    return locked.authorization, Place(locked.site_id, locked.vehicle_id, plate), locked.at


def book(
    authorization: Authorization,
    sale: Sale,
    rise: Decimal,
    *,
    kind: str,
    at: datetime,
    before: Sequence[Happened] = (),
    by: Actor,
) -> None:
    """Book a report. A sale's first leaves its receipt to be confirmed."""
    todo = []
    if not sale.replaces:
        awaiting.note_first(authorization, sale)
        todo.append(Todo("receipt_due", awaiting.due_at(sale)))
    change_sold(
        authorization,
        rise,
        kind=kind,
        at=at,
        report=sale,
        complete=sale.complete,
        data={
            "sale": str(sale.uuid),
            "quantity": str(sale.quantity_value),
            "unit": sale.quantity_unit,
            "net_kg": str(sale.net_kg),
            "reason": sale.reason,
        },
        todo=todo,
        before=before,
        by=by,
    )


def sale_of(
    authorization: Authorization,
    report: Report,
    place: Place,
    *,
    at: datetime,
    replaces: Sale | None = None,
    reason: str = "",
    by: Actor,
) -> Sale:
    product = report.product or authorization.product
    zone = authorization.jurisdiction.zone
    _check(report, place, at)
    return Sale(
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
        site=known(report.site, "uuid", id=place.site_id),
        plate=place.plate,
        vehicle_id=place.vehicle_id,
        **_papers(report),
        recorded_by=by.user,
        api_key=by.api_key,
    )


def _papers(report: Report) -> dict[str, Any]:
    """What goes with the load, as it was told."""
    return {
        "driver_document": report.driver_document,
        "driver_license": report.driver_license,
        "invoice": report.invoice,
        "guide": report.guide,
        "gross_kg": report.gross_kg,
        "tare_kg": report.tare_kg,
        "seals": report.seals,
        "complete": report.complete,
    }


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
    return void


def _check(report: Report, place: Place, at: datetime) -> None:
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
    if place.site_id is None:
        raise Refused("unknown_site", _("This site is not known."), field="site")
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
    given(reason)
    root = _root(sale)
    head = counting.in_force(root)
    if head.pk != sale.pk:
        raise Refused(
            "sale_replaced",
            _("This report has been replaced already: correct the one in force."),
            in_force=str(head.uuid),
        )
    return root


def given(reason: str) -> None:
    if not reason.strip():
        raise Refused("no_reason", _("Give a reason."), field="reason")
