"""The portal behind a profiler, in one thread of one process: for `run.py bench --profile`.

`GET /profile` answers what has been found since the last one, and begins anew.
"""

import cProfile
import io
import pstats
from collections.abc import Callable, Iterable
from typing import Any

from config.wsgi import application as portal

SHOWN = 60
found = cProfile.Profile()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/profile":
        return _report(start_response)
    found.enable()
    try:
        return portal(environ, start_response)
    finally:
        found.disable()


def _report(start_response: Callable[..., Any]) -> list[bytes]:
    text = io.StringIO()
    if found.getstats():
        statistics = pstats.Stats(found, stream=text).strip_dirs()
        statistics.sort_stats("cumulative").print_stats(SHOWN)
        statistics.sort_stats("tottime").print_stats(SHOWN // 2)
    found.clear()
    body = text.getvalue().encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]
