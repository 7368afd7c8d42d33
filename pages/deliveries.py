"""Sales as people see them: each with the reports that replaced one another, and its receipt."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import prefetch_related_objects

from authorizations.acts.receipts_due import correctable_until
from authorizations.models import Agreement, Receipt, Sale
from authorizations.models.sales import NOTHING_ARRIVED
from precursors.quantities import MICRO, Quantity, Unit, converted
from rules.count import SaleStep, Word, count_sale

Figure = Callable[[Sale | Receipt], Decimal]
NOTHING = Quantity(Decimal(0), Unit.KG)


@dataclass
class Delivery:
    """One sale: its first report, those that replaced it, and what others said of it.

    `booked` is what it counts at, `claimed` the vendor's figure of now: in the code's unit or,
    where anybody reported in the other dimension, in kg of product.
    """

    first: Sale
    reports: list[Sale] = field(default_factory=list)
    agreed: list[int] = field(default_factory=list)  # the versions by which an officer agreed
    booked: Quantity = NOTHING
    claimed: Quantity = NOTHING
    counted_kg: Decimal = NOTHING.value  # as `booked`, in net kg

    @property
    def sale(self) -> Sale:
        """The report in force."""
        return self.reports[-1] if self.reports else self.first

    @property
    def receipts(self) -> list[Receipt]:
        """The buyer's word and each that corrected it, the oldest first."""
        return sorted(self.first.receipts.all(), key=lambda receipt: receipt.version)

    @property
    def receipt(self) -> Receipt | None:
        """The receipt in force."""
        return self.first.receipt

    @property
    def correctable_until(self) -> datetime | None:
        """Until when its receipt can be corrected; None: it has none."""
        receipts = self.receipts
        return correctable_until(receipts[0]) if receipts else None

    @property
    def is_corrected(self) -> bool:
        return bool(self.reports) and not self.sale.is_void

    @property
    def is_booked_otherwise(self) -> bool:
        """Whether it counts at another figure than the vendor's of now."""
        return bool(self.counted_kg != self.sale.net_kg)

    @property
    def awaits_agreement(self) -> bool:
        """Whether the vendor's figure is lower than what is booked, until somebody agrees."""
        return bool(self.sale.net_kg < self.counted_kg)


def deliveries(sales: Iterable[Sale]) -> list[Delivery]:
    """Gather the reports of one authorization, given in any order, by sale; the oldest first."""
    found: dict[int, Delivery] = {}
    for sale in sorted(sales, key=lambda sale: sale.version):
        if sale.root_id is None:
            found[sale.pk] = Delivery(sale)
        elif sale.root_id in found:
            found[sale.root_id].reports.append(sale)
    prefetch_related_objects([each.first for each in found.values()], "receipts")
    return _counted(list(found.values()))


def total(quantities: Iterable[Quantity]) -> Quantity | None:
    """Quantities of one unit together; None: there are none."""
    amounts = list(quantities)
    if not amounts:
        return None
    return Quantity(sum((each.value for each in amounts), Decimal(0)), amounts[0].unit)


def _counted(found: list[Delivery]) -> list[Delivery]:
    """Note what each is booked at, and what the vendor claims, in one measure."""
    agreed = _agreed([each for each in found if each.reports or each.receipt])
    unit, figure = _measure(found)
    for delivery in found:
        delivery.agreed = agreed[delivery.first.pk]
        delivery.claimed = Quantity(_read(delivery.sale, figure), unit)
        delivery.booked = Quantity(_count(delivery, figure), unit)
        delivery.counted_kg = _count(delivery, _net_kg)
    return found


def _count(delivery: Delivery, figure: Figure) -> Decimal:
    steps = sorted(_steps(delivery, figure), key=lambda step: step[0])
    return count_sale(step for _version, step in steps)


def _read(row: Sale | Receipt, figure: Figure) -> Decimal:
    """Of a void, or a receipt of nothing, nothing: its unit means nothing either."""
    return figure(row) if row.quantity_value else NOTHING.value


def _agreed(found: list[Delivery]) -> dict[int, list[int]]:
    """By sale, the versions by which an officer agreed to the vendor's figure."""
    versions: dict[int, list[int]] = defaultdict(list)
    roots = [each.first.pk for each in found]
    for agreement in Agreement.objects.filter(sale__in=roots) if roots else ():
        versions[agreement.sale_id].append(agreement.version)
    return versions


def _measure(found: list[Delivery]) -> tuple[Unit, Figure]:
    """The unit in which all of them are told, and how a row is read in it."""
    if not found:
        return Unit.KG, _product_kg
    unit = Unit(found[0].first.authorization.quantity_unit)
    if any(row.quantity.unit.dimension != unit.dimension for row in _amounts(found)):
        return Unit.KG, _product_kg
    return unit, lambda row: converted(row.quantity, unit).quantize(MICRO)


def _product_kg(row: Sale | Receipt) -> Decimal:
    kg: Decimal = row.product_kg
    return kg


def _net_kg(row: Sale | Receipt) -> Decimal:
    kg: Decimal = row.net_kg
    return kg


def _amounts(found: list[Delivery]) -> Iterator[Sale | Receipt]:
    """Every row that tells an amount: no void, and no receipt of nothing."""
    for delivery in found:
        yield from (row for row in (delivery.first, *delivery.reports) if row.quantity_value)
        yield from (row for row in delivery.receipts if row.quantity_value)


def _steps(delivery: Delivery, figure: Figure) -> Iterator[tuple[int, SaleStep]]:
    for report in (delivery.first, *delivery.reports):
        yield report.version, SaleStep(Word.REPORTED, _read(report, figure))
    for version in delivery.agreed:
        yield version, SaleStep(Word.AGREED)
    for receipt in delivery.receipts:
        arrived = receipt.outcome not in NOTHING_ARRIVED
        step = SaleStep(Word.RECEIVED, _read(receipt, figure))
        yield receipt.version, step if arrived else SaleStep(Word.NOTHING_ARRIVED)
