"""What a firm tells against itself within a day counts one severity lower: every edge.

The cases are told of a code for 1,000 kg: 5 kg are tolerated, 100 kg are a small difference.
"""

from dataclasses import replace
from typing import Any

import pytest

import rules
from rules import Facts, ReceiptFacts, ReportFacts, SaleFacts
from tests.rules.build import (
    DAY,
    HOUR,
    SECOND,
    SOLD,
    UNSURE,
    ended,
    facts,
    receipt,
    report,
    sale,
)

IN_TIME = SOLD + DAY
TOO_LATE = IN_TIME + UNSURE


def severity(name: str, known: Facts, settings: dict[str, Any] | None = None) -> str:
    """The severity of the one finding of a rule."""
    findings = rules.evaluate(known, settings or rules.defaults())
    [found] = [finding for finding in findings if finding.rule == name]
    return found.severity


def corrected(text: str, version: int = 3, **given: Any) -> ReportFacts:
    return report(text, version, **{"recorded_at": IN_TIME} | given)


FIRST = report("1000 kg")

# What was told of the sales of a code, and how severely their excess counts.
EXCESS = {
    "the first report is owed": ([sale(report("1080 kg"))], "high"),
    "a correction within a day": ([sale(FIRST, corrected("1080 kg"))], "medium"),
    "a correction within a day of when the sale may have been": (
        [sale(FIRST, corrected("1080 kg", recorded_at=TOO_LATE - SECOND))],
        "medium",
    ),
    "a correction a second later": (
        [sale(FIRST, corrected("1080 kg", recorded_at=TOO_LATE))],
        "high",
    ),
    "a day after a late report, but not after the sale": (
        [sale(report(recorded_at=SOLD + HOUR), corrected("1080 kg", recorded_at=TOO_LATE))],
        "high",
    ),
    "a sale that is later claimed to be younger": (
        [sale(FIRST, corrected("1080 kg", sold_at=SOLD + HOUR, recorded_at=TOO_LATE))],
        "high",
    ),
    "a tenth more": ([sale(FIRST, corrected("1100 kg"))], "medium"),
    "over a tenth more": ([sale(FIRST, corrected("1100.001 kg"))], "high"),
    "the excess stood in the first report": (
        [sale(report("1005.001 kg"), corrected("1080 kg"))],
        "high",
    ),
    "the first report was within tolerance": (
        [sale(report("1005 kg"), corrected("1080 kg"))],
        "medium",
    ),
    "two corrections": (
        [sale(FIRST, corrected("1050 kg"), corrected("1080 kg", 4))],
        "medium",
    ),
    "the second one too late": (
        [sale(FIRST, corrected("1050 kg"), corrected("1080 kg", 4, recorded_at=TOO_LATE))],
        "high",
    ),
    "the second one too late, and of no more": (
        [sale(FIRST, corrected("1080 kg"), corrected("1050 kg", 4, recorded_at=TOO_LATE))],
        "medium",
    ),
    "taken back and told again": (
        [sale(report("1080 kg"), corrected("1000 kg"), corrected("1080 kg", 4))],
        "high",
    ),
    "taken back with an officer's word, and told again": (
        [sale(report("1080 kg"), corrected("1000 kg"), corrected("1080 kg", 5), agreed=(4,))],
        "high",
    ),
    "an officer had spoken": (
        [sale(report("950 kg"), corrected("900 kg"), corrected("1080 kg", 5), agreed=(4,))],
        "high",
    ),
    "an officer spoke afterwards": (
        [sale(FIRST, corrected("1080 kg"), corrected("1050 kg", 4), agreed=(5,))],
        "medium",
    ),
    "the buyer told it": ([sale(FIRST, receipt=receipt("1080 kg"))], "high"),
    "the buyer told it first": (
        [sale(FIRST, corrected("1080 kg", 6), receipt=receipt("1080 kg", version=5))],
        "high",
    ),
    "the buyer had told anything": (
        [sale(FIRST, corrected("1080 kg", 6), receipt=receipt("1000 kg", version=5))],
        "high",
    ),
    "the buyer told the same afterwards": (
        [sale(FIRST, corrected("1080 kg"), receipt=receipt("1080 kg", version=5))],
        "medium",
    ),
    "the buyer told of more afterwards": (
        [sale(FIRST, corrected("1050 kg"), receipt=receipt("1080 kg", version=5))],
        "high",
    ),
    "another sale of the code": ([sale(FIRST), sale(report("80 kg", 3), id=8)], "high"),
    "another sale after a correction": (
        [sale(FIRST, corrected("1010 kg")), sale(report("70 kg", 4), id=8)],
        "high",
    ),
    "a correction of one of two sales": (
        [sale(report("500 kg")), sale(report("500 kg", 3), corrected("580 kg", 4), id=8)],
        "medium",
    ),
    "weighed too much, and corrected by volume": (
        [sale(report("1012 kg"), corrected("1290 L"))],  # 1020.39 kg, where 15 are tolerated
        "high",
    ),
}


