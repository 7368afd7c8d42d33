"""The officers' pages in a browser: empty, filled and in error, in both languages."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from authorizations.models import Authorization, Sale
from oversight import operations as oversight
from oversight.models import Flag
from oversight.operations.evaluation import evaluate
from registry.actors import Actor
from tests import cast
from tests.browser.checks import check_at_every_width
from tests.cast import Firm

SignIn = Callable[[Page, Actor], None]
OpenPage = Callable[..., Page]
PICTURES = os.environ.get("PICTURES")  # a folder, for looking at every page


def look(page: Page, name: str) -> None:
    check_at_every_width(page)
    if PICTURES:
        language = page.locator("html").get_attribute("lang")
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(PICTURES) / f"{name}-{language}-{width}.png", full_page=True)


# In Spanish every run looks at these pages in the walk.
@pytest.fixture(params=["en", pytest.param("es", marks=pytest.mark.long)])
def page(open_page: OpenPage, request: pytest.FixtureRequest) -> Page:
    return open_page(locale=request.param)


@pytest.fixture
def flag(ask: Callable[..., Authorization], sell: Callable[..., Sale]) -> Flag:
    """1,080 kg sold against 1,000, with another truck; and a request that waits."""
    authorization = ask("1000")
    sell(authorization, "1080", plate="ZZZ-999", invoice="F001-77", seals=["S1", "S2"])
    evaluate([authorization.pk])
    ask("6000", purpose="Paint for the ships of the navy yard")
    return Flag.objects.get(rule="quantity_exceeded")


def test_an_officer_without_anything_yet(page: Page, sign_in: SignIn, regulator: Actor) -> None:
    sign_in(page, regulator)
    for name in ("queue", "pending", "oversight"):
        page.goto(f"/{name}/")
        look(page, f"{name}-empty")


def test_an_officer_with_work(
    page: Page, sign_in: SignIn, regulator: Actor, flag: Flag, buyer: Firm
) -> None:
    sign_in(page, regulator)
    pending = Authorization.objects.get(status="pending")
    for name, address in {
        "queue": "/queue/?tab=unassigned",
        "queue-filtered": "/queue/?tab=all&severity=high&firm=pinturas",
        "queue-none": "/queue/?tab=all&firm=nobody",
        "case": f"/queue/{flag.uuid}/",
        "pending": "/pending/",
        "decide": f"/pending/{pending.uuid}/",
        "oversight": f"/oversight/{flag.authorization.uuid}/",
        "find": "/oversight/",
        "find-error": "/oversight/?code=7K2M",
        "revoke": f"/oversight/{pending.uuid}/revoke/",
        "license-revoke": f"/licenses/{buyer.license.uuid}/revoke/",
    }.items():
        page.goto(address)
        look(page, name)


def test_an_officer_sees_what_was_sold_before_a_decision(
    page: Page,
    sign_in: SignIn,
    regulator: Actor,
    flag: Flag,
    sell: Callable[..., Sale],
) -> None:
    pending = Authorization.objects.get(status="pending")
    sell(pending, "6500", plate="ZZZ-999")
    evaluate([pending.pk])
    sign_in(page, regulator)
    for name, address in {"pending-sold": "/pending/", "queue-all": "/queue/?tab=all"}.items():
        page.goto(address)
        look(page, name)
    page.goto(f"/pending/{pending.uuid}/")
    page.locator("[name=decision][value=issue]").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    look(page, "decide-sold")


def test_two_officers_end_a_flag_on_the_same_day_and_one_was_faster(
    page: Page,
    open_page: OpenPage,
    sign_in: SignIn,
    regulator: Actor,
    third_officer: Actor,
    flag: Flag,
) -> None:
    address = f"/queue/{flag.uuid}/"
    oversight.review(flag, outcome="explained", note="The scale was not tared", by=regulator)
    sign_in(page, cast.drawn(flag))
    page.goto(address)
    page.fill("#id_note", "My own view")
    page.locator("[name=outcome][value=confirmed]").check()
    oversight.assign(flag, to=regulator.user, by=regulator)
    page.locator("form:has(#id_note) button").click()
    look(page, "case-faster")
    expect(page.locator("#id_note")).to_have_value("My own view")
    page.locator("form:has(#id_note) button").click()
    look(page, "case-ended")
    flag.refresh_from_db()
    assert flag.state == "confirmed"


def test_a_decision_that_lacks_everything_says_what(
    page: Page, sign_in: SignIn, regulator: Actor, flag: Flag
) -> None:
    sign_in(page, regulator)
    page.goto(f"/queue/{flag.uuid}/")
    page.locator("form:has(#id_note) button").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    look(page, "case-error")
    page.locator(".govuk-error-summary a").first.click()
    expect(page.locator("[name=outcome]").first).to_be_focused()


def test_the_proposer_waits(page: Page, sign_in: SignIn, regulator: Actor, flag: Flag) -> None:
    oversight.review(flag, outcome="explained", note="The scale was not tared", by=regulator)
    sign_in(page, regulator)
    page.goto(f"/queue/{flag.uuid}/")
    look(page, "case-waiting")


def test_without_javascript_two_officers_end_a_flag(
    open_page: OpenPage, sign_in: SignIn, regulator: Actor, third_officer: Actor, flag: Flag
) -> None:
    for by, outcome in ((lambda: regulator, "explained"), (lambda: cast.drawn(flag), "confirmed")):
        page = open_page(javascript=False)
        sign_in(page, by())
        page.goto(f"/queue/{flag.uuid}/")
        page.locator(f"[name=outcome][value={outcome}]").check()
        page.fill("#id_note", "Seen")
        page.locator("form:has(#id_note) button").click()
    flag.refresh_from_db()
    assert flag.state == "confirmed"
