"""The ribbon's buttons: be somebody, and let a week pass."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from authorizations import bell
from demo import people
from pages.middleware import MEMBERSHIP
from registry import clock

DAYS = {"1": 1, "7": 7, "30": 30}


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Be the demo's buyer, vendor, officer, second officer or inspector."""
    role = request.POST.get("role", "")
    membership = people.find(role) if settings.DEMO_MODE and role in people.PARTS else None
    if membership is None:
        raise Http404
    login(request, membership.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[MEMBERSHIP] = membership.pk
    request.session["demo_role"] = role
    return redirect("home")


@require_POST
def advance(request: HttpRequest) -> HttpResponse:
    """Let some days pass for everybody; the worker then does what has fallen due."""
    days = DAYS.get(request.POST.get("days", "7"))
    if not settings.DEMO_MODE or days is None:
        raise Http404
    clock.advance(timedelta(days=days))
    bell.ring()
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if safe else "/"
