"""Finds out for whom the signed-in person acts."""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation

from database.row_security import set_firm, set_nobody
from pages.account.assurance import factors_of
from pages.account.gate import shut_out_to
from pages.account.sessions import keep_session, session_lives
from registry.actors import Actor
from registry.http import PortalRequest, portal_request
from registry.models import Membership, User

MEMBERSHIP = "membership"  # where the session keeps the id of the current one
WITHOUT_SESSION = ("/api/v1/", "/static/", "/healthz", "/readyz", "/metrics")

View = Callable[[HttpRequest], HttpResponse]


def set_actor(get_response: View) -> View:
    """Set `request.actor` (None for strangers) and `request.memberships`; speak the language.

    Who has not proved what they must is sent to do so, or to set it up, before anything else.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        set_nobody()
        seen = portal_request(request)
        seen.actor, seen.memberships = None, []
        if request.path.startswith(WITHOUT_SESSION) or not request.user.is_authenticated:
            return get_response(request)
        seen.memberships = memberships_in(request, request.user)
        if not keep_session(request, seen.memberships):
            seen.memberships = []
            return get_response(request)
        current = _current(seen)
        if instead := shut_out_to(request):
            return redirect(instead)
        if current is None:
            _show_to_operator(request)
            return get_response(request)
        set_firm(current.organization_id)
        seen.actor = Actor.person(current)
        _speak(request, current.user.language)
        with timezone.override(current.jurisdiction.zone):
            return get_response(request)

    return middleware


def memberships_in(request: HttpRequest, user: User) -> list[Membership]:
    """Everything the person may act for, the oldest first: one query.

    The same query tells whether the session was ended.
    """
    return list(
        Membership.objects.filter(user=user, ended_at=None, user__is_active=True)
        .select_related("jurisdiction", "organization", "user")
        .annotate(has_factor=Exists(factors_of(OuterRef("user"))))
        .annotate(session_lives=session_lives(request, user))
        .order_by("pk")
    )


def _show_to_operator(request: HttpRequest) -> None:
    """Operators look into the admin and act for nobody; all others see nothing."""
    if cast(User, request.user).is_superuser:
        set_firm(None)


def _current(request: PortalRequest) -> Membership | None:
    chosen = request.session.get(MEMBERSHIP)
    first = next(iter(request.memberships), None)
    return next((m for m in request.memberships if m.pk == chosen), first)


def _speak(request: HttpRequest, language: str) -> None:
    """Use the person's language, unless this browser was switched to another."""
    if language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()
