"""Permits: what a license permits, and how much."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.bodies import Body, Filters, Kilograms, QuantityIn, QuantityOut, Reference, Text
from api.endpoint import Endpoint
from api.idempotency import idempotent
from api.v1.catalogue import precursor_named
from api.v1.names import FirmNamed, LicenseNamed, license_named
from api.v1.proposals import PendingShape, answer_act
from api.v1.scopes import READ_REGISTER, WRITE
from registry import access, operations
from registry.models import Permit
from registry.models.firms import Activity, Period, PermitState


class PermitBody(Body):
    license = Reference(license_named, code="unknown_license")
    precursor = Reference(precursor_named, code="unknown_precursor")
    activity = serializers.ChoiceField(Activity.choices)
    limit = QuantityIn()
    period = serializers.ChoiceField(Period.choices)
    automatic_limit = QuantityIn(required=False, default=None)


class PermitFilters(Filters):
    organization = FirmNamed(required=False, source="organization__tax_id")
    license = LicenseNamed(required=False, source="license__number__in")
    precursor = Text(required=False, source="precursor__code")
    activity = serializers.ChoiceField(Activity.choices, required=False)
    state = serializers.ChoiceField(PermitState.choices, required=False)


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


class Permits(Endpoint):
    """What each license permits, and what it permitted."""

    query = PermitFilters
    scopes = {"GET": READ_REGISTER, "POST": WRITE}
    authority_for = ("POST",)

    @extend_schema(parameters=[PermitFilters], responses=PermitShape(many=True))
    def get(self, request: Request) -> Response:
        """List permits: all for the authority, its own for a firm."""
        rows = access.permits_for(self.by).filter(**self.filters())
        return self.listed(rows, shape=PermitShape)

    @extend_schema(request=PermitBody, responses={201: PermitShape, 202: PendingShape})
    @idempotent()
    def post(self, request: Request) -> Response:
        """Grant a permit.

        What tightens is in force at once. A first permit and a looser one are proposed, and
        answered 202, unless the key has `registry:grant` and they are within its bounds.
        """
        permit = operations.grant_permit(**self.body(PermitBody), by=self.by)
        return answer_act(permit, PermitShape)
