"""The paper of the book: rows in memory, with the numbers and balances that stand on them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import connection
from django.db.models import Model

from authorizations.ledger import ZERO, Balances
from authorizations.models import Allowance, Authorization, Duty, LedgerEntry, Ruleset
from demo import numbers
from demo.firms import Firm
from precursors.models import Product
from precursors.quantities import Quantity
from registry.actors import Actor
from registry.models import Event, Jurisdiction, Permit, Site, Vehicle
from registry.periods import period_of
from rules.count import SaleStep

IDS_AT_ONCE = 2000
NEXT_IDS = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
SEEN_AFTER = timedelta(seconds=2)  # how soon the worker looks at what was done


@dataclass(frozen=True)
class Look:
    """A moment at which the worker looked at an authorization, and what changeable it saw."""

    version: int
    at: datetime
    known: dict[str, Any]


@dataclass
class Case:
    """An authorization while it is being written, with what was reported of its sales."""

    row: Authorization
    buyer: Firm
    seller: Firm
    rng: Random
    words: dict[int, list[SaleStep]] = field(default_factory=dict)  # by the first report of a sale
    looks: list[Look] = field(default_factory=list)
    watched: bool = False  # something is expected to be found

    @property
    def is_live(self) -> bool:
        return self.row.is_live


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a buyer requests."""

    buyer: Firm
    seller: Firm
    product: Product
    quantity: Quantity
    vehicle: Vehicle | None
    purpose: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a vendor reports of a sale, beside its quantity."""

    sold_at: datetime
    site: Site
    plate: str
    vehicle: Vehicle | None
    product: Product
    invoice: str
    guide: str
    gross_kg: Decimal | None = None
    tare_kg: Decimal | None = None
    complete: bool = False
    reason: str = ""


class Paper:
    """Rows that will be loaded, and the balances so far."""

    def __init__(self, jurisdiction: Jurisdiction, ruleset: Ruleset) -> None:
        self.jurisdiction = jurisdiction
        self.ruleset = ruleset
        self.portal = Actor.portal(jurisdiction)
        self.rows: dict[type[Model], list[Any]] = defaultdict(list)
        self.cases: list[Case] = []
        self._allowances: dict[tuple[Any, ...], Allowance] = {}
        self._by_id: dict[int, Allowance] = {}
        self._events: dict[int, int] = defaultdict(int)
        self._ids: dict[type[Model], Iterator[int]] = {}

    def look(self, case: Case, at: datetime) -> None:
        """The worker looks again, though nothing was done: time alone can break a rule."""
        row = case.row
        moments = {name: getattr(row, name) for name in ("issued_at", "valid_until", "ended_at")}
        known = {
            "status": str(row.status),
            "plate": row.vehicle.plate if row.vehicle else "",
            **{name: moment and moment.isoformat() for name, moment in moments.items()},
            "caps_kg": {},  # as they are
        }
        case.looks.append(Look(row.version, at, known))

    def open(self, case: Case) -> None:
        case.row.pk = self.next_id(Authorization)
        self.rows[Authorization].append(case.row)
        self.cases.append(case)

    def change(
        self,
        case: Case,
        kind: str,
        at: datetime,
        balances: Balances | None = None,
        *,
        data: dict[str, str],
        by: Actor,
    ) -> None:
        before = case.row.balances
        after = balances or before
        case.row.version += 1
        case.row.balances = after
        self.event(case, f"authorization.{kind}", at, data=data, by=by)
        if after != before:
            self.enter(case, after - before, kind, at)
        self.look(case, at + SEEN_AFTER)

    def enter(self, case: Case, change: Balances, kind: str, at: datetime) -> None:
        """Book a change on both allowances, as of now, and append it to the ledger."""
        pair = {
            case.row.allowance_id: change.of_buyer,
            case.row.seller_allowance_id: change.of_seller,
        }
        for pk in sorted(pk for pk in pair if pk is not None and pair[pk] != Balances()):
            allowance, own = self._by_id[pk], pair[pk]
            allowance.reserved_kg += own.reserved
            allowance.held_kg += own.held
            allowance.consumed_kg += own.consumed
            allowance.overage_kg += own.overage
            allowance.claimed_kg += own.claimed
            self.rows[LedgerEntry].append(self._entry(case, allowance, own, kind, at))

    def _entry(
        self, case: Case, allowance: Allowance, change: Balances, kind: str, at: datetime
    ) -> LedgerEntry:
        return LedgerEntry(
            jurisdiction=self.jurisdiction,
            month=_month(at),
            allowance_id=allowance.pk,
            authorization_id=case.row.pk,
            version=case.row.version,
            kind=kind,
            reserved_kg=change.reserved,
            held_kg=change.held,
            consumed_kg=change.consumed,
            overage_kg=change.overage,
            claimed_kg=change.claimed,
            used_after_kg=allowance.used_kg,
            limit_kg=allowance.limit_kg,
            recorded_at=at,
        )

    def event(
        self,
        case: Case,
        kind: str,
        at: datetime,
        *,
        data: dict[str, str] | None = None,
        by: Actor,
    ) -> None:
        pk = case.row.pk
        self._events[pk] += 1
        self.rows[Event].append(
            Event(
                uuid=numbers.uuid(at, case.rng),
                jurisdiction=self.jurisdiction,
                month=_month(at),
                kind=kind,
                subject_kind="authorization",
                subject_id=pk,
                sequence=self._events[pk],
                at=at,
                data=data or {},
                organizations=case.row.parties,
                user=by.user,
            )
        )

    def due(self, case: Case, reason: str, at: datetime) -> None:
        self.rows[Duty].append(
            Duty(
                authorization_id=case.row.pk,
                version=case.row.version,
                reason=reason,
                due_at=at,
            )
        )

    def allowance(self, firm: Firm, permit: Permit, at: datetime) -> Allowance:
        day = at.astimezone(self.jurisdiction.zone).date()
        start, end = period_of(day, permit.period)
        key = firm.organization.pk, permit.precursor_id, permit.activity, start, end
        if key not in self._allowances:
            self._allowances[key] = self._new_allowance(key, permit)
        return self._allowances[key]

    def _new_allowance(self, key: tuple[Any, ...], permit: Permit) -> Allowance:
        organization, precursor, activity, start, end = key
        allowance = Allowance(
            id=self.next_id(Allowance),
            jurisdiction=self.jurisdiction,
            organization_id=organization,
            precursor_id=precursor,
            activity=activity,
            period_start=start,
            period_end=end,
            limit_kg=permit.limit_kg,
            reserved_kg=ZERO,
            held_kg=ZERO,
            consumed_kg=ZERO,
            overage_kg=ZERO,
            claimed_kg=ZERO,
        )
        self.rows[Allowance].append(allowance)
        self._by_id[allowance.pk] = allowance
        return allowance

    def next_id(self, model: type[Model]) -> int:
        """The next number of a table, as the database deals them out."""
        try:
            return next(self._ids[model])
        except (KeyError, StopIteration):
            self._ids[model] = self._more_ids(model)
            return next(self._ids[model])

    def _more_ids(self, model: type[Model]) -> Iterator[int]:
        with connection.cursor() as cursor:
            cursor.execute(NEXT_IDS, [model._meta.db_table, IDS_AT_ONCE])
            return iter([pk for (pk,) in cursor.fetchall()])


def _month(at: datetime) -> date:
    return at.astimezone(UTC).date().replace(day=1)
