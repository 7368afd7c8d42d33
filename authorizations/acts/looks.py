"""The first look of a vendor at a code, and the answer where there is no such code."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from authorizations.models import Authorization
from precursors.errors import Refused
from registry.actors import Actor
from registry.events import NewEvent


def code_unknown() -> Refused:
    """The same refusal for a code that does not exist and for another vendor's."""
    return Refused("code_unknown", _("No code like this was issued for you to sell against."))


def note_first_look(authorization: Authorization, *, at: datetime, by: Actor) -> list[NewEvent]:
    """Set the first look on a locked authorization. Returns its event, for the act to write."""
    if authorization.looked_up_at is not None:
        return []
    authorization.looked_up_at = at
    return [NewEvent("authorization.looked_up", by)]
