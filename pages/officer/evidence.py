"""Evidence as people read it: names where programs keep codes and numbers."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from authorizations import access
from authorizations.models import Sale
from pages.templatetags.portal import moment
from precursors.operations import products_for
from registry.access import sites_for
from registry.actors import Actor

PRODUCTS = ["product", "authorized_product"]


def named(evidence: dict[str, str], by: Actor) -> dict[str, Any]:
    """Name the products, the site and the earlier sale; what is not found stays as it is."""
    return {**evidence, **_products(evidence, by), **_site(evidence, by), **_sale(evidence, by)}


def _products(evidence: dict[str, str], by: Actor) -> dict[str, str]:
    codes = {key: evidence[key] for key in PRODUCTS if key in evidence}
    found = products_for(by.jurisdiction.code).filter(code__in=codes.values()) if codes else ()
    names = {product.code: product.name for product in found}
    return {key: names.get(code, code) for key, code in codes.items()}


def _site(evidence: dict[str, str], by: Actor) -> dict[str, str]:
    uuid = evidence.get("site")
    site = sites_for(by).filter(uuid=uuid).first() if uuid else None
    return {"site": f"{site}, {site.organization}"} if site else {}


def _sale(evidence: dict[str, str], by: Actor) -> dict[str, SafeString]:
    uuid = evidence.get("earlier_sale")
    sale = access.sales_for(by).filter(uuid=uuid).first() if uuid else None
    return {"earlier_sale": _link(sale)} if sale else {}


def _link(sale: Sale) -> SafeString:
    """The time of a sale, leading to all about its authorization."""
    address = reverse("officer:authorization", args=[sale.authorization.uuid])
    return format_html('<a class="govuk-link" href="{}">{}</a>', address, moment(sale.sold_at))
