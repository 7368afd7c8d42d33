"""Fields and forms of request bodies: exact types, one clear complaint per mistake."""

import re
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from precursors import quantities, signs
from precursors.errors import Refused
from precursors.quantities import Quantity, Unit
from registry.inputs import REASON_LENGTH

PLAIN_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
LEAP_SECOND = re.compile(r".{17}60")
UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
YEARS = range(1900, 2200)
PAGING = ("limit", "cursor")
Values = dict[str, Any]


kept = threading.local()


class PerThreadFields(serializers.Serializer[Any]):
    """Makes its fields once a thread: they know nothing of a single row or body."""

    @cached_property
    def fields(self) -> Any:
        own = kept.__dict__.setdefault("fields", {})
        fields = own.get(type(self)) or own.setdefault(type(self), super().fields)
        for field in fields.values():
            field.parent = self
        return fields


class Body(PerThreadFields):
    """A body that rejects unknown names, so that a typing error is not silently ignored.

    An optional value given as null counts as left out.
    """

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        errors = {name: [_unknown()] for name in data if name not in self.fields}
        try:
            values = super().to_internal_value(self._given(data))
        except ValidationError as invalid:
            raise ValidationError({**invalid.detail, **errors}) from None  # type: ignore[dict-item]
        if errors:
            raise ValidationError(errors)
        return values

    def _given(self, data: Mapping[str, Any]) -> Values:
        optional = {name for name, field in self.fields.items() if not field.required}
        return {k: v for k, v in data.items() if not (v is None and k in optional)}


class Filters(serializers.Serializer[Any]):
    """The query of a list, or of a GET that `is_paged` not."""

    is_paged = True

    @classmethod
    def names(cls) -> set[str]:
        """Return the parameters that the query may have."""
        return {*cls().fields, *(PAGING if cls.is_paged else ())}

    def to_internal_value(self, data: Any) -> Any:
        try:
            return super().to_internal_value(data)
        except ValidationError as invalid:
            raise ValidationError({f"?{k}": v for k, v in invalid.detail.items()}) from None  # type: ignore[union-attr]


def check_query(query: QueryDict, names: set[str]) -> None:
    """Refuse parameters that are not known, or given twice, so that none is passed over."""
    errors: dict[str, Any] = {f"?{name}": [_unknown()] for name in query if name not in names}
    twice = ErrorDetail(_("Give this parameter once."), "repeated")  # type: ignore[arg-type]
    for name, values in query.lists():
        if name in names and len(values) > 1:
            errors[f"?{name}"] = [twice]
    if errors:
        raise ValidationError(errors)


def _unknown() -> ErrorDetail:
    return ErrorDetail(_("This name is not known here."), "unknown_field")  # type: ignore[arg-type]


def as_uuid(text: str) -> UUID | None:
    """Read an id as we write it; None for any other text, which names nothing."""
    return UUID(text) if UUID_TEXT.fullmatch(text) else None


