"""Builds, in memory, the rows that the verbs of `authorizations` would have written.

A year of trade is too much to be acted out verb by verb at every first start. The arithmetic is
the ledger's own; `check_invariants` holds the result to what must always be true.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.conf import settings

from authorizations import ledger
from authorizations.acts import receipts_due
from authorizations.document_numbers import document_key
from authorizations.eligibility.dealers import AUTOMATIC_WINDOW
from authorizations.ledger import ZERO, Balances
from authorizations.models import (
    Allowance,
    Authorization,
    DutyReason,
    LookUp,
    Receipt,
    Ruleset,
    Sale,
    Status,
)
from demo import numbers
from demo.firms import Firm
from demo.paper import SEEN_AFTER, Case, Order, Paper, Report
from precursors.quantities import Quantity
from registry.actors import Actor
from registry.models import Jurisdiction, Permit
from registry.periods import end_of_day, working_days_after
from rules.claims import fold_claim
from rules.count import SaleStep, Word, count_sale

Permits = list[tuple[Firm, Permit]]  # the buyer's, the seller's


class Book(Paper):
    """The acts, each as its verb would have left it."""

    def __init__(self, jurisdiction: Jurisdiction, ruleset: Ruleset) -> None:
        super().__init__(jurisdiction, ruleset)
        self._issued: dict[tuple[int, int], list[tuple[datetime, Decimal]]] = defaultdict(list)
        self._awaited: dict[int, dict[int, datetime]] = defaultdict(dict)  # receipts, by buyer

    # Before the sale --------------------------------------------------------------------------

    def request(self, order: Order, *, at: datetime, rng: Random) -> Case | None:
        """Reserve and give a code, issued at once within the automatic limit; None if refused."""
        permits = self._permits(order)
        if len(permits) < 2 or not self._may_ask(order, at):
            return None
        case = Case(self._opened(order, permits, at, rng), order.buyer, order.seller, rng)
        pair = [self.allowance(firm, permit, at) for firm, permit in permits]
        if any(
            a.used_kg + case.row.net_kg > p.limit_kg
            for a, (_firm, p) in zip(pair, permits, strict=True)
        ):
            return None
        self._admit(case, pair, permits, at)
        self._note_request(case, order, permits[0][1], at)
        return case

    def issue(self, case: Case, *, at: datetime, by: Actor) -> None:
        case.row.status, case.row.issued_at = Status.ISSUED, at
        case.row.valid_until = self._valid_until(case, at)
        self.change(case, "issued", at, data=_issued(case.row), by=by)
        self._count_issue(case, at)
        self.due(case, DutyReason.END, case.row.ends_at)
        self.due(case, DutyReason.RELEASE, release_at(case.row))

    def refuse(self, case: Case, *, at: datetime, reason: str, by: Actor) -> None:
        self._end(case, Status.REFUSED, at, held=False, reason=reason, by=by)

    def cancel(self, case: Case, *, at: datetime, reason: str) -> None:
        held = case.row.looked_up_at is not None
        self._end(case, Status.CANCELLED, at, held=held, reason=reason, by=case.buyer.actor)

    def expire(self, case: Case, *, at: datetime) -> None:
        held = case.row.status == Status.ISSUED
        self._end(case, Status.EXPIRED, at, held=held, reason="", by=self.portal)

    def release(self, case: Case, *, at: datetime) -> None:
        """As the portal does, 24 h after the validity of what ended undeclared."""
        if case.is_live or case.row.declared_at or case.row.released_at:
            return
        case.row.released_at = at
        balances = ledger.freed(case.row.balances)
        self.change(case, "released", at, balances, data={"reason": ""}, by=self.portal)

    def look_up(self, case: Case, *, at: datetime) -> None:
        if case.row.looked_up_at is not None:
            return
        by = case.seller.actor
        assert by.user
        case.row.looked_up_at = at
        self.rows[LookUp].append(
            LookUp(
                jurisdiction=self.jurisdiction,
                account=f"user:{by.user.pk}",
                organization=by.organization,
                result=LookUp.Result.FOUND,
                authorization_id=case.row.pk,
                at=at,
            )
        )
        self.event(case, "authorization.looked_up", at, by=by)

    # The sale, and after ----------------------------------------------------------------------

    def sell(self, case: Case, quantity: Quantity, report: Report, *, at: datetime) -> Sale:
        """Record a sale as it is reported, whatever it is."""
        sale = self._sale(case, quantity, report, at)
        case.words[sale.pk] = [SaleStep(Word.REPORTED, sale.net_kg)]
        if not case.row.is_claim:
            self._awaited[case.row.buyer_id][sale.pk] = max(report.sold_at, at)
            self._note_awaited(case)
        self._book_sale(case, sale, sale.net_kg, "sale", at)
        if not case.row.is_claim:
            self.due(case, DutyReason.RECEIPT_DUE, receipts_due.due_at(sale))
        return sale

    def sell_without_code(
        self, order: Order, report: Report, *, at: datetime, rng: Random
    ) -> tuple[Case, Sale]:
        permits = self._permits(order)
        row = self._opened(order, permits, at, rng)
        row.code, row.status, row.purpose = None, Status.CLOSED, report.reason
        row.is_claim = True
        row.destination_site = row.vehicle = None
        row.quantity_value, row.quantity_unit = ZERO, "kg"
        row.product_kg = row.net_kg = row.reserved_kg = ZERO
        row.looked_up_at = row.ended_at = row.declared_at = row.decide_by = at
        row.issued_at = row.valid_until = None
        case = Case(row, order.buyer, order.seller, rng)
        pair = [self.allowance(firm, permit, at) for firm, permit in permits]
        row.allowance_id, row.seller_allowance_id = (allowance.pk for allowance in pair)
        self.open(case)
        self.event(case, "authorization.without_code", at, by=order.seller.actor)
        return case, self.sell(case, order.quantity, report, at=at)

    def correct(
        self, case: Case, sale: Sale, quantity: Quantity, report: Report, *, at: datetime
    ) -> Sale:
        before = count_sale(case.words[sale.pk])
        new = self._sale(case, quantity, report, at)
        new.root_id = new.replaces_id = sale.pk
        case.words[sale.pk].append(SaleStep(Word.REPORTED, new.net_kg))
        self._book_sale(case, new, count_sale(case.words[sale.pk]) - before, "correction", at)
        return new

    def receive(
        self,
        case: Case,
        sale: Sale,
        amount: Quantity,
        *,
        at: datetime,
        received_at: datetime,
        outcome: str,
        reasons: tuple[str, ...] = (),
        remarks: str = "",
    ) -> None:
        """Record the buyer's report of what arrived."""
        receipt = Receipt(
            uuid=numbers.uuid(at, case.rng),
            jurisdiction=self.jurisdiction,
            authorization_id=case.row.pk,
            version=case.row.version + 1,
            sale_id=sale.pk,
            received_at=received_at,
            recorded_at=at,
            quantity_value=amount.value,
            quantity_unit=str(amount.unit),
            product_kg=sale.product.product_kg(amount),
            net_kg=sale.product.net_kg(amount),
            outcome=outcome,
            reasons=list(reasons),
            remarks=remarks,
            recorded_by=case.buyer.actor.user,
        )
        self.rows[Receipt].append(receipt)
        self._awaited[case.row.buyer_id].pop(sale.pk, None)
        self._note_awaited(case)
        self._book_receipt(case, sale, receipt)

    def _book_receipt(self, case: Case, sale: Sale, receipt: Receipt) -> None:
        data = {
            "sale": str(sale.uuid),
            "outcome": str(receipt.outcome),
            "quantity": str(receipt.quantity_value),
            "unit": receipt.quantity_unit,
        }
        before = count_sale(case.words[sale.pk])
        case.words[sale.pk].append(SaleStep(Word.RECEIVED, receipt.net_kg))
        rise = count_sale(case.words[sale.pk]) - before
        by = case.buyer.actor
        self._change_sold(case, rise, "received", receipt.recorded_at, data=data, by=by)

    def _note_awaited(self, case: Case) -> None:
        since = self._awaited[case.row.buyer_id]
        moments = [since[pk] for pk in case.words if pk in since]
        case.row.receipt_awaited_since = min(moments, default=None)

    def is_awaited(self, sale: Sale) -> bool:
        return sale.pk in self._awaited[sale.buyer_id]

    # What requests are made of ----------------------------------------------------------------

    def _permits(self, order: Order) -> Permits:
        precursor_id = order.product.precursor_id
        pairs = [(firm, firm.permits.get(precursor_id)) for firm in (order.buyer, order.seller)]
        return [(firm, permit) for firm, permit in pairs if permit]

    def _may_ask(self, order: Order, at: datetime) -> bool:
        day = at.astimezone(self.jurisdiction.zone).date()
        licensed = all(firm.is_licensed(at, day) for firm in (order.buyer, order.seller))
        before = at - timedelta(days=settings.RECEIPT_DUE_DAYS)
        awaited = self._awaited[order.buyer.organization.pk].values()
        return licensed and not any(since <= before for since in awaited)

    def _opened(self, order: Order, permits: Permits, at: datetime, rng: Random) -> Authorization:
        net_kg = order.product.net_kg(order.quantity)
        zone = self.jurisdiction.zone
        return Authorization(
            uuid=numbers.uuid(at, rng),
            jurisdiction=self.jurisdiction,
            code=numbers.code(rng),
            status=Status.PENDING,
            buyer=order.buyer.organization,
            seller=order.seller.organization,
            product=order.product,
            precursor_id=order.product.precursor_id,
            quantity_value=order.quantity.value,
            quantity_unit=str(order.quantity.unit),
            product_kg=order.product.product_kg(order.quantity),
            net_kg=net_kg,
            reserved_kg=net_kg,
            held_kg=ZERO,
            consumed_kg=ZERO,
            overage_kg=ZERO,
            sold_kg=ZERO,
            destination_site=order.buyer.site,
            vehicle=order.vehicle,
            purpose=order.purpose,
            permit=permits[0][1],
            seller_permit=permits[1][1],
            ruleset=self.ruleset,
            requested_at=at,
            decide_by=working_days_after(at, settings.PENDING_WORKING_DAYS, zone),
        )

    def _admit(
        self,
        case: Case,
        pair: list[Allowance],
        permits: Permits,
        at: datetime,
    ) -> None:
        case.row.allowance_id, case.row.seller_allowance_id = (a.pk for a in pair)
        self.open(case)
        for allowance, (_firm, permit) in zip(pair, permits, strict=True):
            allowance.limit_kg = permit.limit_kg
        self.enter(case, Balances(reserved=case.row.net_kg), "request", at)

    def _note_request(self, case: Case, order: Order, permit: Permit, at: datetime) -> None:
        data = {
            "product": order.product.code,
            "quantity": str(order.quantity.value),
            "unit": order.quantity.unit.value,
            "net_kg": str(case.row.net_kg),
        }
        self.event(case, "authorization.requested", at, data=data, by=case.buyer.actor)
        if self._is_automatic(case.row, permit, at):
            case.row.status, case.row.issued_at = Status.ISSUED, at
            case.row.valid_until = self._valid_until(case, at)
            self.event(case, "authorization.issued", at, data=_issued(case.row), by=self.portal)
            self._count_issue(case, at)
        self.due(case, DutyReason.END, case.row.ends_at)
        self.due(case, DutyReason.RELEASE, release_at(case.row))
        self.look(case, at + SEEN_AFTER)

    def _is_automatic(self, row: Authorization, permit: Permit, at: datetime) -> bool:
        since = at - AUTOMATIC_WINDOW
        key = row.buyer_id, row.precursor_id
        recent_kg = sum((kg for issued_at, kg in self._issued[key] if issued_at > since), ZERO)
        limit = permit.automatic_limit_kg
        return limit is not None and recent_kg + row.net_kg <= limit

    def _count_issue(self, case: Case, at: datetime) -> None:
        self._issued[case.row.buyer_id, case.row.precursor_id].append((at, case.row.net_kg))

    def _valid_until(self, case: Case, at: datetime) -> datetime:
        zone = self.jurisdiction.zone
        return min(
            at + timedelta(hours=settings.CODE_VALIDITY_HOURS),
            end_of_day(case.buyer.license.valid_to, zone),
            end_of_day(case.seller.license.valid_to, zone),
        )

    def _sale(self, case: Case, quantity: Quantity, report: Report, at: datetime) -> Sale:
        sale = Sale(
            id=self.next_id(Sale),
            uuid=numbers.uuid(at, case.rng),
            jurisdiction=self.jurisdiction,
            authorization_id=case.row.pk,
            version=case.row.version + 1,
            buyer_id=case.row.buyer_id,
            seller_id=case.row.seller_id,
            quantity_value=quantity.value,
            quantity_unit=str(quantity.unit),
            product_kg=report.product.product_kg(quantity),
            net_kg=report.product.net_kg(quantity),
            sold_on=report.sold_at.astimezone(self.jurisdiction.zone).date(),
            recorded_at=at,
            driver_document=case.buyer.driver.document,
            driver_license=case.buyer.driver.license,
            recorded_by=case.seller.actor.user,
            invoice_key=document_key(report.invoice),
            guide_key=document_key(report.guide),
            **vars(report),
        )
        self.rows[Sale].append(sale)
        return sale

    def _book_sale(self, case: Case, sale: Sale, rise: Decimal, kind: str, at: datetime) -> None:
        data = {
            "sale": str(sale.uuid),
            "quantity": str(sale.quantity_value),
            "unit": sale.quantity_unit,
            "net_kg": str(sale.net_kg),
            "reason": sale.reason,
        }
        by = case.seller.actor
        self._change_sold(case, rise, kind, at, complete=sale.complete, data=data, by=by)

    def _change_sold(
        self,
        case: Case,
        rise: Decimal,
        kind: str,
        at: datetime,
        *,
        complete: bool = False,
        data: dict[str, str],
        by: Actor,
    ) -> None:
        row = case.row
        balances = self._booked(case, rise)
        if complete and not row.declared_at:
            row.declared_at = at
        if row.status == Status.ISSUED and (row.declared_at or not balances.reserved):
            row.status, row.ended_at = Status.CLOSED, at
        if row.declared_at and not row.is_live:
            balances = ledger.freed(balances)
        self.change(case, kind, at, balances, data=data, by=by)

    def _booked(self, case: Case, rise: Decimal) -> Balances:
        row = case.row
        if row.is_claim:
            (words,) = case.words.values()  # a sale without a code stands alone
            claim, sold = fold_claim(words), row.balances.sold + rise
            return ledger.claim_changed(sold=sold, vouched=claim.vouched, claimed=claim.claimed)
        return ledger.sold_changed(
            row.balances,
            authorized=row.net_kg,
            by=rise,
            live=row.is_live,
            settled=bool(row.declared_at or row.released_at),
        )

    def _end(
        self, case: Case, status: Status, at: datetime, *, held: bool, reason: str, by: Actor
    ) -> None:
        held = held and case.row.declared_at is None
        balances = ledger.ended(case.row.balances, held=held)
        case.row.status, case.row.ended_at = status, at
        self.change(case, str(status), at, balances, data={"reason": reason}, by=by)


def _issued(row: Authorization) -> dict[str, str]:
    assert row.valid_until
    return {"valid_until": row.valid_until.isoformat(), "reason": ""}


def release_at(row: Authorization) -> datetime:
    """When what an ended code still holds is freed."""
    return row.ends_at + timedelta(hours=settings.RELEASE_AFTER_HOURS)
