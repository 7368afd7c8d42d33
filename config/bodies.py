"""Reads bodies that come without their length (`Transfer-Encoding: chunked`), and no files.

Django reads as many bytes as `Content-Length` says: of a body in chunks it would see nothing, and
an act whose body is optional would be done whatever was sent.
"""

from collections.abc import Callable
from io import BytesIO
from typing import cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from api.problems import Problem, malformed, problem_of
from config.errors import answer

AT_ONCE = 64 * 1024


def refuse_files(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: refuses a body in parts before it is read. Nothing is uploaded anywhere.

    Django would write each file in it to the disk, whoever sent it and however large it is. The
    endpoints of the API read JSON alone, by themselves.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_page = not request.path_info.startswith("/api/v")
        if is_page and (request.content_type or "").lower().startswith("multipart/"):
            return _closing(answer(request, _no_files()))
        return get_response(request)

    return middleware


def read_chunks(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: gives a body in chunks the length that it turns out to have.

    The limit of size is that of all bodies. A server that does not take the chunks apart (Django's
    own) has 411.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        coding = request.META.get("HTTP_TRANSFER_ENCODING", "").strip().lower()
        if not coding or coding == "identity":
            return get_response(request)
        if coding != "chunked":
            return _closing(answer(request, _unknown_coding()))
        if not request.META.get("wsgi.input_terminated"):
            return _closing(answer(request, _length_required()))
        wrong = _read(cast("WSGIRequest", request))
        return answer(request, wrong) if wrong else get_response(request)

    return middleware


def _read(request: WSGIRequest) -> Problem | None:
    """Read the whole body, and let Django read it again; return what is wrong with it."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = bytearray()
    try:
        while len(body) <= most and (part := request.environ["wsgi.input"].read(AT_ONCE)):
            body += part
    except Exception:  # each server has its own kinds for a chunk that is none
        return malformed(_("The body does not come in whole chunks."))
    if len(body) > most:
        return problem_of(RequestDataTooBig())
    request.META["CONTENT_LENGTH"] = str(len(body))
    request._stream = BytesIO(body)
    return None


def _no_files() -> Problem:
    return Problem(
        415, "unsupported_media_type", _("Nothing is uploaded here, in parts or whole.")
    )


def _unknown_coding() -> Problem:
    text = _("The body may come in chunks, but not compressed.")
    return Problem(415, "unsupported_media_type", text)


def _length_required() -> Problem:
    text = _("Send the body with its length (Content-Length): this server reads no chunks.")
    return Problem(411, "length_required", text)


def _closing(response: HttpResponse) -> StreamingHttpResponse:
    """Answer without a length, after which a server closes the connection.

    On an open one it would read the unread body as the next request.
    """
    parts = (response.content,)
    return StreamingHttpResponse(parts, status=response.status_code, headers=response.headers)
