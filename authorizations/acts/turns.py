"""Finds what a request names, by its own names, in the buyer's turn."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

import rules
from database.statements import Statement, partial_row
from precursors.errors import Refused
from precursors.models import Product
from registry import clock
from registry.actors import Actor
from registry.models import Organization, Site, Vehicle

PRODUCT = [column.attname for column in Product._meta.concrete_fields]
PRODUCT_COLUMNS = ", ".join(f"product.{name} AS product_{name}" for name in PRODUCT)
# Locks the buyer: its open codes and its storage are counted one request at a time. The clock
# is read outside the locked part, so that it is read after the lock is granted.
NAMED = Statement(f"""
SELECT {clock.NOW}, named.*
FROM (
    SELECT (SELECT CASE WHEN settings ?& %(rules)s::text[] THEN id END
            FROM authorizations_ruleset WHERE jurisdiction_id = buyer.jurisdiction_id
            ORDER BY version DESC LIMIT 1) AS ruleset_id,
        (SELECT issuing_halted_at FROM registry_jurisdiction
            WHERE id = buyer.jurisdiction_id) AS issuing_halted_at,
        seller.id AS seller_id, site.id AS site_id, site.storage_limit_kg,
        vehicle.id AS vehicle_id, {PRODUCT_COLUMNS}
    FROM registry_organization buyer
    LEFT JOIN registry_organization seller
        ON seller.jurisdiction_id = %(seller_jurisdiction)s AND seller.tax_id = %(seller)s
    LEFT JOIN registry_site site
        ON site.organization_id = %(site_organization)s AND site.uuid = %(site)s
        AND site.retired_at IS NULL
    LEFT JOIN registry_vehicle vehicle
        ON vehicle.jurisdiction_id = %(vehicle_jurisdiction)s AND vehicle.plate = %(vehicle)s
        AND vehicle.retired_at IS NULL
    LEFT JOIN LATERAL (
        SELECT * FROM precursors_product
        WHERE code = %(product)s AND created_at <= statement_timestamp()
            AND (superseded_at IS NULL OR superseded_at > statement_timestamp())
            AND jurisdiction_code IN (%(jurisdiction)s, '')
        ORDER BY jurisdiction_code DESC LIMIT 1
    ) product ON true
    WHERE buyer.id = %(buyer)s FOR NO KEY UPDATE OF buyer
) named
""")


@dataclass(frozen=True)
class PurchaseNames:
    """What a request names, as it is now."""

    at: datetime
    ruleset_id: int | None  # None: the rules have not been completed yet
    buyer: Organization
    seller: Organization
    site: Site
    vehicle: Vehicle | None
    product: Product


def take_turn(
    seller: Organization, product: Product, site: Site, vehicle: Vehicle | None, *, by: Actor
) -> PurchaseNames:
    """Lock the buyer and find the others anew: a firm by its tax number, a site by firm and id,
    a vehicle by its plate, a product by its code in its version of today.

    Raises Refused: not_a_firm, invalid (with the code of each that is `unknown`).
    """
    if by.organization is None:
        raise Refused("not_a_firm", _("Only a firm can request a code."))
    row = NAMED.rows(_names(by, seller, product, site, vehicle))[0]
    at, ruleset_id, halted_at, seller_id, site_id, storage_limit_kg, vehicle_id, *columns = row
    _check_known(
        seller=seller_id,
        product=columns[0],
        destination_site=site_id,
        vehicle=vehicle_id or vehicle is None,
    )
    by.organization.jurisdiction = by.jurisdiction
    by.jurisdiction.issuing_halted_at = halted_at
    return PurchaseNames(
        at,
        ruleset_id,
        by.organization,
        partial_row(seller, "jurisdiction_id", "tax_id", id=seller_id),
        partial_row(
            site,
            "organization_id",
            "uuid",
            id=site_id,
            storage_limit_kg=storage_limit_kg,
            retired_at=None,  # or it would not have been found
        ),
        vehicle
        and partial_row(vehicle, "jurisdiction_id", "plate", id=vehicle_id, retired_at=None),
        Product.from_db("default", PRODUCT, columns),
    )


def _names(
    by: Actor, seller: Organization, product: Product, site: Site, vehicle: Vehicle | None
) -> dict[str, Any]:
    assert by.organization
    return {
        "buyer": by.organization.pk,
        "seller": seller.tax_id,
        "seller_jurisdiction": seller.jurisdiction_id,
        "product": product.code,
        "jurisdiction": by.jurisdiction.code,
        "site": site.uuid,
        "site_organization": site.organization_id,
        "vehicle": vehicle and vehicle.plate,
        "vehicle_jurisdiction": vehicle and vehicle.jurisdiction_id,
        "rules": list(rules.RULES),
        **clock.parameters(),
    }


UNKNOWN = {
    "seller": "unknown_organization",
    "product": "unknown_product",
    "destination_site": "unknown_site",
    "vehicle": "unknown_vehicle",
}


def _check_known(**found: object) -> None:
    unknown = {name: UNKNOWN[name] for name, row in found.items() if not row}
    if unknown:
        text = _("There is no such entry, or it is not yours.")
        raise Refused("invalid", text, field=next(iter(unknown)), unknown=unknown)
