"""The verbs: one function for each act, called alike by page, API, task and command."""

from authorizations.operations.eligibility import Ask, Headroom, Reason, headroom
from authorizations.operations.licensing import revoke_license
from authorizations.operations.lookups import (
    find_to_sell,
    look_up,
    may_sell_on,
    missed,
    unknown,
)
from authorizations.operations.receiving import confirm_receipt
from authorizations.operations.requesting import (
    cancel,
    expire,
    issue,
    not_sold,
    refuse,
    release,
    request,
    revoke,
)
from authorizations.operations.selling import (
    Report,
    agree,
    correct_sale,
    record_sale,
    void_sale,
)
from authorizations.operations.uncoded import record_uncoded_sale

__all__ = [
    "Ask",
    "Headroom",
    "Reason",
    "Report",
    "agree",
    "cancel",
    "confirm_receipt",
    "correct_sale",
    "expire",
    "find_to_sell",
    "headroom",
    "issue",
    "look_up",
    "may_sell_on",
    "missed",
    "not_sold",
    "record_sale",
    "record_uncoded_sale",
    "refuse",
    "release",
    "request",
    "revoke",
    "revoke_license",
    "unknown",
    "void_sale",
]
