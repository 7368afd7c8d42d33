"""What programs are answered. References stand in the form in which they are given."""

from typing import Any

from django.db.models import Min, OuterRef, Q, QuerySet, Subquery, prefetch_related_objects
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.bodies import Kilograms, PerThreadFields, QuantityOut, kilograms
from authorizations.models import Authorization, Outcome, Receipt, ReceiptReason, Sale, Status
from oversight.models import Evaluation, Flag, FlagState, Severity
from rules import RULES

CLAIM_STATES = [(state, state) for state in ("open", "confirmed", "off")]
SALE_STATUSES = [
    ("recorded", "recorded, not evaluated yet"),
    ("evaluated", "evaluated"),
    ("replaced", "replaced by a correction or a void"),
]


MASSES = [("product", "of the whole product"), ("net", "of the substance in it")]
RULES_OF_NET_MASS = {"quota_overdrawn"}
PRODUCT_KG = "Mass of the whole product."
NET_KG = "Mass of the substance in it, which counts in quotas."


class CodeOut(serializers.CharField):
    """A code in fours; null for a sale without one."""

    def __init__(self, source: str, **options: Any) -> None:
        super().__init__(source=f"{source}code_in_fours", read_only=True, allow_null=True)

    def to_representation(self, value: str) -> str | None:  # type: ignore[override]
        return value or None


class VehicleOut(serializers.Serializer[Any]):
    plate = serializers.CharField()
    trailers = serializers.ListField(child=serializers.CharField(), required=False)

    def to_representation(self, sale: Sale) -> dict[str, Any]:
        """Most loads go without trailers: then there are none to name."""
        trailers = {"trailers": sale.trailers} if sale.trailers else {}
        return {"plate": sale.plate, **trailers}


class DriverOut(serializers.Serializer[Any]):
    document = serializers.CharField()
    license = serializers.CharField()


class ReceiptShape(serializers.ModelSerializer[Receipt]):
    id = serializers.UUIDField(source="uuid")
    sale = serializers.UUIDField(source="sale.uuid")
    quantity = QuantityOut("quantity")
    net_kg = Kilograms(help_text=NET_KG)
    outcome = serializers.ChoiceField(Outcome.choices)
    reasons = serializers.ListField(child=serializers.ChoiceField(ReceiptReason.choices))
    replaces = serializers.UUIDField(source="replaces.uuid", default=None, allow_null=True)

    class Meta:
        model = Receipt
        fields = [
            "id",
            "sale",
            "received_at",
            "recorded_at",
            "quantity",
            "net_kg",
            "outcome",
            "reasons",
            "remarks",
            "replaces",
            "reason",
        ]
        read_only_fields = fields


