"""Sales, receipts and agreements: facts as they were reported. Append-only."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from authorizations.document_numbers import KEY_LENGTH
from authorizations.models.ledger import kilograms
from precursors.quantities import Quantity, Unit
from registry.inputs import REASON_LENGTH
from registry.plates import PLATE_LENGTH

PAPER_LENGTH = 100  # letters of a number on a paper: of columns, forms and bodies alike


class Sale(models.Model):
    """One report of a sale. A correction is a new report that names the one it replaces.

    The reports of one sale share a `root`, the first of them (null on the first itself).
    A void replaces a report by nothing: its quantity is zero.
    Made by `acts.reports.sale_from`, and written in the statement of `acts.statement`, which
    `docs/record-sale.sql` shows whole.
    """

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT, db_index=False)
    authorization = models.ForeignKey(
        "authorizations.Authorization", models.PROTECT, related_name="sales", db_index=False
    )
    version = models.PositiveIntegerField()
    root = models.ForeignKey("self", models.PROTECT, null=True, related_name="reports")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    is_void = models.BooleanField(default=False)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)

    buyer = models.ForeignKey(
        "registry.Organization", models.PROTECT, related_name="+", db_index=False
    )
    seller = models.ForeignKey(
        "registry.Organization", models.PROTECT, related_name="+", db_index=False
    )
    product = models.ForeignKey("precursors.Product", models.PROTECT, db_index=False)
    quantity_value = models.DecimalField(max_digits=18, decimal_places=3)
    quantity_unit = models.CharField(max_length=10)
    product_kg = kilograms()
    net_kg = kilograms()
    sold_at = models.DateTimeField()  # as claimed
    sold_on = models.DateField()  # the local day of it
    recorded_at = models.DateTimeField()
    site = models.ForeignKey("registry.Site", models.PROTECT, db_index=False)
    # Compact where it is a plate, else as it was told; empty where nothing was.
    plate = models.CharField(max_length=PLATE_LENGTH, blank=True)
    vehicle = models.ForeignKey("registry.Vehicle", models.PROTECT, null=True, db_index=False)
    trailers = ArrayField(models.CharField(), default=list, db_default=[])
    unknown_trailers = ArrayField(  # those of them that were not in the register
        models.CharField(), default=list, db_default=[]
    )
    driver_document = models.CharField(max_length=PAPER_LENGTH, blank=True)
    driver_license = models.CharField(max_length=PAPER_LENGTH, blank=True)
    invoice = models.CharField(max_length=PAPER_LENGTH, blank=True)
    guide = models.CharField(max_length=PAPER_LENGTH, blank=True)
    # The form in which they are compared: `document_numbers.document_key`.
    invoice_key = models.CharField(max_length=KEY_LENGTH, blank=True, default="", db_default="")
    guide_key = models.CharField(max_length=KEY_LENGTH, blank=True, default="", db_default="")
    gross_kg = kilograms(null=True)
    tare_kg = kilograms(null=True)
    # Without a length: to widen that of an array would write the whole table anew.
    seals = ArrayField(models.CharField(), default=list)
    complete = models.BooleanField(default=False)
    recorded_by = models.ForeignKey("registry.User", models.PROTECT, null=True, db_index=False)
    api_key = models.ForeignKey("registry.ApiKey", models.PROTECT, null=True, db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authorization", "version"], name="one_sale_of_a_version"
            ),
            models.CheckConstraint(
                condition=Q(is_void=False, quantity_value__gt=0, net_kg__gt=0)
                | Q(is_void=True, quantity_value=0, net_kg=0, replaces__isnull=False),
                name="sale_quantity_is_positive",
            ),
            models.CheckConstraint(
                condition=Q(root__isnull=True, replaces__isnull=True)
                | Q(root__isnull=False, replaces__isnull=False),
                name="only_a_correction_has_a_root",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(reason=""),
                name="a_correction_gives_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(gross_kg__isnull=True, tare_kg__isnull=True)
                | Q(gross_kg__gte=F("tare_kg"), tare_kg__gte=0),
                name="gross_is_not_under_tare",
            ),
        ]
        # As of an authorization, foreign keys have an index only where rows are read by them.
        indexes = [
            # Read by the authority's list.
            models.Index(fields=["jurisdiction", "-id"], name="sale_of_jurisdiction"),
            # Read by the vendor's day list.
            models.Index(
                fields=["seller", "sold_on", "-sold_at", "-id"], name="sale_of_seller_on_day"
            ),
            # Read by the API's lists and the buyer's deliveries.
            models.Index(fields=["seller", "-id"], name="sale_of_seller"),
            models.Index(fields=["buyer", "-id"], name="sale_of_buyer"),
            # Read by the rule on documents used twice.
            models.Index(
                fields=["seller", "invoice_key"],
                condition=~Q(invoice_key=""),
                name="sale_by_invoice_key",
            ),
            models.Index(
                fields=["seller", "guide_key"],
                condition=~Q(guide_key=""),
                name="sale_by_guide_key",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def quantity(self) -> Quantity:
        return Quantity(self.quantity_value, Unit(self.quantity_unit))

    @property
    def plates(self) -> list[str]:
        """What was told of the vehicles: the tractor first, then its trailers."""
        return [self.plate, *self.trailers]

    @property
    def root_or_self(self) -> "Sale":
        return self.root or self

    @property
    def root_or_self_id(self) -> int:
        return self.root_id or self.pk

    @property
    def receipt(self) -> "Receipt | None":
        """The receipt in force, as a sale's first report has it."""
        return max(self.receipts.all(), key=lambda receipt: receipt.version, default=None)


