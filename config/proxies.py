"""Whose address a request came from, where proxies stand before the portal.

Behind a proxy every connection comes from it: limits by address would be everybody's. Only what
a trusted proxy says of a visitor is believed, or anybody could pass for anybody.
"""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

Network = IPv4Network | IPv6Network
View = Callable[[HttpRequest], HttpResponse]
PROBES = ("/healthz", "/readyz", "/metrics")
DOES_NOT_FIT = "TRUSTED_PROXY_COUNT does not fit the proxies that this request came through."
log = structlog.get_logger("portal.proxies")
SAID_BY_PROXIES = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO")


def name_visitor(get_response: View) -> View:
    """Middleware: makes REMOTE_ADDR the visitor's, as told by TRUSTED_PROXIES.

    Where these are set, what anybody else says in a proxy's name is dropped.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.TRUSTED_PROXY_COUNT and not _count_fits(request):
            return _refused(request)
        if settings.TRUSTED_PROXIES:
            _name(request)
        elif settings.TRUSTED_PROXY_COUNT:
            request.META["REMOTE_ADDR"] = _counted(request)
        return get_response(request)

    return middleware


def _count_fits(request: HttpRequest) -> bool:
    """Whether as many proxies as TRUSTED_PROXY_COUNT says have told for whom they speak.

    Fewer, and the address would be one that a visitor may invent; so a request that came around
    them is refused, except from where no proxy stands: probes, and what TRUSTED_PROXIES drops.
    """
    if request.path_info in PROBES:
        return True
    if settings.TRUSTED_PROXIES and not _is_trusted(request.META.get("REMOTE_ADDR", "")):
        return True  # believed in nothing: it counts under its own address
    told = _told(request)
    nearer = told[len(told) - settings.TRUSTED_PROXY_COUNT + 1 :]
    return len(told) >= settings.TRUSTED_PROXY_COUNT and (
        not settings.TRUSTED_PROXIES or all(map(_is_trusted, nearer))
    )


def _counted(request: HttpRequest) -> str:
    """Where proxies have no fixed addresses: whom the outermost of them saw."""
    told = _told(request)
    if len(told) < settings.TRUSTED_PROXY_COUNT:
        return str(request.META.get("REMOTE_ADDR", ""))  # a probe
    return str(_address(told[-settings.TRUSTED_PROXY_COUNT]) or "")


def _told(request: HttpRequest) -> list[str]:
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    return [text.strip() for text in told if _address(text)]


def _refused(request: HttpRequest) -> HttpResponse:
    log.error("proxies_do_not_fit", told=len(_told(request)), wanted=settings.TRUSTED_PROXY_COUNT)
    return HttpResponse(DOES_NOT_FIT, "text/plain; charset=utf-8", 400)


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
