"""A buyer and a vendor who deal over the API, made anew for each test."""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from authorizations.models import Authorization
from authorizations.operations import SaleReport, record_sale
from registry import clock, operations
from registry.actors import Actor
from registry.models import Jurisdiction, Membership
from registry.models.people import Role
from tests import cast
from tests.cast import Firm
from tests.faults.api import Answer, Api

serials = itertools.count(100, 2)
LIMIT_KG = "100000000"


@dataclass(frozen=True)
class Trade:
    """What both firms do; each firm's program has a key of its own."""

    buyer: Firm
    vendor: Firm
    buyer_api: Api
    vendor_api: Api

    @classmethod
    def opened(cls, port: int) -> "Trade":
        serial = next(serials)
        home = Jurisdiction.objects.get(code="PE")
        officer = _officer(home)
        buyer = _firm(serial, "buy", officer)
        vendor = _firm(serial + 1, "sell", officer)
        return cls(buyer, vendor, _api(port, buyer, "buy"), _api(port, vendor, "sell"))

    def request(self, kilograms: int = 1000) -> dict[str, Any]:
        return {
            "seller": self.vendor.organization.tax_id,
            "product": "acetone",
            "quantity": {"value": str(kilograms), "unit": "kg"},
            "destination_site": str(self.buyer.site.uuid),
        }

    def ask(self, kilograms: int = 1000, *, key: str = "") -> Answer:
        return self.buyer_api.post("/authorizations", self.request(kilograms), key=key)

    def code(self, kilograms: int = 1000) -> str:
        issued = self.ask(kilograms)
        assert issued.body["status"] == "issued", issued
        return str(issued.body["code"])

    def sell(self, code: str, kilograms: int = 1080, *, key: str = "", **changes: Any) -> Answer:
        return self.report(code, self.sale(kilograms, **changes), key=key)

    def sell_unheard(self, code: str) -> str:
        """Sell by the verb in this process, whose bell hangs at another broker's door."""
        said = SaleReport(
            sold_at=clock.now(),
            quantity=cast.kg(1080),
            site=self.vendor.site,
            plate=self.buyer.vehicle.plate,
        )
        row = Authorization.objects.get(code=code.replace("-", ""))
        return str(record_sale(row, said, by=self.vendor.actor).uuid)

    def report(self, code: str, body: Any, *, key: str = "") -> Answer:
        return self.vendor_api.post(f"/authorizations/{code}/sales", body, key=key)

    def sale(self, kilograms: int = 1080, **changes: Any) -> dict[str, Any]:
        """What the vendor reports; to be sent again unchanged it is kept by the caller."""
        return {
            "sold_at": (datetime.now(UTC) - timedelta(minutes=1)).isoformat(),
            "quantity": {"value": str(kilograms), "unit": "kg"},
            "site": str(self.vendor.site.uuid),
            "vehicle": {"plate": self.buyer.vehicle.plate},
            **changes,
        }


def _officer(home: Jurisdiction) -> Actor:
    """The one who is there, or the first."""
    there = Membership.objects.filter(jurisdiction=home, role=Role.OFFICER, ended_at=None)
    if found := there.select_related("user", "jurisdiction", "organization").first():
        return Actor.person(found)
    return cast.person(home, "officer@authority.example", Role.OFFICER)


def _firm(serial: int, activity: str, officer: Actor) -> Firm:
    return cast.firm(
        serial,
        f"Invented firm {serial}",
        email=f"person{serial}@firm.example",
        activity=activity,
        limit=LIMIT_KG,
        automatic=LIMIT_KG,
        by=officer,
    )


def _api(port: int, firm: Firm, scope: str) -> Api:
    _key, secret = operations.issue_api_key(
        jurisdiction=firm.organization.jurisdiction,
        organization=firm.organization,
        name="Faults",
        scopes=[scope],
    )
    return Api(port, secret)
