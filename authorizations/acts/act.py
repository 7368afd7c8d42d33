"""What every verb does: check who acts, write one act, and ring once it is committed.

An act is one statement (`acts.statement`): the authorization, the report it comes from, what is
left to do, the events, the allowances and their ledger entries are written together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from authorizations import bell
from authorizations.acts.statement import quota_parameters, statement_for, values_of
from authorizations.ledger import Balances
from authorizations.models import Authorization, DutyReason, Status
from database.row_security import see_all_rows
from precursors.errors import Refused
from registry import events
from registry.actors import Actor
from registry.events import NewEvent

# A verb that takes part in its caller's transaction, if there is one, without a savepoint of its
# own: a refusal rolls the whole transaction back.
joins_transaction = transaction.atomic(savepoint=False)


def require_buyer(authorization: Authorization, by: Actor) -> None:
    if not by.organization or by.organization.pk != authorization.buyer_id:
        raise Refused("not_the_buyer", _("Only the buyer may do this."))


def require_seller(authorization: Authorization, by: Actor) -> None:
    if not by.organization or by.organization.pk != authorization.seller_id:
        raise Refused("not_the_seller", _("Only the vendor may do this."))


def require_status(authorization: Authorization, *allowed: Status) -> None:
    if authorization.status in allowed:
        return
    code = "not_live" if len(allowed) > 1 else f"not_{allowed[0].value}"
    raise Refused(
        code,
        _("This is not possible any more: the authorization is “%(status)s”.")
        % {"status": Status(authorization.status).label},
        status=authorization.status,
    )


@dataclass(frozen=True)
class Due:
    """An evaluation that an act leaves to be done at a time: a row of `Duty`."""

    reason: DutyReason
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Act:
    """One act on one authorization, ready to be written."""

    authorization: Authorization
    kind: str  # of its ledger entries
    at: datetime
    events: Sequence[NewEvent]
    due: Sequence[Due]
    change: Balances
    sellers: Balances | None = None  # on the vendor's allowance, where not a part of that change
    report: Model | None = None  # a sale, a receipt: a row of the version that the act makes
    limits: Mapping[int, Decimal] = field(default_factory=dict)  # of allowances, on admission

    def write(self) -> int:
        """Write it and ring once it is committed. Returns on how many allowances it was booked."""
        model = type(self.report) if self.report else None
        statement = statement_for(is_new=self.authorization._state.adding, report=model)
        with see_all_rows():  # both quotas are booked on, and a duty is left
            ((pk, report_pk, booked),) = statement.rows(self._parameters())
        self.authorization.pk = pk
        self.authorization._state.adding = False
        if self.report:
            self.report.pk = report_pk
            self.report._state.adding = False
        if self.due:
            transaction.on_commit(bell.ring, robust=True)
        return int(booked)

    def _parameters(self) -> dict[str, Any]:
        row = self.authorization
        return {
            **values_of(row, "subject"),
            **(values_of(self.report, "report") if self.report else {}),
            **events.parameters(row, self.events, at=self.at, organizations=row.parties),
            **quota_parameters(row, self._shares(), self.limits),
            "id": row.pk,
            "kind": self.kind,
            "version": row.version,
            "duties": [due.reason.value for due in self.due],
            "due": [due.at for due in self.due],
        }

    def _shares(self) -> dict[int, Balances]:
        """What changes on each allowance; none is touched where nothing does."""
        row, change = self.authorization, self.change
        sellers = change.of_seller if self.sellers is None else self.sellers
        pair = ((row.allowance_id, change.of_buyer), (row.seller_allowance_id, sellers))
        return {pk: own for pk, own in pair if pk is not None and own != Balances()}


def write_new(
    authorization: Authorization,
    events: Sequence[NewEvent],
    *,
    at: datetime,
    due: Sequence[Due] = (),
    limits: Mapping[int, Decimal] | None = None,
) -> bool:
    """Write a new authorization. False: a limit leaves no room for it, and all must roll back."""
    act = Act(
        authorization=authorization,
        kind="request",
        at=at,
        events=events,
        due=due,
        change=authorization.balances,
        limits=limits or {},
    )
    return act.write() == len(act.limits)


def write_change(
    authorization: Authorization,
    kind: str,
    *,
    at: datetime,
    balances: Balances | None = None,
    data: dict[str, Any] | None = None,
    report: Model | None = None,
    due: Sequence[Due] = (),
    before: Sequence[NewEvent] = (),
    limits: Mapping[int, Decimal] | None = None,
    by: Actor,
) -> bool:
    """Write the next version with its report, its duties, its events and its ledger entries.

    `limits`: of an allowance that is taken only now. False: it leaves no room, and all must roll
    back.
    """
    previous = authorization.balances
    after = balances or previous
    authorization.version += 1
    authorization.balances = after
    act = Act(
        authorization=authorization,
        kind=kind,
        at=at,
        events=[*before, NewEvent(f"authorization.{kind}", by, data or {})],
        due=[Due(DutyReason.RECORDED, at), *due],
        change=after - previous,
        sellers=after.of_seller if authorization.takes_vendors_quota else None,
        report=report,
        limits=limits or {},
    )
    booked = act.write()
    authorization.takes_vendors_quota = False
    return booked == len(act._shares())


def record_event(
    kind: str,
    authorization: Authorization,
    *,
    at: datetime,
    data: dict[str, Any] | None = None,
    by: Actor,
) -> None:
    """Record an event that changes nothing an evaluation reads."""
    events.record(
        kind, authorization, at=at, organizations=authorization.parties, data=data, by=by
    )
