"""Proposals for other content of a product, which take two people."""

from django.db import models
from django.db.models import F, Q
from uuid6 import uuid7


class ProductProposal(models.Model):
    """What a jurisdiction's own product is to become: a second officer approves it."""

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    product = models.ForeignKey("precursors.Product", models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    concentration_percent = models.DecimalField(max_digits=7, decimal_places=4)
    density_kg_per_l = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    counts_whole = models.BooleanField()
    oleum = models.BooleanField()
    effective_from = models.DateTimeField(null=True, blank=True)  # null: when it is approved
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(
        "registry.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_key = models.ForeignKey(
        "registry.ApiKey", models.PROTECT, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        "registry.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    refused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(approved_at__isnull=True, refused_at__isnull=True),
                name="one_open_proposal_for_a_product",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=False, proposed_key__isnull=True)
                | Q(proposed_by__isnull=True, proposed_key__isnull=False),
                name="product_proposal_has_one_proposer",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True)
                | Q(approved_by__isnull=False)
                & (Q(proposed_by__isnull=True) | ~Q(approved_by=F("proposed_by"))),
                name="product_version_takes_two_people",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | Q(refused_at__isnull=True),
                name="product_proposal_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
