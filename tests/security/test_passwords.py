"""Twelve letters, none that guessers try first, no rules of composition; pasted and shown."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from registry.actors import Actor
from registry.models.people import Role
from registry.passwords import is_widely_used
from tests import cast
from tests.cast import Firm

POOR = (
    "password1234",
    "Password2026!",
    "P@ssw0rd1234",
    "passwordpassword",
    "iloveyou1234",
    "dragonmonkey",
    "superman-batman",
    "Contraseña2026",
    "Lima2026Portal!",
    "abcdefghijkl",
    "qwertyuiop12",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "123456789012",
)
GOOD = (
    "correct horse battery staple",
    "grulla pizarra cometa",
    "x8fK2m-vQ9zLp",
    "tormenta de arena gris",
    "ten green foxes in a boat",
    "ñandú, quinua y 3 llamas",
    "w" + "ax house boat lemon" * 6,
)


@pytest.mark.parametrize("password", POOR)
def test_what_guessers_try_first_is_refused(password: str) -> None:
    assert is_widely_used(password)


@pytest.mark.parametrize("password", GOOD)
def test_small_letters_alone_spaces_and_any_length_are_accepted(password: str) -> None:
    validate_password(password)


@pytest.mark.parametrize("password", ["x8fK2m-vQ9z", "grulla y ma"])
def test_fewer_than_twelve_letters_are_refused(password: str) -> None:
    with pytest.raises(ValidationError, match="12"):
        validate_password(password)


def test_no_service_outside_is_asked() -> None:
    with patch("socket.socket", side_effect=AssertionError):
        is_widely_used("grulla pizarra cometa")


@pytest.fixture
def pages(
    buyer: Firm, visit_as: Callable[[Actor], Client], regulator: Actor
) -> dict[str, tuple[Client, dict[str, str], str]]:
    """Every page on which a password is chosen: who opens it, what is sent, and the field."""
    email = "nina@buyer.example"
    link = cast.invited(
        email=email, role=Role.DEALER, organization=buyer.organization, by=regulator
    )
    own = visit_as(buyer.actor)
    return {
        "/accounts/password/change/": (
            own,
            {"oldpassword": "a long enough sentence"},
            "password1",
        ),
        link.partition("localhost:8000")[2]: (Client(), {"name": "Nina"}, "password"),
    }


@pytest.fixture
def visit_as(plain: None) -> Callable[[Actor], Client]:
    def visit(by: Actor) -> Client:
        assert by.user
        by.user.set_password("a long enough sentence")
        by.user.save(update_fields=["password"])
        browser = Client()
        browser.force_login(by.user)
        return browser

    return visit


def test_every_page_that_takes_a_password_refuses_a_poor_one_and_shows_it_if_wanted(
    pages: dict[str, tuple[Client, dict[str, str], str]],
) -> None:
    for address, (browser, values, field) in pages.items():
        sent: dict[str, Any] = {**values, field: "Password2026!", "password2": "Password2026!"}
        answer = browser.post(address, sent)
        said = answer.content.decode()
        assert "It must not be one that many people use" in said, address
        assert "govuk-password-input__toggle" in said
        assert "onpaste" not in said
        assert 'maxlength="' not in said.partition('type="password"')[2][:300]
