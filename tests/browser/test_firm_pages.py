"""The buyer's and the vendor's pages in a browser: empty, filled, in error, in both languages."""

import os
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from authorizations import operations
from oversight.operations.evaluation import evaluate
from precursors.models import Product
from registry import clock
from registry.actors import Actor
from tests.browser.checks import check_at_every_width, check_page
from tests.cast import Firm
from tests.pages.dealing import brought, request_code, sell

SignIn = Callable[[Page, Actor], None]
OpenPage = Callable[..., Page]
PICTURES = os.environ.get("PICTURES")  # a folder, for looking at every page


# In Spanish every run looks at these pages in the walk.
@pytest.fixture(params=["en", pytest.param("es", marks=pytest.mark.long)])
def page(open_page: OpenPage, request: pytest.FixtureRequest) -> Page:
    return open_page(width=320, locale=request.param)


def look(page: Page) -> None:
    """Check the page at every width; in Spanish, whose words are longer, where it is tightest."""
    if PICTURES:
        take_pictures(page)
    if page.locator("html").get_attribute("lang") == "es":
        check_page(page)
    else:
        check_at_every_width(page)


TURN = count()


def take_pictures(page: Page) -> None:
    assert PICTURES
    language = page.locator("html").get_attribute("lang")
    turn = next(TURN)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        name = f"firm-{turn:03d}-{language}-{width}.png"
        page.screenshot(path=Path(PICTURES) / name, full_page=True)


def test_a_stranger_is_shown_the_way_in(page: Page) -> None:
    page.goto("/")
    look(page)


def test_a_buyer_without_anything_yet(page: Page, sign_in: SignIn, buyer: Firm) -> None:
    sign_in(page, buyer.actor)
    for address in ("/", "/purchases/", "/purchases/?status=closed", "/purchases/?since=never"):
        page.goto(address)
        look(page)


