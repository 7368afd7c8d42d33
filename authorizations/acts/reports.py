"""What a vendor reports of a sale, as a row of it, and how the row is booked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from authorizations.acts import receipts_due
from authorizations.acts.act import Due, require_seller
from authorizations.acts.counts import change_counted
from authorizations.acts.locks import lock, settle
from authorizations.acts.looks import code_unknown
from authorizations.document_numbers import document_key
from authorizations.models import Authorization, DutyReason, Sale
from database.statements import partial_row
from precursors.errors import Refused
from precursors.models import Product
from precursors.quantities import Quantity
from registry.actors import Actor
from registry.events import NewEvent
from registry.models import Site
from registry.plates import told_plates

EARLIEST_YEAR = 2000  # an older claim is a typing error, not a late report
# What goes with a load, as the vendor states it. Each is a field of `Sale`, of `SaleReport`, of
# the form of a sale and, by its own name or within `driver`, of the API's body.
PAPERS = (
    "driver_document",
    "driver_license",
    "invoice",
    "guide",
    "gross_kg",
    "tare_kg",
    "seals",
    "complete",
)


@dataclass(frozen=True, kw_only=True)
class SaleReport:
    """A sale as the vendor claims it: when, how much, where, with what."""

    sold_at: datetime
    quantity: Quantity
    site: Site
    plate: str = ""  # of the vehicle, or of several in one text, however it was told
    trailers: list[str] = field(default_factory=list)
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


@dataclass(frozen=True)
class Place:
    """Where a sale was made and what collected it, as far as the register knows them."""

    site_id: int | None
    vehicle_id: int | None
    plates: tuple[str, ...]  # the tractor's first
    known_trailers: list[str]

    @property
    def unknown_trailers(self) -> list[str]:
        return [each for each in self.plates[1:] if each not in self.known_trailers]


def lock_reported(
    authorization: Authorization, report: SaleReport, by: Actor
) -> tuple[Authorization, Place, datetime]:
    """Lock what a vendor reports on, and find with it what the report names."""
    plates = told_plates(report.plate, report.trailers)
    locked = lock(authorization, site=report.site.uuid, plates=plates, sold_at=report.sold_at)
    if locked is None:
        raise code_unknown()
    require_seller(locked.authorization, by)
    settle(locked.authorization, at=locked.at)
    place = Place(locked.site_id, locked.vehicle_id, plates, locked.known_trailers)
    return locked.authorization, place, locked.at


def record_report(
    authorization: Authorization,
    sale: Sale,
    rise: Decimal,
    *,
    kind: str,
    at: datetime,
    before: Sequence[NewEvent] = (),
    by: Actor,
) -> None:
    """Book a report. A sale's first leaves its receipt to be confirmed, unless it is a claim."""
    due = []
    if not sale.replaces and not authorization.is_claim:
        receipts_due.note_first_awaited(authorization, sale)
        due.append(Due(DutyReason.RECEIPT_DUE, receipts_due.due_at(sale)))
    change_counted(
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
        due=due,
        before=before,
        by=by,
    )


def sale_from(
    authorization: Authorization,
    report: SaleReport,
    place: Place,
    *,
    at: datetime,
    replaces: Sale | None = None,
    reason: str = "",
    by: Actor,
) -> Sale:
    """The row of a report, for the next version of its authorization; nothing is written yet.

    Raises Refused: sold_ahead_of_time, sold_too_long_ago, unknown_site, weights_incomplete,
    gross_below_tare, net_is_zero, density_unknown.
    """
    product = _product_of(report, authorization)
    zone = authorization.jurisdiction.zone
    _check(report, place, at)
    return Sale(
        jurisdiction=authorization.jurisdiction,
        authorization=authorization,
        version=authorization.version + 1,
        root=replaces and replaces.root_or_self,
        replaces=replaces,
        reason=reason,
        buyer=authorization.buyer,
        seller=authorization.seller,
        product=product,
        **_amounts(report.quantity, product),
        sold_at=report.sold_at,
        sold_on=report.sold_at.astimezone(zone).date(),
        recorded_at=at,
        site=partial_row(report.site, "uuid", id=place.site_id),
        **_vehicles(place),
        **_papers(report),
        recorded_by=by.user,
        api_key=by.api_key,
    )


def _product_of(report: SaleReport, authorization: Authorization) -> Product:
    """The product told; named by the code that it was authorized by, the version authorized."""
    told, authorized = report.product, authorization.product
    return told if told and told.code != authorized.code else authorized


def _vehicles(place: Place) -> dict[str, Any]:
    return {
        "plate": place.plates[0],
        "vehicle_id": place.vehicle_id,
        "trailers": [*place.plates[1:]],
        "unknown_trailers": place.unknown_trailers,
    }


def _papers(report: SaleReport) -> dict[str, Any]:
    """The papers as they were told, and their numbers as they are compared."""
    told = {name: getattr(report, name) for name in PAPERS}
    keys = {f"{name}_key": document_key(told[name]) for name in ("invoice", "guide")}
    return told | keys


def _amounts(quantity: Quantity, product: Product) -> dict[str, Any]:
    return {
        "quantity_value": quantity.value,
        "quantity_unit": quantity.unit,
        "product_kg": product.product_kg(quantity),
        "net_kg": product.net_kg(quantity),
    }


def _check(report: SaleReport, place: Place, at: datetime) -> None:
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


def _check_weights(report: SaleReport) -> None:
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
