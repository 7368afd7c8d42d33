"""What an answer tells of what was entered and is odd."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from registry.districts import doubt_about
from registry.models import Organization, Site


class WarningShape(serializers.Serializer[Any]):
    """What was entered, and should be looked at once more."""

    code = serializers.CharField()
    pointer = serializers.CharField()
    detail = serializers.CharField()


class WarnsOfNumber(serializers.Serializer[Any]):
    warnings = serializers.SerializerMethodField()

    @extend_schema_field(WarningShape(many=True))
    def get_warnings(self, firm: Organization) -> list[dict[str, str]]:
        told = {"code": "tax_id_unchecked", "pointer": "/tax_id", "detail": str(firm.note)}
        return [told] if firm.note else []


class WarnsOfPosition(serializers.Serializer[Any]):
    warnings = serializers.SerializerMethodField()

    @extend_schema_field(WarningShape(many=True))
    def get_warnings(self, site: Site) -> list[dict[str, str]]:
        country = site.jurisdiction.country
        doubt = doubt_about(site.ubigeo, site.latitude, site.longitude, country=country)
        if doubt is None:
            return []
        return [{"code": doubt.code, "pointer": "/latitude", "detail": str(doubt.sentence)}]
