"""Separation of duties: who decides for the authority deals for no firm, and operates nothing.

The sandbox is a world of its own: an officer may try there what firms see.
"""

from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from registry.actors import Actor, require_authority
from registry.models import Jurisdiction, Membership, Organization, User
from registry.second_officer import of_firms


def require_one_side(email: str, organization: Organization | None, where: Jurisdiction) -> None:
    """Require that whoever joins is not on the other side already.

    An operator sees the servers and agrees, as nobody in particular, to what the console
    proposes: so none is an officer. Raises Refused: both_sides, operator_stays_apart.
    """
    user = User.objects.filter(email=email).first()
    if user is None:
        return
    if user.is_superuser and organization is None:
        sentence = _("This is an operator of the system: another person must be the officer.")
        raise Refused("operator_stays_apart", sentence, field="email")
    current = Membership.objects.filter(user=user, jurisdiction=where, ended_at=None)
    if current.filter(organization__isnull=organization is not None).exists():
        sentence = _("Nobody acts for the authority and for a firm: this person does one already.")
        raise Refused("both_sides", sentence, field="email")


def require_impartial(by: Actor, *firms: int) -> None:
    """Require the authority's officer or key, who is of none of these firms, nor was lately.

    A key counts as its sponsor. Raises Refused: not_the_authority, own_dealings.
    """
    require_authority(by)
    if by.sponsor and of_firms(*firms).filter(user=by.sponsor).exists():
        sentence = _(
            "You belong, or belonged within two years, to one of these firms: another officer"
            " must decide."
        )
        raise Refused("own_dealings", sentence)


__all__ = ["require_impartial", "require_one_side"]
