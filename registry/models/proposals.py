"""What one natural person proposes and another approves."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid6 import uuid7


class ProposalState(models.TextChoices):
    PROPOSED = "proposed", _("Awaiting a second officer")
    APPROVED = "approved", pgettext_lazy("proposal", "Approved")
    REFUSED = "refused", pgettext_lazy("proposal", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "Withdrawn")
    EXPIRED = "expired", pgettext_lazy("proposal", "Expired")


# One of both proposes, or neither: the operator at the console.
ONE_PROPOSER = Q(proposed_by__isnull=True) | Q(proposed_key__isnull=True)
BY_ANOTHER_PERSON = Q(decided_by__isnull=False, decided_key__isnull=True) & (
    Q(sponsor__isnull=True) | ~Q(decided_by=F("sponsor"))
)
BY_STANDING_DECISION = Q(decided_by__isnull=True, decided_key__isnull=False) & Q(
    decided_key=F("proposed_key")
)


class Proposal(models.Model):
    """An act that loosens, silences or enrols, until a second natural person approves it.

    `act` names it (registry/proposals.py: ACTS); `terms` are what its verb was given, `before`
    what they replace. `about` tells apart what may wait side by side for one subject.
    `sponsor` is the natural person for whom the proposer counts; None for the operator.
    """

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    act = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    about = models.CharField(max_length=100, blank=True)
    organization = models.ForeignKey(
        "registry.Organization", models.PROTECT, null=True, blank=True, related_name="+"
    )
    terms = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(
        "registry.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_key = models.ForeignKey(
        "registry.ApiKey", models.PROTECT, null=True, blank=True, related_name="+"
    )
    sponsor = models.ForeignKey(
        "registry.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ProposalState, default=ProposalState.PROPOSED)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "registry.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_key = models.ForeignKey(
        "registry.ApiKey", models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True)  # of who decided

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "act", "subject_kind", "subject_id", "about"],
                condition=Q(state=ProposalState.PROPOSED),
                name="one_proposal_waits_for_a_subject",
            ),
            models.CheckConstraint(condition=ONE_PROPOSER, name="a_proposal_has_one_proposer"),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True) | Q(sponsor=F("proposed_by")),
                name="a_person_counts_as_themselves",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.APPROVED)
                | BY_ANOTHER_PERSON
                | BY_STANDING_DECISION,
                name="an_approval_takes_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.PROPOSED, decided_at__isnull=True)
                | ~Q(state=ProposalState.PROPOSED) & Q(decided_at__isnull=False),
                name="a_decided_proposal_says_when",
            ),
        ]
        indexes = [
            # Read by the officers' approvals, and by their count in the navigation.
            models.Index(
                fields=["jurisdiction", "id"],
                condition=Q(state=ProposalState.PROPOSED),
                name="proposal_waits",
            ),
            # Read by the list of proposals.
            models.Index(fields=["jurisdiction", "-id"], name="proposal_list"),
            # Read by the guards of what was approved.
            models.Index(fields=["subject_kind", "subject_id"], name="proposal_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject_kind} {self.subject_id}"

    def state_at(self, at: datetime) -> ProposalState:
        """Its state; what waits longer than its time has expired, decided or not."""
        state = ProposalState(self.state)
        is_over = state == ProposalState.PROPOSED and self.expires_at <= at
        return ProposalState.EXPIRED if is_over else state
