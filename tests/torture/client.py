"""One client: draws acts, does each until it knows what came of it, and meets the others."""

import json
import random
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.context import ForkContext
from uuid import UUID

from authorizations.operations import Purchase, headroom
from precursors.errors import Refused
from precursors.models import Product
from registry import clock
from tests.torture.acts import Act, Chooser
from tests.torture.channels import Channel, Unknown, steadily
from tests.torture.journal import FAILED, INVOKED, OK, UNKNOWN, WRONG, Journal
from tests.torture.world import World

CLIENTS = 8
TRIES = 200
AGAIN = 0.03  # of so many acts one of the client's own is sent again
ADVANCES = 0.25  # how often the first client moves the clock
STEP = timedelta(hours=6)
MEETS_WITHIN_S = 300
ROOM = 4096  # bytes of an act that is handed to all
# What all do at once: rivals for a quota, for a code, for a sale; or one act under one key.
RUSHES = ("quota", "code", "sale", "key")


class Meeting:
    """Where all clients wait for one another, and are handed one act."""

    def __init__(self, processes: ForkContext) -> None:
        self.barrier = processes.Barrier(CLIENTS)
        self.handed = processes.Array("c", ROOM)
        self.done = processes.Value("i", 0)

    def hand_out(self, choose: Callable[[], tuple[Act, str]]) -> tuple[Act, str]:
        """Wait for everybody; one of them chooses. The key is empty where each has its own."""
        if self.barrier.wait(MEETS_WITHIN_S) == 0:
            act, key = choose()
            self.handed.value = json.dumps([act.as_json(), key]).encode()
        self.barrier.wait(MEETS_WITHIN_S)
        told, key = json.loads(self.handed.value)
        return Act(**told), key


@dataclass
class Client:
    number: int
    acts: int
    rush_every: int  # acts, all clients meet and do the same thing at the same moment
    rushes: Sequence[str]
    world: World
    channel: Channel
    meeting: Meeting
    journal: Journal
    luck: random.Random

    def run(self) -> None:
        chooser = Chooser(self.world, self.luck)
        mine: list[tuple[Act, str]] = []
        for turn in range(1, self.acts + 1):
            if turn % self.rush_every == 0:
                self._rush(chooser)
            elif mine and self.luck.random() < AGAIN:
                self.settle(*self.luck.choice(mine))
            else:
                mine.append((steadily(chooser.next), self._key()))
                self.settle(*mine[-1])
            if self.number == 0 and self.luck.random() < ADVANCES:
                steadily(lambda: clock.advance(STEP))
            with self.meeting.done.get_lock():
                self.meeting.done.value += 1

    def _key(self) -> str:
        return str(UUID(int=self.luck.getrandbits(128), version=4))

    def settle(self, act: Act, key: str) -> None:
        """Do it, and again with the same key for as long as nobody can tell what came of it."""
        for _try in range(TRIES):
            self.journal.write(key, act, INVOKED)
            what, told = self._told(act, key)
            self.journal.write(key, act, what, told)
            if what != UNKNOWN:
                return
            time.sleep(0.05)
        self.journal.write(key, act, WRONG, "It was never settled.")

    def _told(self, act: Act, key: str) -> tuple[str, str]:
        try:
            return OK, self.channel.do(act, key)
        except Refused as refusal:
            return FAILED, refusal.code
        except Unknown as unknown:
            return UNKNOWN, str(unknown)
        except Exception:
            return WRONG, traceback.format_exc()

    # Together --------------------------------------------------------------------------------

    def _rush(self, chooser: Chooser) -> None:
        """One act by everybody: under one key, or as many rivals for the same thing."""
        act, key = self.meeting.hand_out(lambda: steadily(lambda: self._together(chooser)))
        self.settle(act, key or self._key())

    def _together(self, chooser: Chooser) -> tuple[Act, str]:
        chooser.look()
        kind = self.luck.choice(self.rushes)
        if kind == "quota":
            return self._last_of_the_quota(chooser), ""
        if kind == "code":
            return chooser.draw("sale"), ""
        if kind == "sale":
            return chooser.draw(self.luck.choice(["correction", "receipt", "void"])), ""
        return chooser.draw(self.luck.choice(["request", "sale", "receipt"])), self._key()

    def _last_of_the_quota(self, chooser: Chooser) -> Act:
        """More than half of what is left to a buyer: only one of the rivals can have it."""
        buyer = self.luck.choice(self.world.buyers)
        vendor = self.luck.choice(self.world.vendors)
        product = Product.objects.get(code="acetone", superseded_at=None)
        ask = Purchase(
            buyer.own.organization,
            product,
            clock.now(),
            seller=vendor.own.organization,
            site=buyer.own.site,
        )
        most_kg = max(1, int(headroom(ask).available_kg) * 6 // 10)
        return chooser.request(buyer, vendor, {"value": str(most_kg), "unit": "kg"})
