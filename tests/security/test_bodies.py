"""What nobody uploads is not read, and not written to the disk."""

import tempfile
from typing import Any

import pytest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

ADDRESSES = (
    "/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/language/setlang/",
    "/admin/login/",
    "/invitation/none/",
    "/healthz",
    "/nowhere/",
)
FILE = encode_multipart(BOUNDARY, {"login": "a@b.example", "password": "x" * 100_000})

pytestmark = pytest.mark.usefixtures("db", "plain")


class Unread:
    """A body that nobody may read."""

    def read(self, *_size: int) -> bytes:
        raise AssertionError("The body was read.")

    readline = read


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_body_in_parts_is_refused_unread(client: Client, address: str) -> None:
    asked = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(300 * 1024 * 1024)}
    answer = client.generic("POST", address, FILE, MULTIPART_CONTENT, **asked)
    assert answer.status_code == 415
    assert "Content-Length" not in answer.headers  # the connection is closed behind it


@pytest.mark.parametrize(
    "kind", ["Multipart/Form-Data; boundary=x", "multipart/mixed", " multipart/x"]
)
def test_so_is_each_spelling_of_it(client: Client, kind: str) -> None:
    answer = client.generic("POST", "/accounts/login/", FILE, kind)
    assert answer.status_code in {403, 415}
    assert client.generic("POST", "/accounts/login/", FILE, kind.strip()).status_code == 415


def test_no_file_of_a_stranger_is_written(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor would it be, were the body read after all."""
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", lambda *a, **k: pytest.fail("written"))
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "refuse_files" not in name]
    body = FILE.replace(b'name="password"', b'name="password"; filename="large"')
    body = body.replace(b"x" * 100_000, b"x" * 6_000_000)
    assert client.generic("POST", "/accounts/login/", body, MULTIPART_CONTENT).status_code == 200


def test_an_endpoint_does_not_read_it_either(client: Client) -> None:
    asked = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(300 * 1024 * 1024)}
    answer = client.generic("POST", "/api/v1/sales", FILE, MULTIPART_CONTENT, **asked)
    assert answer.status_code == 401
