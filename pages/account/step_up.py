"""Asks for a fresh proof before an act that a session left open must not be enough for."""

import secrets
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from pages.account.assurance import is_fresh

# What is sent to these pages ends a doubt, lets somebody in, or puts them out.
ACTS = {
    "register:proposal",
    "register:permit",
    "register:product_version",
    "register:amendment",
    "register:resume_issuing",
    "register:invite",
    "register:firm_invite",
    "register:member_end",
    "register:member_recover",
    "register:key_end",
    "officer:case",
    "officer:decide",
    "officer:release",
    "officer:agree",
    "officer:confirm_claim",
}
# The button of such a page that does nothing of the kind.
HARMLESS = {"officer:case": "assign"}
TYPED = "typed"  # where the session keeps what was typed; the address to come back to names it
KEPT_S = 15 * 60
# A button is pressed again, by somebody who is known: nothing is done by coming back.
NOT_KEPT = ("csrfmiddlewaretoken", "decision", "assign")
SAFE = ("GET", "HEAD", "OPTIONS")

Page = Callable[..., HttpResponse]


class StepUp:
    """Middleware: before such an act the person proves anew that it is them.

    Then they find the page as it was, with what they had typed.
    """

    def __init__(self, get_response: Page) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Page, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        name = match.view_name if match else ""
        if name not in ACTS or not request.user.is_authenticated:
            return None
        if request.method in SAFE:
            _put_back(request)
            return None
        if HARMLESS.get(name) in request.POST or is_fresh(request):
            return None
        return _ask(_keep(request))


def fresh_proof_to_open(view: Page) -> Page:
    """Even to look at it takes a fresh proof: what changes a factor, or shows its secret."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not is_fresh(request):
            return _ask(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded


def _ask(back: str) -> HttpResponse:
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")


def _keep(request: HttpRequest) -> str:
    """Keep what was typed in the session; return the address under which it is put back."""
    typed = request.POST.copy()
    for name in NOT_KEPT:
        typed.pop(name, None)
    token = secrets.token_urlsafe(12)
    request.session[TYPED] = {
        "token": token,
        "path": request.path,
        "fields": typed.urlencode(),
        "at": time.time(),
    }
    query = request.GET.copy()
    query[TYPED] = token
    return f"{request.path}?{query.urlencode()}"


def _put_back(request: HttpRequest) -> None:
    """Fill the form with what was typed into it, as if it had been refused."""
    kept = request.session.get(TYPED)
    if not kept or (kept["token"], kept["path"]) != (request.GET.get(TYPED), request.path):
        return
    if not is_fresh(request):
        return
    del request.session[TYPED]
    if time.time() - kept["at"] < KEPT_S:
        request.POST = QueryDict(kept["fields"])
        messages.info(request, _("It is you. What you entered is put back: send it again."))
