"""Self-reports: a difference that a firm reports against itself counts one severity lower.

It must come from the firm itself, within `hours` of the sale or the arrival and before anybody
else's statement: a vendor that corrects its report upwards, a buyer that received more than was
sold.

The first report of a sale is an obligation and no self-report. Nor is what could cover a
diversion: a receipt of less than was sold, or a figure corrected downwards. A flag of medium
severity is ended by one officer, a high one by two: so only a small difference counts lower, or
a vendor in league with one officer would report every sale in two steps.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from rules.comparison import compare_sold
from rules.facts import Evidence, Facts, ReportFacts, SaleFacts
from rules.measure import instant
from rules.rule import Setting


def self_reported_excess(facts: Facts, setting: Setting) -> Evidence:
    """Return evidence that the vendor reported the whole excess itself in time, or {}.

    Each growth of the excess is checked as it was known then: what once counted high, for
    another reason or a larger figure, does not count lower after a later act.
    """
    highest_kg, correction = Fraction(0), None
    for version in _versions(facts) if setting.self_report else ():
        then = _until(facts, version)
        found = compare_sold(then, setting)
        if not found.is_exceeded or found.over_kg <= highest_kg:
            continue
        correction = _correction(then, setting)
        if correction is None or not _is_small(found.over, found.authorized, setting):
            return {}
        highest_kg = found.over_kg
    return _evidence("vendor", correction.recorded_at, setting) if correction else {}


def _versions(facts: Facts) -> list[int]:
    """The versions at which something was reported for a sale, in order."""
    return sorted({version for sale in facts.sales for version in _versions_of(sale)})


def _versions_of(sale: SaleFacts) -> Iterator[int]:
    yield from (report.version for report in sale.reports)
    yield from sale.agreed_versions
    yield from (receipt.version for receipt in sale.receipts)


def _until(facts: Facts, version: int) -> Facts:
    """The facts as reported up to a version."""
    begun = (sale for sale in facts.sales if sale.first.version <= version)
    sales = tuple(_sale_until(sale, version) for sale in begun)
    return replace(facts, version=version, sales=sales)


def _sale_until(sale: SaleFacts, version: int) -> SaleFacts:
    receipts = tuple(receipt for receipt in sale.receipts if receipt.version <= version)
    return replace(
        sale,
        reports=tuple(report for report in sale.reports if report.version <= version),
        receipt=receipts[-1] if receipts else None,
        earlier_receipts=receipts[:-1],
        agreed_versions=tuple(agreed for agreed in sale.agreed_versions if agreed <= version),
    )


def _correction(facts: Facts, setting: Setting) -> ReportFacts | None:
    """The report that made this version, if a correction in time before any other statement."""
    for sale in facts.sales:
        if sale.current.version == facts.version:
            is_alone = sale.receipt is None and not sale.agreed_versions
            is_correction = is_alone and len(sale.reports) > 1
            return sale.current if is_correction and _is_in_time(sale, setting) else None
    return None


def _is_in_time(sale: SaleFacts, setting: Setting) -> bool:
    """Counted from the earliest claimed time of the sale: a later claim gains nothing."""
    sold_at = min(report.sold_at for report in sale.reports)
    return _is_within_time(sold_at, sale.current.recorded_at, setting)


def _is_within_time(claimed: datetime, recorded_at: datetime, setting: Setting) -> bool:
    return recorded_at - setting.span_of(claimed).last <= setting.self_report_time


def self_reported_surplus(
    sale: SaleFacts, setting: Setting, *, sold: Fraction, received: Fraction, allowed: Fraction
) -> Evidence:
    """Return evidence that the buyer reported in time more than was sold, and nothing else; or {}.

    `sold`, `received`, `allowed`: in one measure, kg or L.
    """
    receipt = sale.receipt
    if receipt is None or sale.earlier_receipts or not setting.self_report:
        return {}  # another receipt is no first word
    is_surplus = received - sold > allowed and _is_small(received - sold, sold, setting)
    is_all = receipt.outcome != "partly_refused" and set(receipt.reasons) <= {"excess"}
    is_first = sale.current.version < receipt.version
    in_time = _is_within_time(receipt.received_at, receipt.recorded_at, setting)
    if is_surplus and is_all and is_first and in_time:
        return _evidence("buyer", receipt.recorded_at, setting)
    return {}


def _is_small(difference: Fraction, standard: Fraction, setting: Setting) -> bool:
    return difference <= Fraction(setting.self_report["share_max"]) * standard


def _evidence(party: str, at: datetime, setting: Setting) -> Evidence:
    return {
        "self_reported_by": party,
        "self_reported_at": instant(at),
        "self_report_hours": setting.self_report["hours"],
    }
