"""Behind a proxy everybody still has an address of their own, and nobody another's."""

from ipaddress import ip_network
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config.environment import Environment
from config.proxies import name_visitor
from tests.cast import PASSWORD, Firm

PROXY, INNER, VISITOR, LIAR = "127.0.0.1", "10.1.2.3", "203.0.113.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def trusting(settings: Any) -> None:
    settings.TRUSTED_PROXIES = [ip_network(PROXY), ip_network("10.0.0.0/8"), ip_network("::1")]


def visitor(peer: str, told: str | None) -> str:
    return str(passed_on(peer, told).META["REMOTE_ADDR"])


def passed_on(peer: str, told: str | None) -> HttpRequest:
    said = {} if told is None else {"HTTP_X_FORWARDED_FOR": told}
    request = RequestFactory().get(
        "/",
        REMOTE_ADDR=peer,
        HTTP_X_FORWARDED_PROTO="https",
        **said,  # type: ignore[arg-type]
    )
    name_visitor(lambda request: HttpResponse())(request)
    return request


@pytest.mark.parametrize(
    ("peer", "told", "who"),
    [
        (PROXY, VISITOR, VISITOR),
        (PROXY, f"{VISITOR}, {INNER}", VISITOR),
        (PROXY, f"{LIAR}, {VISITOR}", VISITOR),
        (PROXY, f"{LIAR}, {VISITOR}, {INNER}", VISITOR),
        (PROXY, f"{VISITOR}:4711", VISITOR),
        (PROXY, "[2001:db8::7]:4711", "2001:db8::7"),
        (PROXY, "2001:db8::7", "2001:db8::7"),
        ("::ffff:127.0.0.1", VISITOR, VISITOR),
        ("::1", VISITOR, VISITOR),
        ("", VISITOR, VISITOR),
        (PROXY, INNER, INNER),
        (PROXY, None, PROXY),
        (PROXY, "unknown", PROXY),
        (PROXY, f"unknown, {INNER}", INNER),
        (VISITOR, LIAR, VISITOR),
        (VISITOR, PROXY, VISITOR),
    ],
)
def test_the_visitor_is_the_last_one_told_by_who_is_trusted(
    peer: str, told: str | None, who: str
) -> None:
    assert visitor(peer, told) == who


def test_nobody_else_says_that_a_connection_is_encrypted() -> None:
    assert passed_on(PROXY, VISITOR).META["HTTP_X_FORWARDED_PROTO"] == "https"
    assert "HTTP_X_FORWARDED_PROTO" not in passed_on(VISITOR, None).META


def test_without_trusted_proxies_nobody_is_believed(settings: Any) -> None:
    settings.TRUSTED_PROXIES = []
    assert visitor(PROXY, VISITOR) == PROXY


def test_what_is_no_network_stops_the_start(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "127.0.0.1,nginx")
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES must be"):
        Environment(tmp_path / "none").networks("TRUSTED_PROXIES")


@pytest.mark.parametrize(("named", "told"), [([], True), ([ip_network(PROXY)], False)])
def test_an_operator_is_told_of_a_proxy_that_is_not_named(
    db: None, settings: Any, named: list[Any], told: bool
) -> None:
    settings.SECURE, settings.TRUSTED_PROXIES = True, named
    found = [message.id for message in run_checks(include_deployment_checks=True)]
    assert ("portal.W004" in found) == told


@pytest.mark.usefixtures("plain")
def test_who_fails_to_sign_in_behind_the_proxy_locks_nobody_else_out(
    buyer: Firm, client: Client
) -> None:
    assert buyer.actor.user
    for number in range(60):
        sign_in(client, f"nobody{number}@example.com", "wrong", LIAR)
    assert sign_in(client, buyer.actor.user.email, PASSWORD, LIAR) != 302
    assert sign_in(client, buyer.actor.user.email, PASSWORD, VISITOR) == 302


def sign_in(client: Client, email: str, password: str, address: str) -> int:
    answer = client.post(
        "/accounts/login/",
        {"login": email, "password": password},
        REMOTE_ADDR=PROXY,
        HTTP_X_FORWARDED_FOR=address,
    )
    return answer.status_code


@pytest.mark.parametrize(
    ("count", "peer", "told", "status"),
    [
        (3, PROXY, f"{VISITOR}, 10.0.0.1, 10.0.0.2", 200),
        (3, PROXY, f"{LIAR}, {VISITOR}, 10.0.0.1, 10.0.0.2", 200),
        (3, PROXY, f"{VISITOR}, 10.0.0.2", 400),
        (3, PROXY, None, 400),
        (3, PROXY, f"{VISITOR}, {LIAR}, 10.0.0.2", 400),
        (1, PROXY, VISITOR, 200),
        (1, PROXY, "unknown", 400),
        (1, VISITOR, LIAR, 200),  # around the proxies: it counts as itself
    ],
)
def test_a_request_that_came_through_fewer_proxies_is_refused(
    settings: Any, count: int, peer: str, told: str | None, status: int
) -> None:
    settings.TRUSTED_PROXY_COUNT = count
    assert answered(peer, told).status_code == status


def test_where_proxies_have_no_fixed_address_the_outermost_tells_who_came(settings: Any) -> None:
    settings.TRUSTED_PROXIES, settings.TRUSTED_PROXY_COUNT = [], 2
    request = RequestFactory().get(
        "/", REMOTE_ADDR="10.9.9.9", HTTP_X_FORWARDED_FOR=f"{LIAR}, {VISITOR}, 10.8.8.8"
    )
    name_visitor(lambda request: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == VISITOR


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_need_no_proxy(settings: Any, path: str) -> None:
    settings.TRUSTED_PROXIES, settings.TRUSTED_PROXY_COUNT = [], 2
    request = RequestFactory().get(path, REMOTE_ADDR=PROXY)
    assert name_visitor(lambda request: HttpResponse())(request).status_code == 200
    assert request.META["REMOTE_ADDR"] == PROXY


def answered(peer: str, told: str | None) -> HttpResponse:
    said = {} if told is None else {"HTTP_X_FORWARDED_FOR": told}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, **said)  # type: ignore[arg-type]
    return name_visitor(lambda request: HttpResponse())(request)
