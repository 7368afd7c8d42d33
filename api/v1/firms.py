"""The firms of the register."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.bodies import Body, Filters, Text
from api.endpoint import Endpoint
from api.idempotency import idempotent
from api.v1.names import FirmNamed
from api.v1.scopes import READ_REGISTER, WRITE
from api.v1.warnings import WarnsOfNumber
from registry import access, operations
from registry.models import Organization


class OrganizationBody(Body):
    tax_id = Text(max_length=40)
    name = Text(max_length=200)
    country = Text(max_length=2, required=False)


class OrganizationFilters(Filters):
    tax_id = FirmNamed(required=False)
    q = Text(required=False, max_length=200)


class OrganizationShape(serializers.ModelSerializer[Organization]):
    class Meta:
        model = Organization
        fields = ["tax_id", "country", "name", "created_at"]
        read_only_fields = fields


class EnteredOrganization(WarnsOfNumber, OrganizationShape):
    class Meta(OrganizationShape.Meta):
        fields = [*OrganizationShape.Meta.fields, "warnings"]
        read_only_fields = fields


class Organizations(Endpoint):
    """The firms of the register."""

    query = OrganizationFilters
    scopes = {"GET": READ_REGISTER, "POST": WRITE}
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
