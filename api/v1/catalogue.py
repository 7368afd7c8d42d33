"""The catalogue over the API: what is controlled, and in which forms it is traded."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.bodies import Body, ExactNumber, Filters, Reference, StrictBoolean, Text
from api.endpoint import Endpoint
from api.idempotency import idempotent
from precursors import operations
from precursors.models import PhysicalState, Precursor, Presentation, Product, UnTable

CODE = r"^[a-z0-9][a-z0-9_-]{0,63}$"


def precursor_named(_by: Any, code: str) -> Precursor | None:
    return Precursor.objects.filter(code=code).first()


def product_named(by: Any, code: str) -> Product | None:
    return operations.products_for(by.jurisdiction.code).filter(code=code).first()


def product_as_named(_by: Any, code: str) -> Product:
    return Product(code=code)


class Search(Filters):
    q = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text=_("Part of a name in either language, a synonym or a CAS number."),
    )


class ProductBody(Body):
    code = serializers.RegexField(CODE, max_length=64)
    precursor = Reference(precursor_named, code="unknown_precursor")
    name = Text(max_length=200)
    concentration_percent = ExactNumber(max_digits=7, decimal_places=4)
    density_kg_per_l = ExactNumber(max_digits=8, decimal_places=5, required=False)
    counts_whole = StrictBoolean(required=False)

    def validate_concentration_percent(self, value: Any) -> Any:
        if not 0 < value <= 100:
            raise serializers.ValidationError(_("Between 0 and 100."), "out_of_range")
        return value

    def validate_density_kg_per_l(self, value: Any) -> Any:
        if value <= 0:
            raise serializers.ValidationError(_("More than zero."), "out_of_range")
        return value


class PrecursorShape(serializers.ModelSerializer[Precursor]):
    name = serializers.CharField(read_only=True, help_text=_("In the language asked for."))
    un_table = serializers.ChoiceField(UnTable.choices)
    physical_state = serializers.ChoiceField([("", "unknown"), *PhysicalState.choices])

    class Meta:
        model = Precursor
        fields = [
            "code",
            "name",
            "name_en",
            "name_es",
            "synonyms",
            "cas",
            "un_table",
            "peru_listed",
            "peru_min_concentration_percent",
            "hs_code",
            "physical_state",
            "density_kg_per_l",
            "molar_mass_g_mol",
        ]
        read_only_fields = fields


class ProductShape(serializers.ModelSerializer[Product]):
    precursor = serializers.CharField(source="precursor.code")
    name = serializers.CharField(help_text=_("In the language asked for."))
    presentation = serializers.ChoiceField(Presentation.choices)
    units = serializers.ListField(
        child=serializers.CharField(), help_text=_("In which it can be traded.")
    )

    class Meta:
        model = Product
        fields = [
            "code",
            "version",
            "precursor",
            "name",
            "concentration_percent",
            "density_kg_per_l",
            "counts_whole",
            "presentation",
            "units",
        ]
        read_only_fields = fields


class Precursors(Endpoint):
    """The controlled substances."""

    scopes = {"GET": ()}

    @extend_schema(parameters=[Search], responses=PrecursorShape(many=True))
    def get(self, request: Request) -> Response:
        q = self.filters().get("q", "")
        return self.listed(operations.search_precursors(q), shape=PrecursorShape, key="id")


class Products(Endpoint):
    """The forms in which substances are traded."""

    scopes = {"GET": (), "POST": ("registry:write",)}
    authority_for = ("POST",)

    @extend_schema(parameters=[Search], responses=ProductShape(many=True))
    def get(self, request: Request) -> Response:
        q = self.filters().get("q", "")
        found = operations.search_products(q, self.by.jurisdiction.code)
        return self.listed(found, shape=ProductShape, key="id")

    @extend_schema(request=ProductBody, responses={201: ProductShape})
    @idempotent()
    def post(self, request: Request) -> Response:
        values = self.body(ProductBody)
        product = operations.add_product(jurisdiction_code=self.by.jurisdiction.code, **values)
        return Response(ProductShape(product).data, status=201)
    query = Search
    query = Search
