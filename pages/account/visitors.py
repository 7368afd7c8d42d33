"""From where a request comes: its address as `config.proxies` left it, and its browser."""

from uuid import UUID

from django.http import HttpRequest

from registry.access_log import Visitor

PERSON_SESSION = "person_session"  # where the session keeps the uuid of its PersonSession


def visitor_of(request: HttpRequest) -> Visitor:
    """The address, the browser, and the session in which this is asked."""
    address = request.META.get("REMOTE_ADDR", "")
    return Visitor.at(address, request.META.get("HTTP_USER_AGENT", ""), session_uuid(request))


def session_uuid(request: HttpRequest) -> UUID | None:
    """The uuid of the person's session, or None where nobody is signed in."""
    session = getattr(request, "session", None)
    text = session.get(PERSON_SESSION) if session is not None else None
    return UUID(text) if text else None
