"""What was concluded of an authorization, and whether the workers that conclude it are alive."""

from django.db import models


class Evaluation(models.Model):
    """One look at an authorization: what was known, by which rules, and what they found.

    Append-only. Reproduced exactly from the version, the ruleset and the time; `known`
    keeps what of the authorization changes without a row of its own (see oversight.reading).
    """

    authorization = models.ForeignKey(
        "authorizations.Authorization", models.PROTECT, related_name="evaluations"
    )
    version = models.PositiveIntegerField()
    ruleset = models.ForeignKey("authorizations.Ruleset", models.PROTECT)
    evaluated_at = models.DateTimeField()
    known = models.JSONField(default=dict)  # {"status", "issued_at", …}
    findings = models.JSONField()  # [{"rule", "subject", "sale", "severity", "evidence"}]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authorization", "version", "ruleset", "evaluated_at"],
                name="one_evaluation_of_a_version_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authorization_id} {self.version}"


class Heartbeat(models.Model):
    """When a worker last ran its task, in which database (`heartbeats.place_in_sql`)."""

    worker = models.CharField(primary_key=True, max_length=255)
    beat_at = models.DateTimeField()
    place = models.CharField(max_length=100, default="", db_default="")

    def __str__(self) -> str:
        return self.worker
