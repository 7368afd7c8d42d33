"""What becomes of purchases, acted out once by the portal's own verbs, in the past."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from authorizations import operations
from authorizations.models import Authorization, Sale
from authorizations.operations import SaleReport
from bench.growth.firms import Firm
from bench.world import KG
from demo import past
from oversight import operations as oversight
from oversight.models import Flag
from precursors.models import Product
from precursors.quantities import quantity
from registry.actors import Actor
from registry.models import IdempotencyKey, Membership
from registry.models.people import Role

TOO_MUCH = "110.000"
LONG_AFTER = timedelta(days=10)  # then every deadline has passed
ANSWER = {"id": "0" * 36, "status": "recorded", "quantity": {"value": KG, "unit": "kg"}}


@dataclass(frozen=True)
class Deal:
    """Who buys what from whom, from when on."""

    buyer: Firm
    vendor: Firm
    product: Product
    at: datetime

    def after(self, **span: float) -> datetime:
        """Go to so long after the request."""
        moment = self.at + timedelta(**span)
        past.go_to(moment)
        return moment

    def request(self) -> Authorization:
        self.after()
        authorization = operations.request(
            seller=self.vendor.organization,
            product=self.product,
            quantity=quantity(KG, "kg"),
            destination_site=self.buyer.site,
            vehicle=self.buyer.vehicle,
            by=self.buyer.actor,
        )
        _keep_answer(authorization, self.buyer, "POST api:authorizations", self.at)
        return authorization

    def look_up(self, authorization: Authorization) -> None:
        self.after(hours=2)
        operations.look_up(authorization.code or "", by=self.vendor.actor)

    def sell(self, authorization: Authorization, kg: str) -> Sale:
        at = self.after(hours=2, minutes=5)
        report = SaleReport(
            sold_at=at - timedelta(minutes=1),
            quantity=quantity(kg, "kg"),
            site=self.vendor.site,
            plate=self.buyer.vehicle.plate,
            invoice=f"F-{authorization.code}",
            guide=f"T-{authorization.code}",
        )
        sale = operations.record_sale(authorization, report, by=self.vendor.actor)
        operation = f"POST api:code_sales {authorization.code}"
        _keep_answer(authorization, self.vendor, operation, at)
        return sale

    def receive(self, sale: Sale) -> None:
        at = self.after(hours=20)
        operations.confirm_receipt(
            Sale.objects.get(pk=sale.pk),
            received_at=at - timedelta(minutes=1),
            quantity=sale.quantity,
            outcome="satisfactory",
            by=self.buyer.actor,
        )

    def look(self, authorization: Authorization, **span: float) -> None:
        """Let the worker look at it."""
        self.after(**span)
        oversight.evaluate([authorization.pk])


def _keep_answer(authorization: Authorization, firm: Firm, operation: str, at: datetime) -> None:
    """As the API keeps what it answered."""
    IdempotencyKey.objects.create(
        jurisdiction=authorization.jurisdiction,
        organization=firm.organization,
        operation=operation,
        key=f"key-{authorization.code}",
        body_hash="0" * 64,
        status=201,
        answer={**ANSWER, "code": authorization.code_in_fours},
        created_at=at,
        kept_until=None if "sales" in operation else at + timedelta(days=30),
    )


def sold(deal: Deal, kg: str = KG) -> Authorization:
    """Sold as authorized, and received."""
    authorization = waiting(deal, kg)
    deal.look(authorization, hours=2, minutes=5, seconds=2)
    deal.receive(Sale.objects.get(authorization=authorization))
    deal.look(authorization, hours=20, seconds=2)
    deal.look(authorization, days=LONG_AFTER.days)
    return authorization


def oversold(deal: Deal) -> Authorization:
    """Sold beyond the code, and still in the queue."""
    return sold(deal, TOO_MUCH)


def decided(deal: Deal) -> Authorization:
    """Sold beyond the code; two officers have confirmed it."""
    authorization = sold(deal, TOO_MUCH)
    for flag in Flag.objects.filter(authorization=authorization, state="open"):
        deal.after(days=LONG_AFTER.days + 1)
        oversight.review(flag, outcome="confirmed", note="No account was given.", by=_first())
        deal.after(days=LONG_AFTER.days + 2)
        oversight.review(flag, outcome="confirmed", note="So I see it too.", by=_second(flag))
    return authorization


def expired(deal: Deal) -> Authorization:
    """Looked up and never sold: held for a day after its validity, then free again."""
    authorization = deal.request()
    deal.look_up(authorization)
    deal.look(authorization, hours=72, seconds=2)
    deal.look(authorization, hours=96, seconds=4)
    deal.look(authorization, days=LONG_AFTER.days)
    return authorization


def cancelled(deal: Deal) -> Authorization:
    authorization = deal.request()
    deal.after(hours=1)
    operations.cancel(authorization, reason="Changed plans.", by=deal.buyer.actor)
    deal.look(authorization, hours=1, seconds=2)
    deal.look(authorization, days=LONG_AFTER.days)
    return authorization


def waiting(deal: Deal, kg: str = KG) -> Authorization:
    """Sold a moment ago: the worker has not looked at it yet."""
    authorization = deal.request()
    deal.look_up(authorization)
    deal.sell(authorization, kg)
    return authorization


def waiting_oversold(deal: Deal) -> Authorization:
    return waiting(deal, TOO_MUCH)


def _officers() -> list[Actor]:
    members = Membership.objects.filter(organization=None, role=Role.OFFICER).order_by("pk")
    return [Actor.person(member) for member in members.select_related("user", "jurisdiction")]


def _first() -> Actor:
    return _officers()[0]


def _second(flag: Flag) -> Actor:
    """The officer who was drawn."""
    drawn = Flag.objects.get(pk=flag.pk).second_id
    return next(officer for officer in _officers() if officer.user and officer.user.pk == drawn)


Story = Callable[[Deal], Authorization]
PAST: dict[Story, int] = {sold: 870, decided: 30, oversold: 2, expired: 60, cancelled: 38}
BACKLOG: dict[Story, int] = {waiting: 970, waiting_oversold: 30}
WORLDS = {"past": PAST, "backlog": BACKLOG}  # each story with its share of a thousand
