"""The people whom a visitor of the demo can be."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from registry import events
from registry.actors import Actor
from registry.clock import now
from registry.models import (
    Invitation,
    Jurisdiction,
    Membership,
    Organization,
    Proposal,
    User,
)
from registry.models.people import Role
from registry.models.proposals import ProposalState
from registry.operations.invitations import FIRST_OFFICERS
from registry.proposals import PROPOSAL_VALID

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
    "third_officer": Part("Tercila Fontana", Role.OFFICER),
    "fourth_officer": Part("Cuarto Miraflores", Role.OFFICER),
    "inspector": Part("Irene Ronda", Role.INSPECTOR),
}

OFFICERS = [key for key, part in PARTS.items() if part.role == Role.OFFICER]


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
        invitation=_invitation(email, role, jurisdiction, organization),
    )
    by = Actor.person(membership)
    firm = [membership.organization_id]
    events.record(
        "membership.begun", membership, at=now(), organizations=firm, data={"role": role}, by=by
    )
    return by


def _invitation(
    email: str, role: str, jurisdiction: Jurisdiction, organization: Organization | None
) -> Invitation:
    """What everybody comes by, without a link: the first two officers as the operator's command
    makes it, the others as the operator proposed and the first officer approved.
    """
    at = now()
    officers = Membership.objects.filter(
        jurisdiction=jurisdiction, role=Role.OFFICER, ended_at=None
    )
    values: dict[str, Any] = {}
    if role != Role.OFFICER or officers.count() >= FIRST_OFFICERS:
        first = officers.order_by("pk")[0].user
        proposal = _approved(email, role, jurisdiction, organization, first)
        values = {"proposal": proposal, "approved_at": at, "approved_by": first}
    return Invitation.objects.create(
        jurisdiction=jurisdiction,
        organization=organization,
        email=email,
        role=role,
        created_at=at,
        expires_at=at,
        accepted_at=at,
        **values,
    )


def _approved(
    email: str, role: str, jurisdiction: Jurisdiction, firm: Organization | None, first: User
) -> Proposal:
    at = now()
    proposal = Proposal.objects.create(
        jurisdiction=jurisdiction,
        act="firm.invite" if firm else "officer.invite",
        subject_kind="organization" if firm else "jurisdiction",
        subject_id=firm.pk if firm else jurisdiction.pk,
        about=email[:100],
        organization=firm,
        terms={"email": email, "role": role},
        proposed_at=at,
        expires_at=at + PROPOSAL_VALID,
    )
    proposal.state, proposal.decided_at = ProposalState.APPROVED, at
    proposal.decided_by = first
    proposal.save(update_fields=["state", "decided_at", "decided_by"])
    return proposal
