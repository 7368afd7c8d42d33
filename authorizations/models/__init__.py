"""The code and all that happens to it."""

from authorizations.models.authorization import Authorization, LookUp, Status
from authorizations.models.duties import Duty, DutyReason, Lane, Ruleset
from authorizations.models.ledger import Allowance, LedgerEntry
from authorizations.models.misses import MissedCodes
from authorizations.models.sales import Agreement, Outcome, Receipt, ReceiptReason, Sale

__all__ = [
    "Agreement",
    "Allowance",
    "Authorization",
    "Duty",
    "DutyReason",
    "Lane",
    "LedgerEntry",
    "LookUp",
    "MissedCodes",
    "Outcome",
    "Receipt",
    "ReceiptReason",
    "Ruleset",
    "Sale",
    "Status",
]
