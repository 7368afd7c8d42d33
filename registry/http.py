"""A request as the portal's middleware leaves it."""

from typing import cast

from django.http import HttpRequest

from registry.actors import Actor
from registry.models import Membership


class PortalRequest(HttpRequest):
    """Adds its number in the logs, the actor (None: not signed in), and all their memberships."""

    id: str
    actor: Actor | None
    memberships: list[Membership]
    answer_headers: dict[str, str]  # of a program's request: what its key has left


def portal_request(request: HttpRequest) -> PortalRequest:
    """Return the same request, for the type checker only."""
    return cast(PortalRequest, request)


def actor_of(request: HttpRequest) -> Actor:
    """Return the actor, whom the guards of the pages have required."""
    by = portal_request(request).actor
    assert by is not None
    return by
