"""Remembers answers, so that a repeated request has one effect."""

from django.db import models


class IdempotencyKey(models.Model):
    """A caller's key for one operation, with the answer it got. Inserted with its effect."""

    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT, db_index=False)
    organization = models.ForeignKey(
        "registry.Organization", models.PROTECT, null=True, db_index=False
    )  # null: the authority
    operation = models.CharField(max_length=200)  # method and path
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)  # SHA-256 of the canonical JSON
    status = models.PositiveSmallIntegerField(null=True)  # null: still running
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField()
    kept_until = models.DateTimeField(null=True)  # null: as long as the sale

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "organization", "operation", "key"],
                nulls_distinct=False,
                name="one_effect_of_a_key",
            ),
        ]
        indexes = [models.Index(fields=["kept_until"], name="key_to_forget")]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"
