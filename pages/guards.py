"""Who may open a page; strangers are asked to sign in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from registry.actors import Actor
from registry.http import portal_request
from registry.models.people import Role

Page = Callable[..., HttpResponse]


def officer_required(view: Page) -> Page:
    """Let officers in; ask strangers to sign in."""
    return _required(view, lambda by: by.is_authority)


def firm_required(view: Page) -> Page:
    """Let those in who act for a firm; ask strangers to sign in."""
    return _required(view, lambda by: by.organization is not None)


def manager_required(view: Page) -> Page:
    """Let in who may invite: officers, and a firm's managers."""
    return _required(view, lambda by: by.is_authority or by.role == Role.MANAGER)


def _tell_why(request: HttpRequest) -> None:
    """Say so where a session has ended early; to a stranger there is nothing to explain."""
    if request.method != "GET" or settings.SESSION_COOKIE_NAME in request.COOKIES:
        text = _("Your session has ended. Sign in to go on: what you typed is put back.")
        messages.info(request, text)


def _required(view: Page, may: Callable[[Actor], bool]) -> Page:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            _tell_why(request)
            return redirect_to_login(request.get_full_path())
        by = portal_request(request).actor
        if by is None or not may(by):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
