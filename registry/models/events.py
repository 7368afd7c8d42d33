"""What happened, append-only: a trigger refuses UPDATE, DELETE and TRUNCATE."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func
from uuid6 import uuid7


class CurrentTransaction(Func):
    """The 64-bit transaction id: lets a sequencer number committed events without gaps."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


class Event(models.Model):
    """One act on one subject. Holds no personal documents.

    `sequence` counts the events of the subject from 1 without gaps, under the verb's lock.
    `month` stands in the unique key so that the table can be partitioned by it.
    """

    uuid = models.UUIDField(default=uuid7, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    month = models.DateField()
    kind = models.CharField(max_length=50)  # "authorization.issued"
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    organizations = ArrayField(models.BigIntegerField())  # whose feed it belongs to
    user = models.ForeignKey("registry.User", models.PROTECT, null=True, db_index=False)
    api_key = models.ForeignKey("registry.ApiKey", models.PROTECT, null=True, db_index=False)
    transaction = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month", "subject_kind", "subject_id", "sequence"],
                name="events_of_a_subject_are_numbered_once",
            ),
        ]
        indexes = [
            # Read by the timeline of a page and by the next event's number.
            models.Index(
                fields=["subject_kind", "subject_id", "-sequence"], name="event_of_subject"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind} {self.subject_id}"