class SaleShape(PerThreadFields, serializers.ModelSerializer[Sale]):
    id = serializers.UUIDField(source="uuid")
    authorization = CodeOut("authorization.")
    status = serializers.SerializerMethodField()
    evaluated_at = serializers.SerializerMethodField()
    buyer = serializers.CharField(source="buyer.tax_id")
    seller = serializers.CharField(source="seller.tax_id")
    product = serializers.CharField(source="product.code")
    quantity = QuantityOut("quantity")
    product_kg = Kilograms(help_text=PRODUCT_KG)
    net_kg = Kilograms(help_text=NET_KG)
    remaining = serializers.SerializerMethodField(
        help_text="Net kg that the code still allows; on the answer to a report, and on its sale."
    )
    claim = serializers.SerializerMethodField(
        help_text="Of a sale without a code: whether it is debited to the buyer. Open: nobody has"
        " answered; off: the buyer said that it is not its own, or the vendor withdrew it."
    )
    site = serializers.UUIDField(source="site.uuid")
    vehicle = VehicleOut(source="*")
    driver = serializers.SerializerMethodField()
    gross_kg = Kilograms(allow_null=True)
    tare_kg = Kilograms(allow_null=True)
    replaces = serializers.UUIDField(source="replaces.uuid", default=None, allow_null=True)
    receipt = serializers.SerializerMethodField(help_text="The one in force.")
    receipts = serializers.SerializerMethodField(
        help_text="The first one and each by which it was corrected, the oldest first."
    )

    class Meta:
        model = Sale
        fields = [
            "id",
            "authorization",
            "status",
            "evaluated_at",
            "buyer",
            "seller",
            "product",
            "quantity",
            "product_kg",
            "net_kg",
            "remaining",
            "claim",
            "sold_at",
            "recorded_at",
            "site",
            "vehicle",
            "driver",
            "invoice",
            "guide",
            "gross_kg",
            "tare_kg",
            "seals",
            "complete",
            "reason",
            "is_void",
            "replaces",
            "receipt",
            "receipts",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(SALE_STATUSES))
    def get_status(self, sale: Sale) -> str:
        if getattr(sale, "is_replaced", False):
            return "replaced"
        return "evaluated" if getattr(sale, "evaluated_at", None) else "recorded"

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_evaluated_at(self, sale: Sale) -> Any:
        moment = getattr(sale, "evaluated_at", None)
        return moment and serializers.DateTimeField().to_representation(moment)

    @extend_schema_field(Kilograms())
    def get_remaining(self, sale: Sale) -> str:
        return kilograms(sale.authorization.remaining_kg)

    @extend_schema_field(serializers.ChoiceField(CLAIM_STATES, allow_null=True))
    def get_claim(self, sale: Sale) -> str | None:
        authorization = sale.authorization
        if not authorization.is_claim:
            return None
        if authorization.overage_kg:
            return "confirmed"
        return "open" if authorization.claimed_kg else "off"

    @extend_schema_field(DriverOut(allow_null=True))
    def get_driver(self, sale: Sale) -> dict[str, str] | None:
        if not (sale.driver_document or sale.driver_license):
            return None
        return {"document": sale.driver_document, "license": sale.driver_license}

    @extend_schema_field(ReceiptShape(allow_null=True))
    def get_receipt(self, sale: Sale) -> Any:
        receipts = self._receipts(sale)
        return ReceiptShape(receipts[-1]).data if receipts else None

    @extend_schema_field(ReceiptShape(many=True))
    def get_receipts(self, sale: Sale) -> Any:
        return ReceiptShape(self._receipts(sale), many=True).data

    def _receipts(self, sale: Sale) -> list[Receipt]:
        """All of a sale, the oldest first. Of one just reported there is none."""
        if self.context.get("is_new"):
            return []
        root = sale.root_or_self
        prefetch_related_objects([root], "receipts")
        return sorted(root.receipts.all(), key=lambda receipt: receipt.version)


class AuthorizationShape(PerThreadFields, serializers.ModelSerializer[Authorization]):
    code = CodeOut("")
    status = serializers.ChoiceField(Status.choices)
    buyer = serializers.CharField(source="buyer.tax_id")
    seller = serializers.CharField(source="seller.tax_id")
    product = serializers.CharField(source="product.code")
    quantity = QuantityOut("quantity")
    product_kg = Kilograms(help_text=PRODUCT_KG)
    net_kg = Kilograms(help_text=NET_KG)
    sold_kg = Kilograms(
        source="debited_kg",
        help_text="Net kg that count as sold to the buyer; of a sale without a code as far as the"
        " buyer or an officer has vouched for it.",
    )
    vendor_sold_kg = Kilograms(
        source="reported_kg",
        help_text="Net kg that count as sold by the vendor, on its own quota: of a sale without a"
        " code what it reports, whatever the buyer answers; else the same as `sold_kg`.",
    )
    claimed_kg = Kilograms(
        help_text="Reported without a code and not answered yet: it takes nothing of the quota."
    )
    remaining = Kilograms(source="remaining_kg", help_text="Net kg that may still be sold.")
    destination_site = serializers.UUIDField(
        source="destination_site.uuid", default=None, allow_null=True
    )
    vehicle = serializers.CharField(source="vehicle.plate", default=None, allow_null=True)

    class Meta:
        model = Authorization
        fields = [
            "code",
            "status",
            "buyer",
            "seller",
            "product",
            "quantity",
            "product_kg",
            "net_kg",
            "sold_kg",
            "vendor_sold_kg",
            "claimed_kg",
            "remaining",
            "destination_site",
            "vehicle",
            "purpose",
            "requested_at",
            "issued_at",
            "valid_until",
            "ended_at",
        ]
        read_only_fields = fields


class AuthorizationWithSales(AuthorizationShape):
    """One authorization with the reports made against it, receipts within."""

    sales = serializers.SerializerMethodField()

    class Meta(AuthorizationShape.Meta):
        fields = [*AuthorizationShape.Meta.fields, "sales"]
        read_only_fields = fields

    @extend_schema_field(SaleShape(many=True))
    def get_sales(self, authorization: Authorization) -> Any:
        return SaleShape(self.context["sales"], many=True).data


class FlagSubject(serializers.Serializer[Any]):
    kind = serializers.ChoiceField([("authorization", "authorization"), ("sale", "sale")])
    id = serializers.CharField(allow_null=True, help_text="A code, or the id of a sale.")


