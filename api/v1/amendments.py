"""Other terms for sites and vehicles that are there."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api.bodies import Body, ExactNumber, QuantityIn, Text, Values
from api.endpoint import Endpoint, found_or_404
from api.idempotency import idempotent
from api.v1.places import SiteShape, VehicleShape
from api.v1.proposals import PendingShape, answer_act
from api.v1.scopes import AMEND
from precursors.quantities import Quantity, Unit
from registry import access, operations
from registry.models import Proposal, Site, Vehicle
from registry.plates import compact_plate

STAYING = ("name", "address", "ubigeo", "latitude", "longitude")


class Amending(Body):
    """What is not named stays as it is; null where there may be none takes away what there is."""

    def _given(self, data: Mapping[str, Any]) -> Values:
        may_be_none = {name for name, field in self.fields.items() if field.allow_null}
        nulls = {k: v for k, v in data.items() if v is None and k in may_be_none}
        return {**super()._given(data), **nulls}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            text = _("Name at least one value that is to change.")
            raise ValidationError({"non_field_errors": [text]}, "required")
        return attrs


class SiteAmendBody(Amending):
    name = Text(max_length=200, required=False)
    address = Text(max_length=300, required=False)
    ubigeo = Text(max_length=6, required=False, allow_blank=True)
    latitude = ExactNumber(max_digits=9, decimal_places=6, required=False)
    longitude = ExactNumber(max_digits=9, decimal_places=6, required=False)
    storage_limit = QuantityIn(required=False, allow_null=True)


class VehicleAmendBody(Amending):
    kind = Text(max_length=50, required=False)
    capacity = QuantityIn(required=False, allow_null=True)


class SiteAmendment(Endpoint):
    scopes = {"POST": AMEND}

    def subject(self, id: UUID) -> Site:
        return found_or_404(access.sites_for(self.by).filter(uuid=id).first())

    @extend_schema(request=SiteAmendBody, responses={200: SiteShape, 202: PendingShape})
    @idempotent()
    def post(self, request: Request, id: UUID) -> Response:
        """Give a site other terms; what is not named stays. `null` lifts the storage limit.

        A larger storage limit, or none, is proposed, and answered 202. A firm changes the name of
        its own site, and lowers its limit.
        """
        site = self.subject(id)
        terms = {name: getattr(site, name) for name in STAYING}
        terms |= {"storage_limit": _registered(site, "storage_limit"), **self.body(SiteAmendBody)}
        row = operations.amend_site(site, **terms, by=self.by)
        shown = row if isinstance(row, Proposal) else self.subject(id)
        return answer_act(shown, SiteShape, status=200)


class VehicleAmendment(Endpoint):
    scopes = {"POST": AMEND}

    def subject(self, plate: str) -> Vehicle:
        named = access.vehicles_for(self.by).filter(plate=compact_plate(plate))
        return found_or_404(named.order_by("-pk").first())

    @extend_schema(request=VehicleAmendBody, responses=VehicleShape)
    @idempotent()
    def post(self, request: Request, plate: str) -> Response:
        """Give a vehicle another kind or capacity; another plate is another vehicle."""
        vehicle = self.subject(plate)
        terms: dict[str, Any] = {"kind": vehicle.kind}
        terms["capacity"] = _registered(vehicle, "capacity")
        terms |= self.body(VehicleAmendBody)
        operations.amend_vehicle(vehicle, **terms, by=self.by)
        return Response(VehicleShape(self.subject(plate)).data)


def _registered(row: Site | Vehicle, name: str) -> Quantity | None:
    value = getattr(row, f"{name}_value")
    return None if value is None else Quantity(value, Unit(getattr(row, f"{name}_unit")))
