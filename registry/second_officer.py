"""Whatever loosens takes two officers: who may be the second."""

from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from registry.actors import Actor
from registry.models import User


def require_second(by: Actor, *, proposed_by: int | None) -> User:
    """Return the person who agrees, who must not be the one who proposed (None: a program).

    Raises Refused: second_must_be_a_person, second_must_differ.
    """
    if by.user is None:
        sentence = _("The second to agree must be a person, not a program.")
        raise Refused("second_must_be_a_person", sentence)
    if by.user.pk == proposed_by:
        sentence = _("You proposed this yourself: another officer must agree.")
        raise Refused("second_must_differ", sentence)
    return by.user
