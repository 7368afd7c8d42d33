"""Links of letters: one that is not valid counts at the address that opened it.

A valid one always opens, whatever others at the same address have tried.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.views import PasswordResetFromKeyView
from django.http import HttpRequest, HttpResponse

from pages.account.attempts import wait_sentence
from pages.account.visitors import visitor_of
from precursors.errors import Refused
from registry import access_log, sign_in_guard
from registry.models.signing_in import AccessKind, AlarmKind


@contextmanager
def guarded_link(request: HttpRequest) -> Iterator[None]:
    """Count what is refused in the block. Raises Refused("must_wait") where they are too many."""
    try:
        yield
    except Refused:
        _count_unknown(request)
        raise


def _count_unknown(request: HttpRequest) -> None:
    visitor = visitor_of(request)
    counters = sign_in_guard.address_counter("link", request.META.get("REMOTE_ADDR", ""))
    charged = sign_in_guard.charge(counters)
    if charged.wait_s:
        sentence = wait_sentence(charged.wait_s)
        raise Refused("must_wait", sentence, retry_after=charged.wait_s)
    access_log.note_access(AccessKind.LINK_UNKNOWN, visitor)
    if charged.begun:
        access_log.raise_alarm(AlarmKind.MANY_FROM_ADDRESS, visitor)


class ResetPassword(PasswordResetFromKeyView):
    """Where the link of a letter leads."""

    reset_user: Any = ...  # None: the link is not valid

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        if self.reset_user is None:
            _count_unknown(request)
        return response


reset_password = ResetPassword.as_view()
