"""Jurisdictions, and the demo's clock."""

from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q


class Jurisdiction(models.Model):
    """An authority's territory, or its sandbox, whose rows appear in no real queue or total."""

    code = models.CharField(max_length=20, unique=True)  # "PE", "PE-TEST"
    name = models.CharField(max_length=100)
    country = models.CharField(max_length=2)  # ISO 3166-1 alpha-2
    time_zone = models.CharField(max_length=50)  # IANA
    language = models.CharField(max_length=5)
    is_test = models.BooleanField(default=False)
    # Set when the books were found wrong; every request and issue reads it with the parties.
    issuing_halted_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class ClockOffset(models.Model):
    """How far the portal's clock is ahead of the database's: zero outside demo mode."""

    ahead = models.DurationField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="there_is_one_clock"),
        ]

    def __str__(self) -> str:
        return str(self.ahead)