def test_a_buyer_requests_a_code_and_confirms_what_arrived(
    page: Page, sign_in: SignIn, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    sign_in(page, buyer.actor)
    page.goto("/request/")
    look(page)
    submit(page)  # nothing chosen
    look(page)
    page.goto(page.url.split("?")[0] + "?q=acet")
    look(page)
    page.locator("[name=product][value=acetone]").check()
    submit(page)
    look(page)
    page.fill("[name=quantity]", "1,250")
    submit(page)
    look(page)
    page.fill("[name=quantity]", "999999")
    submit(page)  # more than the quota leaves
    look(page)
    page.fill("[name=quantity]", "6000")
    submit(page)
    look(page)
    page.fill("[name=q]", vendor.organization.tax_id)
    page.locator("form[role=search] button").click()
    look(page)
    page.locator("[name=seller]").check()
    submit(page)
    look(page)
    page.fill("[name=plate]", "ZZZ-999")
    submit(page)
    look(page)
    page.fill("[name=plate]", buyer.vehicle.plate)
    submit(page)
    look(page)
    request_code(buyer, vendor, acetone, "5000")
    submit(page)  # more than the quota leaves meanwhile
    look(page)
    page.goto(page.url)
    look(page)
    page.locator("main a[href$='/quantity/']").first.click()
    page.fill("[name=quantity]", "1000")
    submit(page)
    submit(page)
    expect(page.locator(".app-code").first).to_be_visible()
    look(page)
    page.goto("/")
    look(page)


def test_a_buyer_looks_back_and_cancels(
    page: Page, sign_in: SignIn, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    code = request_code(buyer, vendor, acetone)
    sale = sell(brought(code, vendor), vendor, "600", sold_at=clock.now() - timedelta(hours=2))
    waiting = request_code(buyer, vendor, acetone, "4500")
    sign_in(page, buyer.actor)
    for address in (
        "/",
        "/purchases/",
        f"/purchases/{code.uuid}/",
        f"/purchases/{waiting.uuid}/code/",
        f"/purchases/{code.uuid}/cancel/",
        f"/purchases/sales/{sale.uuid}/receipt/",
    ):
        page.goto(address)
        look(page)
    submit(page)
    look(page)
    page.locator("[name=outcome][value=unsatisfactory]").check()
    page.fill("[name=quantity]", "590")
    page.locator("[name=reasons][value=shortage]").check()
    submit(page)
    look(page)


def test_a_buyer_answers_a_sale_without_a_code(
    page: Page,
    sign_in: SignIn,
    buyer: Firm,
    vendor: Firm,
    acetone: Product,
    report: Callable[..., operations.SaleReport],
) -> None:
    sale, other = (
        operations.record_uncoded_sale(
            report(amount),
            buyer=buyer.organization,
            product=acetone,
            reason="outage",
            by=vendor.actor,
        )
        for amount in ("50", "1250")
    )
    sign_in(page, buyer.actor)
    for address in (
        "/",
        f"/purchases/{sale.authorization.uuid}/",
        f"/purchases/sales/{sale.uuid}/receipt/",
        f"/purchases/sales/{sale.uuid}/not-mine/",
    ):
        page.goto(address)
        look(page)
    page.goto("/")
    page.locator(f"form[action*='{other.uuid}'] button").click()
    expect(page.locator(f"a[href$='{other.uuid}/receipt/']")).to_have_count(0)
    look(page)


def test_a_buyer_whose_license_was_suspended(
    page: Page, sign_in: SignIn, buyer: Firm, regulator: Actor
) -> None:
    from registry.operations import suspend_license

    suspend_license(buyer.license, reason="An inspection.", by=regulator)
    sign_in(page, buyer.actor)
    for address in ("/", "/request/"):
        page.goto(address)
        look(page)


def test_a_vendor_without_anything_yet(page: Page, sign_in: SignIn, vendor: Firm) -> None:
    sign_in(page, vendor.actor)
    for address in ("/counter/", "/counter/codes/", "/sales/", "/sales/without-code/"):
        page.goto(address)
        look(page)
    submit(page)
    look(page)


def test_a_vendor_looks_a_code_up_and_records_what_was_sold(
    page: Page, sign_in: SignIn, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    code = request_code(buyer, vendor, acetone)
    sign_in(page, vendor.actor)
    page.goto("/counter/")
    for typed in ("7K2M", "0000 0000 0000", code.code_in_fours.lower()):
        page.fill("[name=code]", typed)
        submit(page)
        look(page)
    page.locator("main a[href$='/sale/']").click()
    look(page)
    submit(page)
    look(page)
    page.fill("[name=quantity]", "1080")
    expect(page.locator("[data-text]")).to_contain_text("80")
    page.fill("[name=plate]", buyer.vehicle.plate)
    submit(page)
    look(page)
    page.fill("[name=explanation]", "The scale said so.")
    submit(page)
    look(page)
    evaluate([code.pk])
    expect(page.locator("#sale-status [hx-get]")).to_have_count(0)
    expect(page.locator("#sale-status .govuk-tag--green")).to_be_visible()
    page.locator("main a[href$='/correction/']").click()
    look(page)
    page.go_back()
    page.locator("main a[href$='/void/']").click()
    look(page)
    page.fill("[name=reason]", "The truck turned back.")
    submit(page)
    look(page)
    for address in ("/sales/", "/counter/codes/?show=all", f"/counter/{code.uuid}/"):
        page.goto(address)
        look(page)


def test_a_vendor_says_that_nothing_more_was_sold(
    page: Page, sign_in: SignIn, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    code = brought(request_code(buyer, vendor, acetone), vendor)
    operations.cancel(code, by=buyer.actor)
    sign_in(page, vendor.actor)
    page.goto(f"/counter/{code.uuid}/")
    look(page)
    page.locator("main a[href$='/not-sold/']").click()
    look(page)
    submit(page)
    look(page)


def submit(page: Page) -> None:
    page.locator("main form[method=post] button:not([type=button])").last.click()
    page.wait_for_load_state()
