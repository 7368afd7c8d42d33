"""The verbs: one function for each act, called alike by page, API, task and command."""

from authorizations.operations.checking import check_invariants
from authorizations.operations.duties import retry_parked
from authorizations.operations.eligibility import Ask, Headroom, Reason, headroom
from authorizations.operations.evaluating import evaluate
from authorizations.operations.halting import halt_issuing, resume_issuing
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
from authorizations.operations.reviewing import assign, review
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
    "assign",
    "cancel",
    "check_invariants",
    "confirm_receipt",
    "correct_sale",
    "evaluate",
    "expire",
    "find_to_sell",
    "halt_issuing",
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
    "resume_issuing",
    "retry_parked",
    "review",
    "revoke",
    "revoke_license",
    "unknown",
    "void_sale",
]
