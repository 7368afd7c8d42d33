"""What people are shown when something is refused, missing or broken."""

from typing import Any
from unittest.mock import patch

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config.urls import (  # noqa: F401
    handler400,
    handler403,
    handler404,
    handler500,
)
from config.urls import urlpatterns as real
from precursors.errors import Refused


def raising(exception: Exception) -> Any:
    def view(_request: HttpRequest) -> HttpResponse:
        raise exception

    return view


urlpatterns = [
    path("refused", raising(Refused("not_live", "This code is not live any more."))),
    path("no-database", raising(OperationalError("connection refused"))),
    path("lost-database", raising(InterfaceError("connection already closed"))),
    path("defect", raising(ZeroDivisionError())),
    *real,
]


@pytest.fixture
def visitor(db: None, settings: Any) -> Client:
    settings.ROOT_URLCONF = __name__
    storage = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": storage}}
    return Client(raise_request_exception=False)


def test_a_refusal_is_a_page_with_its_sentence_and_a_way_back(visitor: Client) -> None:
    came_from = {"Host": "testserver", "Referer": "http://testserver/codes/?page=2"}
    response = visitor.get("/refused", headers=came_from)
    page = response.content.decode()
    assert response.status_code == 409
    assert "This code is not live any more." in page
    assert 'href="/codes/?page=2"' in page


def test_the_way_back_never_leads_elsewhere(visitor: Client) -> None:
    elsewhere = ("https://evil.example/", "http://testserver.evil.example/", "javascript:1")
    for referer in (*elsewhere, "http://testserver//evil.example/"):
        came_from = {"Host": "testserver", "Referer": referer}
        page = visitor.get("/refused", headers=came_from).content.decode()
        assert "//evil" not in page and "javascript:1" not in page


@pytest.mark.parametrize("address", ["/no-database", "/lost-database"])
def test_without_the_database_the_page_asks_to_come_back(visitor: Client, address: str) -> None:
    response = visitor.get(address)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert "text/html" in response.headers["Content-Type"]


def test_a_database_lost_before_the_view_is_the_same(visitor: Client) -> None:
    gone = OperationalError("gone")
    visitor.cookies["sessionid"] = "x" * 32
    with patch("database.sessions.SessionStore.load", side_effect=gone):
        response = visitor.get("/")
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0


def test_a_defect_gives_the_number_of_the_request(visitor: Client) -> None:
    response = visitor.get("/defect")
    assert response.status_code == 500
    assert response.headers["X-Request-ID"] in response.content.decode()
    assert "ZeroDivision" not in response.content.decode()


def test_a_missing_page_says_so(visitor: Client) -> None:
    response = visitor.get("/nothing-here")
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


def test_a_nul_in_the_address_is_no_defect(visitor: Client) -> None:
    for address in ("/%00", "/?q=%00", "/accounts/login/?next=%00"):
        assert visitor.get(address).status_code == 400


def test_a_form_without_its_token_is_a_page(visitor: Client) -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    response = strict.post("/language/setlang/", {"language": "es"})
    assert response.status_code == 403
    assert "open it again" in response.content.decode().lower()


def test_below_the_api_the_same_are_problems(visitor: Client) -> None:
    response = visitor.get("/api/v1/nothing")
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


def test_a_program_that_calls_over_http_is_refused_and_a_person_is_led_to_https(
    visitor: Client, settings: Any
) -> None:
    settings.SECURE = settings.SECURE_SSL_REDIRECT = True
    answer = visitor.get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (403, "https_required")
    assert visitor.get("/api/v1/me", secure=True).json()["code"] == "key_missing"
    led = visitor.get("/accounts/login/")
    assert (led.status_code, led["Location"][:8]) == (301, "https://")
