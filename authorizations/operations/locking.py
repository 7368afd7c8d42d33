"""Reads an authorization for a verb: anew, locked until the transaction ends, with its parties."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from authorizations.models import Authorization
from database.statements import Statement, columns, take
from precursors.models import Product
from registry import clock
from registry.models import Jurisdiction, Organization, Site, Vehicle

RELATED: dict[str, type[Model]] = {
    "jurisdiction": Jurisdiction,
    "buyer": Organization,
    "seller": Organization,
    "product": Product,
    "destination_site": Site,
    "vehicle": Vehicle,
}

# Where a sale is reported, the site and the vehicle it names are found beside. The clock is read
# outside the locked part, so that it tells when the lock was had.
LOCK = """
SELECT {now}, locked.*
FROM (
    SELECT (SELECT id FROM registry_site
            WHERE uuid = %(site)s AND jurisdiction_id = own.jurisdiction_id) AS site_id,
        (SELECT id FROM registry_vehicle
            WHERE plate = %(plate)s AND jurisdiction_id = own.jurisdiction_id) AS vehicle_id,
        {columns}
    FROM authorizations_authorization own
    JOIN registry_jurisdiction jurisdiction ON jurisdiction.id = own.jurisdiction_id
    JOIN registry_organization buyer ON buyer.id = own.buyer_id
    JOIN registry_organization seller ON seller.id = own.seller_id
    JOIN precursors_product product ON product.id = own.product_id
    LEFT JOIN registry_site destination_site ON destination_site.id = own.destination_site_id
    LEFT JOIN registry_vehicle vehicle ON vehicle.id = own.vehicle_id
    WHERE {which} FOR NO KEY UPDATE OF own
) locked
"""
COLUMNS = ", ".join(
    [columns("own", Authorization), *(columns(*related) for related in RELATED.items())]
)
BY_ID = Statement(LOCK.format(now=clock.NOW, columns=COLUMNS, which="own.id = %(id)s"))
BY_CODE = Statement(
    LOCK.format(
        now=clock.NOW,
        columns=COLUMNS,
        which="own.code = %(code)s AND own.seller_id = %(seller)s",
    )
)


@dataclass(frozen=True)
class Locked:
    """An authorization in a verb's hands."""

    authorization: Authorization
    at: datetime
    site_id: int | None  # of the report, where it is known
    vehicle_id: int | None


def lock(
    authorization: Authorization, *, site: UUID | None = None, plate: str | None = None
) -> Locked | None:
    """Lock it by its id or, where it has none yet, by its vendor and code. None: there is none."""
    by_code = authorization.pk is None
    values: dict[str, Any] = {"site": site, "plate": plate, **clock.parameters()}
    if by_code:
        values |= {"code": authorization.code, "seller": authorization.seller_id}
    else:
        values["id"] = authorization.pk
    rows = (BY_CODE if by_code else BY_ID).rows(values)
    return _locked(*rows[0]) if rows else None


def _locked(at: datetime, site_id: int | None, vehicle_id: int | None, *values: Any) -> Locked:
    rest = list(values)
    own = take(Authorization, rest)
    for name, model in RELATED.items():
        setattr(own, name, take(model, rest))
    own.buyer.jurisdiction = own.seller.jurisdiction = own.jurisdiction
    return Locked(own, at, site_id, vehicle_id)
