"""Holds what was sold against a code to what it allows."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from rules.count import SaleStep, Word, count_sale
from rules.facts import NOTHING_ARRIVED, Amount, Evidence, Facts, ReceiptFacts, SaleFacts
from rules.measure import Measure, measure, plain
from rules.rule import Setting
from rules.tolerance import expansion, tolerance


@dataclass(frozen=True)
class Comparison:
    """Sold against authorized, in kg or L."""

    measure: Measure
    authorized: Fraction
    sold: Fraction
    tolerance: Fraction
    expansion: Fraction  # the part of it that is a share of the figures, for what came by volume

    @property
    def over(self) -> Fraction:
        return self.sold - self.authorized

    @property
    def over_kg(self) -> Fraction:
        return self.over / self.measure.per_kg

    @property
    def is_exceeded(self) -> bool:
        return self.over > self.tolerance

    def shown(self, **differences: Fraction) -> Evidence:
        """Return the figures as evidence, in the unit and in kg of product; `percent` is over."""
        figures = self.measure.shown(
            authorized=self.authorized, sold=self.sold, tolerance=self.tolerance, **differences
        )
        return {**figures, "percent": plain(round(self.over / self.authorized * 100, 3))}


def compare_sold(facts: Facts, setting: Setting) -> Comparison:
    """Compare what was sold against a code so far with what it allows."""
    measured = measure(facts.authorized, facts.product, _amounts(facts))
    authorized = Fraction(measured.of(facts.authorized))
    counts = [(sale, _count_of(sale, measured)) for sale in facts.sales]
    sold = sum((count for _sale, count in counts), Fraction(0))
    expanding = sum(
        (count for sale, count in counts if _expands(sale, count, measured, facts)), Fraction(0)
    )
    share = expanding / sold if sold else sold
    allowed = tolerance(
        authorized, measured, facts.product, setting.tolerance, expanding_share=share
    )
    expands = expansion(facts.product, setting.tolerance) * share
    return Comparison(measured, authorized, sold, allowed, expands)


def _amounts(facts: Facts) -> Iterator[Amount | None]:
    for sale in facts.sales:
        yield from _amounts_of(sale)


def _amounts_of(sale: SaleFacts) -> Iterator[Amount | None]:
    """Every amount that either party reported for a sale."""
    for report in sale.reports:
        yield report.amount
    for receipt in sale.receipts:
        yield receipt.amount


def _count_of(sale: SaleFacts, measured: Measure) -> Fraction:
    """A sale counts at its highest figure until somebody else agrees to less."""
    steps = sorted(_steps(sale, measured), key=lambda step: step[0])
    return Fraction(count_sale(step for _version, step in steps))


def _expands(sale: SaleFacts, count: Fraction, measured: Measure, facts: Facts) -> bool:
    """Whether thermal expansion applies: the counted figure is in the other dimension only.

    Other than the code's, and the vendor must have reported in it: a receipt by volume does not
    make a volume of what was weighed.
    """
    own = facts.authorized.dimension
    reported = any(report.amount and report.amount.dimension != own for report in sale.reports)
    counting = [each for each in _amounts_of(sale) if each and measured.of(each) == count]
    return reported and all(each.dimension != own for each in counting)


def _steps(sale: SaleFacts, measured: Measure) -> Iterator[tuple[int, SaleStep]]:
    for report in sale.reports:
        yield report.version, SaleStep(Word.REPORTED, measured.of(report.amount))
    for version in sale.agreed_versions:
        yield version, SaleStep(Word.AGREED)
    for receipt in sale.receipts:
        yield receipt.version, _receipt_step(receipt, measured)


def _receipt_step(receipt: ReceiptFacts, measured: Measure) -> SaleStep:
    if receipt.outcome in NOTHING_ARRIVED:
        return SaleStep(Word.NOTHING_ARRIVED)
    return SaleStep(Word.RECEIVED, measured.of(receipt.amount))
