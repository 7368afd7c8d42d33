"""Network addresses, and how much of one tells where somebody is."""

from ipaddress import IPv6Address, ip_address, ip_network

OWN_BITS = {4: 32, 6: 64}  # what one visitor has: a subscriber of IPv6 gets a whole /64
NETWORK_BITS = {4: 24, 6: 48}  # what stays the same from day to day at one place


def clean_address(text: str) -> str | None:
    """Return the address in one spelling, or None for what is none (a socket of this machine)."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return str((isinstance(address, IPv6Address) and address.ipv4_mapped) or address)


def own_network(text: str) -> str:
    """The addresses that are certainly the same visitor's."""
    return _network(text, OWN_BITS)


def place_of(text: str) -> str:
    """The network around an address: who changes it has moved."""
    return _network(text, NETWORK_BITS)


def _network(text: str, bits: dict[int, int]) -> str:
    address = clean_address(text)
    if address is None:
        return ""
    return str(ip_network(f"{address}/{bits[ip_address(address).version]}", strict=False))
