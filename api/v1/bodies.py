"""What programs send: requests, reports of sales, receipts, reviews; and queries of lists."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from api.bodies import (
    Body,
    ExactNumber,
    Filters,
    QuantityIn,
    Reference,
    StrictBoolean,
    Text,
    Timestamp,
)
from api.v1.catalogue import product_as_named, product_named
from api.v1.names import (
    FirmNamed,
    organization_as_named,
    organization_named,
    own_site_as_named,
    own_site_named,
    site_as_named,
    vehicle_as_named,
)
from authorizations.acts.reports import PAPERS, SaleReport
from authorizations.codes import as_stored
from authorizations.document_numbers import document_key
from authorizations.models import Outcome, ReceiptReason, Status
from authorizations.models.sales import NOTHING_ARRIVED, PAPER_LENGTH
from oversight.models import FlagState, Severity
from oversight.models.flags import ENDED
from precursors.quantities import Quantity
from registry.inputs import REASON_LENGTH
from registry.plates import TOLD_LENGTH
from rules import RULES

REVIEW_OUTCOMES = [(state.value, state.label) for state in ENDED]
ZERO = re.compile(r"0{1,15}(\.0{1,3})?", re.ASCII)


class RequestBody(Body):
    """What a buyer asks for."""

    # The verb finds what is named here, all at once.
    seller = Reference(organization_as_named, code="unknown_organization")
    product = Reference(product_as_named, code="unknown_product")
    quantity = QuantityIn()
    destination_site = Reference(own_site_as_named, code="unknown_site")
    vehicle = Reference(vehicle_as_named, code="unknown_vehicle", required=False)
    purpose = Text(lines=True, max_length=300, required=False, allow_blank=True)


class OptionalReasonBody(Body):
    """Why something is done, where a reason is optional."""

    reason = Text(lines=True, max_length=REASON_LENGTH, required=False, allow_blank=True)


class EmptyBody(Body):
    """An act that needs no more words: `{}`."""


class DriverBody(Body):
    document = Text(max_length=PAPER_LENGTH, required=False, allow_blank=True)
    license = Text(max_length=PAPER_LENGTH, required=False, allow_blank=True)


class VehicleBody(Body):
    plate = Text(max_length=TOLD_LENGTH, required=False, allow_blank=True)
    trailers = serializers.ListField(
        child=Text(max_length=TOLD_LENGTH, allow_blank=True), max_length=20, required=False
    )


@extend_schema_field(
    {
        "oneOf": [
            {
                "type": "object",
                "properties": {
                    "plate": {"type": "string"},
                    "trailers": {"type": "array", "items": {"type": "string"}},
                },
            },
            {"type": "string"},
        ]
    }
)
class VehicleIn(serializers.Field[Any, Any, Any, Any]):
    """`{"plate": "T1A-801", "trailers": ["T2B-114"]}`, or the bare plate."""

    default_error_messages = {"invalid": _('Give the vehicle like {{"plate": "ABC-123"}}.')}

    def to_internal_value(self, data: Any) -> Any:
        told = {"plate": data} if isinstance(data, str) else data
        if not isinstance(told, Mapping) or set(told) - {"plate", "trailers"}:
            self.fail("invalid")
        return VehicleBody(context=self.context).run_validation(told)


class SaleBody(Body):
    """A sale as the vendor reports it: late, large or strange, it is recorded."""

    sold_at = Timestamp()
    quantity = QuantityIn()
    site = Reference(site_as_named, code="unknown_site")
    vehicle = VehicleIn(required=False)
    driver = DriverBody(required=False)
    invoice = Text(max_length=PAPER_LENGTH, required=False, allow_blank=True)
    guide = Text(max_length=PAPER_LENGTH, required=False, allow_blank=True)
    gross_kg = ExactNumber(max_digits=20, decimal_places=6, required=False, min_value=Decimal(0))
    tare_kg = ExactNumber(max_digits=20, decimal_places=6, required=False, min_value=Decimal(0))
    seals = serializers.ListField(
        child=Text(max_length=PAPER_LENGTH), max_length=100, required=False
    )
    product = Reference(product_named, code="unknown_product", required=False)
    complete = StrictBoolean(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Gather the report; what the contract adds to it stays beside."""
        driver = attrs.pop("driver", {})
        report = {name: attrs.pop(name) for name in REPORTED & attrs.keys()}
        attrs["report"] = SaleReport(
            **attrs.pop("vehicle", {}),
            driver_document=driver.get("document", ""),
            driver_license=driver.get("license", ""),
            **report,
        )
        return attrs


