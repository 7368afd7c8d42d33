"""A browser in which somebody has signed in is known again by a signed cookie.

Known to the portal, it passes the waits that others have caused: `registry.sign_in_guard`. It
opens nothing, and each sign-in gives it a new value, so a copy of the old one is worth nothing.
"""

import hashlib
import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from registry.models import KnownDevice, User

SALT = "portal.device"
KEPT_S = 400 * 24 * 60 * 60  # the most that browsers keep
EACH_AT_MOST = 20  # devices of one person; the one used longest ago is forgotten

View = Callable[[HttpRequest], HttpResponse]


def keep_device(get_response: View) -> View:
    """Middleware: sends the cookie of a device that a sign-in has made known."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        token = getattr(request, "device_token", None)
        if token:
            response.set_signed_cookie(
                settings.DEVICE_COOKIE_NAME,
                token,
                salt=SALT,
                max_age=KEPT_S,
                secure=settings.SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    return middleware


def known_device(request: HttpRequest, user_id: int | None) -> str | None:
    """The hash of this browser's cookie, where the person has signed in with it before."""
    found = _hash_of(request)
    if found is None:
        return None
    rows = KnownDevice.objects.filter(token_hash=found, user_id=user_id or 0)
    return found if rows.exists() else None


def remember_device(request: HttpRequest, user: User) -> None:
    """Know this browser again, as the person's and as that of others who use it."""
    token, before, now = secrets.token_urlsafe(32), _hash_of(request), timezone.now()
    devices = KnownDevice.objects.filter(user=user)
    if before:
        KnownDevice.objects.filter(token_hash=before).update(token_hash=_hashed(token))
    if not devices.filter(token_hash=_hashed(token)).update(last_at=now):
        devices.create(user=user, token_hash=_hashed(token), first_at=now, last_at=now)
        _forget_beyond(user)
    request.device_token = token  # type: ignore[attr-defined]  # for the middleware


def _forget_beyond(user: User) -> None:
    rows = KnownDevice.objects.filter(user=user)
    kept = rows.order_by("-last_at").values("pk")[:EACH_AT_MOST]
    rows.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()


def _hash_of(request: HttpRequest) -> str | None:
    try:
        token = request.get_signed_cookie(settings.DEVICE_COOKIE_NAME, salt=SALT, max_age=KEPT_S)
    except (KeyError, BadSignature):
        return None
    return _hashed(token) if token else None


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
