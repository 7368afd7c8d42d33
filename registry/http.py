"""A request as the portal's middleware leaves it."""

from typing import cast

from django.http import HttpRequest

from registry.actors import Actor
from registry.models import Membership


class PortalRequest(HttpRequest):
    """Its number in the logs, who acts (None: a stranger), and for whom else they might act."""

    id: str
    actor: Actor | None
    memberships: list[Membership]


def portal_request(request: HttpRequest) -> PortalRequest:
    """The same request; no other class is made of it."""
    return cast(PortalRequest, request)


def actor_of(request: HttpRequest) -> Actor:
    """Who acts. Behind the guards of the pages, always somebody."""
    by = portal_request(request).actor
    assert by is not None
    return by
