"""The register's pages in a browser: empty, filled and in error, in both languages."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from registry import operations
from registry.actors import Actor
from registry.models import Proposal
from registry.models.people import Role
from tests import cast
from tests.browser.checks import check_at_every_width, check_page
from tests.browser.test_account import digits
from tests.cast import PASSWORD, Firm, kg
from tests.registry.numbers import ruc

SignIn = Callable[[Page, Actor], None]
SEND = "main form button:not([type=button])"


@pytest.fixture
def waiting(buyer: Firm, regulator: Actor) -> list[str]:
    """The pages of a firm with a raised limit and a reinstatement that wait."""
    license = buyer.license
    raised = operations.grant_permit(
        license=license,
        precursor=license.permits.get().precursor,
        activity="buy",
        limit=kg(20_000),
        period="month",
        by=regulator,
    )
    operations.suspend_license(license, reason="Books missing", by=regulator)
    lifting = operations.propose_reinstatement(license, reason="Books found", by=regulator)
    assert isinstance(lifting, Proposal)
    email = "a.new.officer.with.a.long.name@authority.example"
    officer = operations.invite(email=email, role=Role.OFFICER, organization=None, by=regulator)
    assert isinstance(officer, Proposal)
    firm = f"/firms/{buyer.organization.uuid}/"
    forms = [f"{firm}{what}/" for what in ("license", "site", "vehicle", "driver", "invite")]
    under = [f"/licenses/{license.uuid}/{what}/" for what in ("permit", "suspend", "reinstate")]
    decisions = [
        f"/approvals/{raised.uuid}/",
        f"/approvals/{officer.uuid}/",
        f"/approvals/{lifting.uuid}/",
    ]
    return [firm, *forms, *under, "/approvals/", *decisions]


@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_pages_of_an_empty_register_are_accessible(
    open_page: Any, sign_in: SignIn, regulator: Actor, locale: str
) -> None:
    page = open_page(locale=locale)
    sign_in(page, regulator)
    for address in ("/firms/", "/firms/?q=nothing", "/firms/new/", "/approvals/", "/people/"):
        page.goto(address)
        check_at_every_width(page)


@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_pages_of_a_filled_register_are_accessible(
    open_page: Any, sign_in: SignIn, waiting: list[str], second_officer: Actor, locale: str
) -> None:
    page = open_page(locale=locale)
    sign_in(page, second_officer)
    for address in ("/firms/", "/people/", "/people/invite/", "/membership/", *waiting):
        page.goto(address)
        check_at_every_width(page)


def test_a_form_left_empty_tells_each_error(
    page: Page, sign_in: SignIn, waiting: list[str], regulator: Actor
) -> None:
    sign_in(page, regulator)
    for address in ["/firms/new/", *[a for a in waiting if "approvals" not in a][1:]]:
        page.goto(address)
        page.locator(SEND).last.click()
        expect(page).to_have_title(re.compile("^Error: "))
        check_at_every_width(page)


def test_a_firm_is_entered_and_an_invited_person_signs_in(
    page: Page, open_page: Any, sign_in: SignIn, regulator: Actor, second_officer: Actor
) -> None:
    sign_in(page, regulator)
    page.goto("/firms/new/")
    page.get_by_label("Tax number").fill(ruc(77))
    page.get_by_label("Name of the firm").fill("Inventos del Norte")
    page.get_by_role("button", name="Enter the firm").click()
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("E-mail address").fill("nora@norte.example")
    page.get_by_label("Manager").check()
    page.get_by_role("button", name="Send the invitation").click()
    check_page(page)
    expect(page.get_by_text("takes effect when another officer agrees")).to_be_visible()
    second = open_page(width=320)
    sign_in(second, second_officer)
    second.goto("/approvals/")
    second.get_by_role("link", name="Invite to a firm").click()
    second.get_by_role("button", name="Agree").click()
    expect(second.get_by_text("Your decision is recorded")).to_be_visible()
    guest = open_page(width=320, locale="es")
    guest.goto(urlsplit(cast.link_in_the_letter()).path)
    check_at_every_width(guest)
    guest.fill("#id_name", "Nora Paz")
    guest.fill("#id_password", PASSWORD)
    guest.fill("#id_again", PASSWORD)
    guest.locator(SEND).click()
    check_at_every_width(guest)  # nothing else opens before a second factor is set up
    guest.fill("#id_code", digits(guest.locator("dd .app-mono").inner_text()))
    guest.locator(SEND).click()
    guest.goto("/people/")
    expect(guest.get_by_text("nora@norte.example")).to_be_visible()


def test_without_javascript_a_second_officer_agrees(
    open_page: Any, sign_in: SignIn, waiting: list[str], second_officer: Actor, buyer: Firm
) -> None:
    page = open_page(javascript=False)
    sign_in(page, second_officer)
    page.goto(waiting[-1])
    page.get_by_role("button", name="Agree").click()
    buyer.license.refresh_from_db()
    assert buyer.license.standing == "in_force"


@pytest.mark.parametrize("locale", ["en", "es"])
def test_an_odd_position_is_asked_about_accessibly(
    open_page: Any, sign_in: SignIn, buyer: Firm, regulator: Actor, locale: str
) -> None:
    page = open_page(locale=locale)
    sign_in(page, regulator)
    firm = f"/firms/{buyer.organization.uuid}/"
    page.goto(f"{firm}site/")
    site = {"name": "Plant", "address": "1 Invented Street", "ubigeo": "150101"}
    position = {"latitude": "-77.042793", "longitude": "-12.046374"}
    for name, value in (site | position).items():
        page.locator(f"[name={name}]").fill(value)
    page.locator(SEND).click()
    expect(page.get_by_role("checkbox")).to_be_visible()
    check_at_every_width(page)
    page.get_by_role("checkbox").check()
    page.locator(SEND).click()
    assert urlsplit(page.url).path == firm
