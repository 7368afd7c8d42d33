"""What a key is: whose, and what it may do."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint
from api.v1.firms import OrganizationShape
from api.v1.scopes import ANY_KEY
from registry.models import ApiKey
from registry.models.people import Scope

OWNERS = [("firm", "a firm"), ("authority", "the authority")]


class KeyShape(serializers.ModelSerializer[ApiKey]):
    """The key that asks. Its secret is shown once, when it is made."""

    owner = serializers.SerializerMethodField()
    organization = serializers.SerializerMethodField(help_text="Null for a key of the authority.")
    jurisdiction = serializers.CharField(source="jurisdiction.code")
    is_test = serializers.BooleanField(
        source="jurisdiction.is_test", help_text="Whether it acts in the sandbox."
    )
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices))

    addresses = serializers.ListField(
        child=serializers.CharField(),
        help_text="Networks from which it may be used; none: from everywhere.",
    )
    requests_a_minute = serializers.SerializerMethodField()

    class Meta:
        model = ApiKey
        fields = [
            "name",
            "prefix",
            "owner",
            "organization",
            "jurisdiction",
            "is_test",
            "scopes",
            "created_at",
            "expires_at",
            "addresses",
            "requests_a_minute",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(OWNERS))
    def get_owner(self, key: ApiKey) -> str:
        return "firm" if key.organization_id else "authority"

    def get_requests_a_minute(self, key: ApiKey) -> int:
        return key.requests_a_minute or int(settings.API_REQUESTS_A_MINUTE)

    @extend_schema_field(OrganizationShape(allow_null=True))
    def get_organization(self, key: ApiKey) -> Any:
        return key.organization and OrganizationShape(key.organization).data


class Me(Endpoint):
    scopes = {"GET": ANY_KEY}

    @extend_schema(responses=KeyShape)
    def get(self, request: Request) -> Response:
        """Tell a key whose it is and what it may do."""
        return Response(KeyShape(self.by.api_key).data)
