"""Slows whoever guesses passwords, codes of a second step, or asks for letters again and again.

An attempt is charged to its counters before it is looked at, so that a hundred at once are not
all admitted, and gets back what it was charged if it succeeds. Beyond what is free each failure
doubles the wait; half the failures are forgotten in each half-life. There are waits, and no
locks, because a stranger could put a lock on anybody:

- from a device in which the person has signed in before only that device's own failures count;
- from elsewhere those of this address at this account, of this address, and, with a shorter
  longest wait, of the account as a whole, which one address alone never brings to wait.

Rows are few: an account is counted by its id; names that are no account, addresses, and pairs of
both share a fixed number of counters, chosen by a keyed hash that nobody outside can aim at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.crypto import salted_hmac

from registry.addresses import own_network

HOUR = 60 * 60
HASH_DIGITS = 5  # hexadecimal: a million counters of a kind at most


@dataclass(frozen=True)
class Limit:
    """How many failures are free, and how long the next ones wait (in seconds)."""

    free: int
    first_s: int
    longest_s: int
    half_life_s: int

    def wait_s(self, failures: float) -> int:
        """The wait after so many failures: doubled by each beyond the free ones."""
        beyond = round(failures) - self.free
        if beyond <= 0:
            return 0
        return int(min(self.longest_s, self.first_s * 2 ** min(beyond - 1, 20)))


LONGEST_S = 60 * settings.SIGN_IN_WAIT_MINUTES
FREE = settings.SIGN_IN_FREE_FAILURES
CLOSE = Limit(FREE, 15, LONGEST_S, 6 * HOUR)
WIDE = Limit(5 * FREE, 15, min(300, LONGEST_S), HOUR)
CROWD = Limit(8 * FREE, 5, min(300, LONGEST_S), HOUR)  # an office behind one address
LIMITS = {
    "password.device": CLOSE,
    "password.pair": CLOSE,
    "password.account": WIDE,
    "password.address": CROWD,
    # Whoever is asked for a second step knew the password.
    "code.device": CLOSE,
    "code.pair": CLOSE,
    "code.account": Limit(2 * FREE, 15, LONGEST_S, 6 * HOUR),
    "code.address": CROWD,
    # A letter more does not help: the links of the earlier ones still open.
    "reset.account": Limit(2, 5 * 60, HOUR, 6 * HOUR),
    "reset.address": Limit(10, 30, LONGEST_S, HOUR),
    "link.address": Limit(20, 15, LONGEST_S, HOUR),
}


@dataclass(frozen=True, order=True)
class Counter:
    kind: str
    key: str

    @property
    def limit(self) -> Limit:
        return LIMITS[self.kind]


@dataclass(frozen=True)
class Charge:
    """What became of an attempt: how long it must wait, or what its counters stand at."""

    wait_s: int = 0
    begun: tuple[str, ...] = ()  # kinds of counters that begin to wait if the attempt fails
    longest_s: int = 0  # of the waits that begin
    close_failures: float = 0  # of the account here: at this device, or from this address


def account_key(user_id: int | None, name: str) -> str:
    """How an account is named in its counters: by its id, or a name that is no account's."""
    return str(user_id) if user_id else "~" + _hashed(name.strip().lower(), digits=4)


def counters_of(
    purpose: str, account: str, address: str, device: str | None = None
) -> list[Counter]:
    """The counters of an attempt. `device`: a known one, whose own failures alone count."""
    if device:
        return [Counter(f"{purpose}.device", f"{account} {device[:32]}")]
    network = own_network(address)
    kinds = {
        f"{purpose}.pair": _hashed(f"{account} {network}"),
        f"{purpose}.account": account,
        f"{purpose}.address": _hashed(network),
    }
    return sorted(Counter(kind, key) for kind, key in kinds.items() if kind in LIMITS)


def address_counter(purpose: str, address: str) -> list[Counter]:
    """The counter of an address alone."""
    return [Counter(f"{purpose}.address", _hashed(own_network(address)))]


def _hashed(text: str, digits: int = HASH_DIGITS) -> str:
    return salted_hmac("portal.sign_in_guard", text, algorithm="sha256").hexdigest()[:digits]


WAITING = """
SELECT ceil(extract(epoch FROM max(waits_until) - clock_timestamp()))::int
FROM registry_signincounter JOIN unnest(%s::text[], %s::text[]) AS asked(kind, key)
    USING (kind, key)
WHERE waits_until > clock_timestamp()
"""
# In one order, so that attempts which share counters cannot deadlock.
BEGIN = """
INSERT INTO registry_signincounter (kind, key, failures, counted_at)
SELECT kind, key, 0, clock_timestamp() FROM unnest(%s::text[], %s::text[]) AS asked(kind, key)
ORDER BY kind, key
ON CONFLICT (kind, key) DO NOTHING
"""
LOCK = """
SELECT counter.id, counter.kind, failures * power(0.5::double precision,
        least(1000, extract(epoch FROM clock_timestamp() - counted_at)::double precision
            / asked.half_life)),
    clock_timestamp()
FROM registry_signincounter counter
JOIN unnest(%s::text[], %s::text[], %s::int[]) AS asked(kind, key, half_life) USING (kind, key)
ORDER BY counter.kind, counter.key FOR UPDATE OF counter
"""
CHARGE = """
UPDATE registry_signincounter SET failures = %s, counted_at = %s, waits_until = %s WHERE id = %s
"""
# An account or address that was guessed at keeps what others failed; the pair begins anew.
GIVE_BACK = """
UPDATE registry_signincounter counter
SET failures = CASE WHEN asked.kind LIKE '%%.pair' OR asked.kind LIKE '%%.device' THEN 0
        ELSE greatest(0, failures - 1) END,
    waits_until = NULL
FROM unnest(%s::text[], %s::text[]) AS asked(kind, key)
WHERE (counter.kind, counter.key) = (asked.kind, asked.key)
"""


def charge(counters: Sequence[Counter]) -> Charge:
    """Charge an attempt to its counters, unless one of them waits: then nothing is charged.

    Committed by itself, before the attempt is looked at.
    """
    if wait_s := _wait_of(counters):
        return Charge(wait_s=wait_s)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BEGIN, _columns(counters))
        cursor.execute(LOCK, [*_columns(counters), [c.limit.half_life_s for c in counters]])
        rows = cursor.fetchall()
        if wait_s := _wait_of(counters):  # another attempt was first
            return Charge(wait_s=wait_s)
        waits = [_charge_one(cursor, row) for row in rows]
    begun = {kind: wait for kind, _failures, wait in waits if wait}
    close = [failures for kind, failures, _wait in waits if _is_close(kind)]
    return Charge(0, tuple(begun), max(begun.values(), default=0), max(close, default=0))


def _charge_one(
    cursor: CursorWrapper, row: tuple[int, str, float, datetime]
) -> tuple[str, float, int]:
    pk, kind, before, now = row
    failures = before + 1
    wait_s = LIMITS[kind].wait_s(failures)
    until = now + timedelta(seconds=wait_s) if wait_s else None
    cursor.execute(CHARGE, [failures, now, until, pk])
    return kind, failures, wait_s


def give_back(counters: Sequence[Counter]) -> None:
    """Take back the charge of an attempt that succeeded."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, _columns(counters))


def _wait_of(counters: Sequence[Counter]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(WAITING, _columns(counters))
        (seconds,) = cursor.fetchone()
    return seconds or 0


def _columns(counters: Sequence[Counter]) -> list[list[str]]:
    return [[c.kind for c in counters], [c.key for c in counters]]


def _is_close(kind: str) -> bool:
    return kind.endswith((".pair", ".device"))