REPORTED = {"sold_at", "quantity", "site", "product", *PAPERS}


class CodelessSaleBody(SaleBody):
    buyer = Reference(organization_named, code="unknown_organization")
    product = Reference(product_named, code="unknown_product")
    reason = Text(lines=True, max_length=REASON_LENGTH)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        product = attrs["product"]
        return {**super().validate(attrs), "product": product}


class CorrectionBody(SaleBody):
    reason = Text(lines=True, max_length=REASON_LENGTH)


class ReceivedQuantity(QuantityIn):
    """A quantity, or zero where nothing was accepted."""

    def read(self, data: Mapping[str, Any]) -> Quantity:
        value = data.get("value")
        if not (isinstance(value, str) and ZERO.fullmatch(value)):
            return super().read(data)
        return replace(super().read({**data, "value": "1"}), value=Decimal(0))


class ReceiptBody(Body):
    received_at = Timestamp()
    quantity = ReceivedQuantity(required=False)
    outcome = serializers.ChoiceField(Outcome.choices)
    reasons = serializers.ListField(
        child=serializers.ChoiceField(ReceiptReason.choices), required=False, max_length=5
    )
    remarks = Text(lines=True, max_length=500, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs["quantity"] = told = attrs.get("quantity")
        if told and not told.value:  # the verb's word for nothing is None
            attrs.update(quantity=None, unit=told.unit)
        if attrs["quantity"] is None and attrs["outcome"] not in NOTHING_ARRIVED:
            text = _("Zero is accepted only when refused or never received.")
            raise ValidationError({"quantity": {"value": [text]}}, "not_positive")
        return attrs


class ReceiptCorrectionBody(ReceiptBody):
    reason = Text(max_length=REASON_LENGTH)


class ReviewBody(Body):
    outcome = serializers.ChoiceField(REVIEW_OUTCOMES)
    note = Text(lines=True, max_length=4000)


class HeadroomQuery(Filters):
    is_paged = False
    product = Reference(product_named, code="unknown_product")
    activity = serializers.ChoiceField([("buy", "buy")], default="buy")
    seller = Reference(organization_named, code="unknown_organization", required=False)
    site = Reference(own_site_named, code="unknown_site", required=False)


class AuthorizationFilters(Filters):
    status = serializers.ChoiceField(Status.choices, required=False)
    buyer = FirmNamed(required=False, source="buyer__tax_id")
    seller = FirmNamed(required=False, source="seller__tax_id")
    product = Text(required=False, source="product__code")


class SaleFilters(Filters):
    authorization = Text(
        required=False, source="authorization__code", help_text=_("The code of the authorization.")
    )
    buyer = FirmNamed(required=False, source="buyer__tax_id")
    seller = FirmNamed(required=False, source="seller__tax_id")
    invoice = Text(required=False)
    guide = Text(required=False)

    def validate_authorization(self, value: str) -> str:
        return as_stored(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A paper is found however its number is written; what is none, as it was told."""
        for name in attrs.keys() & {"invoice", "guide"}:
            if key := document_key(attrs[name]):
                attrs[f"{name}_key"] = key
                del attrs[name]
        return attrs


class FlagFilters(Filters):
    state = serializers.ChoiceField(FlagState.choices, required=False)
    severity = serializers.ChoiceField(Severity.choices, required=False)
    rule = serializers.ChoiceField([(name, name) for name in sorted(RULES)], required=False)
    authorization = Text(
        required=False, source="authorization__code", help_text=_("The code of the authorization.")
    )
    sale = serializers.UUIDField(required=False, source="sale__uuid")

    def validate_authorization(self, value: str) -> str:
        return as_stored(value)