class Text(serializers.CharField):
    """Text given as text: a tax number written as a number has lost its zeros.

    What shows nothing is left out before anything is checked; only some have several `lines`.
    """

    def __init__(self, *, lines: bool = False, **options: Any) -> None:
        self.lines = lines
        super().__init__(**options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = signs.tidy(data, lines=self.lines) if isinstance(data, str) else data
        return super().run_validation(text)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Reference(Text):
    """Names a row as the contract does: a tax number, a code, a plate, an id.

    `find` looks only where the caller may look, so that a stranger's row is as unknown as none.
    """

    default_error_messages = {"unknown": _("There is no such entry, or it is not yours.")}

    def __init__(
        self, find: Callable[[Any, str], Any], *, code: str = "unknown", **options: Any
    ) -> None:
        self.find, self.code = find, code
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Any:
        row = self.find(self.context["by"], super().to_internal_value(data))
        if row is None:
            raise ValidationError(self.error_messages["unknown"], self.code)
        return row

    def run_validators(self, value: Any) -> None:
        """A row was found: nothing is left to check, and those of a text would not fit it."""


class StrictBoolean(serializers.BooleanField):
    """`true` or `false`, not a word for it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class ExactNumber(serializers.DecimalField):
    """An exact number: a JSON number, or a plain decimal in a string."""

    def to_internal_value(self, data: Any) -> Decimal:
        plain = isinstance(data, str) and PLAIN_NUMBER.fullmatch(data)
        number = isinstance(data, int | Decimal) and not isinstance(data, bool)
        if not (plain or (number and abs(Decimal(data).adjusted()) < 30)):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "format": "date-time"})
class Timestamp(serializers.Field[Any, Any, Any, Any]):
    """A time with its offset (RFC 3339), read as UTC."""

    default_error_messages = {
        "invalid": _("Give the time with its offset, like 2026-11-23T09:05:00-05:00."),
        "year": _("Give a time of the years 1900 to 2199."),
        "leap_second": _("Write a leap second (:60) as the second before it (:59)."),
    }

    def to_internal_value(self, data: Any) -> datetime:
        if not (isinstance(data, str) and RFC3339.fullmatch(data)):
            self.fail("invalid")
        if LEAP_SECOND.match(data):
            self.fail("leap_second")
        try:
            moment = datetime.fromisoformat(data.upper())
        except ValueError:
            self.fail("invalid")
        if moment.year not in YEARS:
            raise ValidationError(self.error_messages["year"], "invalid")
        return moment.astimezone(UTC)

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Day(serializers.DateField):
    """A calendar day, 2026-11-23."""

    def to_internal_value(self, value: Any) -> Any:
        if not (isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


UNITS = [unit.value for unit in Unit]
QUANTITY_SCHEMA = {
    "type": "object",
    "description": "A decimal string in a known unit.",
    "properties": {
        "value": {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,3})?$"},
        "unit": {"type": "string", "enum": UNITS, "description": "UCUM"},
        "unit_code": {
            "type": "string",
            "enum": [unit.code for unit in Unit],
            "description": "UN/ECE Recommendation 20, accepted instead of `unit`",
        },
    },
    "required": ["value"],
    "example": {"value": "1250.000", "unit": "kg"},
}
QUANTITY_ANSWER_SCHEMA = {
    "type": "object",
    "description": "As it was told, or computed: a decimal string in its unit.",
    "properties": {
        "value": {"type": "string", "example": "1250.000"},
        "unit": {"type": "string", "enum": UNITS},
    },
    "required": ["value", "unit"],
}


@extend_schema_field({"$ref": "#/components/schemas/QuantityRequest"})
class QuantityIn(serializers.Field[Any, Any, Any, Any]):
    """`{"value": "1250.000", "unit": "kg"}`: a decimal string in a known unit."""

    default_error_messages = {
        "invalid": _('Give the quantity like {{"value": "1250.000", "unit": "kg"}}.'),
    }
    names = frozenset({"value", "unit", "unit_code"})

    def to_internal_value(self, data: Any) -> Quantity:
        if not isinstance(data, Mapping) or not data:
            self.fail("invalid")
        unknown = {name: [_unknown()] for name in data if name not in self.names}
        if unknown:
            raise ValidationError(unknown)
        try:
            return self.read(data)
        except Refused as refusal:
            raise ValidationError(self._placed(refusal)) from None

    def read(self, data: Mapping[str, Any]) -> Quantity:
        value = data.get("value")
        return quantities.parse({**data, "value": value if isinstance(value, str) else None})

    def _placed(self, refusal: Refused) -> dict[str, Any]:
        place = refusal.data.get("field", "value")
        return {place: [ErrorDetail(str(refusal.message), refusal.code)]}


@extend_schema_field({"$ref": "#/components/schemas/Quantity"})
class QuantityOut(serializers.Field[Any, Any, Any, Any]):
    """Reads `<prefix>_value` and `<prefix>_unit` of a row; null where there is none."""

    def __init__(self, prefix: str = "", **options: Any) -> None:
        self.prefix = prefix
        super().__init__(read_only=True, source="*", **options)

    def to_representation(self, row: Any) -> dict[str, str] | None:
        prefix = self.prefix or self.field_name
        value = getattr(row, f"{prefix}_value")
        unit = getattr(row, f"{prefix}_unit")
        return None if value is None else {"value": f"{value:.3f}", "unit": unit}


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{3,}$"})
class Kilograms(serializers.Field[Any, Any, Any, Any]):
    """Kilograms computed here: a decimal string with three decimals or more."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Decimal) -> str:
        return kilograms(value)


def kilograms(value: Decimal) -> str:
    """Write kilograms exactly, with three decimals or more."""
    whole, _point, decimals = f"{value:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(3, '0')}"


class ReasonBody(Body):
    """Why something is done; kept with it permanently."""

    reason = Text(lines=True, max_length=REASON_LENGTH)
