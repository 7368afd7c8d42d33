"""Free ports on this machine, all below 32768: the system assigns those above itself."""

import errno
import socket
from collections.abc import Iterable

from launcher.errors import CannotStart

WEB = range(8000, 8200)
POSTGRES = range(15432, 15632)
VALKEY = range(16379, 16579)
LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


def is_free(port: int) -> bool:
    """Return whether the port is free on both loopbacks: browsers try both for "localhost"."""
    return all(_can_bind(family, host, port) for family, host in LOOPBACK)


def _can_bind(family: socket.AddressFamily, host: str, port: int) -> bool:
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EACCES:
            raise CannotStart(
                f"Port {port} is not open to this account: use one above 1023."
            ) from None
        return error.errno != errno.EADDRINUSE  # without IPv6 its loopback cannot be taken
    return True


def first_free(candidates: Iterable[int]) -> int:
    """Return the first free port. Raises CannotStart."""
    candidates = list(candidates)
    for port in candidates:
        if is_free(port):
            return port
    raise CannotStart(f"No free port between {candidates[0]} and {candidates[-1]}.")


def web_port(wanted: int | None) -> int:
    """Return the wanted port, or the first free one for None. Raises CannotStart."""
    if wanted is None:
        return first_free(WEB)
    if not is_free(wanted):
        raise CannotStart(
            f"Port {wanted} is taken by another program: stop it, or set PORT to another one."
        )
    return wanted
