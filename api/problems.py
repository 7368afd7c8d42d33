"""What the API answers when it cannot do what was asked: problem documents (RFC 9457)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from psycopg2.errorcodes import CHECK_VIOLATION
from rest_framework import exceptions
from rest_framework.response import Response

from precursors.errors import Refused
from registry.refusal_counts import note_refusal

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
LISTED_MAX = 50  # of the values that are wrong; how many more there are is told
LENGTH_MAX = 500  # characters of a pointer or of a sentence
TITLES = {
    400: gettext_lazy("The request cannot be read"),
    401: gettext_lazy("A valid API key is needed"),
    403: gettext_lazy("This key may not do that"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("Method not allowed"),
    409: pgettext_lazy("problem", "Refused"),
    411: gettext_lazy("The length is missing"),
    413: gettext_lazy("The request is too large"),
    414: gettext_lazy("The address is too long"),
    415: gettext_lazy("Only JSON is understood"),
    422: gettext_lazy("Invalid values"),
    429: gettext_lazy("Too many requests"),
    431: gettext_lazy("The headers are too large"),
    500: gettext_lazy("Something went wrong here"),
    503: gettext_lazy("Not available at the moment"),
}
# Refusals that are no conflict: an address that names nothing, a lock against guessing, a halt.
STATUSES = {
    "code_unknown": 404,
    "code_mistyped": 404,
    "lookups_locked": 429,
    "must_wait": 429,
    "issuing_halted": 503,
}
# The types of a refusal's data that programs receive; anything else in it is for pages.
PUBLISHED = (str, int, bool, list, dict)


@dataclass(eq=False)
class Problem(Exception):
    """A refusal on its way out: what RFC 9457 calls a problem."""

    status: int
    code: str
    detail: Any
    extra: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self, request: HttpRequest | None) -> dict[str, Any]:
        return {
            **self.extra,
            "type": f"{settings.PUBLIC_URL}/api/docs/#{self.code}",
            "title": str(TITLES.get(self.status, self.code)),
            "status": self.status,
            "detail": str(self.detail),
            "code": self.code,
            "request_id": getattr(request, "id", ""),
        }

    def response(self, request: HttpRequest | None) -> Response:
        answer = Response(
            self.body(request),
            self.status,
            headers={"Cache-Control": "no-store", **self.headers},
            content_type=MEDIA_TYPE,
        )
        answer.exception = True
        return answer


def handle(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """Answer an exception raised in an endpoint. None lets it become a 500."""
    found = problem_of(exc)
    if found is None:
        return None
    for error in found.extra.get("errors", []):
        places = getattr(context["view"], "pointers", {})
        error["pointer"] = places.get(error["pointer"], error["pointer"])
    return found.response(context["request"]._request)


def problem_of(exc: BaseException) -> Problem | None:
    """Say which problem an exception is; None for a defect of ours."""
    for kinds, translate in TRANSLATIONS:
        if isinstance(exc, kinds):
            return translate(exc)
    return None


def _refused(exc: Refused) -> Problem:
    """A refusal that names a field is about what was sent; any other is the domain's no."""
    note_refusal(exc)
    if "unknown" in exc.data:
        places = exc.data["unknown"].items()
        return invalid(
            [{"pointer": pointer([k]), "code": v, "detail": str(exc.message)} for k, v in places]
        )
    if "field" in exc.data and exc.code not in STATUSES:
        place = pointer(str(exc.data["field"]).split("."))
        return invalid([{"pointer": place, "code": exc.code, "detail": str(exc.message)}])
    if isinstance(exc.data.get("errors"), dict):
        errors = exc.data["errors"].items()
        return invalid(
            [
                {"pointer": pointer([k]), "code": "invalid", "detail": " ".join(v)}
                for k, v in errors
            ]
        )
    published = {name: value for name, value in exc.data.items() if isinstance(value, PUBLISHED)}
    published.pop("field", None)
    headers = {"Retry-After": str(published["retry_after"])} if "retry_after" in published else {}
    return Problem(STATUSES.get(exc.code, 409), exc.code, exc.message, published, headers)


def invalid(errors: list[dict[str, str]]) -> Problem:
    """Say which values are wrong, each with its place, code and sentence."""
    text = errors[0]["detail"] if len(errors) == 1 else _("Some values are not valid: see errors.")
    listed = [{name: _cut(told) for name, told in error.items()} for error in errors[:LISTED_MAX]]
    more = len(errors) - len(listed)
    omitted = {"errors_omitted": more} if more else {}
    return Problem(422, "invalid", _cut(text), {"errors": listed, **omitted})


