"""The description of the API can be read by everybody, too."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.checks import AXE, RUN_AXE


@pytest.mark.parametrize("width", [320, 1280])
def test_the_description_of_the_api_has_no_finding(
    open_page: Callable[..., Page], portal: str, width: int
) -> None:
    page = open_page(width=width)
    page.goto(f"{portal}/api/docs/")
    operation = page.locator(".opblock-summary-control").first
    operation.wait_for()
    page.evaluate(AXE)
    assert page.evaluate(RUN_AXE) == []
    operation.click()
    page.locator(".opblock-body pre.microlight").first.wait_for()
    page.wait_for_timeout(500)  # it unfolds
    assert page.evaluate(RUN_AXE) == []
    assert "#/" in page.url, "an operation has an address of its own"
