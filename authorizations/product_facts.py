"""A product's version as the rules look at it."""

from collections.abc import Mapping
from decimal import Decimal

from precursors.models import Presentation, Product
from rules.facts import ProductFacts

Caps = Mapping[str, Decimal | None]  # of tolerance, in kg, by the precursor's code


def product_facts(product: Product, caps: Caps | None = None) -> ProductFacts:
    """`caps`: as they were known at another time; where one is missing, as it is now."""
    precursor = product.precursor
    return ProductFacts(
        code=product.code,
        precursor=precursor.code,
        concentration_percent=product.concentration_percent,
        density_kg_per_l=product.density_kg_per_l,
        scale_division_kg=product.scale_division_kg,
        expansion_per_kelvin=product.expansion_per_kelvin,
        tolerance_cap_kg=(caps or {}).get(precursor.code, precursor.tolerance_cap_kg),
        packed=product.presentation == Presentation.PACKED,
    )
