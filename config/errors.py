"""Answers errors outside an endpoint: with a document below /api/, with a page elsewhere."""

import sys
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer

from api.problems import (
    MEDIA_TYPE,
    Problem,
    forbids,
    https_required,
    malformed,
    not_found,
    problem_of,
    unavailable,
)
from pages import error_pages
from precursors.errors import Refused


def answer_refusals(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Middleware: turns the refusal of a page view into a page.

    Rejects NUL in addresses, and programs that call over http: SecurityMiddleware redirects the
    others.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        address = request.META.get("QUERY_STRING", "").encode("latin-1", "replace")
        if "\0" in request.path_info or b"\0" in unquote_to_bytes(address):
            return answer(request, malformed())
        if settings.SECURE and is_program(request) and not request.is_secure():
            return answer(request, https_required())
        return get_response(request)

    middleware.process_exception = page_for  # type: ignore[attr-defined]
    return middleware


def page_for(request: HttpRequest, exc: Exception) -> HttpResponse | None:
    """Answer what a page view raised; None leaves it to the handlers below."""
    if isinstance(exc, Refused | OperationalError | InterfaceError | DataError):
        found = problem_of(exc)
        return answer(request, found) if found else None
    return None


def is_program(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/v")


def answer(request: HttpRequest, found: Problem) -> HttpResponse:
    """Answer a problem to a program as a document, to a person as a page."""
    if not is_program(request):
        return error_pages.page(request, found.status, str(found.detail), found.headers)
    body = JSONRenderer().render(found.body(request))
    return HttpResponse(body, MEDIA_TYPE, found.status, headers=found.headers)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, problem_of(exception) or malformed())


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, problem_of(exception) or forbids())


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, not_found())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = _("This form was open for too long, or came from elsewhere. Open it again.")
    return answer(request, Problem(403, "form_expired", text))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls this while the exception is being handled, in a middleware too."""
    exc = sys.exc_info()[1]
    if isinstance(exc, OperationalError | InterfaceError):
        return answer(request, unavailable())
    text = _("This is a fault of the portal. It has been recorded under the number given here.")
    return answer(request, Problem(500, "internal", text))
