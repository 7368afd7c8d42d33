"""Finds out for whom the signed-in person acts."""

from collections.abc import Callable

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, Window
from django.db.models.functions import FirstValue
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation

from database.row_security import keep_firm, set_firm, setting_firm
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
        seen = portal_request(request)
        seen.actor, seen.memberships = None, []
        if request.path.startswith(WITHOUT_SESSION) or not request.user.is_authenticated:
            return get_response(request)
        seen.memberships = memberships_in(request, request.user)
        if not keep_session(request, seen.memberships):
            seen.memberships = []
            set_firm(None)
            return get_response(request)
        current = _current(seen)
        if instead := shut_out_to(request):
            return redirect(instead)
        if current is None:
            set_firm(None)
            return get_response(request)
        keep_firm(current.organization_id)
        seen.actor = Actor.person(current)
        _speak(request, current.user.language)
        with timezone.override(current.jurisdiction.zone):
            return get_response(request)

    return middleware


def memberships_in(request: HttpRequest, user: User) -> list[Membership]:
    """Everything the person may act for, the oldest first: one query.

    The same query sets the firm whose rows the database shows: that of `_current`; and tells
    whether the session was ended.
    """
    chosen = request.session.get(MEMBERSHIP)
    current = Window(FirstValue("organization_id"), order_by=["-is_chosen", "pk"])
    return list(
        Membership.objects.filter(user=user, ended_at=None, user__is_active=True)
        .select_related("jurisdiction", "organization", "user")
        .annotate(has_factor=Exists(factors_of(OuterRef("user"))), is_chosen=Q(pk=chosen or 0))
        .annotate(firm=setting_firm(current), session_lives=session_lives(request, user))
        .order_by("pk")
    )


def _current(request: PortalRequest) -> Membership | None:
    chosen = request.session.get(MEMBERSHIP)
    first = next(iter(request.memberships), None)
    return next((m for m in request.memberships if m.pk == chosen), first)


def _speak(request: HttpRequest, language: str) -> None:
    """Use the person's language, unless this browser was switched to another."""
    if language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()
