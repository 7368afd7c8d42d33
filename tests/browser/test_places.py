"""Sites, vehicles and drivers in a browser: shown, changed and retired, in both languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from registry import operations
from registry.actors import Actor
from tests.browser.test_officer_pages import look
from tests.cast import Firm, kg

OpenPage = Callable[..., Page]
SignIn = Callable[[Page, Actor], None]


@pytest.mark.parametrize("locale", ["en", "es"])
def test_places_are_shown_changed_and_retired(
    open_page: OpenPage,
    sign_in: SignIn,
    buyer: Firm,
    regulator: Actor,
    second_officer: Actor,
    locale: str,
) -> None:
    same = {"name": buyer.site.name, "address": buyer.site.address, "by": regulator}
    operations.amend_site(buyer.site, storage_limit=kg("9000"), **same)
    proposal = operations.amend_site(buyer.site, storage_limit=kg("99000"), **same)
    operations.add_driver(
        organization=buyer.organization, name="Ana Inventada", document="99999999", by=regulator
    )
    operations.retire(buyer.vehicle, reason="Sold to another firm", by=regulator)
    site, vehicle = f"/places/site/{buyer.site.uuid}/", f"/places/vehicle/{buyer.vehicle.uuid}/"
    officer, manager = open_page(locale=locale), open_page(locale=locale)
    sign_in(officer, second_officer)
    for name, address in {
        "approvals": "/approvals/",
        "amendment": f"/approvals/{proposal.uuid}/",
        "firm": f"/firms/{buyer.organization.uuid}/",
        "site": site,
        "vehicle": vehicle,
        "site-change": f"{site}change/",
    }.items():
        officer.goto(address)
        look(officer, f"places-{name}")
    sign_in(manager, buyer.actor)
    for name, address in {"own": "/places/", "own-site": site}.items():
        manager.goto(address)
        look(manager, f"places-{name}")
    for act, field in (("change", "#id_storage_limit"), ("retire", "#id_reason")):
        manager.goto(f"{site}{act}/")
        manager.fill(field, "99999" if act == "change" else "")
        manager.locator("main form button").last.click()
        expect(manager.locator(".govuk-error-summary")).to_be_focused()
        look(manager, f"places-own-{act}-error")
