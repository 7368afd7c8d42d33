"""The rows that one story left, as lines of COPY with blanks for what is each purchase's own."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    NOT_PROVIDED,
    DateField,
    Field,
    ForeignKey,
    JSONField,
    Model,
    UUIDField,
)

from authorizations.document_numbers import document_key
from authorizations.models import Authorization, Duty, LedgerEntry, LookUp, Receipt, Sale
from bench.growth.stories import Deal
from demo.loading import ESCAPED
from oversight.models import Evaluation, Flag, FlagStep
from registry.models import Event, IdempotencyKey, Organization

MODELS = (
    Authorization,
    Sale,
    Receipt,
    LedgerEntry,
    LookUp,
    Event,
    Duty,
    Evaluation,
    Flag,
    FlagStep,
    IdempotencyKey,
)
NAMED = (Authorization, Sale, Flag)  # rows that other rows name: their ids are given out here
SUBJECTS: dict[str, type[Model]] = {"authorization": Authorization, "sale": Sale, "flag": Flag}
MICRO = 10**6
NULL = r"\N"
MARKS = (('"@@', "%("), ('@@"', ")s"), ("@#", "%("), ("#@", ")s"))  # in JSON: numbers, texts


@dataclass
class Mold:
    """One story. `lines` holds for each table its lines, with `%(name)s` for each blank."""

    deal: Deal
    authorization: Authorization
    moments: list[datetime] = field(default_factory=list)
    uuids: list[UUID] = field(default_factory=list)
    ids: dict[type[Model], list[int]] = field(default_factory=dict)
    entries: list[tuple[str, int]] = field(default_factory=list)  # whose allowance, micro kg
    balances: list[Decimal] = field(default_factory=list)  # at the end
    columns: dict[type[Model], str] = field(default_factory=dict)
    lines: dict[type[Model], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = {model: list(_rows(model, self.authorization)) for model in MODELS}
        self.ids = {model: [row.pk for row in rows[model]] for model in NAMED}
        self._names = self._known_names(rows)
        row = rows[Authorization][0]
        self.balances = [row.reserved_kg, row.held_kg, row.consumed_kg, row.overage_kg]
        for model in MODELS:
            columns = _columns(model)
            self.columns[model] = ", ".join(str(column.column) for column in columns)
            self.lines[model] = "".join(self._line(columns, each) for each in rows[model])

    def _known_names(self, rows: dict[type[Model], list[Any]]) -> dict[tuple[str, Any], str]:
        """What stands in the rows, by table and value, and the blank it becomes."""
        names: dict[tuple[str, Any], str] = {}
        for model in NAMED:
            for number, row in enumerate(rows[model]):
                names[model._meta.label, row.pk] = f"{model._meta.model_name}{number}"
        for role, firm in (("buyer", self.deal.buyer), ("vendor", self.deal.vendor)):
            for row in (firm.organization, firm.site, firm.vehicle, firm.key):
                names[row._meta.label, row.pk] = f"{role}_{row._meta.model_name}"
            for permit in firm.permits.values():
                names[permit._meta.label, permit.pk] = f"{role}_permit"
        allowance = "authorizations.Allowance"
        names[allowance, self.authorization.allowance_id] = "buyer_allowance"
        names[allowance, self.authorization.seller_allowance_id] = "vendor_allowance"
        return names

    def _line(self, columns: list["Field[Any, Any]"], row: Any) -> str:
        return "\t".join(self._cell(column, row) for column in columns) + "\n"

    def _cell(self, column: "Field[Any, Any]", row: Any) -> str:
        value = getattr(row, column.attname)
        if value is None:
            return NULL
        if column.name == "used_after_kg":
            return self._used_after(row)
        if column.name == "subject_id":
            return self._name(SUBJECTS[row.subject_kind], value)
        if column.primary_key:
            return self._name(type(row), value)
        if isinstance(column, ForeignKey):
            return self._name(column.related_model, value)
        if isinstance(column, DateField):
            return self._moment(value) if isinstance(value, datetime) else self._date(column, row)
        return self._plain(column, value)

    def _plain(self, column: "Field[Any, Any]", value: Any) -> str:
        if isinstance(column, UUIDField):
            return self._uuid(value)
        if isinstance(column, JSONField):
            return self._json(value)
        if isinstance(column, ArrayField):
            return "{" + ",".join(self._element(column.name, each) for each in value) + "}"
        return self._text(str(value))

    def _name(self, model: type[Model], pk: int) -> str:
        name = self._names.get((model._meta.label, pk))
        return f"%({name})s" if name else str(pk)

    def _element(self, column: str, value: Any) -> str:
        return self._name(Organization, value) if column == "organizations" else f'"{value}"'

    def _used_after(self, entry: LedgerEntry) -> str:
        name = self._names["authorizations.Allowance", entry.allowance_id]
        change = entry.reserved_kg + entry.held_kg + entry.consumed_kg + entry.overage_kg
        self.entries.append((name, int(change * MICRO)))
        return f"%(used{len(self.entries) - 1})s"

    def _uuid(self, value: UUID) -> str:
        if value not in self.uuids:
            self.uuids.append(value)
        return f"%(uuid{self.uuids.index(value)})s"

    def _moment(self, value: datetime) -> str:
        return f"%(at{self._number(value)})s"

    def _number(self, value: datetime) -> int:
        if value not in self.moments:
            self.moments.append(value)
        return self.moments.index(value)

    def _date(self, column: "Field[Any, Any]", row: Any) -> str:
        if column.name == "month":
            moment = row.at if isinstance(row, Event) else row.recorded_at
            return f"%(month{self._number(moment)})s"
        return f"%(day{self._number(row.sold_at)})s"

    def _text(self, value: str) -> str:
        """A text in which the code, the plate or the key's number may stand."""
        value = value.translate(ESCAPED).replace("%", "%%")
        for own, blank in self._own_texts():
            if own:  # a code without digits has no key
                value = value.replace(own, f"%({blank})s")
        return value

    def _own_texts(self) -> Iterator[tuple[str, str]]:
        yield self.authorization.code or "", "code"
        yield self.authorization.code_in_fours, "code_in_fours"
        yield document_key(self.authorization.code or ""), "code_key"
        yield self.deal.buyer.vehicle.plate, "plate"
        yield f"key:{self.deal.vendor.key.pk}", "account"

    def _json(self, value: Any) -> str:
        text = self._text(json.dumps(self._blanked(value, "")))
        for mark, blank in MARKS:
            text = text.replace(mark, blank)
        return text

    def _blanked(self, value: Any, name: str) -> Any:
        if isinstance(value, dict):
            return {key: self._blanked(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [self._blanked(each, name) for each in value]
        known = self._names.get(("authorizations.Sale", value)) if name == "sale" else None
        if known:
            return f"@@{known}@@"
        return self._blanked_text(value) if isinstance(value, str) else value

    def _blanked_text(self, value: str) -> str:
        """A moment or an id, if this is one, as a blank between its own quotes."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            if moment.tzinfo is not None and moment.isoformat() == value:
                return f"@#at{self._number(moment.astimezone(UTC))}#@"
        try:
            return f"@#{self._uuid(UUID(value))[2:-2]}#@" if len(value) == 36 else value
        except ValueError:
            return value


def _columns(model: type[Model]) -> list["Field[Any, Any]"]:
    return [
        column
        for column in model._meta.concrete_fields
        if (column.has_default() or column.db_default is NOT_PROVIDED)
        and (model in NAMED or not column.primary_key)
    ]


def _rows(model: type[Model], authorization: Authorization) -> Iterator[Any]:
    flags = Flag.objects.filter(authorization=authorization)
    if model is Authorization:
        rows = Authorization.objects.filter(pk=authorization.pk)
    elif model is Event:
        own = Event.objects.filter(subject_kind="authorization", subject_id=authorization.pk)
        rows = own | Event.objects.filter(subject_kind="flag", subject_id__in=flags.values("pk"))
    elif model is FlagStep:
        rows = FlagStep.objects.filter(flag__in=flags).order_by("pk")
    elif model is IdempotencyKey:
        rows = IdempotencyKey.objects.filter(key=f"key-{authorization.code}")
    else:
        rows = model._default_manager.filter(authorization=authorization)
    return iter(rows.order_by("pk"))


__all__ = ["MODELS", "NAMED", "Mold"]
