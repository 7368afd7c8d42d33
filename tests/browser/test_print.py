"""Pages on paper: no addresses, no torn tables, and a request that cannot pass for a code."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from authorizations.models import Authorization, Sale
from oversight.models import Flag
from oversight.operations.evaluation import evaluate
from registry.actors import Actor
from tests.cast import Firm

SignIn = Callable[[Page, Actor], None]
OpenPage = Callable[..., Page]
PICTURES = os.environ.get("PICTURES")  # a folder, for looking at every sheet
SHEET = {"width": 720, "height": 1040}  # CSS pixels of A4 within its margins
ADDRESSES = """links => links.map(link => getComputedStyle(link, '::after').content)
    .filter(content => !['none', 'normal'].includes(content))"""
BEYOND_THE_EDGE = """tables => tables.filter(table => table.getClientRects().length
    && table.getBoundingClientRect().right > innerWidth).length"""


def put_on_paper(page: Page, name: str) -> None:
    page.set_viewport_size(SHEET)
    page.emulate_media(media="print")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"print-{name}.png", full_page=True)


@pytest.mark.parametrize("locale", ["en", "es"])
def test_case_and_queue_are_printed_without_addresses_and_within_the_sheet(
    open_page: OpenPage,
    sign_in: SignIn,
    regulator: Actor,
    ask: Callable[..., Authorization],
    sell: Callable[..., Sale],
    locale: str,
) -> None:
    authorization = ask("1000")
    sell(authorization, "1080", plate="ZZZ-999", invoice="F001-77", seals=["S1", "S2"])
    evaluate([authorization.pk])
    flag = Flag.objects.get(rule="quantity_exceeded")
    page = open_page(locale=locale)
    sign_in(page, regulator)
    for name, address in {
        "queue": "/queue/?tab=all",
        "case": f"/queue/{flag.uuid}/",
        "authorizations": "/oversight/",
        "firms": "/firms/",
    }.items():
        page.goto(address)
        put_on_paper(page, f"{name}-{locale}")
        assert page.locator("a.govuk-link").evaluate_all(ADDRESSES) == []
        assert page.locator("table").evaluate_all(BEYOND_THE_EDGE) == 0


def test_a_request_on_paper_cannot_pass_for_a_code(
    page: Page, sign_in: SignIn, buyer: Firm, ask: Callable[..., Authorization]
) -> None:
    issued, pending = ask("1000"), ask("6000")
    sign_in(page, buyer.actor)
    backgrounds = []
    for authorization in (issued, pending):
        page.goto(f"/purchases/{authorization.uuid}/code/")
        backgrounds.append(
            page.locator(".govuk-panel").evaluate("e => getComputedStyle(e).backgroundColor")
        )
        expect(page.locator(".app-watermark")).to_be_hidden()
        put_on_paper(page, f"code-{authorization.status}")
        watermark = page.locator(".app-watermark")
        expect(watermark).to_be_visible(visible=authorization is pending)
        page.emulate_media(media="screen")
    assert backgrounds[0] != backgrounds[1]
