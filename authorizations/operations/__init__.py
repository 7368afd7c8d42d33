"""The verbs: one function for each act, called alike by page, API, task and command."""

from authorizations.acts.reports import SaleReport
from authorizations.eligibility.checks import (
    Headroom,
    Purchase,
    Reason,
    headroom,
    not_eligible,
    reasons_against,
    reasons_against_any,
)
from authorizations.operations.claims import confirm_claim
from authorizations.operations.endings import (
    cancel,
    expire,
    not_sold,
    refuse,
    release,
    revoke,
    revoke_license,
)
from authorizations.operations.lookups import find_to_sell, look_up, may_sell_on, record_miss
from authorizations.operations.receipts import confirm_receipt, correct_receipt
from authorizations.operations.requests import issue, request
from authorizations.operations.sales import agree, correct_sale, record_sale, void_sale
from authorizations.operations.uncoded_sales import record_uncoded_sale

__all__ = [
    "Headroom",
    "Purchase",
    "Reason",
    "SaleReport",
    "agree",
    "cancel",
    "confirm_claim",
    "confirm_receipt",
    "correct_receipt",
    "correct_sale",
    "expire",
    "find_to_sell",
    "headroom",
    "issue",
    "look_up",
    "may_sell_on",
    "not_eligible",
    "not_sold",
    "reasons_against",
    "reasons_against_any",
    "record_miss",
    "record_sale",
    "record_uncoded_sale",
    "refuse",
    "release",
    "request",
    "revoke",
    "revoke_license",
    "void_sale",
]
