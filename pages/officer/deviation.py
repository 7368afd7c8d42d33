"""How far from the permitted a flag is: one figure for the list, out of its evidence."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from pages.templatetags.portal import plates

TENTH = Decimal("0.1")
# Where the evidence of a rule has its figure: the key, its unit (None: beside it), its sign.
FIGURES = [
    ("over", None, 1),
    ("short", None, -1),
    ("difference", None, 1),
    ("over_kg", "kg", 1),
    ("difference_kg", "kg", 1),
    ("change_kg", "kg", 1),
    ("product_kg", "kg", 1),
]
# What stands there for rules that measure nothing.
NAMES = ["plate", "number"]


@dataclass(frozen=True)
class Deviation:
    """A signed figure with its unit and share, or else a name."""

    value: Decimal | None = None
    unit: str = ""
    percent: Decimal | None = None
    name: str = ""


def deviation(evidence: dict[str, str]) -> Deviation:
    """Read the figure of a rule's evidence; of an unknown shape, nothing."""
    for key, unit, sign in FIGURES:
        value = _number(evidence.get(key))
        if value is not None:
            return Deviation(sign * value, unit or evidence.get("unit", ""), _percent(evidence))
    named = (evidence[name] for name in NAMES if evidence.get(name))
    return Deviation(name=plates(str(next(named, ""))))


def _number(text: object) -> Decimal | None:
    try:
        value = Decimal(str(text))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _percent(evidence: dict[str, str]) -> Decimal | None:
    """Rounded for the list; the case shows the arithmetic."""
    percent = _number(evidence.get("percent"))
    return None if percent is None else percent.quantize(TENTH, ROUND_HALF_EVEN)
