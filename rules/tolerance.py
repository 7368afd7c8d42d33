"""By how much what was sold, or arrived, may differ from the figure it is compared with.

Applied by the rules on quantities (`rules.comparison`, `rules.quantities`), and by the counter
before a sale is recorded (`authorizations.remaining`). Whatever else crosses from volume to mass
allows at least for the expansion. The invariants compute it independently,
in SQL (`audit.invariants.judgments`).
"""

from collections.abc import Mapping
from fractions import Fraction

from rules.facts import ProductFacts
from rules.measure import Measure

TOLERANCE = "tolerance"
# 0.5 % of the quantity or one division of the scale, never over 5 % of the quantity; a product
# expands over 10 K, or by 1 % where its expansion is not known. Choices of ours, not law.
TOLERANCE_DEFAULTS = {
    "share": "0.005",
    "share_max": "0.05",
    "kelvin": "10",
    "volume_share": "0.01",
}


def tolerance(
    standard: Fraction,
    measured: Measure,
    product: ProductFacts,
    settings: Mapping[str, str],
    *,
    expanding_share: Fraction,
) -> Fraction:
    """Return how far an actual figure may lie from the standard one, in kg or L.

    `settings`: a ruleset's, as `TOLERANCE_DEFAULTS`. `expanding_share`: the share of the actual
    figure that was reported in the other dimension, to which thermal expansion applies.
    """
    share = {name: Fraction(value) for name, value in settings.items()}
    within = Fraction(0)
    if not product.packed:
        division = Fraction(product.scale_division_kg) * measured.per_kg
        within = min(max(share["share"] * standard, division), share["share_max"] * standard)
        if product.tolerance_cap_kg is not None:
            within = min(within, Fraction(product.tolerance_cap_kg) * measured.per_kg)
    return within + expansion(product, settings) * expanding_share * standard


def expansion(product: ProductFacts, settings: Mapping[str, str]) -> Fraction:
    """Return the share by which a volume may differ with the temperature."""
    if product.expansion_per_kelvin is None:
        return Fraction(settings["volume_share"])
    return Fraction(product.expansion_per_kelvin) * Fraction(settings["kelvin"])
