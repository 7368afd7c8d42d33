"""What the web server answers to what it cannot read as a request: a problem, too (RFC 9457)."""

import json
import socket

from django.utils.translation import override
from uuid6 import uuid7

from api.problems import MEDIA_TYPE, Problem, malformed

HEAD = (
    "HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: {media_type}\r\n"
    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
    "X-Request-ID: {id}\r\nContent-Length: {length}\r\n\r\n"
)


def write_problem(line: socket.socket, status: int, reason: str, _detail: str) -> None:
    """Write the answer on the connection, which the server then closes.

    What was sent is not repeated in it: no address has been found yet to which it could belong.
    """
    number = str(uuid7())
    with override("en"):  # not that of whom the thread served before
        body = {**_problem(status).body(None), "status": status, "request_id": number}
    content = json.dumps(body).encode()
    head = HEAD.format(
        status=status, reason=reason, media_type=MEDIA_TYPE, id=number, length=len(content)
    )
    line.sendall(head.encode("latin-1") + content)


def _problem(status: int) -> Problem:
    known = {
        408: Problem(408, "too_slow", "The request did not come whole in time. Send it again."),
        414: Problem(414, "uri_too_long", "The address is too long."),
        431: Problem(431, "headers_too_large", "The headers are too many, or too large."),
        500: Problem(500, "internal", "This is a fault of the portal."),
    }
    return known.get(status) or malformed("This is no HTTP request that can be read.")
