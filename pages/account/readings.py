"""Notes who read what matters, once the page is shown: codes, cases, papers, other people's data.

Which pages those are stands here, in one list; tests/security/test_access_record.py holds every
page of the portal to it or to a list of those that show nothing of the kind.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from pages.account.visitors import visitor_of
from registry.access_log import note_access
from registry.http import portal_request
from registry.models import User
from registry.models.signing_in import AccessKind

READ = {
    "officer:case": AccessKind.CASE_READ,
    "officer:authorization": AccessKind.PURCHASE_READ,
    "officer:decide": AccessKind.PURCHASE_READ,
    "officer:access": AccessKind.LOG_READ,
    "register:firm": AccessKind.FIRM_READ,
    "register:place": AccessKind.FIRM_READ,
    "register:people": AccessKind.PEOPLE_READ,
    "register:places": AccessKind.FIRM_READ,
    "buyer:purchases_csv": AccessKind.EXPORTED,
    "buyer:confirmation": AccessKind.CODE_READ,
    "seller:code": AccessKind.CODE_READ,
}

View = Callable[[HttpRequest], HttpResponse]


def note_readings(get_response: View) -> View:
    """Middleware: adds an entry for each page of READ that was shown to somebody."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "GET" and response.status_code == 200:
            _note(request)
        return response

    return middleware


def _note(request: HttpRequest) -> None:
    match = request.resolver_match
    if match is None or not isinstance(request.user, User):
        return
    kind = READ.get(match.view_name)
    if kind is None and match.app_name == "admin" and match.kwargs:
        kind = AccessKind.ADMIN_READ
    if kind is None:
        return
    actor = portal_request(request).actor
    subject = " ".join([match.view_name, *map(str, match.kwargs.values())])
    note_access(
        kind,
        visitor_of(request),
        user=request.user,
        jurisdiction_id=actor.jurisdiction.pk if actor else None,
        subject=subject,
    )
