"""Two officers at the same moment: real threads, and the twin without the guard."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from precursors.errors import Refused
from precursors.models import Precursor
from precursors.quantities import quantity
from registry import operations, proposals
from registry.actors import Actor
from registry.models import License, Organization, Permit, Proposal
from registry.models.firms import PermitState
from tests.cast import invited, two_officers
from tests.roles import as_owner

pytestmark = pytest.mark.usefixtures("committing")


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Start them together; give what each was refused for, sorted, or an empty text."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            start.wait()
            act()
            return ""
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def grants(organization: Organization, by: Actor, times: int) -> list[Callable[[], License]]:
    def grant(number: str) -> License:
        return operations.grant_license(
            organization=organization,
            number=number,
            valid_from=date(2026, 1, 1),
            valid_to=date(2027, 12, 31),
            by=by,
        )

    return [lambda number=f"L-{n}": grant(number) for n in range(times)]  # type: ignore[misc]


def test_of_overlapping_licenses_entered_at_once_one_is_kept(
    buyer: Organization, regulator: Actor
) -> None:
    refusals = at_once(*grants(buyer, regulator, 5))
    assert refusals == ["", *["license_overlaps"] * 4]
    assert License.objects.count() == 1


def test_without_the_constraint_they_would_all_be_kept(
    buyer: Organization, regulator: Actor
) -> None:
    with as_owner():
        connection.cursor().execute(
            "ALTER TABLE registry_license"
            " DROP CONSTRAINT licenses_of_one_organization_never_overlap"
        )
    assert at_once(*grants(buyer, regulator, 5)) == [""] * 5
    assert License.objects.count() == 5


@pytest.fixture
def raised(license: License, acetone: Precursor, regulator: Actor) -> Iterator[Proposal]:
    def grant(limit: str, by: Actor) -> Any:
        return operations.grant_permit(
            license=license,
            precursor=acetone,
            activity="buy",
            limit=quantity(limit, "kg"),
            period="month",
            by=by,
        )

    grant("1000", two_officers(regulator.jurisdiction))
    yield grant("2000", regulator)


def test_a_raise_is_decided_once(
    raised: Proposal, regulator: Actor, second_officer: Actor
) -> None:
    refusals = at_once(
        lambda: proposals.approve(raised, by=second_officer),
        lambda: proposals.refuse(raised, by=regulator),
    )
    assert refusals == ["", "proposal_decided"]
    raised.refresh_from_db()
    limit = Permit.objects.get(state=PermitState.IN_FORCE).limit_kg
    assert (raised.state, limit) in (("approved", 2000), ("withdrawn", 1000))


def test_of_raises_proposed_at_once_one_waits(
    raised: Proposal, license: License, acetone: Precursor, regulator: Actor
) -> None:
    proposals.refuse(raised, by=regulator)

    def propose(limit: int) -> Any:
        return operations.grant_permit(
            license=license,
            precursor=acetone,
            activity="buy",
            limit=quantity(str(limit), "kg"),
            period="month",
            by=regulator,
        )

    refusals = at_once(*[lambda limit=2000 + n: propose(limit) for n in range(4)])  # type: ignore[misc]
    assert refusals == ["", *["proposal_pending"] * 3]


def test_a_link_opened_twice_at_once_makes_one_account(
    buyer: Organization, regulator: Actor
) -> None:
    link = invited(email="nora@buyer.example", role="dealer", organization=buyer, by=regulator)
    token = link.rstrip("/").rsplit("/", 1)[1]

    def accept() -> None:
        operations.accept_invitation(token=token, name="Nora", password="a long enough sentence")

    refusals = at_once(*[accept] * 3)
    assert refusals == ["", *["invitation_over"] * 2]


def test_two_links_for_one_new_person_make_one_account(
    buyer: Organization, rival: Organization, regulator: Actor
) -> None:
    links = [
        invited(email="n@b.example", role="dealer", organization=firm, by=regulator)
        for firm in (buyer, rival)
    ]

    def accept(link: str) -> None:
        token = link.rstrip("/").rsplit("/", 1)[1]
        operations.accept_invitation(token=token, name="Nora", password="a long enough sentence")

    refusals = at_once(*[lambda link=link: accept(link) for link in links])  # type: ignore[misc]
    assert refusals == ["", "sign_in_first"]
