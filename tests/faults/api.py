"""A partner's program that talks to a web process over a real connection."""

import http.client
import json
import secrets
from dataclasses import dataclass
from typing import Any

BASE = "/api/v1"
PATIENCE_S = 60


class NoAnswer(Exception):
    """The connection ended before an answer came: whether it had an effect is unknown."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: Any


@dataclass(frozen=True)
class Api:
    """Calls with one key, on a new connection each time."""

    port: int
    secret: str = ""

    def get(self, path: str) -> Answer:
        return self.send("GET", BASE + path)

    def post(self, path: str, body: Any, *, key: str = "") -> Answer:
        """Send an act; the same key again has no second effect."""
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        return self.send("POST", BASE + path, json.dumps(body), headers)

    def send(
        self,
        method: str,
        path: str,
        body: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Raises NoAnswer."""
        sent = {"Host": "localhost", "Content-Type": "application/json", **(headers or {})}
        if self.secret:
            sent["Authorization"] = f"Bearer {self.secret}"
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            line.request(method, path, body, sent)
            response = line.getresponse()
            return Answer(response.status, response.headers, _body(response))
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer(repr(error)) from error
        finally:
            line.close()


def _body(response: http.client.HTTPResponse) -> Any:
    text = response.read().decode()
    return json.loads(text) if "json" in response.headers["Content-Type"] else text
