"""Purchases that go wrong, each in one known way and named for the rule that should find it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from authorizations.models import Sale
from demo.paper import Case
from demo.stories import (
    DAY,
    HOUR,
    MINUTE,
    Plot,
    Stage,
    Story,
    asked,
    brought,
    collected,
    overdue,
    received,
    scaled,
    sold,
    sold_as,
)

Mishap = Callable[[Stage, Plot, Case], Story]
MISHAPS: dict[str, Mishap] = {}


def mishap(story: Mishap) -> Mishap:
    MISHAPS[story.__name__] = story
    return story


def going_wrong(name: str) -> Callable[[Stage, Plot], Story]:
    """A story that begins as any other, and in which then one thing goes wrong."""

    def story(stage: Stage, plot: Plot) -> Story:
        case = yield from asked(stage, plot)
        if case is not None:
            case.watched = True
            yield from MISHAPS[name](stage, plot, case)

    return story


@mishap
def quantity_exceeded(stage: Stage, plot: Plot, case: Case) -> Story:
    times = str(round(plot.rng.uniform(1.04, 1.12), 3))
    sale, amount = yield from sold_as(stage, plot, case, times=times)
    yield from received(stage, plot, case, sale, amount)


@mishap
def vehicle_mismatch(stage: Stage, plot: Plot, case: Case) -> Story:
    other = case.seller.vehicles[1]
    sale, amount = yield from sold_as(stage, plot, case, plate=other.plate, vehicle=other)
    yield from received(stage, plot, case, sale, amount)


@mishap
def receipt_difference(stage: Stage, plot: Plot, case: Case) -> Story:
    sale, amount = yield from sold_as(stage, plot, case)
    at = sale.recorded_at + plot.after(4, 40)
    yield at
    stage.book.receive(
        case,
        sale,
        scaled(amount, str(round(plot.rng.uniform(0.88, 0.97), 3))),
        at=at,
        received_at=at - 10 * MINUTE,
        outcome="unsatisfactory",
        reasons=("shortage",),
        remarks="Llegó menos de lo que dice la guía.",
    )


@mishap
def sold_without_code(stage: Stage, plot: Plot, case: Case) -> Story:
    """The code is collected in order; then the same truck gets some more, without one."""
    yield from collected(stage, plot, case)
    at = case.looks[-1].at + plot.after(2, 20)
    yield at
    amount = scaled(plot.order.quantity, "0.4")
    order = replace(plot.order, quantity=amount)
    kg = plot.order.product.product_kg(amount)
    reason = "Corte de internet en la planta."
    report = replace(stage.report(case, plot, at - HOUR * plot.pace, kg), reason=reason)
    other, sale = stage.book.sell_without_code(order, report, at=at, rng=plot.rng)
    other.watched = True
    stage.spawned.append(overdue(stage, other, sale))
    yield from received(stage, plot, other, sale, amount)


@mishap
def quantity_short(stage: Stage, plot: Plot, case: Case) -> Story:
    sale, amount = yield from sold_as(stage, plot, case, times="0.8")
    yield from received(stage, plot, case, sale, amount)


@mishap
def sold_after_expiry(stage: Stage, plot: Plot, case: Case) -> Story:
    """The truck came in time, and left with the goods when the code was over."""
    yield from brought(stage, plot, case)
    sold_at = case.row.ends_at + HOUR * plot.rng.uniform(2, 9)
    amount = plot.order.quantity
    report = stage.report(case, plot, sold_at, plot.order.product.product_kg(amount))
    sale = yield from sold(stage, plot, case, report, amount)
    yield from received(stage, plot, case, sale, amount)


@mishap
def receipt_missing(stage: Stage, plot: Plot, case: Case) -> Story:
    """Confirmed in the end, when the buyer could not ask for more."""
    sale, amount = yield from sold_as(stage, plot, case)
    at = sale.recorded_at + 7 * DAY + plot.after(1, 30)
    yield at
    stage.book.receive(
        case, sale, amount, at=at, received_at=sale.sold_at + 5 * HOUR, outcome="satisfactory"
    )


@mishap
def decimal_slip(stage: Stage, plot: Plot, case: Case) -> Story:
    times = plot.rng.choice(("10", "0.1"))
    sale, amount = yield from sold_as(stage, plot, case, times=times, gross_kg=None, tare_kg=None)
    yield from received(stage, plot, case, sale, amount)


@mishap
def duplicate_document(stage: Stage, plot: Plot, case: Case) -> Story:
    earlier = [s for s in stage.book.rows[Sale][-400:] if s.seller_id == case.row.seller_id]
    invoice = earlier[-1].invoice if earlier else stage.paper(case.seller)[0]
    sale, amount = yield from sold_as(stage, plot, case, invoice=invoice)
    yield from received(stage, plot, case, sale, amount)


@mishap
def reported_late(stage: Stage, plot: Plot, case: Case) -> Story:
    late = 26 * HOUR + plot.after(0, 8)
    sale, amount = yield from sold_as(stage, plot, case, recorded_after=late)
    yield from received(stage, plot, case, sale, amount)


@mishap
def site_mismatch(stage: Stage, plot: Plot, case: Case) -> Story:
    others = [firm.site for firm in stage.cast.vendors if firm is not case.seller]
    site = plot.rng.choice(others) if others else case.buyer.site
    sale, amount = yield from sold_as(stage, plot, case, site=site)
    yield from received(stage, plot, case, sale, amount)


@mishap
def correction_after_receipt(stage: Stage, plot: Plot, case: Case) -> Story:
    sale, amount = yield from sold_as(stage, plot, case)
    yield from received(stage, plot, case, sale, amount)
    at = case.looks[-1].at + plot.after(3, 30)
    yield at
    lower = scaled(amount, "0.9")
    kg = plot.order.product.product_kg(lower)
    report = replace(
        stage.report(case, plot, sale.sold_at, kg),
        invoice=sale.invoice,
        guide=sale.guide,
        complete=False,
        reason="Error de digitación.",
    )
    stage.book.correct(case, sale, lower, report, at=at)


@mishap
def vehicle_not_registered(stage: Stage, plot: Plot, case: Case) -> Story:
    number = plot.rng.randint(100, 999)
    plate = f"ZZZ{number}" if number % 4 else "EN TRÁMITE"
    sale, amount = yield from sold_as(stage, plot, case, plate=plate, vehicle=None)
    yield from received(stage, plot, case, sale, amount)


@mishap
def wrong_product(stage: Stage, plot: Plot, case: Case) -> Story:
    others = [line.product for line in case.buyer.lines if line.product != plot.order.product]
    product = next((p for p in others if plot.order.quantity.unit in p.units), None)
    sale, amount = yield from sold_as(
        stage, plot, case, product=product or plot.order.product, gross_kg=None, tare_kg=None
    )
    yield from received(stage, plot, case, sale, amount)


@mishap
def weight_arithmetic(stage: Stage, plot: Plot, case: Case) -> Story:
    tare = Decimal(8200)
    gross = tare + (plot.order.product.product_kg(plot.order.quantity) * Decimal("1.07")).quantize(
        Decimal(1)
    )
    sale, amount = yield from sold_as(stage, plot, case, gross_kg=gross, tare_kg=tare)
    yield from received(stage, plot, case, sale, amount)


@mishap
def sold_before_issue(stage: Stage, plot: Plot, case: Case) -> Story:
    """Claimed for the day before the code."""
    sale, amount = yield from sold_as(stage, plot, case, shift=-plot.after(55, 60))
    yield from received(stage, plot, case, sale, amount)


@mishap
def sold_after_cancel(stage: Stage, plot: Plot, case: Case) -> Story:
    sold_at = yield from brought(stage, plot, case)
    yield sold_at - 8 * MINUTE
    stage.book.cancel(case, at=sold_at - 8 * MINUTE, reason="Pedido duplicado.")
    amount = plot.order.quantity
    report = stage.report(case, plot, sold_at, plot.order.product.product_kg(amount))
    sale = yield from sold(stage, plot, case, report, amount)
    yield from received(stage, plot, case, sale, amount)
