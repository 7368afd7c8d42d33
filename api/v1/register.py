"""The register over the API: firms, their licenses and permits, sites and vehicles."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.bodies import (
    Body,
    Day,
    ExactNumber,
    Filters,
    Kilograms,
    QuantityIn,
    QuantityOut,
    ReasonBody,
    Reference,
    Text,
    as_uuid,
)
from api.endpoint import Endpoint, found_or_404
from api.idempotency import idempotent
from api.v1.catalogue import precursor_named
from api.v1.names import FirmNamed, LicenseNamed
from api.v1.warnings import WarnsOfNumber, WarnsOfPosition
from registry import access, operations
from registry.actors import Actor
from registry.inputs import number_spellings
from registry.models import License, Organization, Permit, Reinstatement, Site, Vehicle
from registry.models.firms import Activity, Period, PermitState, Standing
from registry.plates import PLATE_LENGTH, compact_plate
from registry.tax_numbers import looked_up

WRITE = ("registry:write",)


# Names -----------------------------------------------------------------------------------------


def organization_named(by: Actor, tax_id: str) -> Organization | None:
    """Find a firm, of whichever side, by its tax number."""
    return access.partners_for(by).filter(tax_id=_number(by, tax_id)).first()


def organization_as_named(by: Actor, tax_id: str) -> Organization:
    """The name alone, for a verb that finds everything named at once; as the functions below."""
    return Organization(jurisdiction=by.jurisdiction, tax_id=_number(by, tax_id))


def _number(by: Actor, tax_id: str) -> str:
    return looked_up(tax_id, home=by.jurisdiction.country)


def own_site_named(by: Actor, text: str) -> Site | None:
    uuid = as_uuid(text)
    return access.sites_for(by).filter(uuid=uuid).first() if uuid else None


def own_site_as_named(by: Actor, text: str) -> Site | None:
    uuid = as_uuid(text)
    return Site(organization=by.organization, uuid=uuid) if uuid else None


def site_as_named(_by: Actor, text: str) -> Site | None:
    uuid = as_uuid(text)
    return Site(uuid=uuid) if uuid else None


def vehicle_as_named(by: Actor, plate: str) -> Vehicle:
    return Vehicle(jurisdiction=by.jurisdiction, plate=compact_plate(plate))


def license_named(by: Actor, number: str) -> License | None:
    return access.licenses_for(by).filter(number__in=number_spellings(number)).first()


# Bodies ----------------------------------------------------------------------------------------


class OrganizationBody(Body):
    tax_id = Text(max_length=40)
    name = Text(max_length=200)
    country = Text(max_length=2, required=False)


class LicenseBody(Body):
    number = Text(max_length=50)
    organization = Reference(organization_named, code="unknown_organization")
    valid_from = Day()
    valid_to = Day()


class PermitBody(Body):
    license = Reference(license_named, code="unknown_license")
    precursor = Reference(precursor_named, code="unknown_precursor")
    activity = serializers.ChoiceField(Activity.choices)
    limit = QuantityIn()
    period = serializers.ChoiceField(Period.choices)
    automatic_limit = QuantityIn(required=False, default=None)


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


# Queries: the source of a field is the look-up it stands for -----------------------------------


class OrganizationFilters(Filters):
    tax_id = FirmNamed(required=False)
    q = Text(required=False, max_length=200)


class LicenseFilters(Filters):
    organization = FirmNamed(required=False, source="organization__tax_id")
    number = LicenseNamed(required=False, source="number__in")
    standing = serializers.ChoiceField(Standing.choices, required=False)


class PermitFilters(Filters):
    organization = FirmNamed(required=False, source="organization__tax_id")
    license = LicenseNamed(required=False, source="license__number__in")
    precursor = Text(required=False, source="precursor__code")
    activity = serializers.ChoiceField(Activity.choices, required=False)
    state = serializers.ChoiceField(PermitState.choices, required=False)


class PlaceFilters(Filters):
    organization = FirmNamed(required=False, source="organization__tax_id")


class VehicleFilters(PlaceFilters):
    plate = Text(required=False)

    def validate_plate(self, value: str) -> str:
        return compact_plate(value)


# Answers ---------------------------------------------------------------------------------------


class OrganizationShape(serializers.ModelSerializer[Organization]):
    class Meta:
        model = Organization
        fields = ["tax_id", "country", "name", "created_at"]
        read_only_fields = fields


class EnteredOrganization(WarnsOfNumber, OrganizationShape):
    class Meta(OrganizationShape.Meta):
        fields = [*OrganizationShape.Meta.fields, "warnings"]
        read_only_fields = fields


class LicenseShape(serializers.ModelSerializer[License]):
    organization = serializers.CharField(source="organization.tax_id")
    standing = serializers.ChoiceField(Standing.choices)

    class Meta:
        model = License
        fields = ["number", "organization", "valid_from", "valid_to", "standing", "created_at"]
        read_only_fields = fields


class ReinstatementShape(serializers.ModelSerializer[Reinstatement]):
    """It takes effect when a second officer, a person, approves it."""

    id = serializers.UUIDField(source="uuid")
    license = serializers.CharField(source="license.number")

    class Meta:
        model = Reinstatement
        fields = ["id", "license", "reason", "proposed_at", "approved_at"]
        read_only_fields = fields


class PermitShape(serializers.ModelSerializer[Permit]):
    id = serializers.UUIDField(source="uuid")
    license = serializers.CharField(source="license.number")
    organization = serializers.CharField(source="organization.tax_id")
    precursor = serializers.CharField(source="precursor.code")
    activity = serializers.ChoiceField(Activity.choices)
    limit = QuantityOut()
    limit_kg = Kilograms()
    period = serializers.ChoiceField(Period.choices)
    automatic_limit = QuantityOut(allow_null=True)
    automatic_limit_kg = Kilograms(allow_null=True)
    state = serializers.ChoiceField(PermitState.choices)

    class Meta:
        model = Permit
        fields = [
            "id",
            "license",
            "organization",
            "precursor",
            "activity",
            "limit",
            "limit_kg",
            "period",
            "automatic_limit",
            "automatic_limit_kg",
            "state",
            "created_at",
        ]
        read_only_fields = fields


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


# Endpoints -------------------------------------------------------------------------------------


class Organizations(Endpoint):
    """The firms of the register."""

    query = OrganizationFilters
    scopes = {"GET": (), "POST": WRITE}
    authority_for = ("POST",)

    @extend_schema(parameters=[OrganizationFilters], responses=OrganizationShape(many=True))
    def get(self, request: Request) -> Response:
        """List the firms: all for the authority, itself for a firm."""
        asked = self.filters()
        rows, home = access.organizations_for(self.by), self.by.jurisdiction.country
        rows = access.firms_found(rows, asked.pop("q", ""), home=home).filter(**asked)
        return self.listed(rows, shape=OrganizationShape)

    @extend_schema(request=OrganizationBody, responses={201: EnteredOrganization})
    @idempotent()
    def post(self, request: Request) -> Response:
        """Enter a firm."""
        firm = operations.add_organization(**self.body(OrganizationBody), by=self.by)
        return Response(EnteredOrganization(firm).data, status=201)


class Licenses(Endpoint):
    """The licenses of all firms."""

    query = LicenseFilters
    scopes = {"GET": (), "POST": WRITE}
    authority_for = ("POST",)

    @extend_schema(parameters=[LicenseFilters], responses=LicenseShape(many=True))
    def get(self, request: Request) -> Response:
        """List licenses: all for the authority, its own for a firm."""
        rows = access.licenses_for(self.by).filter(**self.filters())
        return self.listed(rows, shape=LicenseShape)

    @extend_schema(request=LicenseBody, responses={201: LicenseShape})
    @idempotent()
    def post(self, request: Request) -> Response:
        """Enter a license."""
        license = operations.grant_license(**self.body(LicenseBody), by=self.by)
        return Response(LicenseShape(license).data, status=201)


class LicenseAction(Endpoint):
    """What the authority does with one license, and why."""

    scopes = {"POST": WRITE}
    authority_for = ("POST",)

    def named(self, **route: Any) -> str:
        return number_spellings(route["number"])[0]

    def subject(self, number: str) -> License:
        return found_or_404(license_named(self.by, number))


class LicenseSuspension(LicenseAction):
    @extend_schema(request=ReasonBody, responses=LicenseShape)
    @idempotent()
    def post(self, request: Request, number: str) -> Response:
        """Suspend a license at once. Repeating it changes nothing."""
        license = self.subject(number)
        license = operations.suspend_license(license, **self.body(ReasonBody), by=self.by)
        return Response(LicenseShape(license).data)


class LicenseReinstatement(LicenseAction):
    @extend_schema(request=ReasonBody, responses={201: ReinstatementShape})
    @idempotent()
    def post(self, request: Request, number: str) -> Response:
        """Propose to lift a suspension. A second officer approves it on a page."""
        license = self.subject(number)
        proposal = operations.propose_reinstatement(license, **self.body(ReasonBody), by=self.by)
        return Response(ReinstatementShape(proposal).data, status=201)


class Permits(Endpoint):
    """What each license permits. A raised limit waits, `proposed`, for a second officer."""

    query = PermitFilters
    scopes = {"GET": (), "POST": WRITE}
    authority_for = ("POST",)

    @extend_schema(parameters=[PermitFilters], responses=PermitShape(many=True))
    def get(self, request: Request) -> Response:
        """List permits: all for the authority, its own for a firm."""
        rows = access.permits_for(self.by).filter(**self.filters())
        return self.listed(rows, shape=PermitShape)

    @extend_schema(request=PermitBody, responses={201: PermitShape})
    @idempotent()
    def post(self, request: Request) -> Response:
        """Grant a permit. A raised limit waits, `proposed`, for a second officer."""
        permit = operations.grant_permit(**self.body(PermitBody), by=self.by)
        return Response(PermitShape(permit).data, status=201)


class Sites(Endpoint):
    """Where goods are kept or sold: a firm sees its own."""

    query = PlaceFilters
    scopes = {"GET": (), "POST": WRITE}
    authority_for = ("POST",)

    @extend_schema(parameters=[PlaceFilters], responses=SiteShape(many=True))
    def get(self, request: Request) -> Response:
        """List sites: all for the authority, its own for a firm."""
        rows = access.sites_for(self.by).filter(**self.filters())
        return self.listed(rows, shape=SiteShape)

    @extend_schema(request=SiteBody, responses={201: EnteredSite})
    @idempotent()
    def post(self, request: Request) -> Response:
        """Enter a site, where goods are kept or sold."""
        site = operations.add_site(**self.body(SiteBody), by=self.by)
        return Response(EnteredSite(site).data, status=201)


class Vehicles(Endpoint):
    """Registered vehicles: a firm sees its own."""

    query = VehicleFilters
    scopes = {"GET": (), "POST": WRITE}
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