@pytest.mark.parametrize(("sales", "counts"), EXCESS.values(), ids=EXCESS.keys())
def test_an_excess_that_the_vendor_tells_itself(sales: list[SaleFacts], counts: str) -> None:
    assert severity("quantity_exceeded", facts(*sales)) == counts


def arrived(text: str = "1080 kg", **given: Any) -> ReceiptFacts:
    return receipt(text, **{"recorded_at": SOLD + DAY} | given)


SURPLUS = {
    "within a day of the arrival": (sale(receipt=arrived()), "medium"),
    "within a day of when it may have arrived": (
        sale(receipt=arrived(recorded_at=TOO_LATE - SECOND)),
        "medium",
    ),
    "a second later": (sale(receipt=arrived(recorded_at=TOO_LATE)), "high"),
    "days after the sale, a day after the arrival": (
        sale(receipt=arrived(received_at=SOLD + 3 * DAY, recorded_at=SOLD + 4 * DAY)),
        "medium",
    ),
    "less than was sold": (sale(receipt=arrived("920 kg")), "high"),
    "a tenth more": (sale(receipt=arrived("1100 kg")), "medium"),
    "over a tenth more": (sale(receipt=arrived("1100.001 kg")), "high"),
    "an excess, in so many words": (
        sale(receipt=arrived(outcome="unsatisfactory", reasons=("excess",))),
        "medium",
    ),
    "with a broken seal": (
        sale(receipt=arrived(outcome="unsatisfactory", reasons=("excess", "seals"))),
        "high",
    ),
    "partly refused": (
        sale(receipt=arrived(outcome="partly_refused", reasons=("excess",))),
        "high",
    ),
    "nothing wrong with the quantity": (
        sale(receipt=arrived("1005 kg", outcome="unsatisfactory")),
        "high",
    ),
    "the vendor has changed its figure since": (
        sale(FIRST, report("990 kg", 6), receipt=arrived()),
        "high",
    ),
    "only by what the vendor has changed since": (
        sale(FIRST, report("950 kg", 6), receipt=arrived("1000 kg")),
        "high",
    ),
}


@pytest.mark.parametrize(("told", "counts"), SURPLUS.values(), ids=SURPLUS.keys())
def test_a_surplus_that_the_buyer_tells_itself(told: SaleFacts, counts: str) -> None:
    assert severity("receipt_difference", facts(told)) == counts


def test_the_evidence_says_who_told_it_and_when() -> None:
    findings = rules.evaluate(facts(sale(FIRST, corrected("1080 kg"))), rules.defaults())
    [evidence] = [each.evidence for each in findings if each.rule == "quantity_exceeded"]
    assert evidence["self_reported_by"] == "vendor"
    assert evidence["self_reported_at"] == "2026-03-03T17:00:00+00:00"
    assert evidence["self_report_hours"] == "24"


def test_other_rules_count_in_full() -> None:
    """A jump of the decimal point, a sale without a code: never one officer's alone."""
    slip = facts(sale(FIRST, corrected("10000 kg")))
    assert severity("decimal_slip", slip) == "high"
    codeless: dict[str, Any] = {"has_code": False, "authorized": "0 kg", "issued_at": None}
    walk_in = ended(sale(FIRST, corrected("1080 kg")), **codeless)
    assert severity("sold_without_code", walk_in) == "high"


def test_the_ruleset_says_how_soon_and_how_little() -> None:
    known = facts(sale(FIRST, corrected("1080 kg")))
    for given, counts in (
        ({"hours": "24"}, "medium"),
        ({"hours": "23.5"}, "high"),
        ({"share_max": "0.08"}, "medium"),
        ({"share_max": "0.0799"}, "high"),
    ):
        settings = rules.defaults()
        settings["self_report"] |= given
        assert severity("quantity_exceeded", known, settings) == counts


def test_a_ruleset_that_does_not_know_self_reports_lowers_nothing() -> None:
    settings = rules.defaults()
    del settings["self_report"]
    known = facts(sale(FIRST, corrected("1080 kg"), receipt=arrived("1090 kg")))
    assert severity("quantity_exceeded", known, settings) == "high"
    assert severity("receipt_difference", known, settings) == "high"


def test_what_once_counted_high_does_not_come_to_count_lower() -> None:
    later = [
        report("1000 kg", 4, recorded_at=IN_TIME),
        report("1040 kg", 6, recorded_at=IN_TIME),
        report("1060 kg", 8, recorded_at=IN_TIME),
    ]
    high = sale(report("1080 kg"), *later, agreed=(5, 7))
    for count in range(1, len(high.reports) + 1):
        known = facts(replace(high, reports=high.reports[:count]))
        findings = rules.evaluate(known, rules.defaults())
        assert {each.severity for each in findings} <= {"high"}
