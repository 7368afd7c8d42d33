"""What the rules read: plain, frozen values, as they were known at one moment.

Read from the tables by `oversight.reading.authorizations`, or written by hand in a test.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from precursors.quantities import Quantity

Evidence = dict[str, str]  # of a rule: numbers and identifiers; sentences stand in templates
LIVE = frozenset({"pending", "issued"})
CALLED_OFF = frozenset({"refused", "cancelled", "revoked"})
NOTHING_ARRIVED = frozenset({"refused", "never_received"})
IN_FORCE = "in_force"


@dataclass(frozen=True, kw_only=True)
class ProductFacts:
    """One version of a product."""

    code: str
    precursor: str
    concentration_percent: Decimal
    density_kg_per_l: Decimal | None = None
    scale_division_kg: Decimal = Decimal("0.1")
    expansion_per_kelvin: Decimal | None = None
    tolerance_cap_kg: Decimal | None = None
    packed: bool = False


@dataclass(frozen=True)
class Amount:
    """A quantity as it was reported, and the mass of the product in it."""

    quantity: Quantity
    product_kg: Decimal

    @property
    def base(self) -> Fraction:
        """In kg or L, exactly."""
        return Fraction(self.quantity.base)

    @property
    def dimension(self) -> str:
        return self.quantity.unit.dimension


@dataclass(frozen=True, kw_only=True)
class ReportFacts:
    """One report of a sale: the first, or a correction. A void has no amount."""

    version: int
    amount: Amount | None
    product: ProductFacts
    sold_at: datetime
    recorded_at: datetime
    site: str
    site_is_sellers: bool = True
    plate: str = ""  # as it was told, perhaps with no plate
    plate_is_known: bool = True
    trailers: tuple[str, ...] = ()
    unknown_trailers: tuple[str, ...] = ()
    names_vehicle: bool = True  # one of them is a plate
    invoice: str = ""
    guide: str = ""
    invoice_key: str = ""  # in the form in which numbers are compared
    guide_key: str = ""
    gross_kg: Decimal | None = None
    tare_kg: Decimal | None = None

    @property
    def plates(self) -> tuple[str, ...]:
        return (self.plate, *self.trailers)

    @property
    def unknown_plates(self) -> tuple[str, ...]:
        return (*(() if self.plate_is_known else (self.plate,)), *self.unknown_trailers)


@dataclass(frozen=True, kw_only=True)
class ReceiptFacts:
    """The buyer's statement on a sale. No amount: nothing arrived."""

    version: int
    outcome: str
    amount: Amount | None
    received_at: datetime
    recorded_at: datetime
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Twin:
    """An earlier sale of the same vendor, on another code, with the same document."""

    document: str  # "invoice", "guide"
    number: str
    sale: str


@dataclass(frozen=True, kw_only=True)
class SaleFacts:
    """One sale with all that was reported for it, in the order it was recorded."""

    id: int
    reports: tuple[ReportFacts, ...]
    uuid: str = ""
    receipt: ReceiptFacts | None = None  # in force
    earlier_receipts: tuple[ReceiptFacts, ...] = ()  # which it replaced, in order
    agreed_versions: tuple[int, ...] = ()
    twins: tuple[Twin, ...] = ()
    alike: str = ""  # the first earlier sale of both, alike in second, plate and quantity

    @property
    def first(self) -> ReportFacts:
        return self.reports[0]

    @property
    def current(self) -> ReportFacts:
        return self.reports[-1]

    @property
    def is_void(self) -> bool:
        return self.current.amount is None

    @property
    def receipts(self) -> tuple[ReceiptFacts, ...]:
        """Every receipt, in the order it was recorded."""
        return (*self.earlier_receipts, self.receipt) if self.receipt else ()


@dataclass(frozen=True, kw_only=True)
class LicenseFacts:
    """A license of one of the parties, with every change of its standing."""

    party: str  # "buyer", "seller"
    number: str
    valid_from: date
    valid_to: date
    steps: tuple[tuple[datetime, str], ...] = ()

    def standing_at(self, moment: datetime) -> str:
        """Its standing then, whatever its dates."""
        return next((standing for at, standing in reversed(self.steps) if at <= moment), IN_FORCE)

    def covers(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_to


@dataclass(frozen=True)
class Booking:
    """What one act took of an allowance, and how full it was then."""

    activity: str  # "buy", "sell"
    change_kg: Decimal
    used_kg: Decimal  # of the allowance, after it
    limit_kg: Decimal


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One authorization and all that happened to it, as known at `as_of`."""

    id: int
    version: int
    as_of: datetime
    zone: ZoneInfo
    has_code: bool
    is_claim: bool = False  # without a code, and the buyer owes no receipt for it
    status: str
    product: ProductFacts
    authorized: Amount
    issued_at: datetime | None = None
    valid_until: datetime | None = None
    ended_at: datetime | None = None
    plate: str = ""
    sales: tuple[SaleFacts, ...] = ()
    licenses: tuple[LicenseFacts, ...] = ()
    bookings: tuple[Booking, ...] = ()

    @property
    def has_ended(self) -> bool:
        return self.status not in LIVE

    def reports(self) -> Iterator[ReportFacts]:
        """Every report of every sale."""
        for sale in self.sales:
            yield from sale.reports
