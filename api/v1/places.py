"""Where goods are kept or sold, and what they are carried with."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.bodies import (
    Body,
    ExactNumber,
    Filters,
    QuantityIn,
    QuantityOut,
    ReasonBody,
    Reference,
    Text,
)
from api.endpoint import Endpoint, found_or_404
from api.idempotency import idempotent
from api.v1.names import FirmNamed, organization_named
from api.v1.proposals import PendingShape, answer_act
from api.v1.scopes import READ_REGISTER, WRITE
from api.v1.warnings import WarnsOfPosition
from registry import access, operations
from registry.models import Site, Vehicle
from registry.plates import PLATE_LENGTH, compact_plate


class SiteBody(Body):
    organization = Reference(organization_named, code="unknown_organization")
    name = Text(max_length=200)
    address = Text(max_length=300)
    ubigeo = Text(max_length=6, required=False, allow_blank=True)
    latitude = ExactNumber(max_digits=9, decimal_places=6, required=False)
    longitude = ExactNumber(max_digits=9, decimal_places=6, required=False)
    storage_limit = QuantityIn(required=False)


class VehicleBody(Body):
    organization = Reference(organization_named, code="unknown_organization")
    plate = Text(max_length=PLATE_LENGTH)
    kind = Text(max_length=50)
    capacity = QuantityIn(required=False)


class PlaceFilters(Filters):
    organization = FirmNamed(required=False, source="organization__tax_id")


class VehicleFilters(PlaceFilters):
    plate = Text(required=False)

    def validate_plate(self, value: str) -> str:
        return compact_plate(value)


class SiteShape(serializers.ModelSerializer[Site]):
    id = serializers.UUIDField(source="uuid")
    organization = serializers.CharField(source="organization.tax_id")
    storage_limit = QuantityOut(allow_null=True)
    ended_at = serializers.DateTimeField(source="retired_at", allow_null=True)

    class Meta:
        model = Site
        fields = [
            "id",
            "organization",
            "name",
            "address",
            "ubigeo",
            "latitude",
            "longitude",
            "storage_limit",
            "created_at",
            "ended_at",
        ]
        read_only_fields = fields


class EnteredSite(WarnsOfPosition, SiteShape):
    class Meta(SiteShape.Meta):
        fields = [*SiteShape.Meta.fields, "warnings"]
        read_only_fields = fields


class VehicleShape(serializers.ModelSerializer[Vehicle]):
    organization = serializers.CharField(source="organization.tax_id")
    capacity = QuantityOut(allow_null=True)
    ended_at = serializers.DateTimeField(source="retired_at", allow_null=True)

    class Meta:
        model = Vehicle
        fields = ["plate", "organization", "kind", "capacity", "created_at", "ended_at"]
        read_only_fields = fields


class Sites(Endpoint):
    """Where goods are kept or sold: a firm sees its own."""

    query = PlaceFilters
    scopes = {"GET": READ_REGISTER, "POST": WRITE}
    authority_for = ("POST",)

    @extend_schema(parameters=[PlaceFilters], responses=SiteShape(many=True))
    def get(self, request: Request) -> Response:
        """List sites: all for the authority, its own for a firm."""
        rows = access.sites_for(self.by).filter(**self.filters())
        return self.listed(rows, shape=SiteShape)

    @extend_schema(request=SiteBody, responses={201: EnteredSite, 202: PendingShape})
    @idempotent()
    def post(self, request: Request) -> Response:
        """Enter a site, where goods are kept or sold.

        One more of a firm whose storage is limited is proposed, and answered 202, unless the key
        has `registry:grant`.
        """
        site = operations.add_site(**self.body(SiteBody), by=self.by)
        return answer_act(site, EnteredSite)


class SiteEnd(Endpoint):
    scopes = {"POST": WRITE}
    authority_for = ("POST",)

    def subject(self, id: UUID) -> Site:
        return found_or_404(access.sites_for(self.by).filter(uuid=id).first())

    @extend_schema(request=ReasonBody, responses=SiteShape)
    @idempotent()
    def post(self, request: Request, id: UUID) -> Response:
        """Retire a site: it can be named in nothing new. Repeating it changes nothing."""
        site = operations.retire(self.subject(id), **self.body(ReasonBody), by=self.by)
        return Response(SiteShape(site).data)


class Vehicles(Endpoint):
    """Registered vehicles: a firm sees its own."""

    query = VehicleFilters
    scopes = {"GET": READ_REGISTER, "POST": WRITE}
    authority_for = ("POST",)

    @extend_schema(parameters=[VehicleFilters], responses=VehicleShape(many=True))
    def get(self, request: Request) -> Response:
        """List vehicles: all for the authority, its own for a firm."""
        rows = access.vehicles_for(self.by).filter(**self.filters())
        return self.listed(rows, shape=VehicleShape)

    @extend_schema(request=VehicleBody, responses={201: VehicleShape})
    @idempotent()
    def post(self, request: Request) -> Response:
        """Register a vehicle."""
        vehicle = operations.add_vehicle(**self.body(VehicleBody), by=self.by)
        return Response(VehicleShape(vehicle).data, status=201)


class VehicleEnd(Endpoint):
    scopes = {"POST": WRITE}
    authority_for = ("POST",)

    def subject(self, plate: str) -> Vehicle:
        named = access.vehicles_for(self.by).filter(plate=compact_plate(plate))
        return found_or_404(named.order_by("-pk").first())

    @extend_schema(request=ReasonBody, responses=VehicleShape)
    @idempotent()
    def post(self, request: Request, plate: str) -> Response:
        """Retire a vehicle: it can be named in nothing new. Repeating it changes nothing."""
        vehicle = operations.retire(self.subject(plate), **self.body(ReasonBody), by=self.by)
        return Response(VehicleShape(vehicle).data)
