"""How many requests a key may send, in all processes together, without a statement of its own.

A process takes a share of a key's minute at once, with the statement by which it reads the key
anyway, and spends it before it asks for another. So a busy key costs a write in dozens of
requests; it may be refused a little early, by what other processes took and did not spend, never
late. The tally stands in the database: nobody can be slowed by a broker that is gone. Where the
database takes no writes (a standby, a full disk) a process grants shares by itself: reading goes
on, within the limit for each process.
"""

import threading
import time
from dataclasses import dataclass
from typing import ClassVar

WINDOW_S = 60
SHARES = 50  # the parts in which a minute is handed out
KEPT_MAX = 10_000


@dataclass
class Share:
    """What a process still has of a key's minute."""

    left: int  # requests that it may still answer
    rest: int  # requests that nobody has taken yet, as last heard
    ends: float  # on the monotonic clock
    limit: int

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.ends

    @property
    def wait_s(self) -> int:
        return max(1, int(self.ends - time.monotonic()) + 1)

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers names them."""
        return {
            "RateLimit-Policy": f'"key";q={self.limit};w={WINDOW_S}',
            "RateLimit": f'"key";r={self.left + self.rest};t={self.wait_s}',
        }


class Shares:
    """The shares of one process, by the public part of each key."""

    lock: ClassVar = threading.Lock()

    def __init__(self) -> None:
        self.of: dict[str, Share] = {}

    def needs_another(self, prefix: str) -> bool:
        """Whether the next request of a key has to be counted in the database first."""
        share = self.of.get(prefix)
        return share is None or share.is_over or (share.left <= 0 and share.rest > 0)

    def add(self, prefix: str, *, taken: int, limit: int, ends_in_s: float) -> None:
        """Keep what was granted: of `taken`, what the last share added and the limit allows."""
        size = share_of(limit)
        granted = max(0, size - max(0, taken - limit))
        with self.lock:
            before = self.of.get(prefix)
            kept = before.left if before and not before.is_over else 0
            ends = time.monotonic() + ends_in_s
            self._keep(prefix, Share(kept + granted, max(0, limit - taken), ends, limit))

    def add_uncounted(self, prefix: str, *, limit: int) -> None:
        """Grant this process a whole minute, where nothing can be counted."""
        with self.lock:
            self._keep(prefix, Share(limit, 0, time.monotonic() + WINDOW_S, limit))

    def _keep(self, prefix: str, share: Share) -> None:
        if len(self.of) >= KEPT_MAX:
            self.of.clear()
        self.of[prefix] = share

    def spend(self, prefix: str) -> tuple[bool, Share]:
        """Take one request of the share; False where there is none left."""
        with self.lock:
            share = self.of[prefix]
            if share.left <= 0:
                return False, share
            share.left -= 1
            return True, share


def share_of(limit: int) -> int:
    return max(1, limit // SHARES)


shares = Shares()
