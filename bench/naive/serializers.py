from rest_framework import serializers

from bench.naive.models import Authorization, Sale


class SaleSerializer(serializers.ModelSerializer):
    class Meta:
        model = Sale
        fields = ["id", "authorization", "sold_at", "quantity_kg", "plate", "invoice"]
        read_only_fields = ["authorization"]


class AuthorizationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Authorization
        fields = [
            "id",
            "code",
            "buyer",
            "seller",
            "precursor",
            "quantity_kg",
            "status",
            "issued_at",
            "valid_until",
        ]
        read_only_fields = ["code", "buyer", "status", "valid_until"]
