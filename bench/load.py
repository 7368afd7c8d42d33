"""The load: requests over keep-alive connections, from a process of its own.

    python -m bench.load <plan >answers        (JSON lines, see `Run`)

One thread and prepared bytes: the client shares the machine with what it measures, so it must
cost little, and what it costs is reported.
"""

import gc
import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

HEAD_ENDS = b"\r\n\r\n"
LENGTH = b"content-length:"
ANSWERS_WITHIN_S = 60


@dataclass
class Run:
    """What came of a plan: seconds of each request, in order, and what was answered."""

    seconds: float = 0
    client_cpu_s: float = 0
    latencies_s: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)


class Connection:
    """One keep-alive connection with at most one request in flight."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWERS_WITHIN_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = -1
        self.began = 0.0
        self.received = b""

    def send(self, number: int, request: bytes) -> None:
        self.number, self.received = number, b""
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def answer(self) -> bytes | None:
        """Read what has come; the whole answer once it is there. Raises ConnectionError."""
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ConnectionError("The server closed a connection that was in use.")
        self.received += chunk
        head, found, body = self.received.partition(HEAD_ENDS)
        return self.received if found and len(body) >= _length(head) else None


def _length(head: bytes) -> int:
    start = head.lower().find(LENGTH)
    if start < 0:
        raise ConnectionError("An answer came without its length.")
    return int(head[start + len(LENGTH) :].split(b"\r\n", 1)[0])


def drive(port: int, requests: list[bytes], in_flight: int, per_s: float = 0) -> Run:
    """Send all requests, so many at a time, each as soon as a connection is free.

    With `per_s` none is sent before its turn at that pace.
    """
    run, raw = Run(latencies_s=[0.0] * len(requests)), [b""] * len(requests)
    waiting = iter(enumerate(requests))
    with selectors.DefaultSelector() as selector:
        connections = [Connection(port) for _each in requests[:in_flight]]
        cpu, began = time.process_time(), time.perf_counter()
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            number, request = next(waiting)
            _wait_until(began + number / per_s if per_s else began)
            connection.send(number, request)
        for connection, answer in _answers(selector, len(requests)):
            run.latencies_s[connection.number] = time.perf_counter() - connection.began
            raw[connection.number] = answer
            for number, request in waiting:
                _wait_until(began + number / per_s if per_s else began)
                connection.send(number, request)
                break
        run.seconds = time.perf_counter() - began
        run.client_cpu_s = time.process_time() - cpu
    run.statuses, run.answers = [_status(each) for each in raw], [_body(each) for each in raw]
    return run


def _wait_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.perf_counter()))


def _answers(
    selector: selectors.BaseSelector, expected: int
) -> Iterator[tuple[Connection, bytes]]:
    while expected:
        ready = selector.select(ANSWERS_WITHIN_S)
        if not ready:
            raise TimeoutError(f"No answer within {ANSWERS_WITHIN_S} s.")
        for key, _mask in ready:
            answer = key.data.answer()
            if answer is not None:
                expected -= 1
                yield key.data, answer


def _status(answer: bytes) -> int:
    return int(answer[9:12])


def _body(answer: bytes) -> Any:
    body = answer.partition(HEAD_ENDS)[2]
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")[:500]


def get(path: str, headers: dict[str, str]) -> str:
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Accept: application/json, text/html"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""])


def post(path: str, body: Any, headers: dict[str, str] | None = None) -> str:
    """The bytes of a request, as text: a plan is JSON."""
    text = json.dumps(body)
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Accept: application/json",
        "Content-Type: application/json",
        f"Content-Length: {len(text.encode())}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return "\r\n".join([*lines, "", text])


def main() -> None:
    plan = json.load(sys.stdin)
    requests = [text.encode() for text in plan["requests"]]
    gc.disable()
    run = drive(plan["port"], requests, plan["in_flight"], plan.get("per_s", 0))
    json.dump(asdict(run), sys.stdout)


if __name__ == "__main__":
    main()