def _cut(text: str) -> str:
    """What was sent may be long, and is not sent back whole."""
    return text if len(text) <= LENGTH_MAX else text[: LENGTH_MAX - 1] + "…"


def _validation(exc: exceptions.ValidationError) -> Problem:
    return invalid(list(_flat(exc.detail, [])))


def _flat(detail: Any, path: list[str]) -> Iterator[dict[str, str]]:
    """Walk DRF's nested errors; a list holds sentences, or one entry per element."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, path if name == "non_field_errors" else [*path, str(name)])
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            sentence = isinstance(inner, str)
            yield from _flat(inner, path if sentence else [*path, str(index)])
    else:
        yield {"pointer": pointer(path), "code": detail.code, "detail": str(detail)}


def pointer(path: list[str]) -> str:
    """Write a JSON pointer (RFC 6901); a query parameter begins with `?` instead."""
    if path and path[0].startswith("?"):
        return "".join(path)
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


def _drf(exc: exceptions.APIException) -> Problem:
    headers: dict[str, str] = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header  # type: ignore[attr-defined]
    headers |= getattr(exc, "answer_headers", {})
    if getattr(exc, "retry_after", None):
        headers["Retry-After"] = str(exc.retry_after)  # type: ignore[attr-defined]
    code = exc.get_codes()
    return Problem(exc.status_code, _own_code(code, exc.status_code), exc.detail, {}, headers)


def _own_code(code: Any, status: int) -> str:
    """Our names for what DRF calls otherwise; codes of our own pass."""
    names = {
        "parse_error": "malformed",
        "permission_denied": "scope_missing",
        "authentication_failed": "key_unknown",
        "not_authenticated": "key_missing",
        "unsupported_media_type": "unsupported_media_type",
    }
    return names.get(code, code) if isinstance(code, str) else f"http_{status}"


def malformed(detail: Any = None) -> Problem:
    """Say that the request itself cannot be read."""
    return Problem(400, "malformed", detail or _("The request cannot be read."))


def forbids(_exc: object = None) -> Problem:
    return Problem(403, "forbidden", _("Your role does not include this."))


def https_required() -> Problem:
    """Say that a program called over http, where its key was sent in the clear."""
    detail = _("Call %(address)s. The key that was sent in the clear should be replaced.")
    return Problem(403, "https_required", detail % {"address": f"{settings.PUBLIC_URL}/api/v1/"})


def not_found(_exc: object = None) -> Problem:
    """Say the same about what does not exist and what belongs to somebody else."""
    return Problem(404, "not_found", _("There is nothing here, or it is not yours."))


def unavailable(_exc: object = None) -> Problem:
    """Say that the database cannot be reached, or was too busy.

    Where it went away during a commit, nobody knows what became of that.
    """
    text = _(
        "The portal cannot answer at the moment. What you sent may have been recorded or not: "
        "look, or send it again, shortly."
    )
    return Problem(503, "unavailable", text, {}, {"Retry-After": str(RETRY_AFTER_S)})


def _too_large(_exc: RequestDataTooBig) -> Problem:
    limit_kb = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // 1024
    text = _("This is more than the %(kb)s kB that one request may send.") % {"kb": limit_kb}
    return Problem(413, "too_large", text)


def _broken(exc: IntegrityError) -> Problem:
    """What another has written meanwhile stands in the way; or it can never be written."""
    if getattr(exc.__cause__, "pgcode", None) == CHECK_VIOLATION:
        return Problem(422, "invalid", _("A value is outside its range."))
    return Problem(409, "conflict", _("Somebody else was faster."))


TRANSLATIONS: list[tuple[Any, Callable[[Any], Problem]]] = [
    (Problem, lambda found: found),
    (Refused, _refused),
    (exceptions.ValidationError, _validation),
    (exceptions.NotFound, not_found),
    (exceptions.APIException, _drf),
    (Http404, not_found),
    (PermissionDenied, forbids),
    (RequestDataTooBig, _too_large),
    ((SuspiciousOperation, UnreadablePostError), lambda _exc: malformed()),
    ((OperationalError, InterfaceError), unavailable),
    # The last net: every input is checked before it comes to the database.
    (DataError, lambda _exc: Problem(422, "invalid", _("A value is outside its range."))),
    (IntegrityError, _broken),
]
