"""The rules that hold what was sold against what was authorized. Pure: they know no models."""

# Importing a module of rules enters them into the book.
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
