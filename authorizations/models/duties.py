"""What is left to do, and the rules by which it will be judged.

The row is the duty; Celery only wakes the worker. Losing the broker, a worker or a task
delays an evaluation and never loses one.
"""

from django.db import models
from django.db.models import Q


class Ruleset(models.Model):
    """Thresholds, severities and on/off of every rule, as one version. Append-only.

    Loosening takes two people, neither of them a program.
    """

    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    version = models.PositiveIntegerField()
    settings = models.JSONField()  # {rule: {"on", "severity", thresholds…}}
    created_at = models.DateTimeField()
    proposed_by = models.ForeignKey("registry.User", models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey("registry.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "version"], name="rulesets_are_numbered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.version}"


class Lane(models.TextChoices):
    LIVE = "live"
    BULK = "bulk"


class DutyReason(models.TextChoices):
    """Why an authorization is to be evaluated."""

    RECORDED = "recorded"  # an act made a new version
    END = "end"  # the time of the request or code is over
    RELEASE = "release"  # what an ended code holds may be freed
    RECEIPT_DUE = "receipt_due"
    TWIN = "twin"  # another sale stands, or stood, on the same document


class Duty(models.Model):
    """Evaluate this authorization at `due_at` or after. Inserted by verbs, never updated by them.

    A worker leases it; the fifth failure parks it for an operator.
    """

    authorization = models.ForeignKey(
        "authorizations.Authorization", models.PROTECT, related_name="duties"
    )
    version = models.PositiveIntegerField()
    reason = models.CharField(max_length=20, choices=DutyReason)
    lane = models.CharField(max_length=4, choices=Lane, default=Lane.LIVE)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    parked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # Read by the worker that claims what is due.
            models.Index(
                fields=["lane", "due_at"],
                condition=Q(parked_at__isnull=True),
                name="duty_to_claim",
            ),
            # Read by the queue's banner: there is hardly ever one.
            models.Index(
                fields=["parked_at"],
                condition=Q(parked_at__isnull=False),
                name="duty_put_aside",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.authorization_id}"
