"""No page scrolls sideways on a small telephone, in the longer of the two languages."""

from collections.abc import Callable, Iterator
from typing import Any

from django.test import Client
from playwright.sync_api import Page

from tests.browser.checks import sideways
from tests.pages.conftest import flagged, visit
from tests.pages.test_access import MATRIX, ROLES, address, browsers, rows

__all__ = ["browsers", "flagged", "rows", "visit"]  # fixtures

LOOKING = ("buyer", "vendor", "officer", "anonymous")  # each route by the first who may
NO_PAGES = {"set_language", "session", "favicon", "buyer:purchases_csv"}


def looks() -> Iterator[tuple[str, str]]:
    """Every route that is a page, under its name, with who looks at it."""
    for name, words in MATRIX.items():
        may = dict(zip(ROLES, words.split(), strict=True))
        role = next((role for role in LOOKING if may[role] == "ok"), None)
        if role and name not in NO_PAGES:
            yield role, name


def test_no_page_scrolls_sideways_on_a_small_telephone(
    open_page: Callable[..., Page], portal: str, browsers: dict[str, Client], rows: dict[str, Any]
) -> None:
    pages = {role: open_page(width=320, locale="es") for role in LOOKING}
    for role, page in pages.items():
        if session := browsers[role].cookies.get("sessionid"):
            cookie = {"name": "sessionid", "value": session.value, "url": portal}
            page.context.add_cookies([cookie])  # type: ignore[list-item]
    wide: list[str] = []
    seen = 0
    for role, name in looks():
        pages[role].goto(address(name, rows))
        seen += 1
        wide += [f"{name}, as {role}: {each}" for each in sideways(pages[role])]
    assert wide == []
    assert seen > 70
