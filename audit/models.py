"""What the checks of the invariants found, and how far they have read."""

from django.db import models
from django.db.models import Q


class Violation(models.Model):
    """A row that breaks an invariant: from when it was found until it was in order again."""

    number = models.PositiveSmallIntegerField()  # of the project's list of invariants
    invariant = models.CharField(max_length=100)
    subject = models.CharField(max_length=200)  # the row's id, or what else names it
    found_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)  # codes were issued again in spite of it
    # What two people agreed to then; one alone accepted it before that took two.
    resuming = models.ForeignKey(
        "registry.Proposal", models.PROTECT, null=True, blank=True, related_name="+"
    )
    accepted_by_one = models.BooleanField(default=False, db_default=False, editable=False)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invariant", "subject"],
                condition=Q(cleared_at__isnull=True),
                name="one_open_violation_of_a_row",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True)
                | Q(resuming__isnull=False)
                | Q(accepted_by_one=True),
                name="two_people_accept_a_violation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invariant}: {self.subject}"


class Watermark(models.Model):
    """How far the checks of the invariants have read: one row.

    `marks` are the last ids at the start of the last check, `marks_before` of the one before
    that: a row whose transaction took its time has a smaller id than rows already read.
    """

    marks = models.JSONField(default=dict)
    marks_before = models.JSONField(default=dict)
    checked_at = models.DateTimeField(null=True)
    everything_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="there_is_one_watermark"),
        ]

    def __str__(self) -> str:
        return str(self.checked_at)
