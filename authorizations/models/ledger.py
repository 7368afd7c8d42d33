"""How much of a quota is taken: one row that changes, beside entries that never do.

Balances in kilograms of the contained substance, none of them ever negative:
reserved (a live code may still take it), held (may yet have been sold on an ended code),
consumed (sold, within the code) and overage (sold, beyond it). Used is their sum. Beside them
claimed: reported by a vendor without a code, and not answered; it takes nothing of the limit.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

from registry.models.firms import Activity


def kilograms(**options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(max_digits=20, decimal_places=6, **options)


class Allowance(models.Model):
    """What one firm has used of one precursor in one calendar period: a month, quarter or year.

    All that was requested in its days counts, under whichever license or permit: neither a
    renewal nor a permit by another period refills it. An act is booked on the period of its
    permit, and the database adds it to the two others (`EVERY_PERIOD` in `migrations/_guards.py`).
    Only the conditional UPDATE of an admission looks at the limit; facts are booked all the same.
    """

    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT, db_index=False)
    organization = models.ForeignKey("registry.Organization", models.PROTECT, db_index=False)
    precursor = models.ForeignKey("precursors.Precursor", models.PROTECT, db_index=False)
    activity = models.CharField(max_length=10, choices=Activity)
    period_start = models.DateField()
    period_end = models.DateField()  # the last day
    limit_kg = kilograms()  # of the permit at the last admission; 0 where none was by this period
    reserved_kg = kilograms(default=0)
    held_kg = kilograms(default=0)
    consumed_kg = kilograms(default=0)
    overage_kg = kilograms(default=0)
    claimed_kg = kilograms(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "precursor", "activity", "period_start", "period_end"],
                name="one_allowance_of_a_firm_in_a_period",
            ),
            models.CheckConstraint(
                condition=Q(reserved_kg__gte=0, held_kg__gte=0, consumed_kg__gte=0)
                & Q(overage_kg__gte=0, claimed_kg__gte=0),
                name="allowance_is_never_negative",
            ),
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start")), name="period_has_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.precursor} {self.period_start}"

    @property
    def used_kg(self) -> Any:
        return self.reserved_kg + self.held_kg + self.consumed_kg + self.overage_kg


class LedgerEntry(models.Model):
    """The signed change of each balance, for one authorization on one allowance. Append-only.

    Written with the act that made it: `entry` of `acts.statement`.
    """

    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT, db_index=False)
    month = models.DateField()  # of recording; the table can be partitioned by it
    allowance = models.ForeignKey(Allowance, models.PROTECT, related_name="entries")
    authorization = models.ForeignKey(
        "authorizations.Authorization", models.PROTECT, related_name="entries"
    )
    version = models.PositiveIntegerField()  # of the authorization that this entry made
    kind = models.CharField(max_length=20)
    reserved_kg = kilograms()
    held_kg = kilograms()
    consumed_kg = kilograms()
    overage_kg = kilograms()
    claimed_kg = kilograms(default=0, db_default=0)
    used_after_kg = kilograms()  # of the allowance, this entry included
    limit_kg = kilograms()  # of the allowance at that moment
    # Before, what was booked by another period was left out of `used_after_kg`.
    counts_every_period = models.BooleanField(default=True, db_default=False)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month", "authorization", "allowance", "version"],
                name="one_entry_of_a_version_on_an_allowance",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.authorization_id}"
