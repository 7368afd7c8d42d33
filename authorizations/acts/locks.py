"""Reads an authorization for a verb: anew, locked until the transaction ends, with its parties."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from authorizations import ledger
from authorizations.acts.act import write_change
from authorizations.models import Authorization, Status
from database.statements import Statement, select_columns, take_row
from precursors.models import Product
from registry import clock
from registry.actors import Actor
from registry.models import Jurisdiction, Organization, Site, Vehicle

RELATED: dict[str, type[Model]] = {
    "jurisdiction": Jurisdiction,
    "buyer": Organization,
    "seller": Organization,
    "product": Product,
    "destination_site": Site,
    "vehicle": Vehicle,
}

# The same statement finds the site and the vehicles that a report names. The clock is read outside
# the locked part, so that it is read after the lock is granted.
LOCK = """
SELECT {now}, locked.*
FROM (
    SELECT (SELECT id FROM registry_site
            WHERE uuid = %(site)s AND jurisdiction_id = own.jurisdiction_id) AS site_id,
        (SELECT id FROM registry_vehicle
            WHERE plate = %(plate)s AND jurisdiction_id = own.jurisdiction_id
                AND (retired_at IS NULL OR retired_at > %(sold_at)s)
            ORDER BY id LIMIT 1) AS vehicle_id,
        ARRAY(SELECT plate FROM registry_vehicle
            WHERE plate = ANY(%(trailers)s::text[]) AND jurisdiction_id = own.jurisdiction_id
                AND (retired_at IS NULL OR retired_at > %(sold_at)s))
            AS known_trailers,
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
    [
        select_columns("own", Authorization),
        *(select_columns(*related) for related in RELATED.items()),
    ]
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
class LockedAuthorization:
    """A locked authorization, with what was read beside it."""

    authorization: Authorization
    at: datetime
    site_id: int | None  # of the report, where it is known
    vehicle_id: int | None
    known_trailers: list[str]


def lock(
    authorization: Authorization,
    *,
    site: UUID | None = None,
    plates: Sequence[str] = ("",),
    sold_at: datetime | None = None,
) -> LockedAuthorization | None:
    """Lock it by its id or, where it has none yet, by its vendor and code. None: there is none."""
    by_code = authorization.pk is None
    plate, *trailers = plates
    values: dict[str, Any] = {"site": site, "plate": plate, "trailers": trailers}
    values |= {"sold_at": sold_at, **clock.parameters()}
    if by_code:
        values |= {"code": authorization.code, "seller": authorization.seller_id}
    else:
        values["id"] = authorization.pk
    rows = (BY_CODE if by_code else BY_ID).rows(values)
    return _from_row(*rows[0]) if rows else None


def _from_row(
    at: datetime,
    site_id: int | None,
    vehicle_id: int | None,
    known_trailers: list[str],
    *values: Any,
) -> LockedAuthorization:
    rest = list(values)
    own = take_row(Authorization, rest)
    for name, model in RELATED.items():
        setattr(own, name, take_row(model, rest))
    own.buyer.jurisdiction = own.seller.jurisdiction = own.jurisdiction
    return LockedAuthorization(own, at, site_id, vehicle_id, known_trailers)


def lock_settled(authorization: Authorization) -> tuple[Authorization, datetime]:
    """Lock, and settle first what time has already ended. Returns also the time of the lock."""
    locked = lock(authorization)
    assert locked, "nothing deletes an authorization"
    settle(locked.authorization, at=locked.at)
    return locked.authorization, locked.at


def settle(authorization: Authorization, *, at: datetime) -> None:
    """Expire a locked authorization whose time is over."""
    if not authorization.is_live or at <= authorization.ends_at:
        return
    held = authorization.status == Status.ISSUED
    portal = Actor.portal(authorization.jurisdiction)
    end_authorization(authorization, Status.EXPIRED, held=held, at=at, by=portal)


def end_authorization(
    authorization: Authorization,
    status: Status,
    *,
    held: bool,
    at: datetime,
    reason: str = "",
    by: Actor,
) -> None:
    """End a locked, live authorization. `held`: a sale of what it reserved may yet be reported."""
    held = held and authorization.declared_at is None
    balances = ledger.ended(authorization.balances, held=held)
    authorization.end(status, at=at)
    write_change(
        authorization, status.value, at=at, balances=balances, data={"reason": reason}, by=by
    )
