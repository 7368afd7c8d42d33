"""People at the door: what they bring, and what the portal shows them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from registry.actors import Actor
from registry.models import User
from tests.security.authenticator import Key

ADD, LOGIN = "/accounts/2fa/passkeys/add/", "/accounts/2fa/passkeys/login/"
CONFIRM = "/accounts/2fa/passkeys/confirm/"
JSON = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def in_earnest(plain: None, settings: Any) -> None:
    """Outside demo mode, under an address of its own."""
    settings.PUBLIC_URL = "http://localhost:8000"


@pytest.fixture
def key() -> Key:
    return Key("http://localhost:8000")


def options(answer: Any) -> dict[str, Any]:
    """What the page asks the device."""
    asked: dict[str, Any] = next(iter(answer.context["js_data"].values()))
    return plain_options(asked)


def plain_options(asked: Any) -> dict[str, Any]:
    """As the browser reads them."""
    import json

    from django.core.serializers.json import DjangoJSONEncoder

    read: dict[str, Any] = json.loads(json.dumps(asked, cls=DjangoJSONEncoder, default=dict))
    return read


def enrol(client: Client, key: Key, name: str = "Key") -> Any:
    asked = options(client.get(ADD))
    return client.post(ADD, {"name": name, "credential": key.register(asked)})


def confirm(client: Client, key: Key, back: str = "/") -> Any:
    asked = options(client.get(CONFIRM, {"next": back}))
    return client.post(CONFIRM, {"next": back, "credential": key.confirm(asked)})


def sign_in_with(client: Client, key: Key, **changes: Any) -> Any:
    asked = client.get(LOGIN, headers=JSON).json()["request_options"]
    return client.post(LOGIN, {"credential": key.confirm(asked, **changes)})


def person(by: Actor) -> User:
    assert by.user
    return by.user


def title(answer: Any) -> str:
    found = re.search(r"<h1[^>]*>\s*(.*?)\s*</h1>", answer.content.decode(), re.DOTALL)
    return found[1] if found else ""


Opens = Callable[[str], bool]
