"""Sites, vehicles and drivers on pages: for officers all of them, for a firm's manager its own."""

from collections.abc import Callable
from typing import Any

import pytest

from authorizations.models import Authorization
from registry import operations
from registry.actors import Actor
from registry.models import Proposal
from registry.models.people import Role
from tests import cast
from tests.cast import Firm
from tests.pages.conftest import Visit
from tests.pages.dealing import text


def page_of(row: Any, act: str = "") -> str:
    return f"/places/{row._meta.model_name}/{row.uuid}/{act}"


def terms(firm: Firm, **changes: str) -> dict[str, str]:
    same = {"name": firm.site.name, "address": firm.site.address, "storage_limit_unit": "kg"}
    return {**same, **changes}


def test_an_officer_changes_a_site_and_its_history_tells_it(
    visit: Visit, buyer: Firm, regulator: Actor
) -> None:
    browser = visit(regulator)
    assert (
        page_of(buyer.site) in browser.get(f"/firms/{buyer.organization.uuid}/").content.decode()
    )
    said = terms(buyer, address="2 New Street", storage_limit="5000")
    assert browser.post(page_of(buyer.site, "change/"), said).url == page_of(buyer.site)
    page = text(browser.get(page_of(buyer.site)))
    assert "Address: 1 Invented Street → 2 New Street" in page
    assert "Storage limit: none → 5,000 kg" in page
    assert "Rosa" in page


def test_a_larger_limit_is_approved_by_another_officer(
    visit: Visit, buyer: Firm, regulator: Actor, second_officer: Actor
) -> None:
    first, second = visit(regulator), visit(second_officer)
    first.post(page_of(buyer.site, "change/"), terms(buyer, storage_limit="500"))
    first.post(page_of(buyer.site, "change/"), terms(buyer, storage_limit="900"))
    proposal = Proposal.objects.get(act="site.amend")
    assert "A change waits for a second officer" in text(first.get(page_of(buyer.site)))
    address = f"/approvals/{proposal.uuid}/"
    assert first.get(f"/approvals/sites/{proposal.uuid}/").url == address
    assert address in second.get("/approvals/").content.decode()
    assert "500 kg" in text(second.get(address)) and "900 kg" in text(second.get(address))
    assert "another officer must agree" in text(first.get(address))
    assert second.post(address, {"decision": "approve"}).url == "/approvals/"
    buyer.site.refresh_from_db()
    assert buyer.site.storage_limit_kg == 900


def test_a_manager_changes_its_own_and_is_refused_what_is_the_authoritys(
    visit: Visit, buyer: Firm
) -> None:
    browser = visit(buyer.actor)
    assert page_of(buyer.site) in browser.get("/places/").content.decode()
    form = text(browser.get(page_of(buyer.site, "change/")))
    assert "Storage limit" in form and "Ubigeo" not in form
    said = {"name": "North", "storage_limit": "700", "storage_limit_unit": "kg"}
    assert browser.post(page_of(buyer.site, "change/"), said).status_code == 302
    refused = browser.post(page_of(buyer.site, "change/"), said | {"storage_limit": "701"})
    assert "Only the authority may change this" in text(refused)
    buyer.site.refresh_from_db()
    assert (buyer.site.name, buyer.site.storage_limit_kg) == ("North", 700)
    assert "Rosa" not in text(browser.get(page_of(buyer.site)))


def test_who_deals_for_a_firm_reads_its_places_and_changes_none(
    visit: Visit, buyer: Firm, regulator: Actor
) -> None:
    dealer = cast.person(
        regulator.jurisdiction, "dora@buyer.example", Role.DEALER, buyer.organization
    )
    page = visit(dealer).get("/places/")
    assert buyer.vehicle.plate[:3] in text(page)
    assert page_of(buyer.vehicle) not in page.content.decode()


def test_what_is_retired_is_not_offered_and_stays_to_be_read(
    visit: Visit, buyer: Firm, vendor: Firm, ask: Callable[..., Authorization]
) -> None:
    code, browser = ask("1000", vehicle=buyer.vehicle), visit(buyer.actor)
    for row in (buyer.site, buyer.vehicle):
        answer = browser.post(page_of(row, "retire/"), {"reason": "Given up"})
        assert answer.url == page_of(row)
        assert "It is offered no more" in text(browser.get(page_of(row)))
    assert "Your firm has no registered site" in text(browser.get("/request/"))
    assert buyer.site.name in text(browser.get(f"/purchases/{code.uuid}/"))
    assert "retired on" in text(browser.get("/places/"))
    operations.retire(vendor.site, reason="Given up", by=vendor.actor)
    sellers = visit(vendor.actor).get("/sales/without-code/")
    assert vendor.site.name not in text(sellers)


@pytest.mark.parametrize("kind", ["firm", "license", "x"])
def test_what_is_no_place_is_not_found(visit: Visit, buyer: Firm, kind: str) -> None:
    assert visit(buyer.actor).get(f"/places/{kind}/{buyer.site.uuid}/").status_code == 404
