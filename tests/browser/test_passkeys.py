"""A passkey in a browser: Chromium's own virtual authenticator stands for the device."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from pages.account.assurance import Level
from registry.actors import Actor
from tests import sign_in as assured
from tests.browser.checks import check_at_every_width, check_page
from tests.cast import PASSWORD

SEND = "main button:not([type=button])"
PASSKEY = "#passkey"
ENTERED = {"en": "Sign out", "es": "Cerrar sesión"}
SET_UP = {"en": "Set up a passkey", "es": "Configurar una llave de acceso"}


def plug_in(page: Page) -> tuple[CDPSession, str]:
    """Give the browser a device that makes sure of the person."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return device, made["authenticatorId"]


def with_password(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.fill("#id_login", email)
    page.fill("#id_password", PASSWORD)
    page.click(SEND)


@pytest.mark.parametrize("locale", ["en", "es"])
def test_an_officer_sets_up_a_passkey_and_signs_in_with_it(
    open_page: Callable[..., Page], regulator: Actor, locale: str
) -> None:
    page = open_page(locale=locale)
    plug_in(page)
    assert regulator.user
    with_password(page, regulator.user.email)
    expect(page.locator("h1")).to_have_text(SET_UP[locale])
    check_at_every_width(page)
    page.goto("/queue/")
    expect(page.locator("h1")).to_have_text(SET_UP[locale])
    page.fill("#id_name", "Laptop")
    with page.expect_navigation():
        page.click(PASSKEY)
    page.goto("/accounts/2fa/")
    expect(page.get_by_role("rowheader", name="Laptop")).to_be_visible()
    check_at_every_width(page)
    page.get_by_role("button", name=ENTERED[locale]).first.click()
    page.goto("/accounts/login/?next=/queue/")
    check_at_every_width(page)
    page.locator(PASSKEY).focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/queue/"))
    check_page(page)


def test_a_password_leads_to_the_passkey(open_page: Callable[..., Page], regulator: Actor) -> None:
    page = open_page()
    plug_in(page)
    enrol(page, regulator)
    page.context.clear_cookies()
    assert regulator.user
    with_password(page, regulator.user.email)
    check_at_every_width(page)
    with page.expect_navigation():
        page.click(PASSKEY)
    page.goto("/queue/")
    expect(page).to_have_url(re.compile("/queue/"))


def enrol(page: Page, by: Actor) -> None:
    """Begin a session of a password, and set a passkey up in it."""
    from django.test import Client

    assert by.user
    client = assured.sign_in(Client(), by.user, Level.PASSWORD)
    value = client.cookies["sessionid"].value
    page.goto("/accounts/login/")
    at = page.evaluate("location.origin")
    page.context.add_cookies([{"name": "sessionid", "value": value, "url": at}])
    page.goto("/accounts/2fa/passkeys/add/")
    page.fill("#id_name", "Laptop")
    with page.expect_navigation():
        page.click(PASSKEY)


def test_what_was_typed_is_there_after_the_proof(
    open_page: Callable[..., Page], regulator: Actor
) -> None:
    page = open_page()
    plug_in(page)
    enrol(page, regulator)
    page.goto("/people/invite/")
    page.fill("#id_email", "nora@authority.example")
    assert regulator.user
    age(page, regulator)
    page.click(SEND)
    expect(page.locator("h1")).to_have_text("Confirm that it is you")
    check_at_every_width(page)
    with page.expect_navigation():
        page.click(PASSKEY)
    page.wait_for_url(re.compile("/people/invite/"))
    expect(page.locator("#id_email")).to_have_value("nora@authority.example")
    check_page(page)


def age(page: Page, by: Actor) -> None:
    """Let six minutes pass since the last proof."""
    from importlib import import_module

    from django.conf import settings

    cookie = next(c for c in page.context.cookies() if c["name"] == "sessionid")
    store = import_module(settings.SESSION_ENGINE).SessionStore(cookie["value"])
    for note in store["account_authentication_methods"]:
        note["at"] -= 360
    store.save()


def test_a_device_that_refuses_is_told(open_page: Callable[..., Page], regulator: Actor) -> None:
    page = open_page()
    device, name = plug_in(page)
    enrol(page, regulator)
    page.context.clear_cookies()
    device.send("WebAuthn.setUserVerified", {"authenticatorId": name, "isUserVerified": False})
    page.goto("/accounts/login/")
    page.click(PASSKEY)
    expect(page.get_by_role("alert")).to_contain_text("The device has not confirmed it.")
    check_page(page)


@pytest.mark.parametrize("locale", ["en", "es"])
def test_without_javascript_the_page_says_what_is_missing(
    open_page: Callable[..., Page], locale: str
) -> None:
    page = open_page(locale=locale, javascript=False)
    page.goto("/accounts/login/")
    # Chromium shows it where the reader has switched JavaScript off, not where a test has.
    assert "JavaScript" in (page.locator("main noscript").text_content() or "")
    expect(page.locator(PASSKEY)).to_be_hidden()


def test_a_browser_without_passkeys_is_told_so(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto("/accounts/login/")
    expect(page.get_by_role("alert")).to_contain_text("This browser cannot use passkeys.")
    check_page(page)


def test_under_another_name_the_right_address_is_told(
    open_page: Callable[..., Page], portal: str, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    page = open_page()
    page.goto(portal.replace("localhost", "127.0.0.1") + "/accounts/login/")
    expect(page.get_by_role("alert")).to_contain_text(f"Passkeys work at {portal} alone")
