"""Honesty must pay: a difference that a firm tells against itself counts one severity lower.

Told by the firm itself, within a day of the sale or the arrival, before another could have: the
vendor who corrects its report upwards, the buyer to whom more came than was sold.

What is owed anyway is no self-report: the first report of a sale. Nor is what could be a cover:
a receipt of less than was sold is the tale of whoever diverted it, and a figure taken back
tells nothing new. And since a flag of medium severity is ended by one officer, where a high one
takes two, only a small difference is counted lower: else a vendor in league with one officer
would report every sale in two steps.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from rules.comparison import compared
from rules.facts import Evidence, Facts, ReportFacts, SaleFacts
from rules.measure import instant
from rules.rule import Setting


def excess_told(facts: Facts, setting: Setting) -> Evidence:
    """Tell the vendor's last correction, where corrections in time told all of an excess.

    Each time the excess grew is looked at as it was known then. So what was once high, for
    another reason or a larger figure, never comes to count lower by a later act.
    """
    highest_kg, told = Fraction(0), None
    for version in _versions(facts) if setting.self_report else ():
        then = _until(facts, version)
        found = compared(then, setting)
        if not found.is_exceeded or found.over_kg <= highest_kg:
            continue
        told = _correction(then, setting)
        if told is None or not _is_small(found.over, found.authorized, setting):
            return {}
        highest_kg = found.over_kg
    return _evidence("vendor", told.recorded_at, setting) if told else {}


def _versions(facts: Facts) -> list[int]:
    """The versions at which something was told of a sale, in order."""
    return sorted({version for sale in facts.sales for version in _told(sale)})


def _told(sale: SaleFacts) -> Iterator[int]:
    yield from (report.version for report in sale.reports)
    yield from sale.agreed_versions
    if sale.receipt:
        yield sale.receipt.version


def _until(facts: Facts, version: int) -> Facts:
    """What had been told by a version."""
    begun = (sale for sale in facts.sales if sale.first.version <= version)
    return replace(facts, version=version, sales=tuple(_part(sale, version) for sale in begun))


def _part(sale: SaleFacts, version: int) -> SaleFacts:
    is_told = sale.receipt and sale.receipt.version <= version
    return replace(
        sale,
        reports=tuple(report for report in sale.reports if report.version <= version),
        receipt=sale.receipt if is_told else None,
        agreed_versions=tuple(agreed for agreed in sale.agreed_versions if agreed <= version),
    )


def _correction(facts: Facts, setting: Setting) -> ReportFacts | None:
    """The report that made this version: a correction in time, nobody else having spoken."""
    for sale in facts.sales:
        if sale.current.version == facts.version:
            is_told = sale.receipt is not None or sale.agreed_versions or len(sale.reports) == 1
            return None if is_told or not _is_in_time(sale, setting) else sale.current
    return None


def _is_in_time(sale: SaleFacts, setting: Setting) -> bool:
    """Counted from the earliest time of the sale that was claimed: a later claim buys nothing."""
    sold_at = min(report.sold_at for report in sale.reports)
    return sale.current.recorded_at - sold_at <= setting.self_report_time


def surplus_told(
    sale: SaleFacts, setting: Setting, *, sold: Fraction, received: Fraction, allowed: Fraction
) -> Evidence:
    """Tell the buyer's receipt, where in time it told of more than was sold, and of no more."""
    receipt = sale.receipt
    if receipt is None or not setting.self_report:
        return {}
    is_surplus = received - sold > allowed and _is_small(received - sold, sold, setting)
    is_all = receipt.outcome != "partly_refused" and set(receipt.reasons) <= {"excess"}
    is_first = sale.current.version < receipt.version
    in_time = receipt.recorded_at - receipt.received_at <= setting.self_report_time
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
