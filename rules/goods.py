"""Rules on the product, the site and the vehicle of a sale."""

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from rules.facts import Evidence, Facts, ProductFacts, SaleFacts
from rules.measure import plain
from rules.rule import Setting, sale_rule
from rules.tolerance import expansion


@sale_rule(_("Another product"), severity="high")
def wrong_product(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """Another precursor, or another concentration of it, than authorized."""
    sold, authorized = sale.current.product, facts.product
    if not facts.has_code or _substance_of(sold) == _substance_of(authorized):
        return None
    return {
        "authorized_product": authorized.code,
        "authorized_concentration_percent": str(authorized.concentration_percent),
        "product": sold.code,
        "concentration_percent": str(sold.concentration_percent),
        "because": "precursor" if sold.precursor != authorized.precursor else "concentration",
    }


def _substance_of(product: ProductFacts) -> tuple[object, ...]:
    return product.precursor, product.concentration_percent


@sale_rule(_("Another vehicle"), severity="medium")
def vehicle_mismatch(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """Collected by other vehicles than the authorized one, be it a tractor or a trailer.

    Words for having no plate name no other vehicle: they are `vehicle_not_registered`.
    """
    told = sale.current
    if not facts.plate or not told.names_vehicle or facts.plate in told.plates:
        return None
    return {"authorized_plate": facts.plate, "plate": _several(told.plates)}


@sale_rule(_("Unknown vehicle"), severity="medium")
def vehicle_not_registered(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """A plate that collected was not in the register; or it was no plate, or none was told."""
    unknown = sale.current.unknown_plates
    return {"plate": _several(unknown)} if unknown else None


def _several(plates: tuple[str, ...]) -> str:
    return " / ".join(plates)


@sale_rule(_("Another firm's site"), severity="medium")
def site_mismatch(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """Sold at a site that is not the vendor's."""
    return None if sale.current.site_is_sellers else {"site": sale.current.site}


@sale_rule(_("Weights do not add up"), severity="medium", share="0.005")
def weight_arithmetic(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """Gross less tare differs from the mass of the product.

    What was sold by volume may weigh more or less by what its temperature makes of it.
    """
    report = sale.current
    if report.gross_kg is None or report.tare_kg is None or report.amount is None:
        return None
    weighed = Fraction(report.gross_kg) - Fraction(report.tare_kg)
    product = Fraction(report.amount.product_kg)
    share = setting.number("share")
    if report.amount.dimension == "volume":
        share += expansion(report.product, setting.tolerance)
    if abs(weighed - product) <= share * product:
        return None
    return {
        "gross_kg": plain(Fraction(report.gross_kg)),
        "tare_kg": plain(Fraction(report.tare_kg)),
        "weighed_kg": plain(weighed),
        "product_kg": plain(product),
        "difference_kg": plain(weighed - product),
    }
