"""Separation of duties: who decides for the authority deals for no firm, and operates nothing.

The sandbox is a world of its own: an officer may try there what firms see.
"""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from registry.actors import Actor
from registry.models import Jurisdiction, Membership, Organization, User
from registry.second_officer import belongs_or_belonged


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


def require_no_part(by: Actor, firms: Iterable[int]) -> None:
    """Require that whoever decides for the authority is of none of these firms, nor was lately.

    A key counts as its sponsor. Raises Refused("own_dealings").
    """
    if by.sponsor and any(belongs_or_belonged(by.sponsor.pk, firm) for firm in set(firms)):
        sentence = _(
            "You belong, or belonged within two years, to one of these firms: another officer"
            " must decide."
        )
        raise Refused("own_dealings", sentence)


__all__ = ["require_no_part", "require_one_side"]
