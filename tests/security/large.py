"""An application for gunicorn whose answer is longer than any buffer: see test_slow_clients."""

from collections.abc import Callable, Iterable
from typing import Any

PART = b"x" * 1_000_000


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    parts = 3 if environ["PATH_INFO"] == "/large" else 0
    start("200 OK", [("Content-Length", str(parts * len(PART)))])
    return [PART] * parts
