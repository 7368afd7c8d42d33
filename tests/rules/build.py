"""Facts written by hand: 1,000 kg of acetone, authorized and sold as it should be."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import rules
from precursors import quantities
from precursors.quantities import Quantity, Unit
from rules import (
    Amount,
    Evidence,
    Facts,
    LicenseFacts,
    ProductFacts,
    ReceiptFacts,
    ReportFacts,
    SaleFacts,
)

ISSUED = datetime(2026, 3, 2, 14, tzinfo=UTC)  # a Monday, 9 h in Lima
SOLD = ISSUED + timedelta(hours=3)
EXPIRES = ISSUED + timedelta(hours=72)
NOW = SOLD + timedelta(minutes=1)
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
MINUTE = 60 * SECOND
APART = 5 * MINUTE  # by which the clock of a claim may be wrong
UNSURE = MINUTE + APART  # how much later a time that was told without seconds may have been

ACETONE = ProductFacts(
    code="acetone",
    precursor="acetone",
    concentration_percent=Decimal("99.5"),
    density_kg_per_l=Decimal("0.791"),
)
DRUMS = replace(ACETONE, packed=True)


def amount(text: str, product: ProductFacts = ACETONE) -> Amount:
    """Read "1080 kg" or "250 L"."""
    value, unit = text.split()
    quantity = Quantity(Decimal(value), Unit(unit))
    return Amount(quantity, quantities.product_kg(quantity, product.density_kg_per_l))


def report(text: str | None = "1000 kg", version: int = 2, **given: Any) -> ReportFacts:
    """A report of a sale; of None, a void."""
    product = given.pop("product", ACETONE)
    values: dict[str, Any] = {
        "version": version,
        "amount": None if text is None else amount(text, product),
        "product": product,
        "sold_at": SOLD,
        "recorded_at": SOLD,
        "site": "the-vendors-site",
        "plate": "ABC123",
    }
    return ReportFacts(**values | given)


def sale(*reports: ReportFacts, agreed: tuple[int, ...] = (), **given: Any) -> SaleFacts:
    """A sale, with the versions by which an officer agreed to the vendor's figure."""
    given["agreed_versions"] = agreed
    return SaleFacts(**{"id": 7, "reports": reports or (report(),)} | given)


def receipt(
    text: str | None = "1000 kg", outcome: str = "satisfactory", version: int = 5, **given: Any
) -> ReceiptFacts:
    """A receipt told more than a day after the arrival, unless said otherwise."""
    values: dict[str, Any] = {
        "version": version,
        "outcome": outcome,
        "amount": None if text is None else amount(text),
        "received_at": SOLD,
        "recorded_at": SOLD + DAY + UNSURE,
    }
    return ReceiptFacts(**values | given)


def license(party: str, **given: Any) -> LicenseFacts:
    values: dict[str, Any] = {
        "party": party,
        "number": f"L-{party}",
        "valid_from": date(2025, 1, 1),
        "valid_to": date(2026, 12, 31),
    }
    return LicenseFacts(**values | given)


def facts(*sales: SaleFacts, authorized: str = "1000 kg", **given: Any) -> Facts:
    """An issued code with its sales, as known a minute later."""
    product = given.pop("product", ACETONE)
    values: dict[str, Any] = {
        "id": 1,
        "version": 9,
        "as_of": NOW,
        "zone": ZoneInfo("America/Lima"),
        "has_code": True,
        "status": "issued",
        "product": product,
        "authorized": amount(authorized, product),
        "issued_at": ISSUED,
        "valid_until": EXPIRES,
        "sales": sales,
        "licenses": (license("buyer"), license("seller")),
    }
    return Facts(**values | given)


def ended(*sales: SaleFacts, status: str = "closed", **given: Any) -> Facts:
    return facts(*sales, **{"status": status, "ended_at": NOW} | given)


def sold(text: str, **given: Any) -> Facts:
    """One sale of so much, on a code of 1,000 kg unless another is given."""
    sold_product = given.get("product", ACETONE)
    return facts(sale(report(text, product=sold_product)), **given)


def found(
    name: str, known: Facts, settings: dict[str, dict[str, Any]] | None = None
) -> list[Evidence]:
    """The evidence of every finding of one rule."""
    findings = rules.evaluate(known, settings or rules.defaults())
    return [finding.evidence for finding in findings if finding.rule == name]


def fires(name: str, known: Facts, settings: dict[str, dict[str, Any]] | None = None) -> bool:
    return bool(found(name, known, settings))


def names(known: Facts) -> set[str]:
    return {finding.rule for finding in rules.evaluate(known, rules.defaults())}
