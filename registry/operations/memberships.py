"""Verbs of memberships: who acts for a firm or the authority acts there no more."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from registry import clock, events
from registry.actors import Actor
from registry.enrolment import lock_authority
from registry.models import Membership, Proposal
from registry.models.people import EndedHow, Role
from registry.proposals import Change, Draft, act, enter, withdraw_all

# Of fewer nobody could agree with anybody.
OFFICERS_LEAST = 2


@transaction.atomic
def end_membership(membership: Membership, *, by: Actor) -> Membership | Proposal:
    """End a membership at once; an officer's takes two people, unless it is one's own.

    Raises Refused: too_few_officers, not_the_authority, proposal_pending.
    """
    membership = _locked(membership.pk)
    if membership.ended_at:
        return membership
    if membership.role != Role.OFFICER:
        return _end(membership, at=clock.now(), by=by)
    _require_enough_left(membership, OFFICERS_LEAST)
    if by.user is not None and by.user.pk == membership.user_id:
        membership.ended_how = EndedHow.RESIGNED
        return _end(membership, at=clock.now(), by=by)
    draft = Draft(
        act="officer.end",
        subject=membership,
        terms={"email": membership.user.email},
        before={"role": membership.role},
    )
    made = enter(draft, by=by)
    assert isinstance(made, Proposal)
    return made


@transaction.atomic
def propose_end_of_officer(membership: Membership, *, reason: str, by: Actor) -> Proposal:
    """Propose, as the operator, that an officer leaves: the way out of an authority of two.

    Raises Refused: too_few_officers, proposal_pending, membership_ended.
    """
    assert by.is_portal
    membership = _locked(membership.pk)
    if membership.ended_at:
        raise Refused("membership_ended", _("This person acts here no more."))
    _require_enough_left(membership, 1)
    draft = Draft(
        act="officer.end",
        subject=membership,
        terms={"email": membership.user.email},
        before={"role": membership.role},
        reason=reason,
    )
    made = enter(draft, by=by)
    assert isinstance(made, Proposal)
    return made


def _locked(pk: int) -> Membership:
    """Lock a membership; an officer's under the lock by which officers are counted."""
    found = Membership.objects.get(pk=pk)
    if found.role == Role.OFFICER:
        lock_authority(found.jurisdiction_id)
    rows = Membership.objects.select_for_update(no_key=True, of=["self"])
    return rows.select_related("user", "jurisdiction").get(pk=pk)


def _locked_of(proposal: Proposal) -> Membership:
    return _locked(proposal.subject_id)


def _changes(proposal: Proposal) -> Iterable[Change]:
    yield Change(proposal.terms["email"], Role(proposal.before["role"]).label, _("ended"))


def _heading(proposal: Proposal) -> str:
    email: str = proposal.terms["email"]
    return email


def _concerned(proposal: Proposal) -> int:
    return Membership.objects.values_list("user_id", flat=True).get(pk=proposal.subject_id)


@act(
    "officer.end",
    _("End an officer’s membership"),
    lock=_locked_of,
    changes=_changes,
    heading=_heading,
    persons_only=True,
    concerns=_concerned,
)
def _end_approved(
    proposal: Proposal, membership: Membership, *, at: datetime, by: Actor
) -> Membership:
    """Raises Refused: too_few_officers."""
    if membership.ended_at:
        return membership
    by_operator = proposal.proposed_by_id is None and proposal.proposed_key_id is None
    _require_enough_left(membership, 1 if by_operator else OFFICERS_LEAST)
    membership.ended_how, membership.ending = EndedHow.APPROVED, proposal
    return _end(membership, at=at, by=by)


def _end(membership: Membership, *, at: datetime, by: Actor) -> Membership:
    membership.ended_at = at
    membership.save(update_fields=["ended_at", "ended_how", "ending"])
    withdraw_all(membership, at=at, by=by)
    firm = [membership.organization_id]
    events.record("membership.ended", membership, at=at, organizations=firm, by=by)
    return membership


def _require_enough_left(membership: Membership, least: int) -> None:
    officers = Membership.objects.filter(
        jurisdiction=membership.jurisdiction_id,
        role=Role.OFFICER,
        ended_at=None,
        user__is_active=True,
    )
    if officers.exclude(pk=membership.pk).count() < least:
        sentence = _(
            "The authority needs at least two officers: invite another first, and agree on it."
        )
        raise Refused("too_few_officers", sentence)


__all__ = ["end_membership", "propose_end_of_officer"]
