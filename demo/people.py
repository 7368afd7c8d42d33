"""The people whom a visitor of the demo can be."""

from dataclasses import dataclass

from django.conf import settings

from registry import events
from registry.actors import Actor
from registry.clock import now
from registry.models import Invitation, Jurisdiction, Membership, Organization, User
from registry.models.people import Role

DOMAIN = "demo.example"


@dataclass(frozen=True)
class Part:
    """One person of the demo: who they are, and as what they act."""

    name: str
    role: str

    def email(self, key: str) -> str:
        return f"{key.replace('_', '.')}@{DOMAIN}"


PARTS = {
    "buyer": Part("Berta Quimera", Role.MANAGER),
    "vendor": Part("Víctor Basilisco", Role.MANAGER),
    "officer": Part("Olga Primera", Role.OFFICER),
    "second_officer": Part("Segundo Ocampo", Role.OFFICER),
    "inspector": Part("Irene Ronda", Role.INSPECTOR),
}


def find(key: str) -> Membership | None:
    """The membership through which a part of the demo acts; None before the world is made."""
    return (
        Membership.objects.select_related("user", "jurisdiction", "organization")
        .filter(
            user__email=PARTS[key].email(key),
            jurisdiction__code=settings.DEFAULT_JURISDICTION,
            ended_at=None,
        )
        .first()
    )


def enter(key: str, jurisdiction: Jurisdiction, organization: Organization | None = None) -> Actor:
    """Let a part of the demo join. Nobody has a password: a button signs them in."""
    part = PARTS[key]
    return join(part.email(key), part.name, part.role, jurisdiction, organization)


def join(
    email: str, name: str, role: str, jurisdiction: Jurisdiction, organization: Organization | None
) -> Actor:
    """Make a person who acts for a firm, or for the authority."""
    user = User(email=email, name=name)
    user.set_unusable_password()
    user.save(force_insert=True)
    membership = Membership.objects.create(
        jurisdiction=jurisdiction,
        user=user,
        organization=organization,
        role=role,
        invitation=_invitation(email, jurisdiction) if role == Role.OFFICER else None,
    )
    by = Actor.person(membership)
    firm = [membership.organization_id]
    events.record(
        "membership.begun", membership, at=now(), organizations=firm, data={"role": role}, by=by
    )
    return by


def _invitation(email: str, jurisdiction: Jurisdiction) -> Invitation:
    """What an officer comes by, as the operator's command makes it; without a link."""
    at = now()
    return Invitation.objects.create(
        jurisdiction=jurisdiction,
        email=email,
        role=Role.OFFICER,
        created_at=at,
        expires_at=at,
        accepted_at=at,
    )
