"""How an attacker, and the person attacked, come to the sign-in page."""

from typing import Any

from django.test import Client

from registry.actors import Actor
from registry.models import User
from tests.cast import PASSWORD

THIEF, HOME, OFFICE = "198.51.100.9", "203.0.113.7", "192.0.2.44"
WRONG = "not the right sentence"


def person(by: Actor) -> User:
    """The person, with a password."""
    assert by.user
    by.user.set_password(PASSWORD)
    by.user.save(update_fields=["password"])
    return by.user


def come(
    email: str,
    password: str = PASSWORD,
    *,
    at: str = HOME,
    browser: Client | None = None,
    **more: Any,
) -> Any:
    """Try to sign in from an address; in a new browser, if none is given."""
    values = {"login": email, "password": password}
    return (browser or Client()).post("/accounts/login/", values, REMOTE_ADDR=at, **more)


def let_in(answer: Any) -> bool:
    return bool(answer.status_code == 302)


def is_waiting(answer: Any) -> bool:
    return bool(answer.status_code == 429)
