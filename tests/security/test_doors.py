"""Every address, whoever asks: what browsers and caches are told, and which methods there are."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver
from whitenoise.middleware import WhiteNoiseMiddleware

from registry.actors import Actor
from tests.cast import Firm
from tests.security.test_links import SECURE, start

EXAMPLES = {"int": "1", "uuid": "00000000-0000-4000-8000-000000000000", "path": "a/b"}
POLICY = (
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "frame-src 'none'",
    "object-src 'none'",
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
ODD = ("TRACE", "TRACK", "CONNECT", "PROPFIND", "DEBUG")
NOT_FOR_PAGES = ("PUT", "PATCH", "DELETE", "OPTIONS")
STATIC = "/static/pages/icon.svg"
pytestmark = pytest.mark.usefixtures("db", "plain")


def addresses(patterns: Any = None, before: str = "/") -> Iterator[str]:
    """Each route of the portal once, with something in its places."""
    for entry in patterns or get_resolver().url_patterns:
        route = before + _filled(str(entry.pattern))
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from addresses(entry.url_patterns, route)


def _filled(route: str) -> str:
    route = re.sub(r"(?<!\?P)<(?:(\w+):)?\w+>", lambda found: EXAMPLES.get(found[1], "x"), route)
    route = re.sub(r"\(\?P<\w+>\[[^)]*\)", "a", route)
    return re.sub(r"\(\?P<\w+>[^)]*\)|[\^$]|\\\w", "b", route).replace("b/b", "b").strip("b^$")


ADDRESSES = sorted({*addresses(), STATIC, "/nowhere/", "/api/v1/nowhere", "//x", "/static/none"})


@pytest.fixture(autouse=True)
def with_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """One static file: none is collected for tests."""

    def found(self: Any, _url: str) -> Any:
        source = str(settings.BASE_DIR / "static" / "img" / "favicon.svg")
        return self.get_static_file(source, STATIC)

    monkeypatch.setattr(WhiteNoiseMiddleware, "find_file", found)
    monkeypatch.setattr(
        WhiteNoiseMiddleware,
        "__call__",
        lambda self, request: (
            self.serve(found(self, STATIC), request)
            if request.path_info == STATIC and request.method in {"GET", "HEAD"}
            else self.get_response(request)
        ),
    )


@pytest.fixture(params=["stranger", "buyer", "officer"])
def browser(request: Any, client: Client, buyer: Firm, regulator: Actor) -> Client:
    who = {"buyer": buyer.actor, "officer": regulator}.get(request.param)
    if who:
        client.force_login(who.user)
    settings.DEMO_MODE = True  # no second factor is asked for
    return client


def test_there_are_many() -> None:
    assert len(ADDRESSES) > 100
    assert not [address for address in ADDRESSES if re.search(r"[<>()?\\]", address)]


def test_every_answer_is_shut_against_other_sites_and_kept_by_nobody(browser: Client) -> None:
    for address in ADDRESSES:
        answer = browser.get(address)
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, (address, name)
        assert "camera=()" in answer.headers["Permissions-Policy"], address
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert set(POLICY) <= set(policy), address
        assert "unsafe" not in answer.headers["Content-Security-Policy"], address
        kept = "no-store" not in answer.headers.get("Cache-Control", "")
        assert kept == (address == STATIC), (address, answer.status_code)


def test_no_address_knows_an_odd_method_or_sends_it_back(client: Client) -> None:
    for address in ADDRESSES:
        page = not address.startswith("/api/v")
        for method in (*ODD, *(NOT_FOR_PAGES if page else ())):
            answer = client.generic(
                method,
                address,
                b"echo-body",
                headers={"X-Echo": "echo-header", "Cookie": "a=echo"},
            )
            assert answer.status_code == 405, (method, address)
            assert "GET" in answer.headers["Allow"]
            assert b"echo" not in answer.content


def test_a_static_file_is_only_read(client: Client) -> None:
    assert client.get(STATIC).status_code == 200
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        answer = client.generic(method, STATIC)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


NAMES = """
import django; django.setup()
from django.conf import settings
from pages.messages import NamedCookie
for cookie in ("SESSION", "CSRF", "LANGUAGE"):
    print(*(getattr(settings, f"{cookie}_COOKIE_{what}")
        for what in ("NAME", "SECURE", "HTTPONLY", "SAMESITE", "PATH", "DOMAIN")))
print(NamedCookie.cookie_name)
print(settings.SECURE_HSTS_SECONDS)
"""


def test_over_https_every_cookie_is_this_hosts_alone() -> None:
    said = start(NAMES, **SECURE, EMAIL_URL="smtp://mail.example").stdout.splitlines()
    assert said[:3] == [
        f"__Host-{name} True True Lax / None"
        for name in ("sessionid", "csrftoken", "django_language")
    ]
    assert said[3:] == ["__Host-messages", str(365 * 24 * 60 * 60)]


def test_on_this_machine_without_https_they_work_as_well() -> None:
    said = start(NAMES, **SECURE | {"PUBLIC_URL": "http://localhost:8000"}).stdout.splitlines()
    assert said[0] == "sessionid False True Lax / None"
    assert said[3:] == ["messages", "0"]


def test_whatever_sets_a_cookie_sets_one_of_these(browser: Client) -> None:
    """Another cookie that some page sets would lack the prefix."""
    for address in ADDRESSES:
        browser.get(address)
        browser.post(address, {"language": "es"})
    known = {"sessionid", "csrftoken", "django_language", "messages"}
    assert set(browser.cookies) <= known


def test_who_signs_out_leaves_nothing_in_the_browser(browser: Client) -> None:
    assert "Clear-Site-Data" not in browser.get("/accounts/logout/").headers
    assert browser.post("/accounts/logout/").headers["Clear-Site-Data"] == '"storage"'
