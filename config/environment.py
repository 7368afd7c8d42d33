"""Reads settings from the environment; a missing or malformed one is named in one sentence."""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
REQUIRED: Any = object()
CONNECT_WITHIN_S = 5
PRINTING = tuple(
    f"django.core.mail.backends.{kind}.EmailBackend"
    for kind in ("console", "dummy", "filebased", "locmem")
)


def with_options(database: dict[str, Any], per_connection: dict[str, Any]) -> dict[str, Any]:
    """Return what libpq is told when it connects: what the address says, and what we need.

    `per_connection` are parameters of the server; those of the address come last, and prevail.
    """
    told = dict(database.get("OPTIONS") or {})
    ours = " ".join(f"-c {name}={value}" for name, value in per_connection.items())
    options = f"{ours} {told.get('options', '')}".strip()
    return {"connect_timeout": CONNECT_WITHIN_S, **told, "options": options}


class Environment:
    """Typed look-ups over django-environ. Each raises ImproperlyConfigured naming the variable."""

    def __init__(self, dotenv: Path) -> None:
        self.env = environ.Env()
        if dotenv.is_file():
            self.env.read_env(str(dotenv))

    def text(self, name: str, default: Any = REQUIRED) -> str:
        value = self.env.str(name, default=None)
        if value:
            return str(value)
        if default is REQUIRED:
            raise ImproperlyConfigured(f"{name} is not set.")
        return str(default)

    def secret(self, name: str) -> str:
        return self._checked(name, REQUIRED, str, lambda v: len(v) >= 32, "at least 32 characters")

    def optional_secret(self, name: str) -> str:
        return self._checked(
            name, "", str, lambda v: not v or len(v) >= 32, "at least 32 characters"
        )

    def secrets(self, name: str) -> list[str]:
        """Read keys separated by commas; none where it is not set."""
        keys = self.words(name, default=[])
        if any(len(key) < 32 for key in keys):
            expected = "keys of at least 32 characters each, with commas between them"
            raise ImproperlyConfigured(f"{name} must be {expected}.")
        return keys

    def flag(self, name: str, *, default: bool) -> bool:
        values = {"1": True, "true": True, "on": True, "yes": True}
        values |= {"0": False, "false": False, "off": False, "no": False}
        text = self._checked(
            name, "1" if default else "0", str.lower, values.__contains__, "on or off"
        )
        return values[text]

    def positive(self, name: str, *, default: int) -> int:
        return self._checked(name, default, int, lambda v: v > 0, "a whole number above zero")

    def at_least(self, name: str, least: int, *, default: int) -> int:
        return self._checked(name, default, int, lambda v: v >= least, f"{least} or more")

    def hours(self, name: str, *, default: str) -> tuple[int, int]:
        """Read the hours of a part of the day, from the first to the one in which it is over."""
        expected = "two hours from 0 to 23 such as 22-6"
        first, last = self._checked(name, default, _read_hours, _are_hours, expected)
        return first, last

    def port(self, name: str, *, default: int) -> int:
        return self._checked(name, default, int, lambda v: 0 < v < 65536, "a port from 1 to 65535")

    def one_of(self, name: str, choices: list[str], *, default: str) -> str:
        return self._checked(name, default, str, choices.__contains__, " or ".join(choices))

    def words(self, name: str, *, default: list[Any]) -> list[str]:
        """Read a list separated by commas."""
        value = self.text(name, default=",".join(dict.fromkeys(default)))
        return [word.strip() for word in value.split(",") if word.strip()]

    def networks(self, name: str) -> list[IPv4Network | IPv6Network]:
        """Read addresses and networks (10.0.0.0/8) separated by commas."""
        try:
            return [ip_network(word) for word in self.words(name, default=[])]
        except ValueError:
            expected = "addresses or networks, such as 127.0.0.1,10.0.0.0/8"
            raise ImproperlyConfigured(f"{name} must be {expected}.") from None

    def http_url(self, name: str, *, default: str) -> str:
        def is_http(value: str) -> bool:
            return urlsplit(value).scheme in {"http", "https"} and bool(urlsplit(value).hostname)

        return self._checked(name, default, str, is_http, "an http:// or https:// address").rstrip(
            "/"
        )

    def other_database(self, name: str) -> dict[str, Any] | None:
        """As `database`, or None where it is not set."""
        return self.database(name) if self.text(name, default="") else None

    def database(self, name: str) -> dict[str, Any]:
        self._checked(name, REQUIRED, str, _is_postgres, "postgres://user:password@host:port/name")
        return dict(self.env.db(name))

    def broker(self, name: str) -> str:
        return self._checked(
            name,
            REQUIRED,
            str,
            lambda v: urlsplit(v).scheme in {"redis", "rediss"},
            "redis://host:port/number",
        )

    def email(self, name: str, *, default: str | None) -> dict[str, Any]:
        """Read how letters are sent; without a default it must be told."""

        def is_known(value: str) -> bool:
            return urlsplit(value).scheme in environ.Env.EMAIL_SCHEMES

        given = REQUIRED if default is None else default
        self._checked(name, given, str, is_known, "smtp+tls://user:password@host:port")
        return dict(self.env.email_url(name, default=default))

    def _checked(
        self,
        name: str,
        default: Any,
        convert: Callable[[str], T],
        valid: Callable[[T], bool],
        expected: str,
    ) -> T:
        text = self.text(name, default)
        try:
            value = convert(text)
            good = valid(value)
        except ValueError:
            good = False
        if not good:
            raise ImproperlyConfigured(f"{name} must be {expected}.")
        return value


def _is_postgres(value: str) -> bool:
    url = urlsplit(value)
    return url.scheme in {"postgres", "postgresql", "pgsql"} and bool(url.path.strip("/"))


def _read_hours(value: str) -> list[int]:
    return [int(part) for part in value.split("-")]


def _are_hours(hours: list[int]) -> bool:
    return len(hours) == 2 and all(0 <= hour < 24 for hour in hours)
