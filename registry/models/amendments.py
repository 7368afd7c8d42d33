"""What was changed of a site, a vehicle or a driver, and when one was retired."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from registry.inputs import REASON_LENGTH
from registry.models.places import Driver, Site, Vehicle


class AmendmentState(models.TextChoices):
    IN_FORCE = "in_force", _("In force")


class Amendment(models.Model):
    """One change of one of them: the fields as they were before, and as they are after.

    It is there once it is in force, and stays as it is: what loosens was a Proposal before.
    """

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    organization = models.ForeignKey("registry.Organization", models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="amendments")
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, null=True, related_name="amendments")
    driver = models.ForeignKey(Driver, models.PROTECT, null=True, related_name="amendments")
    before = models.JSONField()
    after = models.JSONField()
    retires = models.BooleanField(default=False)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    loosens = models.BooleanField(default=False)
    proposal = models.OneToOneField(
        "registry.Proposal", models.PROTECT, null=True, related_name="amendment"
    )
    state = models.CharField(
        max_length=10, choices=AmendmentState, default=AmendmentState.IN_FORCE
    )
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("registry.User", models.PROTECT, null=True, related_name="+")
    proposed_key = models.ForeignKey(
        "registry.ApiKey", models.PROTECT, null=True, related_name="+"
    )
    approved_by = models.ForeignKey("registry.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(site__isnull=False, vehicle__isnull=True, driver__isnull=True)
                | Q(site__isnull=True, vehicle__isnull=False, driver__isnull=True)
                | Q(site__isnull=True, vehicle__isnull=True, driver__isnull=False),
                name="an_amendment_is_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(state=AmendmentState.IN_FORCE, decided_at__isnull=False),
                name="an_amendment_is_in_force",
            ),
            models.CheckConstraint(
                condition=Q(loosens=False) | Q(proposal__isnull=False),
                name="a_loosening_amendment_takes_two",
            ),
        ]

    def __str__(self) -> str:
        return str(self.subject)

    @property
    def subject(self) -> Site | Vehicle | Driver:
        subject = self.site or self.vehicle or self.driver
        assert subject
        return subject
