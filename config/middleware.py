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
ACCEPTABLE = re.compile(r"[\w.-]{8,64}")
QUIET = ("/static/", "/healthz", "/readyz", "/metrics")

View = Callable[[HttpRequest], HttpResponse]


def number_request(get_response: View) -> View:
    """Middleware: sets the request's id, the caller's own if acceptable, and logs the answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        number = given if ACCEPTABLE.fullmatch(given) else str(uuid7())
        portal_request(request).id = number
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=number)
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
