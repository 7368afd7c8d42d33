"""However many send or read a byte now and then, the web answers everybody else."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise

import pytest
from django.conf import settings

from config.web_worker import HEAD_S
from launcher import ports
from launcher.stores import throwaway_ports

CLIENTS = 400
AT_ONCE_S = 3
HOST = b"Host: localhost\r\n"
HEALTH = b"GET /healthz HTTP/1.1\r\n" + HOST
SIGN_IN = b"POST /accounts/login/ HTTP/1.1\r\n" + HOST  # reads its body whoever sends it
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
REPORT = b"POST /api/v1/sales HTTP/1.1\r\n" + HOST
JSON = b"Content-Type: application/json\r\n"
Connect = Callable[..., socket.socket]


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[..., int]]:
    """Start the web as it is started everywhere, with options added; its port."""
    with ExitStack() as ending:

        def serve(application: str = "config.wsgi", *options: str) -> int:
            port = ports.first_free(throwaway_ports())
            argv = [sys.executable, "-m", "gunicorn", application, *options]
            running = subprocess.Popen(
                [*argv, "--bind", f"127.0.0.1:{port}"], cwd=settings.BASE_DIR, env=os.environ
            )
            ending.callback(running.wait)
            ending.callback(running.terminate)
            _await_answer(port)
            return port

        yield serve


@pytest.fixture(scope="module")
def web(serve: Callable[..., int]) -> int:
    return serve()


@pytest.fixture
def connect() -> Iterator[Connect]:
    with ExitStack() as ending:

        def connect(port: int, sent: bytes = b"", **options: int) -> socket.socket:
            line = ending.enter_context(socket.socket())
            for name, value in options.items():
                line.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
            line.settimeout(30)
            line.connect(("127.0.0.1", port))
            line.sendall(sent)
            return line

        yield connect


def _await_answer(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
                line.sendall(HEALTH + b"\r\n")
                if line.recv(64):
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("The web does not answer.")


def is_well(connect: Connect, port: int) -> bool:
    """Whether somebody who comes now is answered soon."""
    started = time.monotonic()
    line = connect(port, HEALTH + b"\r\n")
    return line.recv(64).startswith(b"HTTP/1.1 200") and time.monotonic() - started < AT_ONCE_S


def drip(lines: list[socket.socket], times: int = 3) -> None:
    for _ in range(times):
        for line in lines:
            line.sendall(b"x")
        time.sleep(0.5)


def answer(line: socket.socket) -> bytes:
    return b"".join(iter(lambda: line.recv(65536), b""))


def status(line: socket.socket) -> int:
    return int(line.recv(65536).split()[1])


def test_400_clients_that_drip_a_body_stop_nobody(connect: Connect, web: int) -> None:
    head = SIGN_IN + FORM + b"Content-Length: 100000\r\n\r\n"
    lines = [connect(web, head) for _ in range(CLIENTS)]
    drip(lines)
    assert is_well(connect, web)


def test_400_clients_that_drip_chunks_stop_nobody(connect: Connect, web: int) -> None:
    head = SIGN_IN + FORM + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n"
    lines = [connect(web, head) for _ in range(CLIENTS)]
    drip(lines)
    assert is_well(connect, web)


def test_400_clients_that_drip_a_body_too_long_to_be_read_stop_nobody(
    connect: Connect, web: int
) -> None:
    head = REPORT + JSON + b"Content-Length: 300000000\r\n\r\n"
    assert [connect(web, head) for _ in range(CLIENTS)]
    assert is_well(connect, web)


def test_400_clients_that_drip_their_headers_stop_nobody_and_have_10_seconds(
    connect: Connect, web: int
) -> None:
    lines = [connect(web, HEALTH + b"X-Slow: ") for _ in range(CLIENTS)]
    started = time.monotonic()
    drip(lines)
    assert is_well(connect, web)
    assert b"408 Request Timeout" in answer(lines[0])
    assert time.monotonic() - started < HEAD_S + 3


def test_400_clients_that_say_nothing_and_400_that_do_not_go_stop_nobody(
    connect: Connect, web: int
) -> None:
    for sent in (b"", HEALTH + b"Connection: close\r\n\r\n", HEALTH + b"\r\n"):
        assert [connect(web, sent) for _ in range(CLIENTS)]
        assert is_well(connect, web)


def test_400_clients_that_do_not_read_their_answer_stop_nobody(
    connect: Connect, serve: Callable[..., int]
) -> None:
    port = serve("tests.security.large")
    request = b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n"
    lines = [connect(port, request, SO_RCVBUF=2048) for _ in range(60)]
    assert is_well(connect, port)
    lines[-1].sendall(b"GET /small HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert answer(lines[-1]).count(b"x") == 3_000_000  # who reads in the end has all of it


def test_who_comes_when_all_places_are_taken_takes_that_of_the_slowest(
    connect: Connect, serve: Callable[..., int]
) -> None:
    port = serve("tests.security.large", "--workers", "1", "--worker-connections", "50")
    lines = [connect(port, b"GET ") for _ in range(300)]
    assert is_well(connect, port)
    assert answer(lines[0]) == b""


@pytest.mark.parametrize("wait_s", [0.0, 0.05])
def test_a_request_may_come_in_pieces_and_two_in_one(
    connect: Connect, web: int, wait_s: float
) -> None:
    body = b'{"sold_at": "2026-01-01T00:00:00Z"}'
    first = REPORT + JSON + b"Content-Length: %d\r\n\r\n" % len(body) + body
    chunked = REPORT + JSON + b"Transfer-Encoding: chunked\r\n\r\n5\r\nlogin\r\n0\r\nX: y\r\n\r\n"
    last = HEALTH + b"Connection: close\r\n\r\n"
    sent = first + chunked + last
    line = connect(web)
    cuts = [*range(0, len(sent), 40), len(sent)]
    for begin, end in pairwise(cuts):
        line.sendall(sent[begin:end])
        time.sleep(wait_s)
    told = answer(line)
    assert told.count(b"HTTP/1.1 401") == 2, told  # no key
    assert told.count(b"HTTP/1.1 200") == 1


def test_a_client_that_asks_first_is_told_once_to_go_on(connect: Connect, web: int) -> None:
    line = connect(web, REPORT + JSON + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert line.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    line.sendall(b"a=")
    assert status(line) == 401


def test_a_body_too_long_to_be_read_is_refused_before_it_comes(connect: Connect, web: int) -> None:
    line = connect(web, REPORT + JSON + b"Content-Length: 300000000\r\n\r\n")
    assert b" 401 " in answer(line).splitlines()[0]
