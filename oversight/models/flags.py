"""Flags, and the steps by which they are reviewed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7


class Severity(models.TextChoices):
    LOW = "low", _("Observation")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")


class FlagState(models.TextChoices):
    OPEN = "open", _("Open")
    AWAITING_SECOND = "awaiting_second", _("Awaiting a second officer")
    EXPLAINED = "explained", _("Explained")
    DISMISSED = "dismissed", _("Dismissed")
    CONFIRMED = "confirmed", _("Confirmed")


ENDED = [FlagState.EXPLAINED, FlagState.DISMISSED, FlagState.CONFIRMED]
WAITING = [FlagState.OPEN, FlagState.AWAITING_SECOND]
IN_QUEUE = [Severity.MEDIUM, Severity.HIGH]  # observations wait for nobody
WAITS = Q(state__in=WAITING) & Q(severity__in=IN_QUEUE)
TAKEN = Q(assigned_to__isnull=False) | Q(state=FlagState.AWAITING_SECOND)


class Flag(models.Model):
    """One rule that one subject broke. Ended by officers, never by a correction.

    `holds` states whether the last evaluation still supports it.
    Every ending of a high flag takes two, the second a person other than the first.
    """

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    rule = models.CharField(max_length=40)
    severity = models.CharField(max_length=10, choices=Severity)
    state = models.CharField(max_length=20, choices=FlagState, default=FlagState.OPEN)
    subject_kind = models.CharField(max_length=20)  # "authorization", "sale"
    subject_id = models.BigIntegerField()
    authorization = models.ForeignKey(
        "authorizations.Authorization", models.PROTECT, related_name="flags"
    )
    sale = models.ForeignKey(
        "authorizations.Sale", models.PROTECT, null=True, related_name="flags"
    )
    buyer = models.ForeignKey("registry.Organization", models.PROTECT, related_name="+")
    seller = models.ForeignKey("registry.Organization", models.PROTECT, related_name="+")
    evidence = models.JSONField()
    version = models.PositiveIntegerField()  # of the authorization, last evaluated
    holds = models.BooleanField(default=True)
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField()
    steps_count = models.PositiveIntegerField(default=1)
    assigned_to = models.ForeignKey("registry.User", models.PROTECT, null=True, related_name="+")
    proposed_outcome = models.CharField(max_length=20, blank=True)
    proposed_by = models.ForeignKey("registry.User", models.PROTECT, null=True, related_name="+")
    proposed_key = models.ForeignKey(
        "registry.ApiKey", models.PROTECT, null=True, related_name="+"
    )
    second = models.ForeignKey(
        "registry.User", models.PROTECT, null=True, related_name="+"
    )  # drawn, never chosen by the first
    decided_by = models.ForeignKey("registry.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject_kind", "subject_id"], name="one_flag_of_a_rule"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=ENDED)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="a_person_ends_a_flag",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=ENDED, severity=Severity.HIGH)
                | Q(proposed_by__isnull=True, proposed_key__isnull=False)
                | (Q(proposed_by__isnull=False) & ~Q(proposed_by=F("decided_by"))),
                name="ending_a_high_flag_takes_two",
            ),
        ]
        indexes = [
            # Read by the queue, in each of its orders; low flags are in nobody's.
            models.Index(fields=["jurisdiction", "-id"], condition=WAITS, name="flag_in_queue"),
            models.Index(
                fields=["jurisdiction", "due_at", "id"], condition=WAITS, name="flag_by_deadline"
            ),
            # Read by the tabs of the queue, for a list and for its count.
            models.Index(
                fields=["assigned_to", "due_at", "id"], condition=WAITS, name="flag_on_a_desk"
            ),
            models.Index(
                fields=["second", "due_at", "id"],
                condition=Q(state=FlagState.AWAITING_SECOND),
                name="flag_of_second_officer",
            ),
            models.Index(
                fields=["proposed_by", "due_at", "id"],
                condition=Q(state=FlagState.AWAITING_SECOND),
                name="flag_of_proposer",
            ),
            models.Index(
                fields=["jurisdiction", "due_at", "id"],
                condition=WAITS
                & ~Q(state=FlagState.AWAITING_SECOND)
                & Q(assigned_to__isnull=True),
                name="flag_on_no_desk",
            ),
            models.Index(
                fields=["jurisdiction", "due_at", "id"],
                condition=WAITS & TAKEN,
                name="flag_on_some_desk",
            ),
            models.Index(fields=["jurisdiction", "-id"], name="flag_of_jurisdiction"),
            # Read by the queue when it is asked for flags that ended in one way.
            models.Index(fields=["jurisdiction", "state", "-id"], name="flag_of_state"),
            models.Index(fields=["buyer", "seller", "-id"], name="flag_of_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.subject_kind} {self.subject_id}"

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED


class StepKind(models.TextChoices):
    RAISED = "raised", _("Raised")
    LIFTED = "lifted", _("No longer supported by the facts")
    CHANGED = "changed", _("The facts changed")
    REOPENED = "reopened", _("Open again: the facts changed after the decision")
    ASSIGNED = "assigned", _("Assigned")
    PROPOSED = "proposed", _("Proposed")
    DRAWN = "drawn", _("Second officer drawn")
    AGREED = "agreed", _("Agreed")
    OVERRULED = "overruled", _("Overruled")
    DECIDED = "decided", _("Decided")


class FlagStep(models.Model):
    """What happened to a flag, numbered from 1 without gaps. Append-only."""

    flag = models.ForeignKey(Flag, models.PROTECT, related_name="steps")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=StepKind)
    state = models.CharField(max_length=20, choices=FlagState)  # after this step
    at = models.DateTimeField()
    note = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    user = models.ForeignKey("registry.User", models.PROTECT, null=True, related_name="+")
    api_key = models.ForeignKey("registry.ApiKey", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["flag", "sequence"], name="flag_steps_are_numbered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flag_id} {self.sequence} {self.kind}"
