"""How purchases go: each a generator that yields the next moment and then acts on the book.

These go well, or stop where a visitor is to go on; see `mishaps` for the others.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

from authorizations.acts import receipts_due
from authorizations.models import Sale, Status
from demo.book import Book, release_at
from demo.firms import Cast, Firm
from demo.paper import Case, Order, Report
from precursors.quantities import Quantity, quantity
from registry.actors import Actor

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

OPEN = range(7, 19)  # local hours

T = TypeVar("T")
Part = Generator[datetime, None, T]  # of a story; returns its outcome
Story = Part[None]


@dataclass(frozen=True, kw_only=True)
class Plot:
    """What a story is about, and how fast it goes."""

    order: Order
    at: datetime
    rng: Random
    pace: float = 1.0  # a scene of the last hours goes faster

    def after(self, least: float, most: float) -> timedelta:
        """Some hours."""
        return HOUR * (self.rng.uniform(least, most) * self.pace)

    def later(self, since: datetime, least: float, most: float) -> datetime:
        """Some hours after a moment, by day; a scene does not wait for the morning."""
        at = since + self.after(least, most)
        local = at.astimezone(self.order.buyer.actor.jurisdiction.zone)
        if self.pace < 1 or local.hour in OPEN:
            return at
        morning = local.replace(hour=OPEN.start) + (DAY if local.hour >= OPEN.stop else 0 * DAY)
        return morning.astimezone(UTC)


class Stage:
    """The book, the cast, and what every story needs of them."""

    def __init__(self, book: Book, cast: Cast) -> None:
        self.book, self.cast = book, cast
        self.spawned: list[Story] = []  # stories that others begin
        self._papers: dict[int, int] = {}

    def take_spawned(self) -> list[Story]:
        """The stories begun since the last call."""
        begun, self.spawned = self.spawned, []
        return begun

    def officer(self, rng: Random) -> Actor:
        return rng.choice(self.cast.officers)

    def paper(self, seller: Firm) -> tuple[str, str]:
        """The vendor's next invoice and guide."""
        pk = seller.organization.pk
        number = self._papers[pk] = self._papers.get(pk, 0) + 1
        series = int(seller.organization.tax_id[-4:-1])
        return f"F{series:03d}-{number:08d}", f"T{series:03d}-{number:08d}"

    def report(self, case: Case, plot: Plot, sold_at: datetime, kg: Decimal) -> Report:
        """The report of a sale at which nothing is wrong."""
        invoice, guide = self.paper(case.seller)
        vehicle = case.row.vehicle or case.buyer.vehicles[0]
        weighed = plot.rng.random() < 0.6
        tare = Decimal(plot.rng.randint(700, 950) * 10)
        return Report(
            sold_at=sold_at,
            site=case.seller.site,
            plate=vehicle.plate,
            vehicle=vehicle,
            product=plot.order.product,
            invoice=invoice,
            guide=guide,
            gross_kg=tare + kg if weighed else None,
            tare_kg=tare if weighed else None,
            complete=True,
        )


# Parts of stories --------------------------------------------------------------------------------


def ending(stage: Stage, case: Case) -> Story:
    """Time ends what nobody else does, and frees what it held."""
    ends_at = case.row.ends_at
    yield ends_at + SECOND
    if case.is_live:
        stage.book.expire(case, at=ends_at + SECOND)
    freed_at = release_at(case.row) + SECOND
    yield freed_at
    stage.book.release(case, at=freed_at)


def overdue(stage: Stage, case: Case, sale: Sale) -> Story:
    """The worker looks whether the receipt has come when it is due."""
    due_at = receipts_due.due_at(sale) + SECOND
    yield due_at
    if stage.book.is_awaited(sale):
        case.watched = True
        stage.book.look(case, due_at + SECOND)


def asked(stage: Stage, plot: Plot) -> Part[Case | None]:
    """Request, and have it issued; returns the case, or None when it came to nothing."""
    yield plot.at
    case = stage.book.request(plot.order, at=plot.at, rng=plot.rng)
    if case is None:
        return None
    if case.row.status == Status.PENDING:
        decided_at = plot.later(plot.at, 1, 20)
        yield decided_at
        by = stage.officer(plot.rng)
        if plot.rng.random() < 0.08:
            reason = "La cantidad no corresponde a la actividad declarada."
            stage.book.refuse(case, at=decided_at, reason=reason, by=by)
            stage.spawned.append(ending(stage, case))
            return None
        stage.book.issue(case, at=decided_at, by=by)
    stage.spawned.append(ending(stage, case))
    return case


def brought(stage: Stage, plot: Plot, case: Case) -> Part[datetime]:
    """The buyer's truck is at the counter; returns when."""
    sold_at = plot.later(_issued_at(case), 2, 40)
    yield sold_at - 12 * MINUTE
    stage.book.look_up(case, at=sold_at - 12 * MINUTE)
    return sold_at


