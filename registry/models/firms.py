"""Firms, their licenses, and what each license permits."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7


class Organization(models.Model):
    """A firm, identified by its tax number. A foreign one has its country first: CO:900123456."""

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    country = models.CharField(max_length=2)  # ISO 3166-1 alpha-2
    tax_id = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    search_text = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField()
    # Of a firm just entered: what could not be checked of its number.
    note: str | Promise = ""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "tax_id"], name="tax_id_is_unique_in_a_jurisdiction"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="organization_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Standing(models.TextChoices):
    IN_FORCE = "in_force", _("In force")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")


class DateRange(Func):
    function = "daterange"
    output_field = DateRangeField()


class License(models.Model):
    """A firm's entry in the register, valid from its first to its last day, both included."""

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="licenses")
    number = models.CharField(max_length=50)
    valid_from = models.DateField()
    valid_to = models.DateField()
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.IN_FORCE)
    created_at = models.DateTimeField()
    # What two agreed on, where a license of the firm was suspended or revoked before.
    proposal = models.OneToOneField(
        "registry.Proposal", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "number"], name="license_number_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="license_ends_after_it_begins"
            ),
            ExclusionConstraint(
                name="licenses_of_one_organization_never_overlap",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    (
                        DateRange("valid_from", "valid_to", RangeBoundary(inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=~Q(standing=Standing.REVOKED),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class LicenseStep(models.Model):
    """One change of a license's standing, kept permanently so that past standing is known."""

    license = models.ForeignKey(License, models.PROTECT, related_name="steps")
    sequence = models.PositiveIntegerField()
    standing = models.CharField(max_length=10, choices=Standing)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["license", "sequence"], name="license_steps_are_numbered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.license} {self.standing}"


class Activity(models.TextChoices):
    BUY = "buy", _("Buy")
    SELL = "sell", _("Sell")
    CARRY = "carry", _("Carry")


class Period(models.TextChoices):
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    YEAR = "year", _("Year")


class PermitState(models.TextChoices):
    IN_FORCE = "in_force", _("In force")
    REPLACED = "replaced", _("Replaced")


class Permit(models.Model):
    """What one license lets a firm do with one precursor, and how much of it per period.

    Limits are kilograms of the contained substance. A first permit and a looser one take two
    people: until the second agrees there is a Proposal, and the permit before stays in force.
    """

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    license = models.ForeignKey(License, models.PROTECT, related_name="permits")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="permits")
    precursor = models.ForeignKey("precursors.Precursor", models.PROTECT)
    activity = models.CharField(max_length=10, choices=Activity)
    period = models.CharField(max_length=10, choices=Period)
    limit_kg = models.DecimalField(max_digits=20, decimal_places=6)
    automatic_limit_kg = models.DecimalField(
        max_digits=20, decimal_places=6, null=True, blank=True
    )  # null: every request waits for an officer
    limit_value = models.DecimalField(max_digits=18, decimal_places=3)  # as entered
    limit_unit = models.CharField(max_length=10)
    automatic_limit_value = models.DecimalField(
        max_digits=18, decimal_places=3, null=True, blank=True
    )
    automatic_limit_unit = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=10, choices=PermitState, default=PermitState.IN_FORCE)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey(
        "registry.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_key = models.ForeignKey(
        "registry.ApiKey", models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        "registry.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    raises_limit = models.BooleanField(default=False)  # or is a first one: it took two people
    proposal = models.OneToOneField(
        "registry.Proposal", models.PROTECT, null=True, blank=True, related_name="permit"
    )
    # From before a first permit took two people.
    entered_by_one = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["license", "precursor", "activity"],
                condition=Q(state=PermitState.IN_FORCE),
                name="one_permit_in_force",
            ),
            models.CheckConstraint(condition=Q(limit_kg__gte=0), name="limit_is_not_negative"),
            models.CheckConstraint(
                condition=Q(automatic_limit_kg__isnull=True) | Q(automatic_limit_kg__gte=0),
                name="automatic_limit_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(state__in=PermitState.values), name="a_permit_was_in_force"
            ),
            models.CheckConstraint(
                condition=Q(raises_limit=False) | Q(proposal__isnull=False),
                name="raising_a_limit_takes_two_people",
            ),
        ]
        indexes = [
            # Read by the checks of a request: what this firm may do with this precursor.
            models.Index(
                fields=["organization", "precursor", "activity"],
                condition=Q(state=PermitState.IN_FORCE),
                name="permit_in_force_of_firm",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.activity} {self.precursor}"