class FlagShape(serializers.ModelSerializer[Flag]):
    id = serializers.UUIDField(source="uuid")
    rule = serializers.ChoiceField([(name, name) for name in sorted(RULES)])
    severity = serializers.ChoiceField(Severity.choices)
    state = serializers.ChoiceField(FlagState.choices)
    subject = serializers.SerializerMethodField()
    authorization = CodeOut("authorization.")
    sale = serializers.UUIDField(source="sale.uuid", default=None, allow_null=True)
    buyer = serializers.CharField(source="buyer.tax_id")
    seller = serializers.CharField(source="seller.tax_id")
    evidence = serializers.DictField(
        help_text="Numbers and identifiers. What ends in `_kg` is a mass: see `evidence_masses`."
    )
    awaits_officers = serializers.SerializerMethodField(
        help_text="Whether no second officer can be drawn yet: there are fewer than two besides"
        " whoever proposed. It waits until there are more."
    )
    evidence_masses = serializers.SerializerMethodField(
        help_text=(
            "Whether the masses of the evidence (`authorized_kg`, `sold_kg`, `over_kg`, …) are of"
            " the whole product, or of the substance in it (net). Net are those of quotas alone;"
            " what a scale showed (`gross_kg`, `tare_kg`, `weighed_kg`) is neither."
        )
    )

    class Meta:
        model = Flag
        fields = [
            "id",
            "rule",
            "severity",
            "state",
            "subject",
            "authorization",
            "sale",
            "buyer",
            "seller",
            "evidence",
            "evidence_masses",
            "holds",
            "proposed_outcome",
            "awaits_officers",
            "raised_at",
            "due_at",
        ]
        read_only_fields = fields

    def get_awaits_officers(self, flag: Flag) -> bool:
        return flag.state == FlagState.AWAITING_SECOND and flag.second_id is None

    @extend_schema_field(serializers.ChoiceField(MASSES))
    def get_evidence_masses(self, flag: Flag) -> str:
        return "net" if flag.rule in RULES_OF_NET_MASS else "product"

    @extend_schema_field(FlagSubject())
    def get_subject(self, flag: Flag) -> dict[str, str | None]:
        if flag.subject_kind == "sale":
            return {"kind": "sale", "id": str(flag.sale.uuid) if flag.sale else None}
        return {"kind": flag.subject_kind, "id": flag.authorization.code_in_fours or None}


@extend_schema_field({"$ref": "#/components/schemas/ReasonCode"})
class ReasonCode(serializers.CharField):
    pass


class ReasonShape(serializers.Serializer[Any]):
    code = ReasonCode()
    detail = serializers.CharField()


class HeadroomShape(serializers.Serializer[Any]):
    """All in net kg, of the substance in the product, but for `largest_request_quantity`."""

    available = Kilograms(source="available_kg")
    limit = Kilograms(source="limit_kg")
    reserved = Kilograms(source="reserved_kg")
    held = Kilograms(source="held_kg")
    consumed = Kilograms(source="consumed_kg", help_text="Overage included.")
    claimed = Kilograms(
        source="claimed_kg",
        help_text="Reported by vendors without a code and not answered yet: it takes nothing.",
    )
    period_ends = serializers.DateField(allow_null=True)
    largest_request = Kilograms(source="largest_kg")
    automatic_request = Kilograms(
        source="automatic_kg",
        help_text="Up to this a request is issued at once, unless the vendor's quota has to be"
        " looked at first; above it an officer decides. How much a vendor has left is not told.",
    )
    largest_request_quantity = serializers.SerializerMethodField()
    reasons = ReasonShape(many=True)

    @extend_schema_field(QuantityOut("quantity", allow_null=True))
    def get_largest_request_quantity(self, room: Any) -> dict[str, str] | None:
        quantity = room.largest_quantity
        return quantity and {"value": f"{quantity.value:f}", "unit": quantity.unit.value}


def with_progress(sales: QuerySet[Sale]) -> QuerySet[Sale]:
    """Add to reports when they were evaluated, and whether another has replaced them."""
    evaluations = Evaluation.objects.filter(
        authorization=OuterRef("authorization"), version__gte=OuterRef("version")
    )
    first = evaluations.values("authorization").annotate(first=Min("evaluated_at"))
    return (
        sales.annotate(
            evaluated_at=Subquery(first.values("first")),
            is_replaced=Q(replaced_by__isnull=False),  # by a join: for EXISTS all might be read
        )
        .select_related("replaces")
        .prefetch_related("receipts", "root__receipts")
    )
