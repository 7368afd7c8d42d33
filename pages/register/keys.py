"""Keys of programs: which there are, when each was used, and how one is ended."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from pages.guards import manager_required
from registry import clock, operations
from registry.access import keys_for
from registry.actors import Actor
from registry.http import actor_of
from registry.models import ApiKey, Organization

SHOWN_MAX = 100


@manager_required
def keys(request: HttpRequest) -> HttpResponse:
    """The keys of the reader's own firm, or of the authority."""
    by = actor_of(request)
    content = {"keys": keys_of(by.organization, by), "by": by}
    return render(request, "register/keys.html", content)


def keys_of(organization: Organization | None, by: Actor) -> list[ApiKey]:
    """A firm's keys, or the authority's: those in use first, then the newest."""
    at = clock.now()
    found = list(keys_for(by).filter(organization=organization).order_by("-pk")[:SHOWN_MAX])
    for key in found:
        key.is_over = key.has_ended(at)  # type: ignore[attr-defined]
        key.is_late = key.expires_soon(at)  # type: ignore[attr-defined]
    return sorted(found, key=lambda key: key.is_over)  # type: ignore[attr-defined]


@manager_required
def end(request: HttpRequest, prefix: str) -> HttpResponse:
    """End a key at once."""
    by = actor_of(request)
    key = get_object_or_404(keys_for(by), prefix=prefix)
    firm = key.organization if by.is_authority else None
    back = reverse("register:firm", args=[firm.uuid]) if firm else reverse("register:keys")
    if request.method == "POST":
        operations.revoke_api_key(key, by=by)
        messages.success(request, _("The key opens nothing more."))
        return redirect(back)
    return render(request, "register/key_end.html", {"key": key, "back": back})
