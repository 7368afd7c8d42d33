"""The pages that say no, among them those of faults that no test can bring about in Chromium."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404
from django.test import Client
from playwright.sync_api import Page, Route

from config import urls
from tests.browser.checks import check_at_every_width

FAULTS = {
    400: SuspiciousOperation(),
    403: PermissionDenied(),
    404: Http404(),
    413: RequestDataTooBig(),
    500: ZeroDivisionError(),
    503: OperationalError(),
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_that_says_no_is_accessible(
    open_page: Callable[..., Page], monkeypatch: Any, language: str
) -> None:
    page = open_page(locale=language)
    client = Client(raise_request_exception=False, headers={"accept-language": language})
    for status, fault in FAULTS.items():
        monkeypatch.setattr(urls.urlpatterns[0], "callback", failing(fault))
        answer = client.get("/")
        assert answer.status_code == status
        page.route("**/fault", showing(answer.content))
        page.goto("/fault")
        check_at_every_width(page)


def showing(page: bytes) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=page, content_type="text/html")


def failing(fault: Exception) -> Callable[..., Any]:
    def view(request: Any) -> None:
        raise fault

    return view
