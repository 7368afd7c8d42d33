"""A partner's program, as the tests drive it."""

import itertools
import json
from typing import Any

from django.test import Client

BASE = "/api/v1"
fresh = itertools.count(1)


class Program:
    """Calls the API with one key. Each POST takes a new idempotency key unless one is given."""

    def __init__(self, secret: str = "", **headers: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {**headers}
        if secret:
            self.headers["Authorization"] = f"Bearer {secret}"

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(BASE + path, query, headers=self.headers)

    def post(self, path: str, body: Any = None, key: str | None = "fresh", **headers: str) -> Any:
        return self.send(path, json.dumps({} if body is None else body), key=key, **headers)

    def send(
        self, path: str, data: str | bytes, *, key: str | None = "fresh", **headers: str
    ) -> Any:
        if key == "fresh":
            key = f"test-{next(fresh)}"
        sent = {**self.headers, **headers, **({"Idempotency-Key": key} if key else {})}
        content_type = sent.pop("Content-Type", "application/json")
        return self.client.post(BASE + path, data, content_type=content_type, headers=sent)


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """Assert that an answer is a whole problem document of this status and code."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["code"] == code, body
    assert body["status"] == status
    assert body["title"] and body["detail"] and body["type"].endswith(f"#{code}")
    assert body["request_id"] == response.headers["X-Request-ID"]
    return body


def wrong(response: Any, pointer: str, code: str) -> None:
    """Assert that an answer says this value is invalid, for this reason."""
    errors = problem(response, 422, "invalid")["errors"]
    found = [(error["pointer"], error["code"]) for error in errors]
    assert (pointer, code) in found, found
    assert all(error["detail"] for error in errors)
