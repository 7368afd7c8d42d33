"""The sessions of the person before the page: which there are, and ending them."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from pages.account.visitors import session_uuid, visitor_of
from registry import operations
from registry.models import User

ALL = "others"  # what is posted to end every other session


@never_cache
@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in; POST ends one session, or all but this one."""
    user = cast(User, request.user)
    here = session_uuid(request)
    if request.method == "POST":
        _end(request, user, request.POST.get("session", ""))
        messages.success(request, _("Ended."))
        return redirect("account_sessions")
    content = {"sessions": operations.live_sessions_of(user), "here": here}
    return render(request, "account/sessions.html", content)


def _end(request: HttpRequest, user: User, which: str) -> None:
    visitor = visitor_of(request)
    if which == ALL:
        operations.end_other_sessions(user, visitor, but=session_uuid(request))
        return
    live = operations.live_sessions_of(user)
    operations.end_session(get_object_or_404(live, uuid=_uuid(which)), visitor, by=user)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
