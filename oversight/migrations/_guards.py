"""What was found and decided stays as it was, and firms are not shown it."""

from authorizations.migrations._guards import OF_OWN
from database.guards import append_only, frozen
from database.row_security import NOBODY, show_to_firm

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
    show_to_firm("oversight_evaluation", OF_OWN),
    show_to_firm("oversight_flag", NOBODY),
    show_to_firm("oversight_flagstep", NOBODY),
]
