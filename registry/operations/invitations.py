"""Verbs of invitations: to the authority and, by an officer, to a firm they take two people.

The link goes to the address that was invited, and is shown to nobody: whoever opens it first is
the one who was invited. The operator's first two officers apart.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from registry import clock, events, inputs
from registry.actors import Actor
from registry.enrolment import hashed_token, lock_authority, require_no_member
from registry.invitations import mail_invitation
from registry.models import Invitation, Jurisdiction, Membership, Organization, Proposal
from registry.models.people import AUTHORITY_ROLES, FIRM_ROLES, Role
from registry.proposals import Change, Draft, act, enter
from registry.sides import require_one_side

INVITATION_VALID = timedelta(days=7)
FIRST_OFFICERS = 2  # whom the operator's command invites; these invite the others


@transaction.atomic
def invite(
    *, email: str, role: str, organization: Organization | None, by: Actor
) -> Invitation | Proposal:
    """Invite somebody to a firm, or (without one) to the authority.

    A manager invites colleagues, and the link is mailed at once. Whom an officer or a program
    invites enters the register: that is a proposal, and the link is mailed on approval. It works
    once, for seven days, and replaces earlier ones; a failure to send undoes nothing.

    Raises Refused: email_invalid, role_does_not_fit, already_member, not_a_manager, both_sides,
    operator_stays_apart, not_the_authority, proposal_pending.
    """
    email = inputs.email(email)
    _require_fitting(role, organization)
    require_no_member(email, organization, by.jurisdiction)
    if by.organization is None:
        require_one_side(email, organization, by.jurisdiction)
        return _propose(email, role, organization, by)
    if by.organization != organization or by.role != Role.MANAGER:
        sentence = _("Only a manager of the firm may invite to it.")
        raise Refused("not_a_manager", sentence)
    invitation = _new(email, role, organization, clock.now(), by.jurisdiction)
    invitation.invited_by = by.user
    _send(invitation, by)
    return invitation


def _propose(
    email: str, role: str, organization: Organization | None, by: Actor
) -> Invitation | Proposal:
    draft = Draft(
        act="firm.invite" if organization else "officer.invite",
        subject=_locked_subject(organization, by.jurisdiction),
        about=email[:100],
        organization=organization,
        terms={"email": email, "role": role},
        before={},
    )
    made = enter(draft, by=by)
    assert isinstance(made, Invitation | Proposal)
    return made


def _locked_subject(
    organization: Organization | None, jurisdiction: Jurisdiction
) -> Organization | Jurisdiction:
    if organization is None:
        return lock_authority(jurisdiction.pk)
    return Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def _lock_authority_of(proposal: Proposal) -> Jurisdiction:
    return lock_authority(proposal.jurisdiction_id)


def _lock_firm_of(proposal: Proposal) -> Organization:
    return Organization.objects.select_for_update(no_key=True).get(pk=proposal.subject_id)


def _changes(proposal: Proposal) -> Iterable[Change]:
    yield Change(_("E-mail address"), "", proposal.terms["email"])
    yield Change(_("Role"), "", Role(proposal.terms["role"]).label)


def _heading(proposal: Proposal) -> str:
    whom = proposal.organization or proposal.jurisdiction
    return f"{whom} – {proposal.terms['email']}"


@act(
    "officer.invite",
    _("Invite to the authority"),
    lock=_lock_authority_of,
    changes=_changes,
    heading=_heading,
    persons_only=True,
)
@act(
    "firm.invite",
    _("Invite to a firm"),
    lock=_lock_firm_of,
    changes=_changes,
    heading=_heading,
    persons_only=True,
)
def _send_approved(
    proposal: Proposal, _subject: Organization | Jurisdiction, *, at: datetime, by: Actor
) -> Invitation:
    """The two have agreed: only now the link is made, and mailed."""
    email, role = proposal.terms["email"], proposal.terms["role"]
    require_no_member(email, proposal.organization, proposal.jurisdiction)
    require_one_side(email, proposal.organization, proposal.jurisdiction)
    invitation = _new(email, role, proposal.organization, at, proposal.jurisdiction)
    invitation.proposal = proposal
    invitation.invited_by, invitation.invited_key = proposal.proposed_by, proposal.proposed_key
    invitation.approved_at, invitation.approved_by = at, by.user
    _send(invitation, by)
    return invitation


@transaction.atomic
def invite_first_officer(*, email: str, by: Actor) -> str:
    """Invite one of the authority's first two officers, as the operator; return the link.

    Raises Refused: email_invalid, already_member, both_sides, operator_stays_apart,
    officers_invite_now.
    """
    assert by.is_portal
    email = inputs.email(email)
    require_no_member(email, None, by.jurisdiction)
    require_one_side(email, None, by.jurisdiction)
    lock_authority(by.jurisdiction.pk)
    at = clock.now()
    _require_first(email, at, by)
    invitation = _new(email, Role.OFFICER, None, at, by.jurisdiction)
    link = _link_of(invitation, by)
    transaction.on_commit(lambda: mail_invitation(invitation, link), robust=True)
    return link


def _require_first(email: str, at: datetime, by: Actor) -> None:
    in_office = Membership.objects.filter(
        jurisdiction=by.jurisdiction, role=Role.OFFICER, ended_at=None, user__is_active=True
    )
    invited = Invitation.objects.filter(
        jurisdiction=by.jurisdiction, role=Role.OFFICER, invited_by=None, invited_key=None
    ).filter(accepted_at=None, expires_at__gt=at, proposal=None)
    if in_office.count() + invited.exclude(email=email).count() >= FIRST_OFFICERS:
        sentence = _(
            "The authority has its first two officers, or their invitations wait: from now on"
            " one officer invites and another agrees, in the portal."
        )
        raise Refused("officers_invite_now", sentence)


def _new(
    email: str, role: str, organization: Organization | None, at: datetime, where: Jurisdiction
) -> Invitation:
    """An invitation that replaces the open ones to the same place."""
    open_ones = Invitation.objects.filter(
        jurisdiction=where, organization=organization, email=email, accepted_at=None
    )
    open_ones.filter(expires_at__gt=at).update(expires_at=at)
    return Invitation(
        jurisdiction=where,
        organization=organization,
        email=email,
        role=role,
        created_at=at,
        expires_at=at + INVITATION_VALID,
    )


def _send(invitation: Invitation, by: Actor) -> None:
    link = _link_of(invitation, by)
    # A lambda, because Django cannot log the failure of a partial.
    transaction.on_commit(lambda: mail_invitation(invitation, link), robust=True)


def _link_of(invitation: Invitation, by: Actor) -> str:
    token = secrets.token_urlsafe(32)
    invitation.token_hash = hashed_token(token)
    invitation.save(force_insert=True)
    firm = [invitation.organization_id]
    data = {"role": invitation.role}
    at = invitation.created_at
    events.record("invitation.sent", invitation, at=at, organizations=firm, data=data, by=by)
    return settings.PUBLIC_URL + reverse("register:invitation", args=[token])


def _require_fitting(role: str, organization: Organization | None) -> None:
    if role not in (FIRM_ROLES if organization else AUTHORITY_ROLES):
        raise Refused("role_does_not_fit", _("There is no such role here."), field="role")


__all__ = ["invite", "invite_first_officer"]
