"""Who is acting: a person through a membership, a program through a key, or the portal itself."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from registry.models import ApiKey, Jurisdiction, Membership, Organization, User
from registry.models.people import Role


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Handed to every verb as `by`. Without an organization: the authority, or the portal."""

    jurisdiction: Jurisdiction
    organization: Organization | None = None
    user: User | None = None
    api_key: ApiKey | None = None
    role: str = ""

    @classmethod
    def person(cls, membership: Membership) -> "Actor":
        return cls(
            jurisdiction=membership.jurisdiction,
            organization=membership.organization,
            user=membership.user,
            role=membership.role,
        )

    @classmethod
    def program(cls, key: ApiKey) -> "Actor":
        return cls(jurisdiction=key.jurisdiction, organization=key.organization, api_key=key)

    @classmethod
    def portal(cls, jurisdiction: Jurisdiction) -> "Actor":
        return cls(jurisdiction=jurisdiction)

    @property
    def is_person(self) -> bool:
        return self.user is not None

    @property
    def sponsor(self) -> User | None:
        """The natural person for whom this counts; None for the operator at the console."""
        return self.user or (self.api_key.sponsor if self.api_key else None)

    @property
    def is_portal(self) -> bool:
        """Neither a person nor a program: the portal itself, or its operator at the console."""
        return self.user is None and self.api_key is None

    @property
    def is_authority(self) -> bool:
        """An officer, or a key of the authority."""
        return self.role == Role.OFFICER or (self.api_key is not None and not self.organization)

    def holds(self, *scopes: str) -> bool:
        """Whether it is a person, whom no scope limits, or a key with one of these."""
        return self.api_key is None or not self.api_key.opens.isdisjoint(scopes)


def require_authority(by: Actor) -> None:
    """Require an officer or a key of the authority. Raises Refused("not_the_authority")."""
    if not by.is_authority:
        raise Refused("not_the_authority", _("Only an officer of the authority may do this."))
