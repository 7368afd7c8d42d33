"""The rules that hold what was sold against what was authorized. Pure: they know no models."""

# Importing a module of rules enters them into the book.
from authorizations.rules import acts, goods, quantities, rights
from authorizations.rules.book import RULES, Evidence, Finding, Rule, defaults, evaluate
from authorizations.rules.facts import (
    Amount,
    Booking,
    Facts,
    LicenseFacts,
    ProductFacts,
    ReceiptFacts,
    Report,
    SaleFacts,
    Twin,
)

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
    "Report",
    "Rule",
    "SaleFacts",
    "Twin",
    "acts",
    "defaults",
    "evaluate",
    "goods",
    "quantities",
    "rights",
]
