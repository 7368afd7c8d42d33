"""Enters the bench's firms into the portal, by the register's verbs; prints their keys as JSON."""

import json
import sys
from datetime import date, timedelta

import django

django.setup()

from bench.world import LIMIT_KG, PRODUCTS  # noqa: E402
from demo import past, people  # noqa: E402  (models need the setup)
from precursors.models import Precursor  # noqa: E402  (models need the setup)
from precursors.quantities import quantity  # noqa: E402
from registry import clock, operations  # noqa: E402
from registry.actors import Actor  # noqa: E402
from registry.models import Jurisdiction, License, Proposal  # noqa: E402
from registry.models.people import Role  # noqa: E402
from registry.proposals import approve  # noqa: E402

WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def tax_id(serial: int) -> str:
    """A number of the block 20998…, with its check digit."""
    body = f"20998{serial:05d}"
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return body + str((11 - total % 11) % 10)


def firm(serial: int, activity: str, today: date, by: Actor, second: Actor) -> dict[str, str]:
    """A firm with its license, permits, a site, a vehicle and a key."""
    organization = operations.add_organization(
        tax_id=tax_id(serial), name=f"Bench {serial}", by=by
    )
    license = operations.grant_license(
        organization=organization,
        number=f"B-{serial}",
        valid_from=today - timedelta(days=400),
        valid_to=today + timedelta(days=800),
        by=by,
    )
    for product in PRODUCTS:
        permit(license, product, activity, by, second)
    site = operations.add_site(organization=organization, name="Plant", address="1 Road", by=by)
    vehicle = operations.add_vehicle(
        organization=organization, plate=f"BB{serial:05d}", kind="truck", by=by
    )
    _key, secret = operations.issue_api_key(
        jurisdiction=by.jurisdiction,
        organization=organization,
        name="Bench",
        scopes=["buy", "sell"],
    )
    return {
        "tax_id": organization.tax_id,
        "site": str(site.uuid),
        "plate": vehicle.plate,
        "key": secret,
    }


def permit(license: License, product: str, activity: str, by: Actor, second: Actor) -> None:
    proposal = operations.grant_permit(
        license=license,
        precursor=Precursor.objects.get(code=product),
        activity=activity,
        limit=quantity(LIMIT_KG, "kg"),
        period="month",
        automatic_limit=quantity(LIMIT_KG, "kg"),
        by=by,
    )
    assert isinstance(proposal, Proposal)
    approve(proposal, by=second)


def officer(number: int) -> Actor:
    jurisdiction = Jurisdiction.objects.get(code="PE")
    email = f"bench{number}@authority.example"
    return people.join(email, f"Officer {number}", Role.OFFICER, jurisdiction, None)


def populate(buyers: int, vendors: int) -> dict[str, list[dict[str, str]]]:
    by, second, _third = officer(1), officer(2), officer(3)
    today = clock.today(by.jurisdiction)
    return {
        "buyers": [firm(number, "buy", today, by, second) for number in range(buyers)],
        "vendors": [
            firm(number, "sell", today, by, second) for number in range(buyers, buyers + vendors)
        ],
    }


if __name__ == "__main__":
    buyers, vendors, days_ago = map(int, sys.argv[1:])
    if days_ago:
        past.go_to(clock.now() - timedelta(days=days_ago))
    with past.visited():
        json.dump(populate(buyers, vendors), sys.stdout)
