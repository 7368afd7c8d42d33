"""Sites, vehicles and drivers are changed and retired; what loosens takes two."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from precursors.errors import Refused
from registry import operations, proposals
from registry.actors import Actor
from registry.models import Amendment, Event, Site
from registry.models.people import Role
from tests import cast
from tests.cast import Firm, kg
from tests.roles import as_owner


@pytest.fixture
def firm(regulator: Actor) -> Firm:
    return cast.firm(11, "Pinturas", email="berta@buyer.example", storage="5000", by=regulator)


@pytest.fixture
def second(jurisdiction: Any) -> Actor:
    return cast.person(jurisdiction, "raul@authority.example", Role.OFFICER)


def limited(site: Site, limit: str | None, *, by: Actor, **changes: Any) -> Any:
    """Give a site another storage limit, and perhaps another name."""
    same = {"name": site.name, "address": site.address}
    storage_limit = kg(limit) if limit else None
    return operations.amend_site(site, storage_limit=storage_limit, **{**same, **changes}, by=by)


def code_of(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def test_a_change_is_in_force_at_once_and_keeps_what_stood_before(
    firm: Firm, regulator: Actor
) -> None:
    amendment = limited(firm.site, "5000", address="2 New Street", by=regulator)
    firm.site.refresh_from_db()
    assert firm.site.address == "2 New Street"
    assert amendment.before == {"address": "1 Invented Street"}
    assert amendment.after == {"address": "2 New Street"}
    event = Event.objects.get(kind="site.amended")
    assert event.data == {"before": amendment.before, "after": amendment.after}


def test_nothing_different_is_no_change(firm: Firm, regulator: Actor) -> None:
    assert code_of(lambda: limited(firm.site, "5000", by=regulator)) == "nothing_changed"


def test_a_smaller_storage_limit_takes_one(firm: Firm, regulator: Actor) -> None:
    limited(firm.site, "4000", by=regulator)
    firm.site.refresh_from_db()
    assert firm.site.storage_limit_kg == 4000


@pytest.mark.parametrize("limit", ["5000.001", "9000", None])
def test_a_larger_storage_limit_or_none_takes_two(
    firm: Firm, regulator: Actor, second: Actor, limit: str | None
) -> None:
    proposal = limited(firm.site, limit, by=regulator)
    firm.site.refresh_from_db()
    assert (proposal.state, firm.site.storage_limit_kg) == ("proposed", 5000)
    alone = lambda: proposals.approve(proposal, by=regulator)  # noqa: E731
    assert code_of(alone) == "second_must_differ"
    proposals.approve(proposal, by=second)
    firm.site.refresh_from_db()
    assert firm.site.storage_limit_kg == (kg(limit).value if limit else None)
    assert Amendment.objects.get(proposal=proposal).approved_by == second.user


def test_a_larger_limit_waits_once_and_is_refused_or_outdated(
    firm: Firm, regulator: Actor, second: Actor
) -> None:
    first = limited(firm.site, "9000", by=regulator)
    assert code_of(lambda: limited(firm.site, "8000", by=second)) == "proposal_pending"
    limited(firm.site, "3000", by=second)
    late = lambda: proposals.approve(first, by=second)  # noqa: E731
    assert code_of(late) == "proposal_outdated"
    proposals.refuse(first, by=second)
    assert code_of(late) == "proposal_decided"
    firm.site.refresh_from_db()
    assert firm.site.storage_limit_kg == 3000


@pytest.mark.parametrize("retired", [False, True])
def test_one_more_site_where_storage_is_limited_takes_two(
    firm: Firm, regulator: Actor, second: Actor, retired: bool
) -> None:
    """Else a site would be retired, and entered again with a larger limit."""
    if retired:
        operations.retire(firm.site, reason="Moved", by=regulator)
    proposal: Any = operations.add_site(
        organization=firm.organization,
        name="North",
        address="3 New Street",
        storage_limit=kg("9000"),
        by=regulator,
    )
    assert code_of(lambda: proposals.approve(proposal, by=regulator)) == "second_must_differ"
    assert not Site.objects.filter(name="North").exists()
    proposals.approve(proposal, by=second)
    site = Site.objects.get(name="North")
    assert (site.storage_limit_kg, site.proposal, site.address) == (9000, proposal, "3 New Street")


def test_a_site_of_a_firm_whose_storage_has_no_limit_takes_one(
    vendor: Firm, regulator: Actor
) -> None:
    site = operations.add_site(
        organization=vendor.organization, name="North", address="1", by=regulator
    )
    assert isinstance(site, Site)


def test_the_owner_changes_its_own_where_nothing_is_loosened(
    firm: Firm, vendor: Firm, regulator: Actor
) -> None:
    limited(firm.site, "4000", name="North plant", by=firm.actor)
    operations.amend_vehicle(firm.vehicle, kind="tank truck", by=firm.actor)
    firm.site.refresh_from_db()
    assert (firm.site.name, firm.site.storage_limit_kg) == ("North plant", 4000)
    dealer = cast.person(
        regulator.jurisdiction, "dora@buyer.example", Role.DEALER, firm.organization
    )
    for act in (
        lambda: limited(firm.site, "4001", by=firm.actor),
        lambda: limited(firm.site, None, by=firm.actor),
        lambda: limited(firm.site, "4000", address="Elsewhere", by=firm.actor),
        lambda: limited(firm.site, "3000", by=vendor.actor),
        lambda: limited(firm.site, "3000", by=dealer),
        lambda: operations.retire(firm.site, reason="Gone", by=vendor.actor),
    ):
        assert code_of(act) == "not_the_authority"


def test_who_a_driver_is_stays_out_of_events(firm: Firm, regulator: Actor) -> None:
    driver = operations.add_driver(
        organization=firm.organization, name="Ana", document="12345678", by=regulator
    )
    amendment = operations.amend_driver(driver, name="Ana María", license="Q1", by=firm.actor)
    assert amendment.before == {"name": "Ana", "license": ""}
    assert Event.objects.get(kind="driver.amended").data == {"changed": ["license", "name"]}


def test_what_is_retired_stays_so(firm: Firm, regulator: Actor) -> None:
    proposal = limited(firm.site, "9000", by=regulator)
    once = operations.retire(firm.site, reason="Closed", by=regulator)
    assert operations.retire(firm.site, reason="Again", by=regulator).retired_at == once.retired_at
    proposal.refresh_from_db()
    assert proposal.state == "expired"
    assert code_of(lambda: limited(firm.site, "10", by=regulator)) == "retired"
    assert (
        code_of(lambda: operations.retire(firm.vehicle, reason=" ", by=regulator)) == "no_reason"
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registry_site SET storage_limit_kg = 9000",
        "UPDATE registry_site SET storage_limit_kg = NULL",
        "UPDATE registry_vehicle SET retired_at = NULL",
        "UPDATE registry_amendment SET after = '{}'",
        "UPDATE registry_amendment SET state = 'refused'",
        "UPDATE registry_amendment SET loosens = true, proposal_id = 1",
        "INSERT INTO registry_site (uuid, jurisdiction_id, organization_id, name, address, ubigeo,"
        " storage_limit_unit, created_at) SELECT gen_random_uuid(), jurisdiction_id,"
        " organization_id, 'More', address, '', '', now() FROM registry_site",
        "DELETE FROM registry_amendment",
    ],
)
def test_the_database_itself_refuses_to_loosen_alone_and_to_forget(
    firm: Firm, regulator: Actor, statement: str
) -> None:
    operations.retire(firm.vehicle, reason="Sold", by=regulator)
    limited(firm.site, "6000", by=regulator)
    limited(firm.site, "4000", by=regulator)
    with (
        pytest.raises(IntegrityError),
        as_owner(),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
