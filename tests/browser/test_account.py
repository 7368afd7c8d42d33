"""Signing in and minding one's account."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from playwright.sync_api import Page, expect

from registry.actors import Actor
from tests.browser.checks import check_at_every_width, check_page
from tests.cast import PASSWORD, Firm

SignIn = Callable[[Page, Actor], None]
SEND = "main button:not([type=button])"
OPEN_PAGES = ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/", "/nowhere"]
OWN_PAGES = ["/accounts/password/change/", "/accounts/2fa/", "/accounts/logout/"]


@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_pages_of_a_stranger_are_accessible(open_page: Any, locale: str) -> None:
    page = open_page(locale=locale)
    for address in OPEN_PAGES:
        page.goto(address)
        check_at_every_width(page)


@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_pages_of_an_account_are_accessible(
    open_page: Any, sign_in: SignIn, buyer: Firm, locale: str
) -> None:
    page = open_page(locale=locale)
    sign_in(page, buyer.actor)
    for address in OWN_PAGES:
        page.goto(address)
        check_at_every_width(page)


def test_a_wrong_password_is_told_and_a_right_one_signs_in(page: Page, buyer: Firm) -> None:
    page.goto("/accounts/login/")
    page.click(SEND)
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".govuk-error-summary")).to_contain_text("Enter this: Password")
    check_page(page)
    assert buyer.actor.user
    page.fill("#id_login", buyer.actor.user.email)
    page.fill("#id_password", "wrong")
    page.click(SEND)
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    page.fill("#id_password", PASSWORD)
    page.click(SEND)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_forgotten_password_is_replaced_by_a_link(page: Page, buyer: Firm) -> None:
    assert buyer.actor.user
    page.goto("/accounts/password/reset/")
    page.fill("#id_email", buyer.actor.user.email)
    page.click(SEND)
    expect(page.locator("h1")).to_have_text("Check your mailbox")
    check_page(page)
    link = re.search(r"http\S+", mail.outbox[0].body)
    assert link
    page.goto(link[0])
    check_page(page)
    page.fill("#id_password1", "another long sentence")
    page.fill("#id_password2", "another long sentence")
    page.click(SEND)
    expect(page.locator("h1")).to_have_text("Your password is changed")
    check_page(page)
    page.goto(link[0])
    expect(page.locator("h1")).to_have_text("This link no longer works")
    check_page(page)


def test_an_authenticator_app_is_set_up_with_its_recovery_codes(page: Page, buyer: Firm) -> None:
    assert buyer.actor.user
    page.goto("/accounts/login/")
    page.fill("#id_login", buyer.actor.user.email)
    page.fill("#id_password", PASSWORD)
    page.click(SEND)
    page.goto("/accounts/2fa/totp/activate/")
    expect(page.locator("h1")).to_have_text("Set up an authenticator app")
    check_page(page)
    secret = page.locator("dd .app-mono").inner_text()
    page.fill("#id_code", digits(secret))
    page.click(SEND)
    expect(page.locator("h1")).to_have_text("Recovery codes")
    check_page(page)
    page.goto("/accounts/2fa/")
    check_page(page)
    page.goto("/accounts/2fa/totp/deactivate/")
    check_page(page)


def digits(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))
