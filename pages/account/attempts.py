"""An attempt to prove who one is, as the guard of sign-ins sees it: charged first, then looked at.

The same for a name that is no account as for one that is: the same counters, answers and time.
"""

from collections.abc import Callable

from allauth.account.internal.userkit import filter_users_by_email
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pages.account.devices import known_device
from pages.account.visitors import visitor_of
from registry import access_log, sign_in_guard
from registry.models import User
from registry.models.signing_in import AccessKind, AlarmKind

CODES_TOLD = 3  # wrong codes after the right password, until the person hears of it
WAIT = "wait"  # the code of the error

View = Callable[[HttpRequest], HttpResponse]


class Attempt:
    """One try at a password ("password") or at a second step ("code")."""

    def __init__(self, request: HttpRequest, purpose: str, *, user: User | None, name: str = ""):
        self.request, self.purpose, self.user = request, purpose, user
        user_id = user.pk if user else None
        self.counters = sign_in_guard.counters_of(
            purpose,
            sign_in_guard.account_key(user_id, name),
            request.META.get("REMOTE_ADDR", ""),
            known_device(request, user_id),
        )
        self.charged = sign_in_guard.Charge()

    def begin(self) -> None:
        """Charge it. Raises ValidationError where it must wait: then nothing is looked at."""
        self.charged = sign_in_guard.charge(self.counters)
        if self.charged.wait_s:
            raise must_wait(self.request, self.charged.wait_s)

    def succeed(self) -> None:
        sign_in_guard.give_back(self.counters)

    def fail(self) -> None:
        """Record it, and raise the alarm where it begins a wait."""
        kind = AccessKind.FAILED if self.purpose == "password" else AccessKind.CODE_FAILED
        visitor = visitor_of(self.request)
        access_log.note_access(kind, visitor, user=self.user)
        if self.charged.begun:
            subject = _in_seconds(self.charged.longest_s)
            access_log.note_access(AccessKind.SLOWED, visitor, user=self.user, subject=subject)
        self._alarm()

    def _alarm(self) -> None:
        visitor, begun = visitor_of(self.request), self.charged.begun
        if f"{self.purpose}.address" in begun:
            access_log.raise_alarm(AlarmKind.MANY_FROM_ADDRESS, visitor)
        if self.user is None:
            return
        if self.purpose == "code":
            if begun or self.charged.close_failures >= CODES_TOLD:
                access_log.raise_alarm(AlarmKind.CODES_GUESSED, visitor, user=self.user)
        elif {*begun} - {"password.address"}:
            access_log.raise_alarm(AlarmKind.MANY_FAILURES, visitor, user=self.user)


def _in_seconds(seconds: int) -> str:
    return f"{seconds} s"


def person_named(email: str) -> User | None:
    """The person with this address, however it is spelled."""
    found: list[User] = filter_users_by_email(email, prefer_verified=True, for_login=True)
    return found[0] if found else None


def must_wait(request: HttpRequest, seconds: int) -> ValidationError:
    """The error that says how long; the page that shows it answers 429."""
    request.sign_in_wait_s = seconds  # type: ignore[attr-defined]  # for the middleware
    return ValidationError(wait_sentence(seconds), code=WAIT)


def wait_sentence(seconds: int) -> str:
    """How long to wait, and what else there is."""
    if seconds <= 90:
        wait = ngettext(
            "Too many tries failed. Wait %(count)s second, then try again.",
            "Too many tries failed. Wait %(count)s seconds, then try again.",
            seconds,
        ) % {"count": seconds}
    else:
        minutes = -(-seconds // 60)
        wait = ngettext(
            "Too many tries failed. Wait %(count)s minute, then try again.",
            "Too many tries failed. Wait %(count)s minutes, then try again.",
            minutes,
        ) % {"count": minutes}
    return f"{wait} {_('A device in which you have signed in before need not wait for others.')}"


def answer_waits(get_response: View) -> View:
    """Middleware: the page on which a form tells somebody to wait answers 429, with the time."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        seconds = getattr(request, "sign_in_wait_s", 0)
        if seconds and response.status_code == 200:
            response.status_code = 429
            response["Retry-After"] = str(seconds)
        return response

    return middleware
