"""Gives every request an id, shown in its log lines and its answer."""

import re
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from uuid6 import uuid7

from config.logs import mask
from registry.http import portal_request

log = structlog.get_logger("portal.request")
ACCEPTABLE = re.compile(r"[\w.-]{8,64}", re.ASCII)
QUIET = ("/static/", "/healthz", "/readyz", "/metrics")

View = Callable[[HttpRequest], HttpResponse]


def number_request(get_response: View) -> View:
    """Middleware: gives the request a number, keeps the caller's beside it, logs the answer.

    A number of the caller's in place of ours could be another request's, or nobody's.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        number, given = str(uuid7()), request.headers.get("X-Request-ID", "")
        portal_request(request).id = number
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=number)
        if ACCEPTABLE.fullmatch(given):
            structlog.contextvars.bind_contextvars(caller_request_id=given)
        started = time.perf_counter()
        response = get_response(request)
        response["X-Request-ID"] = number
        if not request.path.startswith(QUIET):
            log.info(
                "request",
                method=request.method,
                path=mask(request.path),
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000),
            )
        return response

    return middleware
