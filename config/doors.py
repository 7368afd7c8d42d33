"""What every answer says to browsers and caches, and which methods there are at all."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from api.problems import Problem
from config.errors import answer

View = Callable[[HttpRequest], HttpResponse]
PAGE_METHODS = ("GET", "HEAD", "POST")
FILE_METHODS = ("GET", "HEAD")
API_METHODS = (*PAGE_METHODS, "PUT", "PATCH", "DELETE", "OPTIONS")
# Nothing of a browser is used but passkeys.
UNUSED = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "sync-xhr",
    "usb",
    "xr-spatial-tracking",
)
USED = ("publickey-credentials-create", "publickey-credentials-get")
HEADERS = {
    "Permissions-Policy": ", ".join(
        [*(f"{name}=()" for name in UNUSED), *(f"{name}=(self)" for name in USED)]
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Permitted-Cross-Domain-Policies": "none",
}


def close_doors(get_response: View) -> View:
    """Middleware: shuts answers against other sites, and keeps them out of every cache.

    Only what everybody gets alike may be kept: the static files. Any other page may show codes,
    or was made for somebody signed in.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not _is_static(request) or response.status_code >= 400:
            _forbid_keeping(response)
        if request.method == "POST" and request.path_info == reverse("account_logout"):
            response.headers["Clear-Site-Data"] = '"storage"'  # such as a form half typed
        return response

    return middleware


def _forbid_keeping(response: HttpResponse) -> None:
    if "no-store" not in response.headers.get("Cache-Control", ""):
        response.headers["Cache-Control"] = "no-store"


def refuse_odd_methods(get_response: View) -> View:
    """Middleware: refuses what no address knows, before anything reads the request.

    Nothing of it is sent back: TRACE would show a script what the browser hides from it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        allowed = _methods_of(request)
        if request.method in allowed:
            return get_response(request)
        text = _("This address has no such method.")
        problem = Problem(405, "method_not_allowed", text)
        problem.headers["Allow"] = ", ".join(allowed)
        return answer(request, problem)

    return middleware


def _methods_of(request: HttpRequest) -> tuple[str, ...]:
    if _is_static(request):
        return FILE_METHODS
    return API_METHODS if request.path_info.startswith("/api/v") else PAGE_METHODS


def _is_static(request: HttpRequest) -> bool:
    return request.path_info.startswith(settings.STATIC_URL)
