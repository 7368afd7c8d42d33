"""Strangers learn whether the portal works, and nothing of what it is made of."""

from typing import Any

import pytest
from django.test import Client

TOKEN = "t" * 32
PARTS = {"database", "broker", "oldest_unevaluated_s", "workers"}
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("meta", "is_probe"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, True),
        ({"REMOTE_ADDR": "::1"}, True),
        ({"REMOTE_ADDR": ""}, True),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.7"}, False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=203.0.113.7"}, False),
        ({"REMOTE_ADDR": "203.0.113.7"}, False),
        ({"REMOTE_ADDR": "10.0.0.7"}, False),
        ({"REMOTE_ADDR": "203.0.113.7", "HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}, True),
        ({"REMOTE_ADDR": "203.0.113.7", "HTTP_AUTHORIZATION": "Bearer wrong"}, False),
    ],
)
def test_who_is_told_how_each_part_does(
    client: Client, settings: Any, meta: dict[str, str], is_probe: bool
) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/readyz", **meta)
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"} or set(answer.json()) >= PARTS
    assert (set(answer.json()) >= PARTS) == is_probe


def test_without_a_token_set_none_opens_it(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    asked = {"REMOTE_ADDR": "203.0.113.7", "HTTP_AUTHORIZATION": "Bearer "}
    assert client.get("/readyz", **asked).json() == {"status": "ok"}
