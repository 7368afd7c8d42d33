"""The code and all that happens to it."""

from authorizations.models.authorization import Authorization, LookUp, Status
from authorizations.models.duties import Duty, Evaluation, Heartbeat, Lane, Ruleset
from authorizations.models.flags import Flag, FlagState, FlagStep, Severity, StepKind
from authorizations.models.idempotency import IdempotencyKey
from authorizations.models.ledger import Allowance, LedgerEntry
from authorizations.models.sales import Agreement, Outcome, Receipt, ReceiptReason, Sale
from authorizations.models.violations import Violation, Watermark

__all__ = [
    "Agreement",
    "Allowance",
    "Authorization",
    "Duty",
    "Evaluation",
    "Flag",
    "FlagState",
    "FlagStep",
    "Heartbeat",
    "IdempotencyKey",
    "Lane",
    "LedgerEntry",
    "LookUp",
    "Outcome",
    "Receipt",
    "ReceiptReason",
    "Ruleset",
    "Sale",
    "Severity",
    "Status",
    "StepKind",
    "Violation",
    "Watermark",
]
