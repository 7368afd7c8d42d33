"""Rules on how much: what was authorized, sold and received."""

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from rules import self_reports
from rules.comparison import compare_sold
from rules.facts import NOTHING_ARRIVED, Amount, Evidence, Facts, SaleFacts
from rules.measure import measure, plain
from rules.rule import Setting, rule, sale_rule
from rules.tolerance import expansion, tolerance

SLIPS = (10, 100, 1000)


@rule(_("More sold than authorized"), severity="high")
def quantity_exceeded(facts: Facts, setting: Setting) -> Evidence | None:
    """More was sold against the code so far than it allows, beyond tolerance."""
    if not facts.has_code:
        return None
    found = compare_sold(facts, setting)
    if not found.is_exceeded:
        return None
    return found.shown(over=found.over) | self_reports.self_reported_excess(facts, setting)


@rule(_("Less sold than authorized"), severity="low")
def quantity_short(facts: Facts, setting: Setting) -> Evidence | None:
    """An issued code ended, in whatever way, with less sold than it allowed."""
    if not _has_run_out(facts):
        return None
    found = compare_sold(facts, setting)
    return found.shown(short=-found.over) if -found.over > found.tolerance else None


@rule(
    _("Decimal point slipped"),
    severity="high",
    severity_under="medium",
    within="0.02",
    replaces=("quantity_exceeded",),
)
def decimal_slip(facts: Facts, setting: Setting) -> Evidence | None:
    """Sold is about 10, 100 or 1000 times the authorized quantity, or that fraction of it."""
    if not facts.has_code:
        return None
    found = compare_sold(facts, setting)
    within = setting.number("within") + found.expansion
    for factor in SLIPS:
        if abs(found.sold / (factor * found.authorized) - 1) <= within:
            slip = {"direction": "over", "factor": str(factor)}
            return {**found.shown(over=found.over), **slip}
        if _has_run_out(facts) and abs(found.sold * factor / found.authorized - 1) <= within:
            slip = {"direction": "under", "factor": str(factor)}
            return {**found.shown(short=-found.over), **slip}
    return None


def _has_run_out(facts: Facts) -> bool:
    return facts.has_code and facts.has_ended and facts.issued_at is not None


@sale_rule(_("Received differs from sold"), severity="high", voided_too=True)
def receipt_difference(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """What arrived differs from the vendor's current figure, or was not satisfactory."""
    receipt = sale.receipt
    if receipt is None:
        return None
    standard = sale.current.amount or receipt.amount
    if standard is None:
        return None  # nothing arrived, and the vendor agrees
    measured = measure(standard, sale.current.product, [receipt.amount])
    sold = Fraction(measured.of(sale.current.amount))
    received = Fraction(measured.of(receipt.amount))
    allowed = tolerance(
        sold,
        measured,
        sale.current.product,
        setting.tolerance,
        expanding_share=Fraction(measured.by_mass),
    )
    if receipt.outcome == "satisfactory" and abs(received - sold) <= allowed:
        return None
    figures = {"sold": sold, "received": received, "tolerance": allowed}
    shown = measured.shown(**figures, difference=received - sold)
    self_report = self_reports.self_reported_surplus(
        sale, setting, sold=sold, received=received, allowed=allowed
    )
    return {**shown, "outcome": receipt.outcome, **self_report}


@sale_rule(_("Corrected after receipt"), severity="high", voided_too=True)
def correction_after_receipt(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """The vendor changed its figure after the buyer had reported what arrived."""
    receipt = sale.receipt
    if receipt is None or (sale.is_void and receipt.outcome in NOTHING_ARRIVED):
        return None  # a void is what follows when nothing arrived
    first = sale.receipts[0]  # a later receipt does not make the correction come before
    before = next(r for r in reversed(sale.reports) if r.version < first.version).amount
    after = sale.current.amount
    if _is_same(before, after, expansion(sale.current.product, setting.tolerance)):
        return None
    figures = {"before_kg": _kg(before), "after_kg": _kg(after)}
    change_kg = figures["after_kg"] - figures["before_kg"]
    return {name: plain(kg) for name, kg in (figures | {"change_kg": change_kg}).items()}


def _is_same(one: Amount | None, other: Amount | None, expands: Fraction) -> bool:
    if one is None or other is None:
        return one is other
    if one.dimension != other.dimension:
        return abs(_kg(other) - _kg(one)) <= expands * _kg(one)
    return one.base == other.base


def _kg(amount: Amount | None) -> Fraction:
    return Fraction(amount.product_kg) if amount else Fraction(0)