def root_in_sql(sale: str) -> str:
    """`root_or_self_id` of a row, as SQL that can use an index.

    Not coalesce(): to the planner it could leak rows that a session may not see, so that with
    row-level security the table is read whole.
    """
    return f"CASE WHEN {sale}.root_id IS NULL THEN {sale}.id ELSE {sale}.root_id END"


class Outcome(models.TextChoices):
    """The five conclusions of an EMCS report of receipt, "never received" being ours."""

    SATISFACTORY = "satisfactory", _("Everything arrived as sold")
    UNSATISFACTORY = "unsatisfactory", _("Accepted, although something is wrong")
    REFUSED = "refused", _("Refused, nothing was accepted")
    PARTLY_REFUSED = "partly_refused", _("Partly refused")
    NEVER_RECEIVED = "never_received", _("Never received")


class ReceiptReason(models.TextChoices):
    SHORTAGE = "shortage", _("Shortage")
    EXCESS = "excess", _("Excess")
    DAMAGE = "damage", _("Damaged goods")
    SEALS = "seals", _("Broken seals")
    OTHER = "other", _("Other")


NOTHING_ARRIVED = [Outcome.REFUSED, Outcome.NEVER_RECEIVED]


class Receipt(models.Model):
    """The buyer's report of what arrived: of a sale and all its corrections.

    A receipt is corrected by a new one, which `replaces` it: the newest is in force.
    """

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    authorization = models.ForeignKey(
        "authorizations.Authorization", models.PROTECT, related_name="receipts"
    )
    version = models.PositiveIntegerField()
    sale = models.ForeignKey(Sale, models.PROTECT, related_name="receipts")  # the root
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    reason = models.CharField(max_length=REASON_LENGTH, blank=True, db_default="", default="")
    received_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    quantity_value = models.DecimalField(max_digits=18, decimal_places=3)  # accepted
    quantity_unit = models.CharField(max_length=10)
    product_kg = kilograms()
    net_kg = kilograms()
    outcome = models.CharField(max_length=20, choices=Outcome)
    reasons = ArrayField(models.CharField(max_length=10, choices=ReceiptReason), default=list)
    remarks = models.CharField(max_length=500, blank=True)
    recorded_by = models.ForeignKey("registry.User", models.PROTECT, null=True)
    api_key = models.ForeignKey("registry.ApiKey", models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authorization", "version"], name="one_receipt_of_a_version"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=NOTHING_ARRIVED, quantity_value=0, net_kg=0)
                | (~Q(outcome__in=NOTHING_ARRIVED) & Q(quantity_value__gt=0)),
                name="nothing_is_accepted_only_when_nothing_arrived",
            ),
            models.UniqueConstraint(
                fields=["sale"],
                condition=Q(replaces__isnull=True),
                name="one_first_receipt_of_a_sale",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(reason=""),
                name="a_corrected_receipt_gives_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def quantity(self) -> Quantity:
        return Quantity(self.quantity_value, Unit(self.quantity_unit))


class Agreement(models.Model):
    """An officer accepts the vendor's current figure for a sale: a lower one, or a claim."""

    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    authorization = models.ForeignKey(
        "authorizations.Authorization", models.PROTECT, related_name="agreements"
    )
    version = models.PositiveIntegerField()
    sale = models.ForeignKey(Sale, models.PROTECT, related_name="agreements")  # the root
    confirms_claim = models.BooleanField(default=False, db_default=False)  # debits the buyer
    reason = models.CharField(max_length=REASON_LENGTH)
    recorded_at = models.DateTimeField()
    agreed_by = models.ForeignKey("registry.User", models.PROTECT, null=True)
    api_key = models.ForeignKey("registry.ApiKey", models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authorization", "version"], name="one_agreement_of_a_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sale_id} {self.version}"
