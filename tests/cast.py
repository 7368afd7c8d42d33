"""The cast of every test: firms with their papers in order, and the people who act for them.

All of it is made through the verbs. Tax numbers come from one block that is obviously invented.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core import mail
from django.db.models import QuerySet
from django.test import TestCase

from precursors.models import Precursor
from precursors.quantities import Quantity, quantity
from registry import clock, operations, proposals
from registry.actors import Actor
from registry.models import (
    ApiKey,
    Invitation,
    Jurisdiction,
    License,
    Membership,
    Organization,
    Permit,
    Proposal,
    Site,
    User,
    Vehicle,
)
from registry.models.people import Role
from registry.models.proposals import ProposalState
from tests.registry.numbers import ruc

PASSWORD = "a long enough sentence"
STANDING = "Two officers"


def kg(value: str | int | Decimal) -> Quantity:
    return quantity(str(value), "kg")


def person(
    jurisdiction: Jurisdiction, email: str, role: str, organization: Organization | None = None
) -> Actor:
    user = User.objects.create_user(email, PASSWORD, name=email.split("@", maxsplit=1)[0].title())
    return Actor.person(
        Membership.objects.create(
            jurisdiction=jurisdiction,
            user=user,
            organization=organization,
            role=role,
            invitation=accepted(jurisdiction, email, role, organization),
        )
    )


def accepted(
    jurisdiction: Jurisdiction, email: str, role: str, organization: Organization | None = None
) -> Invitation:
    """An invitation already accepted: of the first two officers the operator's, else by two."""
    at = clock.now()
    officers = Membership.objects.filter(
        jurisdiction=jurisdiction, role=Role.OFFICER, ended_at=None
    )
    values: dict[str, Any] = {}
    if role != Role.OFFICER and not officers.exists():
        person(jurisdiction, "otto@authority.example", Role.OFFICER)
    if role != Role.OFFICER or officers.count() >= 2:
        proposal = _approved(jurisdiction, email, role, organization, by=_first(officers))
        values = {"proposal": proposal, "approved_at": at, "approved_by": _first(officers)}
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


def _first(officers: QuerySet[Membership]) -> User:
    return officers.order_by("pk")[0].user


def _approved(
    jurisdiction: Jurisdiction, email: str, role: str, firm: Organization | None, *, by: User
) -> Proposal:
    """What the operator proposed and an officer approved."""
    at = clock.now()
    proposal = Proposal.objects.create(
        jurisdiction=jurisdiction,
        act="firm.invite" if firm else "officer.invite",
        subject_kind="organization" if firm else "jurisdiction",
        subject_id=firm.pk if firm else jurisdiction.pk,
        about=email[:100],
        organization=firm,
        terms={"email": email, "role": role},
        proposed_at=at,
        expires_at=at + timedelta(days=7),
    )
    proposal.state, proposal.decided_at, proposal.decided_by = ProposalState.APPROVED, at, by
    proposal.save(update_fields=["state", "decided_at", "decided_by"])
    return proposal


def invited(**values: Any) -> str:
    """Invite as the verb does, have another officer agree where that takes two; the link."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        made = operations.invite(**values)
        if isinstance(made, Proposal):
            proposals.approve(made, by=another_officer(made))
    return link_in_the_letter()


def officer_invited_by(first: Actor, email: str) -> Actor:
    """An officer whom the first proposed and another approved."""
    link = invited(email=email, role=Role.OFFICER, organization=None, by=first)
    token = link.rstrip("/").rsplit("/", 1)[1]
    user = operations.accept_invitation(token=token, name=email, password=PASSWORD)
    return Actor.person(Membership.objects.get(user=user))


def officer_who_left(organization: Organization, email: str) -> Actor:
    """An officer who was a manager of a firm until now."""
    where = organization.jurisdiction
    manager = person(where, email, Role.MANAGER, organization)
    Membership.objects.filter(user=manager.user).update(ended_at=clock.now())
    invitation = accepted(where, email, Role.OFFICER)
    values = {"jurisdiction": where, "role": Role.OFFICER, "invitation": invitation}
    return Actor.person(Membership.objects.create(user=manager.user, **values))


def drawn(flag: Any) -> Actor:
    """The officer who was drawn for a flag; by chance, so ask here."""
    flag.refresh_from_db(fields=["second"])
    assert flag.second
    return Actor.person(Membership.objects.get(user=flag.second, ended_at=None))


def link_in_the_letter() -> str:
    """The link of an invitation, where alone it is to be read."""
    return next(word for word in str(mail.outbox[-1].body).split() if "/invitation/" in word)


def another_officer(proposal: Proposal) -> Actor:
    officers = Membership.objects.filter(
        jurisdiction=proposal.jurisdiction, role=Role.OFFICER, ended_at=None
    )
    other = officers.exclude(user=proposal.sponsor).order_by("pk").first()
    if other is not None:
        return Actor.person(other)
    return person(proposal.jurisdiction, "otto@authority.example", Role.OFFICER)


@dataclass(frozen=True, kw_only=True)
class Firm:
    """A firm, the person who deals for it, and what it has."""

    actor: Actor
    license: License
    site: Site
    vehicle: Vehicle

    @property
    def organization(self) -> Organization:
        assert self.actor.organization
        return self.actor.organization


def firm(
    serial: int,
    name: str,
    *,
    email: str,
    by: Actor,
    activity: str = "buy",
    precursors: tuple[str, ...] = ("acetone",),
    limit: str = "10000",
    automatic: str | None = "5000",
    storage: str | None = None,
) -> Firm:
    """A firm with a license in force, a permit for each precursor, a site and a vehicle."""
    organization = operations.add_organization(tax_id=ruc(serial), name=name, by=by)
    today = clock.today(by.jurisdiction)
    license = operations.grant_license(
        organization=organization,
        number=f"L-{serial:04d}",
        valid_from=today - timedelta(days=400),
        valid_to=today + timedelta(days=300),
        by=by,
    )
    for code in precursors:
        permit(license, code, activity=activity, limit=limit, automatic=automatic, by=by)
    return Firm(
        actor=person(by.jurisdiction, email, Role.MANAGER, organization),
        license=license,
        site=operations.add_site(
            organization=organization,
            name=f"{name} plant",
            address="1 Invented Street",
            storage_limit=kg(storage) if storage else None,
            by=by,
        ),
        vehicle=operations.add_vehicle(
            organization=organization, plate=f"AAA-{serial:03d}", kind="truck", by=by
        ),
    )


def permit(
    license: License,
    precursor: str = "acetone",
    *,
    activity: str = "buy",
    limit: str = "10000",
    automatic: str | None = "5000",
    by: Actor,
) -> Permit:
    """A monthly permit of so many kilograms, by a standing decision of two officers."""
    permit = operations.grant_permit(
        license=license,
        precursor=Precursor.objects.get(code=precursor),
        activity=activity,
        limit=kg(limit),
        period="month",
        automatic_limit=kg(automatic) if automatic else None,
        by=two_officers(by.jurisdiction),
    )
    assert isinstance(permit, Permit)
    return permit


def two_officers(jurisdiction: Jurisdiction) -> Actor:
    """A key that decides at once in the name of two officers; there is one of them."""
    keys = ApiKey.objects.select_related("jurisdiction")
    found = keys.filter(jurisdiction=jurisdiction, name=STANDING, revoked_at=None).first()
    if found is None:
        found, _secret = operations.issue_api_key(
            jurisdiction=jurisdiction, organization=None, name=STANDING, scopes=["registry:grant"]
        )
    return Actor.program(found)
