"""One row of the register or of the catalogue, for the authority and for whose it is."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint, found_or_404
from api.v1.catalogue import PrecursorShape, ProductShape, precursor_named, product_named
from api.v1.firms import OrganizationShape
from api.v1.licenses import LicenseShape
from api.v1.names import license_named, organization_as_named, vehicle_as_named
from api.v1.permits import PermitShape
from api.v1.places import SiteShape, VehicleShape
from api.v1.scopes import ANY_KEY, READ_REGISTER
from registry import access


class Row(Endpoint):
    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": READ_REGISTER}

    def one(self, rows: QuerySet[Any], shape: Any, **named: Any) -> Response:
        return Response(shape(found_or_404(rows.filter(**named).first())).data)


class PrecursorDetail(Row):
    scopes = {"GET": ANY_KEY}

    @extend_schema(responses=PrecursorShape)
    def get(self, request: Request, code: str) -> Response:
        """Read one controlled substance."""
        return Response(PrecursorShape(found_or_404(precursor_named(self.by, code))).data)


class ProductDetail(Row):
    scopes = {"GET": ANY_KEY}

    @extend_schema(responses=ProductShape)
    def get(self, request: Request, code: str) -> Response:
        """Read one product, in the version of now."""
        return Response(ProductShape(found_or_404(product_named(self.by, code))).data)


class OrganizationDetail(Row):
    @extend_schema(responses=OrganizationShape)
    def get(self, request: Request, tax_id: str) -> Response:
        """Read one firm: any for the authority, its own for a firm."""
        number = organization_as_named(self.by, tax_id).tax_id
        return self.one(access.organizations_for(self.by), OrganizationShape, tax_id=number)


class LicenseDetail(Row):
    @extend_schema(responses=LicenseShape)
    def get(self, request: Request, number: str) -> Response:
        """Read one license: any for the authority, its own for a firm."""
        return Response(LicenseShape(found_or_404(license_named(self.by, number))).data)


class PermitDetail(Row):
    @extend_schema(responses=PermitShape)
    def get(self, request: Request, id: UUID) -> Response:
        """Read one permit: any for the authority, its own for a firm."""
        return self.one(access.permits_for(self.by), PermitShape, uuid=id)


class SiteDetail(Row):
    @extend_schema(responses=SiteShape)
    def get(self, request: Request, id: UUID) -> Response:
        """Read one site: any for the authority, its own for a firm."""
        return self.one(access.sites_for(self.by), SiteShape, uuid=id)


class VehicleDetail(Row):
    @extend_schema(responses=VehicleShape)
    def get(self, request: Request, plate: str) -> Response:
        """Read one vehicle: any for the authority, its own for a firm."""
        number = vehicle_as_named(self.by, plate).plate
        return self.one(access.vehicles_for(self.by), VehicleShape, plate=number)
