"""Licenses: who may deal, and when."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.bodies import Body, Day, Filters, ReasonBody, Reference, Text
from api.endpoint import Endpoint, found_or_404
from api.idempotency import idempotent
from api.v1.names import FirmNamed, LicenseNamed, license_named, organization_named
from api.v1.proposals import PendingShape, answer_act
from api.v1.scopes import READ_REGISTER, WRITE
from authorizations.operations import revoke_license
from registry import access, operations
from registry.inputs import number_spellings
from registry.models import License
from registry.models.firms import Standing


class LicenseBody(Body):
    number = Text(max_length=50)
    organization = Reference(organization_named, code="unknown_organization")
    valid_from = Day()
    valid_to = Day()


class LicenseFilters(Filters):
    organization = FirmNamed(required=False, source="organization__tax_id")
    number = LicenseNamed(required=False, source="number__in")
    standing = serializers.ChoiceField(Standing.choices, required=False)


class LicenseShape(serializers.ModelSerializer[License]):
    organization = serializers.CharField(source="organization.tax_id")
    standing = serializers.ChoiceField(Standing.choices)

    class Meta:
        model = License
        fields = ["number", "organization", "valid_from", "valid_to", "standing", "created_at"]
        read_only_fields = fields


class Licenses(Endpoint):
    """The licenses of all firms."""

    query = LicenseFilters
    scopes = {"GET": READ_REGISTER, "POST": WRITE}
    authority_for = ("POST",)

    @extend_schema(parameters=[LicenseFilters], responses=LicenseShape(many=True))
    def get(self, request: Request) -> Response:
        """List licenses: all for the authority, its own for a firm."""
        rows = access.licenses_for(self.by).filter(**self.filters())
        return self.listed(rows, shape=LicenseShape)

    @extend_schema(request=LicenseBody, responses={201: LicenseShape, 202: PendingShape})
    @idempotent()
    def post(self, request: Request) -> Response:
        """Enter a license; from two people, where one of the firm was suspended or revoked."""
        made = operations.grant_license(**self.body(LicenseBody), by=self.by)
        return answer_act(made, LicenseShape)


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
    @extend_schema(request=ReasonBody, responses={200: LicenseShape, 202: PendingShape})
    @idempotent()
    def post(self, request: Request, number: str) -> Response:
        """Propose to lift a suspension, which a second officer approves on a page."""
        license = self.subject(number)
        made = operations.propose_reinstatement(license, **self.body(ReasonBody), by=self.by)
        return answer_act(made, LicenseShape, status=200)


class LicenseRevocation(LicenseAction):
    @extend_schema(request=ReasonBody, responses=LicenseShape)
    @idempotent()
    def post(self, request: Request, number: str) -> Response:
        """Revoke a license for good, and with it its live codes."""
        license = self.subject(number)
        license = revoke_license(license, **self.body(ReasonBody), by=self.by)
        return Response(LicenseShape(license).data)
