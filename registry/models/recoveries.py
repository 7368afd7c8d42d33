"""How somebody who lost every factor comes back: others ask, and the person may object."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7


class RecoveryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    STOPPED = "stopped", _("Stopped")
    DONE = "done", _("Done")


class Recovery(models.Model):
    """One person's factors are to be removed at `due_at`, unless it is stopped before.

    Asked for by a manager for somebody of the own firm, by two officers (`proposal`), or at the
    console (neither). A trigger holds it to that.
    """

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    user = models.ForeignKey("registry.User", models.PROTECT, related_name="recoveries")
    proposal = models.OneToOneField(
        "registry.Proposal", models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_by = models.ForeignKey(
        "registry.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField()
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(stopped_at__isnull=True, done_at__isnull=True),
                name="one_recovery_of_a_person_waits",
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("asked_at")), name="a_recovery_takes_its_time"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True)
                | Q(stopped_at__isnull=True, done_at__gte=F("due_at")),
                name="a_recovery_is_done_when_due_and_not_stopped",
            ),
            models.CheckConstraint(
                condition=Q(asked_by__isnull=True) | ~Q(asked_by=F("user")),
                name="nobody_asks_for_the_own_recovery",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.due_at}"

    @property
    def state(self) -> RecoveryState:
        if self.done_at:
            return RecoveryState.DONE
        return RecoveryState.STOPPED if self.stopped_at else RecoveryState.WAITING
