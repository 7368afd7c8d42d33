"""What inviting, joining and leaving share."""

import hashlib

from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from registry.models import Jurisdiction, Membership, Organization


def lock_authority(jurisdiction: int) -> Jurisdiction:
    """Lock what its officers are counted under: they come and go one after another."""
    return Jurisdiction.objects.select_for_update(no_key=True).get(pk=jurisdiction)


def hashed_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def require_no_member(email: str, organization: Organization | None, where: Jurisdiction) -> None:
    """Require that nobody with this address acts there already. Raises Refused."""
    members = Membership.objects.filter(
        jurisdiction=where, organization=organization, user__email=email, ended_at=None
    )
    if members.exists():
        raise already_member()


def already_member() -> Refused:
    return Refused("already_member", _("This person already belongs to it."), field="email")


__all__ = ["already_member", "hashed_token", "lock_authority", "require_no_member"]
