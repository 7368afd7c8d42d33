"""The authorization: a code that a buyer brings to one vendor, for one product."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid6 import uuid7

from authorizations.ledger import Balances
from authorizations.models.ledger import kilograms
from precursors.quantities import Quantity, Unit
from registry.inputs import REASON_LENGTH


class Status(models.TextChoices):
    PENDING = "pending", pgettext_lazy("code", "Awaiting a decision")
    ISSUED = "issued", pgettext_lazy("code", "Issued")
    CLOSED = "closed", pgettext_lazy("code", "Closed")
    REFUSED = "refused", pgettext_lazy("code", "Refused")
    CANCELLED = "cancelled", pgettext_lazy("code", "Cancelled")
    REVOKED = "revoked", pgettext_lazy("code", "Revoked")
    EXPIRED = "expired", pgettext_lazy("code", "Expired")


LIVE = [Status.PENDING, Status.ISSUED]


class Authorization(models.Model):
    """What was requested, what was granted, and the balances of what became of it.

    `version` counts the acts that change what an evaluation looks at. Children carry the
    version they made, so that "as known at version v" is a filter.
    A sale without a code stands on an authorization without one: closed, of zero. It is a claim
    until the buyer or an officer confirms it: see `rules.claims`.
    Written by `acts.act.write_new` and `write_change`, in the statement of `acts.statement`.
    """

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT, db_index=False)
    code = models.CharField(max_length=12, null=True, blank=True)
    # Without a code, booked as a claim. Older rows were debited at once, and stay as booked.
    is_claim = models.BooleanField(default=False, db_default=False)
    status = models.CharField(max_length=10, choices=Status)
    version = models.PositiveIntegerField(default=1)

    buyer = models.ForeignKey(
        "registry.Organization", models.PROTECT, related_name="purchases", db_index=False
    )
    seller = models.ForeignKey("registry.Organization", models.PROTECT, related_name="supplies")
    product = models.ForeignKey("precursors.Product", models.PROTECT)  # a version, frozen
    precursor = models.ForeignKey("precursors.Precursor", models.PROTECT, db_index=False)
    quantity_value = models.DecimalField(max_digits=18, decimal_places=3)
    quantity_unit = models.CharField(max_length=10)
    product_kg = kilograms()
    net_kg = kilograms()
    destination_site = models.ForeignKey(
        "registry.Site", models.PROTECT, null=True, db_index=False
    )
    vehicle = models.ForeignKey("registry.Vehicle", models.PROTECT, null=True, db_index=False)
    # As the buyer stated it; without a code, the reason of the sale.
    purpose = models.CharField(max_length=REASON_LENGTH, blank=True)

    permit = models.ForeignKey(
        "registry.Permit", models.PROTECT, null=True, related_name="+", db_index=False
    )
    seller_permit = models.ForeignKey(
        "registry.Permit", models.PROTECT, null=True, related_name="+", db_index=False
    )
    ruleset = models.ForeignKey("authorizations.Ruleset", models.PROTECT, db_index=False)
    allowance = models.ForeignKey(
        "authorizations.Allowance", models.PROTECT, related_name="authorizations"
    )
    # None: the request waits for an officer without the vendor's quota, which might not leave it.
    # It is taken with the issue, or with a sale that is reported before.
    seller_allowance = models.ForeignKey(
        "authorizations.Allowance", models.PROTECT, null=True, related_name="+"
    )

    requested_at = models.DateTimeField()
    decide_by = models.DateTimeField()  # a pending request ends here
    issued_at = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    looked_up_at = models.DateTimeField(null=True)  # by the vendor, first
    ended_at = models.DateTimeField(null=True)
    declared_at = models.DateTimeField(null=True)  # by the vendor: no more was sold
    released_at = models.DateTimeField(null=True)  # nothing enters held any more
    # Of its oldest sale without a receipt: the later of the time of sale and the time of entry.
    receipt_awaited_since = models.DateTimeField(null=True)

    reserved_kg = kilograms(default=0)
    held_kg = kilograms(default=0)
    consumed_kg = kilograms(default=0)
    overage_kg = kilograms(default=0)
    claimed_kg = kilograms(default=0, db_default=0)
    sold_kg = kilograms(default=0)  # counted: see acts.counts

    takes_vendors_quota = False  # with the next act, all of it: see `acts.quotas.attach_vendor`

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(code__isnull=True)
                | Q(seller_allowance__isnull=False)
                | Q(issued_at__isnull=True, sold_kg=0),
                name="an_issued_code_takes_the_vendors_quota",
            ),
            # Not unique=True: that comes with a second index, for parts of a code.
            models.UniqueConstraint(fields=["code"], name="no_code_is_given_twice"),
            models.CheckConstraint(
                condition=Q(reserved_kg__gte=0, held_kg__gte=0, consumed_kg__gte=0)
                & Q(overage_kg__gte=0, claimed_kg__gte=0),
                name="authorization_is_never_negative",
            ),
            models.CheckConstraint(
                condition=Q(consumed_kg=Least("sold_kg", "net_kg"))
                & (
                    Q(is_claim=False, claimed_kg=0, sold_kg=F("consumed_kg") + F("overage_kg"))
                    | Q(is_claim=True, sold_kg__gte=F("overage_kg") + F("claimed_kg"))
                ),
                name="what_was_sold_is_consumed_or_overage",
            ),
            models.CheckConstraint(
                condition=Q(is_claim=False) | Q(code__isnull=True),
                name="only_a_sale_without_a_code_is_a_claim",
            ),
            models.CheckConstraint(
                condition=Q(status__in=LIVE, reserved_kg=F("net_kg") - F("consumed_kg"))
                | (~Q(status__in=LIVE) & Q(reserved_kg=0)),
                name="only_a_live_code_reserves",
            ),
            models.CheckConstraint(
                condition=Q(code__isnull=False, net_kg__gt=0)
                | Q(code__isnull=True, net_kg=0, status=Status.CLOSED),
                name="an_authorization_without_a_code_is_of_zero",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.ISSUED)
                | Q(issued_at__isnull=False, valid_until__isnull=False),
                name="an_issued_code_expires",
            ),
            models.CheckConstraint(
                condition=Q(status__in=LIVE, ended_at__isnull=True)
                | (~Q(status__in=LIVE) & Q(ended_at__isnull=False)),
                name="an_ended_code_says_when",
            ),
        ]
        # Nothing it points to is ever deleted, so a foreign key has an index only where rows are
        # read by it: each costs every request and every change of a code.
        indexes = [
            # Read by the authority's lists.
            models.Index(fields=["jurisdiction", "-id"], name="authorization_of_jurisdiction"),
            # Read by the buyer's history.
            models.Index(fields=["buyer", "-id"], name="authorization_of_buyer"),
            # Read by the vendor's list, which omits codes it has not looked up.
            models.Index(
                fields=["seller", "-id"],
                condition=Q(looked_up_at__isnull=False),
                name="authorization_of_seller",
            ),
            # Read by the checks of a request and by the buyer's home.
            models.Index(
                fields=["buyer", "id"],
                condition=Q(status__in=["pending", "issued"]),
                name="live_authorization_of_buyer",
            ),
            # Read by the automatic limit: what was issued in the last days.
            models.Index(
                fields=["buyer", "precursor", "issued_at"], name="issued_to_buyer_lately"
            ),
            # Read by the checks of a request and by the buyer's home: few await a receipt.
            models.Index(
                fields=["buyer", "receipt_awaited_since"],
                condition=Q(receipt_awaited_since__isnull=False),
                name="awaits_receipt_of_buyer",
            ),
            # Read by the buyer's home: few claims await an answer.
            models.Index(
                fields=["buyer", "id"],
                condition=Q(claimed_kg__gt=0),
                name="claim_awaits_answer_of_buyer",
            ),
            # Read by the officer's list of pending requests.
            models.Index(
                fields=["jurisdiction", "id"],
                condition=Q(status="pending"),
                name="pending_authorization",
            ),
        ]

    def __str__(self) -> str:
        return self.code_in_fours or str(self.uuid)

    @property
    def code_in_fours(self) -> str:
        return "-".join(self.code[i : i + 4] for i in (0, 4, 8)) if self.code else ""

    @property
    def quantity(self) -> Quantity:
        return Quantity(self.quantity_value, Unit(self.quantity_unit))

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def requested_on(self) -> date:
        """The local day in whose month, quarter and year it is booked, whatever becomes of it."""
        return self.requested_at.astimezone(self.jurisdiction.zone).date()

    @property
    def ends_at(self) -> datetime:
        """When time ends it: its validity once issued, the decision's deadline before."""
        return self.valid_until or self.decide_by

    def status_at(self, at: datetime) -> Status:
        """The status as time has made it, though nobody has settled it yet."""
        if self.is_live and at > self.ends_at:
            return Status.EXPIRED
        return Status(self.status)

    def end(self, status: Status, *, at: datetime) -> None:
        """Put its end on the instance; the act writes it."""
        self.status, self.ended_at = status, at

    @property
    def balances(self) -> Balances:
        return Balances(
            self.reserved_kg,
            self.held_kg,
            self.consumed_kg,
            self.overage_kg,
            self.claimed_kg,
            self.sold_kg - self.consumed_kg - self.overage_kg,
        )

    @balances.setter
    def balances(self, balances: Balances) -> None:
        """Put them on the instance; the act writes them."""
        self.reserved_kg = balances.reserved
        self.held_kg = balances.held
        self.consumed_kg = balances.consumed
        self.overage_kg = balances.overage
        self.claimed_kg = balances.claimed
        self.sold_kg = balances.sold

    @property
    def debited_kg(self) -> Any:
        """What was sold as far as it is debited to the buyer: of a claim, what is vouched for."""
        return self.consumed_kg + self.overage_kg

    @property
    def reported_kg(self) -> Any:
        """What counts as sold by the vendor's word, and on its own quota."""
        return self.sold_kg

    @property
    def parties(self) -> list[int]:
        return [self.buyer_id, self.seller_id]

    @property
    def remaining_kg(self) -> Any:
        return max(Decimal(0), self.net_kg - self.sold_kg) if self.is_live else Decimal(0)


class LookUp(models.Model):
    """A code that was looked up, or one of the first of a day that could not be."""

    class Result(models.TextChoices):
        FOUND = "found", _("found")
        UNKNOWN = "unknown", _("unknown")
        FOREIGN = "foreign", _("another vendor's")

    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    account = models.CharField(max_length=30)  # "user:7", "key:3"
    organization = models.ForeignKey("registry.Organization", models.PROTECT, null=True)
    result = models.CharField(max_length=10, choices=Result)
    authorization = models.ForeignKey(Authorization, models.PROTECT, null=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account} {self.result}"
