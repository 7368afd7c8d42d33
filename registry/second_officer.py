"""Whatever loosens takes two natural persons: who may be the second."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from registry import clock
from registry.actors import Actor
from registry.models import Invitation, Membership, Proposal, User
from registry.models.people import Role

# Who left a firm decides nothing of it for so long.
STAYS_OF_THE_FIRM = timedelta(days=2 * 365)


def require_second(by: Actor, *, sponsor: int | None, firm: int | None = None) -> User:
    """Return the person who agrees: not the first, nor one whom the first made an officer.

    `sponsor`: for whom the proposer counts (None: the operator). `firm`: whose side it takes.
    Raises Refused: second_must_be_a_person, second_must_differ, second_was_invited,
    second_of_the_firm.
    """
    if by.user is None:
        sentence = _("The second to agree must be a person, not a program.")
        raise Refused("second_must_be_a_person", sentence)
    if by.user.pk == sponsor:
        sentence = _("You proposed this yourself: another officer must agree.")
        raise Refused("second_must_differ", sentence)
    if sponsor is not None and was_invited_by(by.user.pk, sponsor):
        sentence = _("Who proposed this invited you: an officer invited by others must agree.")
        raise Refused("second_was_invited", sentence)
    if firm is not None and belongs_or_belonged(by.user.pk, firm):
        sentence = _("You belong, or belonged, to this firm: another officer must decide.")
        raise Refused("second_of_the_firm", sentence)
    return by.user


def possible_seconds(proposal: Proposal, *, besides: int | None = None) -> QuerySet[User]:
    """The officers who may agree to a proposal: where there is none it waits for another.

    `besides`: whom it concerns.
    """
    firms = [proposal.organization_id] if proposal.organization_id else []
    found = officers_apart(proposal.jurisdiction_id, proposal.sponsor_id, *firms)
    return found if besides is None else found.exclude(pk=besides)


def officers_apart(jurisdiction: int, first: int | None, *firms: int) -> QuerySet[User]:
    """The officers who are not the first, nor invited by the first, nor of these firms' side."""
    officers = Membership.objects.filter(
        jurisdiction=jurisdiction, role=Role.OFFICER, ended_at=None
    ).exclude(user=first)
    if first is not None:
        by_first = Q(invited_by=first) | Q(invited_key__sponsor=first)
        officers = officers.exclude(invitation__in=Invitation.objects.filter(by_first))
    if firms:
        officers = officers.exclude(user__in=of_firms(*firms).values("user"))
    return User.objects.filter(is_active=True, memberships__in=officers).distinct()


def was_invited_by(user: int, first: int) -> bool:
    """Whether somebody is an officer because the first invited them."""
    mine = Membership.objects.filter(user=user, role=Role.OFFICER, ended_at=None)
    invited = Invitation.objects.filter(membership__in=mine)
    return invited.filter(Q(invited_by=first) | Q(invited_key__sponsor=first)).exists()


def belongs_or_belonged(user: int, firm: int) -> bool:
    """Whether somebody deals for a firm, or did within the last two years."""
    return of_firms(firm).filter(user=user).exists()


def of_firms(*firms: int) -> QuerySet[Membership]:
    """Who deals for one of these firms, or did within the last two years."""
    recently = Q(ended_at=None) | Q(ended_at__gt=clock.now() - STAYS_OF_THE_FIRM)
    return Membership.objects.filter(recently, organization__in=firms)
