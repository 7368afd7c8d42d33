"""Whether codes may be issued in a jurisdiction: not while a check finds its books wrong."""

from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from registry.models import Jurisdiction

RETRY_AFTER_S = 300


def only_while_issuing(jurisdiction: Jurisdiction) -> None:
    """Check that issuing is not halted, on a row read in this transaction.

    Raises Refused("issuing_halted").
    """
    if jurisdiction.issuing_halted_at is not None:
        raise Refused(
            "issuing_halted",
            _(
                "No codes are issued at the moment: a check of the portal’s books found an error,"
                " and it is being looked into. Sales are still recorded."
            ),
            retry_after=RETRY_AFTER_S,
        )