def sold(
    stage: Stage,
    plot: Plot,
    case: Case,
    report: Report,
    amount: Quantity,
    *,
    recorded_at: datetime | None = None,
) -> Part[Sale]:
    recorded_at = recorded_at or report.sold_at + MINUTE * plot.rng.randint(1, 25)
    yield recorded_at
    sale = stage.book.sell(case, amount, report, at=recorded_at)
    stage.spawned.append(overdue(stage, case, sale))
    return sale


def sold_as(
    stage: Stage,
    plot: Plot,
    case: Case,
    *,
    times: str = "1",
    recorded_after: timedelta | None = None,
    shift: timedelta | None = None,
    **changes: Any,
) -> Part[tuple[Sale, Quantity]]:
    """A sale that differs from a good one in what is named."""
    sold_at = yield from brought(stage, plot, case)
    amount = scaled(plot.order.quantity, times)
    kg = plot.order.product.product_kg(amount)
    report = stage.report(case, plot, sold_at + (shift or timedelta(0)), kg)
    recorded_at = sold_at + (recorded_after or 9 * MINUTE)
    sale = yield from sold(
        stage, plot, case, replace(report, **changes), amount, recorded_at=recorded_at
    )
    return sale, amount


def received(stage: Stage, plot: Plot, case: Case, sale: Sale, amount: Quantity) -> Story:
    arrived_at = plot.later(max(sale.sold_at, case.looks[-1].at), 3, 60)
    yield arrived_at + 20 * MINUTE
    stage.book.receive(
        case,
        sale,
        amount,
        at=arrived_at + 20 * MINUTE,
        received_at=arrived_at,
        outcome="satisfactory",
    )


def _issued_at(case: Case) -> datetime:
    assert case.row.issued_at
    return case.row.issued_at


def scaled(amount: Quantity, times: Decimal | str) -> Quantity:
    """So many times an amount, to a tenth of its unit (a kilogram of tonnes)."""
    step = Decimal("0.001") if amount.unit == "t" else Decimal("0.1")
    return quantity((amount.value * Decimal(times)).quantize(step), amount.unit)


def about(amount: Quantity, rng: Random) -> Quantity:
    """What the scale shows of it: within a fifth of a percent."""
    if rng.random() < 0.4:
        return amount
    return scaled(amount, str(round(rng.uniform(0.998, 1.002), 5)))


# Stories that go well ----------------------------------------------------------------------------


def plain(stage: Stage, plot: Plot) -> Story:
    """Asked, collected, received."""
    case = yield from asked(stage, plot)
    if case is None:
        return
    fate = plot.rng.random()
    if fate < 0.05:
        yield from dropped(stage, plot, case)
    elif fate < 0.13:
        yield from in_two(stage, plot, case)
    elif fate >= 0.17:  # between them, nobody comes: the code expires
        yield from collected(stage, plot, case)


def dropped(stage: Stage, plot: Plot, case: Case) -> Story:
    """The buyer does not need it after all."""
    at = plot.later(_issued_at(case), 1, 30)
    yield at
    stage.book.cancel(case, at=at, reason="Ya no se necesita.")


def collected(stage: Stage, plot: Plot, case: Case) -> Story:
    sold_at = yield from brought(stage, plot, case)
    amount = about(plot.order.quantity, plot.rng)
    report = stage.report(case, plot, sold_at, plot.order.product.product_kg(amount))
    sale = yield from sold(stage, plot, case, report, amount)
    yield from received(stage, plot, case, sale, amount)


def in_two(stage: Stage, plot: Plot, case: Case) -> Story:
    """Collected in two loads, some hours apart."""
    sold_at = yield from brought(stage, plot, case)
    half = scaled(plot.order.quantity, "0.5")
    rest = quantity(plot.order.quantity.value - half.value, half.unit)
    kg = plot.order.product.product_kg
    first = replace(stage.report(case, plot, sold_at, kg(half)), complete=False)
    one = yield from sold(stage, plot, case, first, half)
    second = stage.report(case, plot, sold_at + plot.after(3, 10), kg(rest))
    two = yield from sold(stage, plot, case, second, rest)
    for sale, amount in ((one, half), (two, rest)):
        yield from received(stage, plot, case, sale, amount)


# Where stories stop for the visitor --------------------------------------------------------------


def stay_pending(stage: Stage, plot: Plot) -> Story:
    """A request that waits for an officer."""
    yield plot.at
    stage.book.request(plot.order, at=plot.at, rng=plot.rng)


def stay_issued(stage: Stage, plot: Plot) -> Story:
    """An open code nobody has brought yet."""
    yield from asked(stage, plot)


def stay_at_counter(stage: Stage, plot: Plot) -> Story:
    """A code that was brought, and not sold against yet."""
    case = yield from asked(stage, plot)
    if case is not None:
        yield from brought(stage, plot, case)


def stay_sold(stage: Stage, plot: Plot) -> Story:
    """Collected; the receipt is still to come."""
    case = yield from asked(stage, plot)
    if case is not None:
        yield from sold_as(stage, plot, case)


STAYS = {
    "pending": stay_pending,
    "issued": stay_issued,
    "counter": stay_at_counter,
    "sold": stay_sold,
}
