"""`check --deploy` names what a deployment left open, and says what to do; else it is silent."""

from ipaddress import ip_network
from typing import Any

import pytest
from django.core.checks import Warning, run_checks

FAR = {"HOST": "db.example", "USER": "portal_app", "OPTIONS": {}}
SAFE = FAR | {"OPTIONS": {"sslmode": "verify-full"}}
WEAK, STRONG = "x" * 60, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"
CASES = [
    ("portal.W008", "DEMO_MODE", True, False),
    ("portal.W009", "ALLOWED_HOSTS", ["*"], ["portal.example"]),
    ("portal.W009", "ALLOWED_HOSTS", [".example"], ["localhost"]),
    ("portal.W010", "SECURE", False, True),
    ("portal.W011", "TRUSTED_PROXIES", [ip_network("0.0.0.0/0")], [ip_network("127.0.0.1")]),
    ("portal.W011", "TRUSTED_PROXIES", [ip_network("::/0")], [ip_network("172.31.250.0/28")]),
    ("portal.W012", "SECRET_KEY", WEAK, STRONG),
    ("portal.W012", "SECRET_KEY", STRONG[:40], STRONG[::-1]),
    ("portal.W012", "FACTOR_KEYS", [STRONG], [STRONG[::-1]]),
    ("portal.W013", "CELERY_BROKER_URL", "redis://far.example/0", "redis://:word@far.example/0"),
    ("portal.W013", "CELERY_BROKER_URL", "redis://10.0.0.9/0", "redis://127.0.0.1/0"),
    ("portal.W014", "MIGRATION_DATABASE", FAR, SAFE),
    ("portal.W014", "MIGRATION_DATABASE", FAR | {"OPTIONS": {"sslmode": "require"}}, None),
]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def as_deployed(settings: Any) -> None:
    settings.SECRET_KEY, settings.FACTOR_KEYS = STRONG, []
    settings.SECURE, settings.SESSION_COOKIE_NAME = True, "__Host-sessionid"
    settings.CELERY_BROKER_URL = "redis://localhost/0"


def told() -> dict[str | None, Any]:
    return {message.id: message for message in run_checks(include_deployment_checks=True)}


@pytest.mark.parametrize(("name", "setting", "left_open", "closed"), CASES)
def test_what_was_left_open_is_named(
    settings: Any, name: str, setting: str, left_open: Any, closed: Any
) -> None:
    if setting == "FACTOR_KEYS":
        left_open = [*left_open, settings.SECRET_KEY]
    setattr(settings, setting, left_open)
    message = told()[name]
    assert isinstance(message, Warning)
    assert message.hint
    setattr(settings, setting, closed)
    assert name not in told()


def test_a_database_elsewhere_is_reached_over_tls(settings: Any) -> None:
    assert "portal.W014" not in told()
    settings.DATABASES = {"default": settings.DATABASES["default"] | FAR}
    assert "portal.W014" in told()


@pytest.mark.parametrize(
    "options", ["-k gthread", "--workers 2 --worker-class=sync", "--certfile x"]
)
def test_another_worker_than_ours_is_told(monkeypatch: pytest.MonkeyPatch, options: str) -> None:
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--workers 4")
    assert "portal.W015" not in told()
    monkeypatch.setenv("GUNICORN_CMD_ARGS", options)
    assert "portal.W015" in told()
