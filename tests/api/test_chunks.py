"""Bodies that come in chunks, without their length, under each server the portal may run on."""

import http.client
import json
import os
import socket
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings

from launcher import ports
from launcher.stores import throwaway_ports
from tests.api.programs import Program
from tests.api.test_example import connection_name, process, wait_until_it_answers

pytestmark = pytest.mark.usefixtures("committing")
SERVERS = {
    "gunicorn": ["gunicorn", "config.wsgi", "--bind"],
    "runserver": ["manage", "runserver", "--noreload"],
}
GARBAGE = b"\x00\x01 no JSON {{"


class Server:
    """A server of its own on the database of the test, and one key for it."""

    def __init__(self, address: str, program: Program) -> None:
        self.address, self.headers = address, program.headers

    def post(self, path: str, parts: list[bytes], **headers: str) -> tuple[int, dict[str, Any]]:
        """Send it in one piece: a server that reads no body may close before the rest comes."""
        sent = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
        lines = [f"{name}: {value}" for name, value in {**self.headers, **sent, **headers}.items()]
        head = "\r\n".join([f"POST /api/v1{path} HTTP/1.1", "Host: localhost", *lines, "", ""])
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
        host, port = self.address.split(":")
        with socket.create_connection((host, int(port)), timeout=20) as line:
            line.sendall(head.encode() + chunks + b"0\r\n\r\n")
            answer = http.client.HTTPResponse(line, method="POST")
            answer.begin()
            assert answer.headers["Content-Type"].startswith("application/")
            return answer.status, json.loads(answer.read())

    def send(self, raw: bytes) -> bytes:
        """Everything that comes back for these bytes on one connection."""
        host, port = self.address.split(":")
        with socket.create_connection((host, int(port)), timeout=20) as line:
            line.sendall(raw)
            line.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: line.recv(65536), b""))


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, buyer_api: Program, code: str) -> Iterator[Server]:
    address = f"127.0.0.1:{ports.first_free(throwaway_ports())}"
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=connection_name())
    environment = os.environ | {
        "DATABASE_URL": urlunsplit(database),
        "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    with process([sys.executable, "-m", *SERVERS[request.param], address], environment):
        wait_until_it_answers(f"http://{address}/healthz")
        yield Server(address, buyer_api)


def status_of(buyer_api: Program, code: str) -> str:
    return str(buyer_api.get(f"/authorizations/{code}").json()["status"])


def test_a_body_in_chunks_is_read_or_refused_and_never_taken_for_none(
    request: pytest.FixtureRequest, server: Server, buyer_api: Program, code: str
) -> None:
    path = f"/authorizations/{code}/cancel"
    reads = "gunicorn" in request.node.callspec.id
    status, body = server.post(path, [GARBAGE])
    assert (status, body["code"]) == ((400, "malformed") if reads else (411, "length_required"))
    if reads:  # the other one closes before all is sent
        status, body = server.post(path, [b" " * 200_000, b" " * 200_000])
        assert (status, body["code"]) == (413, "too_large")
    status, body = server.post(path, [b"{}"], **{"Content-Encoding": "gzip"})
    assert status == (415 if reads else 411)
    status, body = server.post(path, [b"{}"], **{"Transfer-Encoding": "gzip, chunked"})
    assert status == 415
    assert status_of(buyer_api, code) == "issued"
    status, body = server.post(path, [b'{"rea', b'son": "x"}'])
    assert status == (200 if reads else 411)
    assert status_of(buyer_api, code) == ("cancelled" if reads else "issued")


@pytest.mark.parametrize("server", ["gunicorn"], indirect=True)
def test_what_is_no_request_is_answered_with_a_problem(server: Server) -> None:
    for raw, status, problem in (
        (b"GET /api/v1/sales\r\n\r\n", b"400", b"malformed"),
        (b"GET / HTTP/1.1\r\nbad header\r\n\r\n", b"400", b"malformed"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", b"431", b"headers_too_large"),
        (b"GET / HTTP/1.1\r\n" + b"X-A: 1\r\n" * 200 + b"\r\n", b"431", b"headers_too_large"),
    ):
        head, _gap, body = server.send(raw).partition(b"\r\n\r\n")
        assert head.split()[1] == status, head
        assert b"Content-Type: application/problem+json" in head
        told = json.loads(body)
        assert (told["status"], told["code"]) == (int(status), problem.decode())
        assert f"X-Request-ID: {told['request_id']}".encode() in head


@pytest.mark.parametrize("chunks", [b"zz\r\n{}\r\n0\r\n\r\n", b"2\r\n{}xx0\r\n\r\n", b"5\r\n{}"])
def test_chunks_that_are_none_answer_no_500(
    server: Server, buyer_api: Program, code: str, chunks: bytes
) -> None:
    head = (
        f"POST /api/v1/authorizations/{code}/cancel HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: {buyer_api.headers['Authorization']}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    answer = server.send(head.encode() + chunks)
    assert answer.split()[1] in {b"400", b"411"}
    assert b"application/problem+json" in answer
    assert answer.count(b"HTTP/1.1 ") == 1  # what was not read is no second request
    assert status_of(buyer_api, code) == "issued"
