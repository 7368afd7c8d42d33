"""The catalogue over the API: what is controlled, and in which forms it is traded."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.bodies import (
    Body,
    ExactNumber,
    Filters,
    Reference,
    StrictBoolean,
    Text,
    Timestamp,
)
from api.endpoint import Endpoint, found_or_404
from api.idempotency import idempotent
from api.v1.proposals import PendingShape, answer_act
from api.v1.scopes import ANY_KEY, WRITE
from precursors import operations
from precursors.models import (
    CONCENTRATION_MAX,
    OLEUM_MAX,
    PhysicalState,
    Precursor,
    Presentation,
    Product,
    UnTable,
)
from registry import operations as register

CODE = r"^[a-z0-9][a-z0-9_-]{0,63}$"


def precursor_named(_by: Any, code: str) -> Precursor | None:
    return Precursor.objects.filter(code=code).first()


def product_named(by: Any, code: str) -> Product | None:
    return operations.products_for(by.jurisdiction.code).filter(code=code).first()


def product_as_named(_by: Any, code: str) -> Product:
    return Product(code=code)


class Paging(Filters):
    """A list that has no filters."""


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
    oleum = StrictBoolean(
        required=False, help_text=_("Of oleum the concentration may be up to 122.5 %.")
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        most = OLEUM_MAX if attrs.get("oleum") else CONCENTRATION_MAX
        if not 0 < attrs["concentration_percent"] <= most:
            text = _("Above 0 and at most 100; of oleum at most 122.5.")
            raise serializers.ValidationError({"concentration_percent": [text]}, "out_of_range")
        return attrs

    def validate_density_kg_per_l(self, value: Any) -> Any:
        if value <= 0:
            raise serializers.ValidationError(_("More than zero."), "out_of_range")
        return value


class ProductVersionBody(ProductBody):
    """All that the product is to be. Its code and precursor stay, and need not be repeated."""

    code = serializers.RegexField(CODE, max_length=64, required=False)
    precursor = Reference(precursor_named, code="unknown_precursor", required=False)
    effective_from = Timestamp(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        product = self.context["product"]
        attrs = super().validate(attrs)
        kept = {"code": product.code, "precursor": product.precursor}
        for name, value in kept.items():
            if attrs.pop(name, value) != value:
                text = _("A new version keeps the code and the precursor.")
                raise serializers.ValidationError({name: [text]}, "other_product")
        return attrs


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

    effective_from = serializers.DateTimeField(source="created_at")
    effective_until = serializers.DateTimeField(source="superseded_at", allow_null=True)

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
            "oleum",
            "presentation",
            "units",
            "effective_from",
            "effective_until",
        ]
        read_only_fields = fields


class Precursors(Endpoint):
    """The controlled substances."""

    query = Search
    scopes = {"GET": ANY_KEY}

    @extend_schema(parameters=[Search], responses=PrecursorShape(many=True))
    def get(self, request: Request) -> Response:
        """List the controlled substances."""
        q = self.filters().get("q", "")
        return self.listed(operations.search_precursors(q), shape=PrecursorShape, key="id")


class Products(Endpoint):
    """The forms in which substances are traded."""

    query = Search
    scopes = {"GET": ANY_KEY, "POST": WRITE}
    authority_for = ("POST",)

    @extend_schema(parameters=[Search], responses=ProductShape(many=True))
    def get(self, request: Request) -> Response:
        """List the products, in the version of now: what is traded of each substance."""
        q = self.filters().get("q", "")
        found = operations.search_products(q, self.by.jurisdiction.code)
        return self.listed(found, shape=ProductShape, key="id")

    @extend_schema(request=ProductBody, responses={201: ProductShape, 202: PendingShape})
    @idempotent()
    def post(self, request: Request) -> Response:
        """Add a product of the jurisdiction's own. A code that exists answers 409.

        One of which less counts than its whole weight, by volume too, is proposed, and answered
        202, unless the key has `registry:grant`.
        """
        product = register.add_product(**self.body(ProductBody), by=self.by)
        return answer_act(product, ProductShape)


class ProductVersions(Endpoint):
    """What a product was, is and will be."""

    query = Paging
    scopes = {"GET": ANY_KEY, "POST": WRITE}
    authority_for = ("POST",)

    def subject(self, code: str) -> Product:
        return found_or_404(product_named(self.by, code))

    @extend_schema(responses=ProductShape(many=True))
    def get(self, request: Request, code: str) -> Response:
        """Every version, also those that ended and those that begin later."""
        versions = operations.versions_of(self.subject(code))
        return self.listed(versions, shape=ProductShape, key="id")

    @extend_schema(request=ProductVersionBody, responses={201: ProductShape, 202: PendingShape})
    @idempotent()
    def post(self, request: Request, code: str) -> Response:
        """Propose what the product is to be. A second officer approves it on a page.

        Codes and sales keep the version that they were made with.
        """
        product = self.subject(code)
        values = self.body(ProductVersionBody, product=product)
        proposal = register.propose_product_version(product, **values, by=self.by)
        return answer_act(proposal, ProductShape)
