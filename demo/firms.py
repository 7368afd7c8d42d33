"""Enters the demo's firms into the register, by the register's own verbs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_UP, Decimal
from random import Random

from demo import numbers, people
from demo.scenery import BEINGS, FORMS, PEOPLE, PLACES, STREETS, TRADES, VENDING
from precursors.models import Product
from precursors.quantities import Quantity, Unit, quantity
from registry import operations
from registry.actors import Actor
from registry.models import Driver, License, Organization, Permit, Proposal, Site, Vehicle
from registry.models.firms import Activity
from registry.proposals import approve

LICENSED_FOR = timedelta(days=730)
VENDORS_EVERY = 4  # of so many firms one sells
BUYS_PER_MONTH_MAX = 14  # usual purchases that fit into the quota
BUYS_PER_WEEK_MAX = Decimal("3.5")  # and that are issued without an officer


@dataclass(frozen=True)
class Line:
    """What a firm regularly buys."""

    product: Product
    unit: Unit
    usual: int

    def amount(self, times: Decimal) -> Quantity:
        """So many times the usual quantity, as people order it: in round figures."""
        step = Decimal(1) if self.unit == Unit.T else Decimal(10)
        return quantity(
            str(max(step, (self.usual * times / step).quantize(Decimal(1)) * step)), self.unit
        )

    def limit(self, times: Decimal) -> Quantity:
        """The same in kg of the substance, rounded up to hundreds."""
        net_kg = self.product.net_kg(quantity(str(self.usual), self.unit)) * times
        return quantity(str((net_kg / 100).quantize(Decimal(1), ROUND_UP) * 100), Unit.KG)


@dataclass
class Firm:
    """A firm with its papers, its people and its things."""

    actor: Actor
    license: License
    site: Site
    vehicles: list[Vehicle]
    driver: Driver
    lines: list[Line] = field(default_factory=list)
    permits: dict[int, Permit] = field(default_factory=dict)  # by precursor
    suspended: list[tuple[datetime, datetime]] = field(default_factory=list)

    @property
    def organization(self) -> Organization:
        assert self.actor.organization
        return self.actor.organization

    def is_licensed(self, at: datetime, day: date) -> bool:
        valid = self.license.valid_from <= day <= self.license.valid_to
        return valid and not any(start <= at < end for start, end in self.suspended)


@dataclass
class Cast:
    """Everybody of the demo."""

    officers: list[Actor]
    buyers: list[Firm]
    vendors: list[Firm]

    def vendors_of(self, precursor_id: int) -> list[Firm]:
        return [firm for firm in self.vendors if precursor_id in firm.permits]


def enter(
    count: int, *, officers: list[Actor], first_day: date, report: Callable[[int], None]
) -> Cast:
    """Enter so many firms as of now; the first buyer and vendor are those a visitor can be."""
    cast = Cast(officers, [], [])
    catalogue = _catalogue()
    for serial in range(1, count + 1):
        sells = serial % VENDORS_EVERY == 2
        first, second = officers[serial % 2], officers[1 - serial % 2]
        firm = _firm(serial, sells, by=first, first_day=first_day)
        (cast.vendors if sells else cast.buyers).append(firm)
        _permit(firm, _lines(serial, sells, catalogue), sells=sells, by=first, second=second)
        report(serial)
    return cast


def _catalogue() -> dict[str, Product]:
    codes = {code for trade in TRADES.values() for code, _unit, _usual in trade}
    rows = Product.objects.filter(jurisdiction_code="", superseded_at=None, code__in=codes)
    return {product.code: product for product in rows.select_related("precursor")}


def _firm(serial: int, sells: bool, *, by: Actor, first_day: date) -> Firm:
    rng = Random(f"firm {serial}")
    organization = operations.add_organization(
        tax_id=numbers.tax_id(serial), name=_name(serial, sells), by=by
    )
    begins = first_day - timedelta(days=rng.randint(20, 330))
    return Firm(
        actor=_dealer(serial, organization, by),
        license=_license(serial, organization, begins, by=by),
        site=_site(serial, organization, by=by),
        vehicles=[
            operations.add_vehicle(
                organization=organization, plate=numbers.plate(serial * 10 + n), kind=kind, by=by
            )
            for n, kind in enumerate(("camión", "camión cisterna"))
        ],
        driver=operations.add_driver(
            organization=organization,
            name=rng.choice(PEOPLE),
            document=numbers.document(serial),
            license=f"Q{numbers.document(serial)}",
            by=by,
        ),
    )


def _name(serial: int, sells: bool) -> str:
    trade = VENDING[serial // VENDORS_EVERY % len(VENDING)] if sells else _trade(serial)
    form = FORMS[serial % len(FORMS)] if serial > 2 else FORMS[0]
    return f"{trade} {BEINGS[(serial - 1) % len(BEINGS)]} {form} (demo)"


def _trade(serial: int) -> str:
    names = list(TRADES)
    return names[(serial - 1 - serial // VENDORS_EVERY) % len(names)]


def _dealer(serial: int, organization: Organization, by: Actor) -> Actor:
    part = {1: "buyer", 2: "vendor"}.get(serial)
    if part:
        return people.enter(part, by.jurisdiction, organization)
    name = PEOPLE[serial % len(PEOPLE)]
    email = f"firm{serial:02d}@{people.DOMAIN}"
    return people.join(email, name, "manager", by.jurisdiction, organization)


def _license(serial: int, organization: Organization, begins: date, *, by: Actor) -> License:
    license = operations.grant_license(
        organization=organization,
        number=f"DEMO-{serial:04d}",
        valid_from=begins,
        valid_to=begins + LICENSED_FOR,
        by=by,
    )
    assert isinstance(license, License)  # a firm that lost none gets its license by one
    return license


def _site(serial: int, organization: Organization, *, by: Actor) -> Site:
    rng = Random(f"site {serial}")
    place = PLACES[serial % len(PLACES)] if serial > 2 else PLACES[serial - 1]
    nearby = [Decimal(rng.randint(-9000, 9000)).scaleb(-6) for _axis in range(2)]
    site = operations.add_site(
        organization=organization,
        name=f"Planta {place.name}",
        address=f"{rng.choice(STREETS)} {rng.randint(100, 1999)}, {place.name}",
        ubigeo=place.ubigeo,
        latitude=place.latitude + nearby[0],
        longitude=place.longitude + nearby[1],
        storage_limit=quantity("500", "t"),
        by=by,
    )
    assert isinstance(site, Site)
    return site


def _lines(serial: int, sells: bool, catalogue: dict[str, Product]) -> list[Line]:
    if not sells:
        return [_line(catalogue, *row, times=_size(serial)) for row in TRADES[_trade(serial)]]
    # The first vendor and every third sell everything, the others half of it each.
    rows = [row for trade in TRADES.values() for row in trade]
    chosen = rows if serial % 12 == 2 else rows[serial % 3 :: 2]
    return [_line(catalogue, *row, times=1) for row in chosen]


def _size(serial: int) -> int:
    return 1 if serial == 1 else Random(f"size {serial}").choice((1, 1, 2, 3))


def _line(catalogue: dict[str, Product], code: str, unit: str, usual: int, *, times: int) -> Line:
    return Line(catalogue[code], Unit(unit), usual * times)


def _permit(firm: Firm, lines: list[Line], *, sells: bool, by: Actor, second: Actor) -> None:
    """Permit each substance once, by its largest line; another officer agrees."""
    firm.lines = [] if sells else lines
    largest = {line.product.precursor_id: line for line in sorted(lines, key=_net_kg)}
    for precursor_id, line in largest.items():
        proposal = operations.grant_permit(
            license=firm.license,
            precursor=line.product.precursor,
            activity=Activity.SELL if sells else Activity.BUY,
            limit=quantity("900", "t") if sells else line.limit(Decimal(BUYS_PER_MONTH_MAX)),
            period="month",
            automatic_limit=None if sells else line.limit(BUYS_PER_WEEK_MAX),
            by=by,
        )
        assert isinstance(proposal, Proposal)
        approve(proposal, by=second)
        firm.permits[precursor_id] = Permit.objects.get(proposal=proposal)


def _net_kg(line: Line) -> Decimal:
    return line.product.net_kg(quantity(str(line.usual), line.unit))
