"""Error pages for people: one sentence and a way on."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

HEADINGS = {
    400: lambda: _("This address cannot be read"),
    403: lambda: _("You may not do that"),
    404: lambda: _("Page not found"),
    405: lambda: _("That is not possible"),
    409: lambda: _("That is not possible"),
    411: lambda: _("Something is not valid"),
    413: lambda: _("That is too large"),
    415: lambda: _("Something is not valid"),
    422: lambda: _("Something is not valid"),
    429: lambda: _("Too many tries"),
    500: lambda: _("Sorry, something went wrong"),
    503: lambda: _("Not available at the moment"),
}


def page(request: HttpRequest, status: int, text: str, headers: dict[str, str]) -> HttpResponse:
    """Show one sentence and a way on."""
    content = {
        "heading": HEADINGS.get(status, HEADINGS[500])(),
        "text": text,
        "status": status,
        "back": _same_site(request),
        "request_id": getattr(request, "id", ""),
    }
    # Navigation and messages need session and database, which may be what failed.
    body = render_to_string("errors/page.html", content, request if status < 500 else None)
    return HttpResponse(body, status=status, headers={"Cache-Control": "no-store", **headers})


def _same_site(request: HttpRequest) -> str:
    """The page the person came from, if it was one of ours."""
    referer = request.META.get("HTTP_REFERER", "")
    host = f"{request.scheme}://{request.META.get('HTTP_HOST', '')}/"
    return "/" + referer.removeprefix(host).lstrip("/\\") if referer.startswith(host) else ""
