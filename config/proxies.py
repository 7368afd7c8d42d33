"""Whose address a request came from, where proxies stand before the portal.

Behind a proxy every connection comes from it: limits by address would be everybody's. Only what
a trusted proxy says of a visitor is believed, or anybody could pass for anybody.
"""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Network = IPv4Network | IPv6Network
View = Callable[[HttpRequest], HttpResponse]
SAID_BY_PROXIES = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO")


def name_visitor(get_response: View) -> View:
    """Middleware: makes REMOTE_ADDR the visitor's, as told by TRUSTED_PROXIES.

    Where these are set, what anybody else says in a proxy's name is dropped.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.TRUSTED_PROXIES:
            _name(request)
        return get_response(request)

    return middleware


def _name(request: HttpRequest) -> None:
    peer = request.META.get("REMOTE_ADDR", "")
    if not _is_trusted(peer):
        for name in SAID_BY_PROXIES:
            request.META.pop(name, None)
        return
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    request.META["REMOTE_ADDR"] = _visitor(peer, told)


def _visitor(peer: str, told: list[str]) -> str:
    """The last one told that is no trusted proxy: whatever stands before it may be invented."""
    visitor = peer
    for text in reversed(told):
        address = _address(text)
        if address is None:
            return visitor
        visitor = str(address)
        if not _is_trusted(visitor):
            return visitor
    return visitor


def _is_trusted(text: str) -> bool:
    if not text:
        return True  # a socket in the file system, which only this machine reaches
    address = _address(text)
    return address is not None and any(address in net for net in settings.TRUSTED_PROXIES)


def _address(text: str) -> object | None:
    """Read an address, with or without a port; None for what is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
