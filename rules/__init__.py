"""The rules that compare what was sold with what was authorized. Pure: they know no models."""

# Importing a module of rules registers them.
from rules import goods, quantities, rights, times
from rules.facts import (
    Amount,
    Booking,
    Evidence,
    Facts,
    LicenseFacts,
    ProductFacts,
    ReceiptFacts,
    ReportFacts,
    SaleFacts,
    Twin,
)
from rules.rule import RULES, Finding, Rule, defaults, evaluate

__all__ = [
    "RULES",
    "Amount",
    "Booking",
    "Evidence",
    "Facts",
    "Finding",
    "LicenseFacts",
    "ProductFacts",
    "ReceiptFacts",
    "ReportFacts",
    "Rule",
    "SaleFacts",
    "Twin",
    "defaults",
    "evaluate",
    "goods",
    "quantities",
    "rights",
    "times",
]
