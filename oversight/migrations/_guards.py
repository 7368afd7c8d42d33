"""What was found and decided stays as it was, and firms are not shown it."""

from authorizations.migrations._guards import OF_OWN
from database.guards import append_only, frozen
from database.row_security import NOBODY, shown_to

GUARDS = [
    append_only("oversight_evaluation"),
    append_only("oversight_flagstep"),
    frozen(
        "oversight_flag",
        "uuid",
        "jurisdiction_id",
        "rule",
        "subject_kind",
        "subject_id",
        "authorization_id",
        "raised_at",
    ),
    shown_to("oversight_evaluation", OF_OWN),
    shown_to("oversight_flag", NOBODY),
    shown_to("oversight_flagstep", NOBODY),
]
