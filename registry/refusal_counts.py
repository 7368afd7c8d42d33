"""Counts refusals after the answer is ready; a request without one costs nothing.

Whatever turns a refusal into an answer, a page or a form notes it; one statement after the
request counts it. The verb's own transaction could not: it is rolled back with the refusal.
"""

from collections.abc import Callable
from contextvars import ContextVar

import structlog
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse

from precursors.errors import Refused

log = structlog.get_logger("portal.refusals")

# In one order, so that requests that add to the same tallies cannot deadlock.
ADD = """
INSERT INTO registry_refusal (jurisdiction_id, code, reason, times)
SELECT %s, code, reason, 1 FROM unnest(%s::text[], %s::text[]) AS noted(code, reason)
ORDER BY code, reason
ON CONFLICT (jurisdiction_id, code, reason)
    DO UPDATE SET times = registry_refusal.times + 1
"""
_noted: ContextVar[list[Refused] | None] = ContextVar("noted", default=None)


def note_refusal(refusal: Refused) -> None:
    """Have a refusal counted, once, when the request is over."""
    noted = _noted.get()
    if noted is not None and not any(refusal is other for other in noted):
        noted.append(refusal)


def count_refusals(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Middleware: counts the refusals noted during a request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        noted: list[Refused] = []
        token = _noted.set(noted)
        try:
            response = get_response(request)
        finally:
            _noted.reset(token)
        if noted:
            _add(request, noted)
        return response

    return middleware


def _add(request: HttpRequest, noted: list[Refused]) -> None:
    actor = getattr(request, "actor", None)
    pairs = sorted({pair for refusal in noted for pair in _pairs(refusal)})
    codes, reasons = [code for code, _reason in pairs], [reason for _code, reason in pairs]
    try:
        with connection.cursor() as cursor:
            cursor.execute(ADD, [actor.jurisdiction.pk if actor else None, codes, reasons])
    except Error as error:  # the answer is given all the same
        log.warning("refusal_not_counted", error=str(error))


def _pairs(refusal: Refused) -> set[tuple[str, str]]:
    reasons = {reason["code"] for reason in refusal.data.get("reasons", [])} or {""}
    return {(refusal.code, reason) for reason in reasons}
