"""The cast of every test: firms with their papers in order, and the people who act for them.

All of it is made through the verbs. Tax numbers come from one block that is obviously invented.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from precursors.models import Precursor
from precursors.quantities import Quantity, quantity
from registry import clock, operations
from registry.actors import Actor
from registry.models import (
    ApiKey,
    Invitation,
    Jurisdiction,
    License,
    Membership,
    Organization,
    Permit,
    Site,
    User,
    Vehicle,
)
from registry.models.people import Role
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
            invitation=accepted(jurisdiction, email) if role == Role.OFFICER else None,
        )
    )


def accepted(jurisdiction: Jurisdiction, email: str) -> Invitation:
    """An officer's invitation as the operator makes it, already accepted."""
    at = clock.now()
    return Invitation.objects.create(
        jurisdiction=jurisdiction,
        email=email,
        role=Role.OFFICER,
        created_at=at,
        expires_at=at,
        accepted_at=at,
    )


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
