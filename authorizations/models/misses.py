"""How often a firm types codes that are not its own."""

from django.db import models


class MissedCodes(models.Model):
    """One tally for each firm and day, which a guesser cannot make grow."""

    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    organization = models.ForeignKey("registry.Organization", models.PROTECT, null=True)
    day = models.DateField()
    unknown = models.PositiveBigIntegerField()
    foreign = models.PositiveBigIntegerField()  # another vendor's
    last_at = models.DateTimeField()
    # A keyed hash, and how often it was typed again: the same code is no further guess.
    last_guess = models.CharField(max_length=64)
    repeats = models.PositiveBigIntegerField()
    # All that were typed in the last LOOKUP_LOCK_MINUTES.
    window_at = models.DateTimeField()
    in_window = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "organization", "day"],
                nulls_distinct=False,
                name="one_tally_of_missed_codes_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.day}: {self.unknown + self.foreign}"

    @property
    def total(self) -> int:
        return self.unknown + self.foreign
