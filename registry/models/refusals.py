"""How often something was refused, and why."""

from django.db import models


class Refusal(models.Model):
    """One tally for each jurisdiction, code and reason. No jurisdiction: nobody was signed in."""

    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT, null=True)
    code = models.CharField(max_length=50)
    reason = models.CharField(max_length=50, blank=True)  # of `not_eligible`, each of them
    times = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "code", "reason"],
                nulls_distinct=False,
                name="one_tally_of_a_refusal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.reason}: {self.times}"
