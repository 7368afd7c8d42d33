"""The front end's own parts, all on one page: see parts.py."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.checks import check_at_every_width, check_page
from tests.cast import Firm

SEND = "main form[data-keep-draft] button:not([type=button])"
FIRST_LOAD_BYTES = 60_000


@pytest.fixture(autouse=True)
def parts(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.browser.parts"
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [
        {**engine, "DIRS": [*engine["DIRS"], Path(__file__).parent / "templates"]}
    ]


@pytest.mark.parametrize("locale", ["en", "es"])
def test_every_part_is_accessible_fresh_and_with_errors(open_page: Any, locale: str) -> None:
    page = open_page(locale=locale)
    page.goto("/parts/")
    check_at_every_width(page)
    page.fill("#id_quantity", "1,250")
    page.click(SEND)
    check_at_every_width(page)


def test_the_summary_takes_the_focus_and_each_link_lands_on_its_field(page: Page) -> None:
    page.goto("/parts/")
    page.click(SEND)
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    links = page.locator(".govuk-error-summary a")
    assert links.count() == 6
    for index in range(links.count()):
        target = links.nth(index).get_attribute("href")
        links.nth(index).click()
        expect(page.locator(target or "")).to_be_focused()


def test_the_label_of_a_single_question_is_the_heading(page: Page) -> None:
    page.goto("/question/")
    expect(page.locator("h1")).to_have_text("Which product?")
    page.click(SEND)
    expect(page.locator(".govuk-error-summary a")).to_have_text("Choose an answer: Which product?")
    check_page(page)


def test_the_first_tab_is_the_skip_link(page: Page) -> None:
    page.goto("/parts/")
    page.keyboard.press("Tab")
    expect(page.locator(".govuk-skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main-content")).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_comma_is_asked_about_and_the_answer_is_taken(open_page: Any, javascript: bool) -> None:
    page = open_page(javascript=javascript)
    page.goto("/parts/")
    page.fill("#id_quantity", "1,250")
    page.click(SEND)
    expect(page.locator("#id_quantity_error")).to_contain_text("1250 or as 1.25")
    page.get_by_label("1250, one thousand two hundred fifty").check()
    page.click(SEND)
    expect(page.locator("#id_quantity")).to_have_value("1250")
    expect(page.locator("#id_quantity_error")).to_have_count(0)


def test_a_text_changed_after_the_question_wins_over_the_answer(page: Page) -> None:
    page.goto("/parts/")
    page.fill("#id_quantity", "1,250")
    page.click(SEND)
    page.get_by_label("1250, one thousand two hundred fifty").check()
    page.fill("#id_quantity", "7")
    page.click(SEND)
    expect(page.locator("#id_quantity")).to_have_value("7")


def test_the_difference_is_said_while_typing(page: Page) -> None:
    page.goto("/parts/")
    for typed, said in {
        "1080": "80 kg more than the 1,000 kg that the code allows.",
        "1,080.25": "80.25 kg more than the 1,000 kg that the code allows.",
        "999.999": "0.001 kg less than the 1,000 kg that the code allows.",
        "1000": "Exactly the 1,000 kg that the code allows.",
        "1,080": "The code allows 1,000 kg.",
        "a lot": "The code allows 1,000 kg.",
    }.items():
        page.fill("#id_quantity", typed)
        expect(page.locator(".app-difference")).to_have_text(said.replace(" kg", "\u00a0kg"))


def test_the_difference_is_not_guessed_across_units(page: Page) -> None:
    page.goto("/parts/")
    page.fill("#id_quantity", "1080")
    page.select_option("#id_unit", "t")
    expect(page.locator(".app-difference")).to_have_text("The code allows 1,000\u00a0kg.")


@pytest.mark.parametrize("locale", ["en", "es"])
def test_filters_are_folded_away_on_a_telephone_and_nowhere_else(
    open_page: Any, locale: str
) -> None:
    page = open_page(width=320, locale=locale)
    page.goto("/parts/")
    button, summary = page.locator(".app-filter button"), page.locator(".app-filter summary")
    expect(button).to_be_hidden()
    summary.click()
    expect(button).to_be_visible()
    check_page(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(summary).to_be_hidden()
    expect(button).to_be_visible()
    without = open_page(width=320, locale=locale, javascript=False)
    without.goto("/parts/")
    expect(without.locator(".app-filter button")).to_be_visible()


def test_the_language_is_switched_without_javascript(open_page: Any) -> None:
    page = open_page(javascript=False)
    page.goto("/parts/")
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    assert page.url.endswith("/parts/")


def test_the_end_of_a_session_is_told_and_what_was_typed_is_kept(
    open_page: Any, sign_in: Any, buyer: Firm
) -> None:
    page = open_page()
    sign_in(page, buyer.actor)
    page.clock.install()
    page.goto("/parts/")
    page.fill("#id_remarks", "two drums dented")
    warning = page.locator("[data-session]")
    page.clock.fast_forward("07:57:00")
    expect(warning).to_be_hidden()
    page.clock.fast_forward("01:30")
    expect(warning).to_contain_text("You will be signed out")
    check_page(page)
    page.get_by_role("button", name="Stay signed in").click()
    expect(warning).to_be_hidden()
    page.context.clear_cookies()
    page.clock.fast_forward("08:00:01")
    expect(warning).to_contain_text("You have been signed out")
    sign_in(page, buyer.actor)
    page.goto("/parts/")
    expect(page.locator("#id_remarks")).to_have_value("two drums dented")


def test_the_first_load_is_small(page: Page) -> None:
    """Sizes as a server sends them, compressed."""
    bodies: list[bytes] = []
    page.on("response", lambda response: bodies.append(gzip.compress(response.body())))
    page.goto("/parts/", wait_until="networkidle")
    assert sum(map(len, bodies)) < FIRST_LOAD_BYTES
