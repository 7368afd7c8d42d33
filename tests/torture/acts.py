"""Draws the next act: often on the newest codes, so that clients meet, and often a wrong one."""

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from authorizations.models import Authorization, Sale
from registry import clock
from tests.torture.world import Party, World

NEWEST = 24  # codes and sales that clients deal with
LOOKS_EVERY = 8  # acts, at what the others have done meanwhile
WEIGHTS = {
    "request": 20,
    "sale": 20,
    "receipt": 10,
    "correction": 8,
    "look_up": 6,
    "issue": 8,
    "cancel": 4,
    "void": 3,
    "agree": 4,
    "not_sold": 3,
    "release": 3,
    "refuse": 2,
    "revoke": 2,
    "expire": 2,
    "uncoded": 2,
    "stranger": 1,
    "suspend": 0.3,
    "reinstate": 2,
    "work": 3,
    "cut": 0.5,
}
NOTHING_ARRIVED = ("refused", "never_received")


@dataclass(frozen=True)
class Act:
    """What is to be done by whom to what: plain values, to be written down and sent again."""

    verb: str
    by: str
    target: str = ""  # a code, a sale's uuid or a license's number
    values: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Chooser:
    def __init__(self, world: World, luck: random.Random) -> None:
        self.world, self.luck = world, luck
        self.codes: list[Authorization] = []
        self.sales: list[Sale] = []
        self.drawn = 0

    def next(self) -> Act:
        """Draw an act; one that has nothing to be done to becomes a request."""
        if self.drawn % LOOKS_EVERY == 0:
            self.look()
        self.drawn += 1
        verb = self.luck.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        return self.draw(verb)

    def draw(self, verb: str) -> Act:
        drawing: Callable[[], Act | None] = getattr(self, f"_{verb}")
        return drawing() or self._request()

    def look(self) -> None:
        """See what there is by now."""
        codes = Authorization.objects.exclude(code=None).order_by("-pk")
        self.codes = list(codes[:NEWEST])
        sales = Sale.objects.select_related("authorization").order_by("-pk")
        self.sales = list(sales[:NEWEST])

    def _quantity(self, most: int) -> dict[str, str]:
        kilograms = self.luck.randint(1, most)
        if self.luck.random() < 0.1:
            return {"value": str(kilograms * 1000), "unit": "g"}
        if self.luck.random() < 0.1:
            return {"value": f"{kilograms}.125", "unit": "L"}
        return {"value": str(kilograms), "unit": "kg"}

    def _moment(self, hours: float) -> str:
        """Some time before now, at most so long ago."""
        ago = timedelta(hours=self.luck.random() * hours)
        return (clock.now() - ago).isoformat()

    # On no code yet --------------------------------------------------------------------------

    def _request(self) -> Act:
        buyer, vendor = self.luck.choice(self.world.buyers), self.luck.choice(self.world.vendors)
        return self.request(buyer, vendor, self._quantity(800))

    def request(self, buyer: Party, vendor: Party, quantity: dict[str, str]) -> Act:
        return Act(
            "request",
            buyer.name,
            values={
                "seller": vendor.own.organization.tax_id,
                "product": "acetone",
                "quantity": quantity,
                "destination_site": str(buyer.own.site.uuid),
            },
        )

    def _uncoded(self) -> Act:
        vendor, buyer = self.luck.choice(self.world.vendors), self.luck.choice(self.world.buyers)
        told = {
            "buyer": buyer.own.organization.tax_id,
            "product": "acetone",
            "reason": "walk-in",
        }
        return Act("uncoded", vendor.name, values={**self._report(vendor, 60), **told})

    # On a code -------------------------------------------------------------------------------

    def _code(self) -> Authorization | None:
        return self.luck.choice(self.codes) if self.codes else None

    def _by_officer(self, verb: str) -> Act | None:
        row = self._code()
        officer = self.luck.choice(self.world.officers)
        return row and Act(verb, officer.name, row.code or "", {"reason": "drawn by lot"})

    def _issue(self) -> Act | None:
        return self._by_officer("issue")

    def _refuse(self) -> Act | None:
        return self._by_officer("refuse")

    def _revoke(self) -> Act | None:
        return self._by_officer("revoke")

    def _release(self) -> Act | None:
        return self._by_officer("release")

    def _expire(self) -> Act | None:
        return self._by_officer("expire")

    def _cancel(self) -> Act | None:
        row = self._code()
        return row and Act("cancel", self.world.buyer_of(row).name, row.code or "")

    def _by_vendor(self, verb: str) -> Act | None:
        row = self._code()
        return row and Act(verb, self.world.seller_of(row).name, row.code or "")

    def _look_up(self) -> Act | None:
        return self._by_vendor("look_up")

    def _not_sold(self) -> Act | None:
        return self._by_vendor("not_sold")

    def _sale(self) -> Act | None:
        """A part, all of it, or more; now or late; on a live code or on one that has ended."""
        row = self._code()
        if row is None:
            return None
        vendor = self.world.seller_of(row)
        complete = self.luck.random() < 0.15
        report = {**self._report(vendor, 500), "complete": complete}
        return Act("sale", vendor.name, row.code or "", report)

    def _stranger(self) -> Act | None:
        """Another vendor's code: it is answered as unknown, and nothing is booked."""
        row = self._code()
        if row is None:
            return None
        others = [each for each in self.world.vendors if each != self.world.seller_of(row)]
        vendor = self.luck.choice(others)
        return Act("sale", vendor.name, row.code or "", self._report(vendor, 10))

    def _report(self, vendor: Party, most: int) -> dict[str, Any]:
        return {
            "sold_at": self._moment(12),
            "quantity": self._quantity(most),
            "site": str(vendor.own.site.uuid),
            "vehicle": vendor.own.vehicle.plate,
        }

    # On a sale -------------------------------------------------------------------------------

    def _sold(self) -> Sale | None:
        return self.luck.choice(self.sales) if self.sales else None

    def _correction(self) -> Act | None:
        sale = self._sold()
        if sale is None:
            return None
        vendor = self.world.seller_of(sale.authorization)
        report = {**self._report(vendor, 500), "reason": "typed wrong"}
        return Act("correction", vendor.name, str(sale.uuid), report)

    def _void(self) -> Act | None:
        sale = self._sold()
        if sale is None:
            return None
        vendor = self.world.seller_of(sale.authorization)
        return Act("void", vendor.name, str(sale.uuid), {"reason": "never happened"})

    def _agree(self) -> Act | None:
        sale = self._sold()
        officer = self.luck.choice(self.world.officers)
        return sale and Act("agree", officer.name, str(sale.uuid), {"reason": "seen the papers"})

    def _receipt(self) -> Act | None:
        sale = self._sold()
        if sale is None:
            return None
        told: dict[str, Any] = {"received_at": self._moment(0)}
        if self.luck.random() < 0.15:
            told |= {"quantity": None, "outcome": self.luck.choice(NOTHING_ARRIVED)}
        else:
            told |= {"quantity": self._quantity(500), "outcome": "satisfactory"}
        return Act("receipt", self.world.buyer_of(sale.authorization).name, str(sale.uuid), told)

    # On the rest -----------------------------------------------------------------------------

    def _on_license(self, verb: str) -> Act:
        firm = self.luck.choice([*self.world.buyers, *self.world.vendors])
        number = firm.own.license.number
        officer = self.luck.choice(self.world.officers)
        return Act(verb, officer.name, number, {"reason": "drawn by lot"})

    def _suspend(self) -> Act:
        return self._on_license("suspend")

    def _reinstate(self) -> Act:
        return self._on_license("reinstate")

    def _work(self) -> Act:
        return Act("work", self.world.officers[0].name)

    def _cut(self) -> Act:
        return Act("cut", self.world.officers[0].name)
